// Functions that read JSON as far as they need: what is wrong behind it does not matter, as in Trino.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/functions/json_reader.hpp"
#include "sql/athena/functions/json_value.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;
using Token = JsonReader::Token;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// $.name["a name"][0]: names and numbers alike, for objects have members "0", and arrays take "0" too. Empty: it is no path.
std::optional<std::vector<std::string>> parse_path(std::string_view path) {
    // Letters and digits of any language; Java sees none beyond U+FFFF.
    const auto plain = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (byte >= 0x80 && byte < 0xF0);
    };
    const auto take_plain = [&](bool colons) {
        const auto end = std::ranges::find_if_not(path, [&](char c) { return plain(c) || (colons && c == ':'); });
        std::string name(path.begin(), end);
        path.remove_prefix(name.size());
        return name;
    };
    if (!path.starts_with('$')) return std::nullopt;
    path.remove_prefix(1);
    std::vector<std::string> steps;
    while (!path.empty()) {
        const char first = path[0];
        path.remove_prefix(1);
        std::string name;
        if (first == '[' && path.starts_with('"')) {
            std::size_t at = 1;
            for (; at < path.size() && path[at] != '"'; ++at) {
                const bool escaped = path[at] == '\\';
                if (escaped) ++at;
                if (at == path.size() || (escaped && path[at] != '"' && path[at] != '\\')) return std::nullopt;
                name += path[at];
            }
            if (path.substr(std::min(at, path.size()), 2) != "\"]") return std::nullopt;
            path.remove_prefix(at + 2);
        } else {
            if (first != '.' && first != '[') return std::nullopt;
            name = take_plain(first == '.');
            if (name.empty()) return std::nullopt;
            if (first == '[') {
                if (!path.starts_with(']')) return std::nullopt;
                path.remove_prefix(1);
            }
        }
        steps.push_back(std::move(name));
    }
    return steps;
}

// The steps of the second argument; nullptr: it is no path, and the answer says so.
const std::vector<std::string>* path_of(const Arguments& arguments, Answer& answer) {
    // Most queries have one path for all rows.
    thread_local std::string known;
    thread_local std::optional<std::vector<std::string>> steps;
    const std::string_view path = arguments.text(1);
    if (!steps || known != path) {
        known = path;
        steps = parse_path(path);
    }
    if (steps) return &*steps;
    answer.error(invalid, fmt::format("Invalid JSON path: '{}'", path));
    return nullptr;
}

bool find_member(JsonReader& reader, const std::string& name) {
    while (reader.next() == Token::name) {
        const bool found = reader.is_text(name);
        reader.next();
        if (found) return reader.token() != Token::failure;
        if (!reader.skip()) return false;
    }
    return false;
}

bool find_item(JsonReader& reader, const std::string& number) {
    std::int32_t index = -1;
    const char* end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, index);
    if (parsed.ec != std::errc() || parsed.ptr != end) index = -1;
    for (std::int32_t at = 0;; ++at) {
        const Token token = reader.next();
        if (token == Token::array_end || token == Token::failure) return false;
        if (at == index) return true;
        if (!reader.skip()) return false;
    }
}

// Goes to the value's first token. False: there is no such value, or no JSON up to it.
bool follow(JsonReader& reader, const std::vector<std::string>& steps) {
    const Token first = reader.next();
    if (first == Token::end || first == Token::failure) return false;
    return std::ranges::all_of(steps, [&](const std::string& step) {
        if (reader.token() == Token::object_begin) return find_member(reader, step);
        return reader.token() == Token::array_begin && find_item(reader, step);
    });
}

// The value at the reader's token, in compact form. False: it is no JSON.
bool copy_value(JsonReader& reader, std::string& out) {
    std::size_t depth = 0;
    bool first = true;  // of what is open
    while (true) {
        const Token token = reader.token();
        const bool closes = token == Token::object_end || token == Token::array_end;
        if (!first && !closes && out.back() != ':') out += ',';
        first = false;
        switch (token) {
            case Token::object_begin:
            case Token::array_begin:
                out += token == Token::object_begin ? '{' : '[';
                first = true;
                ++depth;
                break;
            case Token::object_end:
            case Token::array_end:
                out += token == Token::object_end ? '}' : ']';
                --depth;
                break;
            case Token::name:
                append_json_text(out, reader.text());
                out += ':';
                break;
            case Token::string:
                append_json_text(out, reader.text());
                break;
            case Token::integer:
            case Token::floating:
                append_json_number(out, reader.raw(), token == Token::floating);
                break;
            case Token::end:
            case Token::failure:
                return false;
            default:
                out += reader.raw();
        }
        if (depth == 0) return true;
        reader.next();
    }
}

bool opens_array(JsonReader& reader) {
    return reader.next() == Token::array_begin;
}

// How many items or members; 0 of a scalar. Empty: it is no JSON.
std::optional<std::int64_t> size_of(JsonReader& reader) {
    const Token first = reader.token();
    if (first != Token::object_begin && first != Token::array_begin) return 0;
    for (std::int64_t count = 0;; ++count) {
        const Token token = reader.next();
        if (token == Token::object_end || token == Token::array_end) return count;
        if (token == Token::name) reader.next();
        if (!reader.skip()) return std::nullopt;
    }
}

// A value that is no object or array, as text; NULL where it is none.
void answer_scalar(JsonReader& reader, Answer& answer) {
    switch (reader.token()) {
        case Token::string:
            return answer.text(sql_text(reader.text()));
        case Token::integer:
        case Token::floating:
        case Token::yes:
        case Token::no:
            return answer.text(reader.raw());
        default:
            return;
    }
}

// Whether the token is the second argument.
bool is_wanted(const JsonReader& reader, const Arguments& arguments) {
    const Token token = reader.token();
    switch (arguments.type(1).kind) {
        case Kind::boolean:
            return token == (arguments.value<bool>(1) ? Token::yes : Token::no);
        case Kind::bigint: {
            std::int64_t value = 0;
            const std::string_view raw = reader.raw();
            return token == Token::integer && std::from_chars(raw.data(), raw.data() + raw.size(), value).ec == std::errc() &&
                   value == arguments.value<std::int64_t>(1);
        }
        case Kind::double_:
            return token == Token::floating && double_of_json(reader.raw()) == arguments.value<double>(1);
        default:
            return token == Token::string && sql_text(reader.text()) == arguments.text(1);
    }
}

}  // namespace

void json_extract(const Arguments& arguments, Answer& answer) {
    const auto* path = path_of(arguments, answer);
    if (path == nullptr) return;
    JsonReader reader(arguments.text(0));
    std::string out;
    if (follow(reader, *path) && copy_value(reader, out)) answer.text(out);
}

void json_extract_scalar(const Arguments& arguments, Answer& answer) {
    const auto* path = path_of(arguments, answer);
    if (path == nullptr) return;
    JsonReader reader(arguments.text(0));
    if (follow(reader, *path)) answer_scalar(reader, answer);
}

void json_size(const Arguments& arguments, Answer& answer) {
    const auto* path = path_of(arguments, answer);
    if (path == nullptr) return;
    JsonReader reader(arguments.text(0));
    if (!follow(reader, *path)) return;
    if (const auto size = size_of(reader)) answer.value(*size);
}

void json_array_length(const Arguments& arguments, Answer& answer) {
    JsonReader reader(arguments.text(0));
    if (!opens_array(reader)) return;
    if (const auto size = size_of(reader)) answer.value(*size);
}

void json_array_contains(const Arguments& arguments, Answer& answer) {
    if (arguments.type(1).is(Kind::double_) && !std::isfinite(arguments.value<double>(1))) return answer.value(false);
    JsonReader reader(arguments.text(0));
    if (!opens_array(reader)) return;
    while (true) {
        const Token token = reader.next();
        if (token == Token::failure) return;
        if (token == Token::array_end) return answer.value(false);
        if (is_wanted(reader, arguments)) return answer.value(true);
        if (!reader.skip()) return;
    }
}

// Strings come without their quotes.
void json_array_get(const Arguments& arguments, Answer& answer) {
    auto index = arguments.value<std::int64_t>(1);
    const bool from_end = index < 0;
    if (from_end) {
        JsonReader counter(arguments.text(0));
        const auto size = opens_array(counter) ? size_of(counter) : std::nullopt;
        if (!size || -*size > index) return;
        index += *size;
    }
    JsonReader reader(arguments.text(0));
    if (!opens_array(reader) || index > INT32_MAX || !find_item(reader, std::to_string(index))) return;
    // Trino's own fault.
    if (from_end && reader.token() == Token::null) return answer.error("GENERIC_INTERNAL_ERROR", "string is null");
    if (reader.token() != Token::object_begin && reader.token() != Token::array_begin) return answer_scalar(reader, answer);
    std::string out;
    const auto value = read_json(reader);
    if (!value) return;
    append_json(out, *value, JsonOrder::as_is, JsonAstral::plain);
    answer.text(out);
}

void is_json_scalar(const Arguments& arguments, Answer& answer) {
    JsonReader reader(arguments.text(0));
    const Token first = reader.next();
    const bool scalar = first != Token::object_begin && first != Token::array_begin;
    if (first == Token::end || !reader.skip() || reader.next() != Token::end) {
        return answer.error(invalid, fmt::format("Invalid JSON value: {}", arguments.text(0)));
    }
    answer.value(scalar);
}

void json_parse(const Arguments& arguments, Answer& answer) {
    const auto value = parse_json(arguments.text(0));
    if (!value) return answer.error(invalid, fmt::format("Cannot convert value to JSON: '{}'", arguments.text(0)));
    std::string out;
    append_json(out, *value, JsonOrder::sorted);
    answer.text(out);
}

}  // namespace dualstore::sql::athena
