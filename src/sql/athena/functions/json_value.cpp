#include "sql/athena/functions/json_value.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace dualstore::sql::athena {
namespace {

using Token = JsonReader::Token;
using Kind = JsonValue::Kind;

constexpr int deepest = 2000;  // objects and arrays inside each other

bool has_repeated_name(const JsonValue& object) {
    constexpr std::size_t few = 16;
    const auto& names = object.names;
    if (names.size() > few) return true;  // perhaps
    for (std::size_t i = 1; i < names.size(); ++i) {
        if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
            names.begin() + static_cast<std::ptrdiff_t>(i))
            return true;
    }
    return false;
}

void keep_last_of_each_name(JsonValue& object) {
    std::unordered_map<std::string_view, std::size_t> first;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < object.names.size(); ++i) {
        const auto [found, is_new] = first.try_emplace(object.names[i], kept);
        if (is_new && i != kept) {  // the map's key must stay where it is
            first.erase(found);
            object.names[kept] = std::move(object.names[i]);
            first.emplace(object.names[kept], kept);
        }
        const std::size_t place = is_new ? kept++ : found->second;
        if (place != i) object.items[place] = std::move(object.items[i]);
    }
    object.names.resize(kept);
    object.items.resize(kept);
}

bool read(JsonReader& reader, JsonValue& value, int depth) {
    switch (reader.token()) {
        case Token::object_begin:
            if (depth == deepest) return false;
            value.kind = Kind::object;
            while (reader.next() == Token::name) {
                value.names.push_back(reader.text());
                reader.next();
                if (!read(reader, value.items.emplace_back(), depth + 1)) return false;
            }
            if (has_repeated_name(value)) keep_last_of_each_name(value);
            return reader.token() == Token::object_end;
        case Token::array_begin:
            if (depth == deepest) return false;
            value.kind = Kind::array;
            while (reader.next() != Token::array_end) {
                if (!read(reader, value.items.emplace_back(), depth + 1)) return false;
            }
            return true;
        case Token::string:
            value.kind = Kind::string;
            value.text = reader.text();
            return true;
        case Token::integer:
        case Token::floating:
            value.kind = reader.token() == Token::integer ? Kind::integer : Kind::floating;
            value.text = reader.raw();
            return true;
        case Token::yes:
            value.kind = Kind::yes;
            return true;
        case Token::no:
            value.kind = Kind::no;
            return true;
        case Token::null:
            value.kind = Kind::null;
            return true;
        default:
            return false;
    }
}

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

std::optional<JsonValue> read_json(JsonReader& reader) {
    std::optional<JsonValue> value(std::in_place);
    if (!read(reader, *value, 0)) value.reset();
    return value;
}

std::optional<JsonValue> parse_json(std::string_view text) {
    JsonReader reader(text);
    reader.next();
    auto value = read_json(reader);
    if (value && reader.next() != Token::end) value.reset();
    return value;
}

void append_json(std::string& out, const JsonValue& value, JsonOrder order, JsonAstral astral) {
    switch (value.kind) {
        case Kind::null:
            out += "null";
            return;
        case Kind::yes:
            out += "true";
            return;
        case Kind::no:
            out += "false";
            return;
        case Kind::string:
            return append_json_text(out, value.text, astral);
        case Kind::integer:
        case Kind::floating:
            return append_json_number(out, value.text, value.is(Kind::floating));
        case Kind::array:
            out += '[';
            for (const JsonValue& item : value.items) {
                if (&item != value.items.data()) out += ',';
                append_json(out, item, order, astral);
            }
            out += ']';
            return;
        case Kind::object:
            break;
    }
    std::vector<std::size_t> places(value.names.size());
    std::iota(places.begin(), places.end(), 0);
    if (order == JsonOrder::sorted) {
        std::ranges::sort(places, [&](std::size_t a, std::size_t b) { return java_less(value.names[a], value.names[b]); });
    }
    char before = '{';
    for (const std::size_t place : places) {
        out += before;
        append_json_text(out, value.names[place], astral);
        out += ':';
        append_json(out, value.items[place], order, astral);
        before = ',';
    }
    if (places.empty()) out += before;
    out += '}';
}

bool java_less(std::string_view a, std::string_view b) {
    const auto [left, right] = std::ranges::mismatch(a, b);
    if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
    const auto x = static_cast<unsigned char>(*left);
    const auto y = static_cast<unsigned char>(*right);
    // Characters beyond U+FFFF, which begin with F0 to F4, are surrogates there: before U+E000 to U+FFFF, which begin with EE and EF.
    if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) return x >= 0xF0;
    return x < y;
}

}  // namespace dualstore::sql::athena
