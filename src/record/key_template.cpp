#include "record/key_template.hpp"

#include <fmt/format.h>

#include "record/text.hpp"

namespace dualstore::record {
namespace {

bool control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return first < 0x20 || first == 0x7f;
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;  // U+0080 to U+009F
}

// What stands in a key as it is, but where it would end the id.
bool always_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

void append_encoded(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(byte));
}

int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

tl::expected<KeyTemplate, std::string> KeyTemplate::parse(std::string_view text) {
    KeyTemplate result;
    result.literals_.emplace_back();
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '}') return tl::unexpected<std::string>("'}' without '{'");
        if (c != '{') {
            if (c == '%' || control(text.substr(at, character_length(text, at)))) {
                return tl::unexpected<std::string>("a '%' or control character outside a field");
            }
            result.literals_.back() += c;
            continue;
        }
        const auto end = text.find('}', at);
        if (end == text.npos) return tl::unexpected<std::string>("'{' without '}'");
        std::string_view inside = text.substr(at + 1, end - at - 1);
        Field field;
        if (const auto equals = inside.find('='); equals != inside.npos) {
            field.default_text = inside.substr(equals + 1);
            inside = inside.substr(0, equals);
        } else if (inside.ends_with(":last")) {
            field.last = true;
            inside.remove_suffix(5);
        }
        field.name = fold(inside);
        if (field.name.empty() || field.name.find_first_of("{:=") != field.name.npos) {
            return tl::unexpected(fmt::format("'{{{}}}' is not a field: expected {{name}}, {{name=default}} or {{name:last}}", inside));
        }
        if (field.default_text && field.default_text->empty())
            return tl::unexpected(fmt::format("field {} has an empty default", field.name));
        if (!result.fields_.empty() && result.literals_.back().empty()) {
            return tl::unexpected(
                fmt::format("fields {} and {} touch: put a character between them", result.fields_.back().name, field.name));
        }
        result.fields_.push_back(std::move(field));
        result.literals_.emplace_back();
        at = end;
    }
    if (result.fields_.empty()) return tl::unexpected<std::string>("it has no field, so every record would have the same key");
    if (!result.literals_.back().ends_with(".json")) return tl::unexpected<std::string>("it does not end in .json");
    for (const std::string& literal : result.literals_) {
        const bool first = &literal == &result.literals_.front();
        const std::string in_path = (first ? "/" : "x") + literal;
        for (const char* part : {"//", "/.", "/_"}) {
            if (in_path.find(part) != in_path.npos)
                return tl::unexpected<std::string>("a part of its path is empty or begins with '.' or '_'");
        }
    }
    return result;
}

std::string KeyTemplate::key(std::span<const std::string> ids) const {
    std::string key = literals_[0];
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const std::string& id = ids[i];
        const bool last = i + 1 == fields_.size();
        // The literal behind an id ends it, so its first character must not occur inside.
        const std::string_view stop =
            last ? std::string_view() : std::string_view(literals_[i + 1]).substr(0, character_length(literals_[i + 1], 0));
        for (std::size_t at = 0; at < id.size();) {
            const std::size_t run = at;
            while (at < id.size() && always_plain(id[at]) && !stop.starts_with(id[at])) ++at;
            key.append(id, run, at - run);
            if (at == id.size()) break;
            const std::string_view character = std::string_view(id).substr(at, character_length(id, at));
            const bool begins_name = key.empty() || key.back() == '/';
            if (character == "/" || character == "%" || control(character) || character == stop ||
                (begins_name && (character == "." || character == "_"))) {
                append_encoded(key, character);
            } else {
                key += character;
            }
            at += character.size();
        }
        key += literals_[i + 1];
    }
    return key;
}

std::string KeyTemplate::plain(std::span<const std::string> ids) const {
    std::string text = literals_[0];
    for (std::size_t i = 0; i < fields_.size(); ++i) text += ids[i] + literals_[i + 1];
    return text;
}

std::optional<std::vector<std::string>> KeyTemplate::ids(std::string_view text) const {
    if (!text.starts_with(literals_[0])) return std::nullopt;
    std::string_view rest = text.substr(literals_[0].size());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const std::string& behind = literals_[i + 1];
        const bool last = i + 1 == fields_.size();
        const std::string_view stop = std::string_view(behind).substr(0, character_length(behind, 0));
        std::string id;
        while (!rest.empty() && (last ? rest.size() > behind.size() : !rest.starts_with(stop))) {
            if (rest.front() == '%') {
                if (rest.size() < 3 || hex(rest[1]) < 0 || hex(rest[2]) < 0) return std::nullopt;
                id += static_cast<char>(static_cast<unsigned char>(hex(rest[1]) * 16 + hex(rest[2])));
                rest.remove_prefix(3);
            } else {
                id += rest.front();
                rest.remove_prefix(1);
            }
        }
        if (id.empty() || !rest.starts_with(behind)) return std::nullopt;
        rest.remove_prefix(behind.size());
        ids.push_back(std::move(id));
    }
    // Only the one right spelling of the ids is their key.
    if (!rest.empty() || key(ids) != text) return std::nullopt;
    return ids;
}

}  // namespace dualstore::record
