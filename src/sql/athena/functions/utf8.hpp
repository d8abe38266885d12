// The characters of text. What DuckDB keeps in VARCHAR is valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dualstore::sql::athena {

[[nodiscard]] inline std::size_t utf8_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The code point at a byte; `at` moves behind it.
[[nodiscard]] inline char32_t next_code_point(std::string_view text, std::size_t& at) {
    const std::size_t length = utf8_length(text[at]);
    auto point = static_cast<char32_t>(static_cast<unsigned char>(text[at]));
    if (length > 1) point &= 0x7FU >> length;
    for (std::size_t i = 1; i < length && at + i < text.size(); ++i) {
        point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    }
    at += length;
    return point;
}

inline void append_code_point(std::string& out, char32_t point) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0 | (point >> 6));
    } else {
        if (point < 0x10000) {
            put(0xE0 | (point >> 12));
        } else {
            put(0xF0 | (point >> 18));
            put(0x80 | ((point >> 12) & 0x3F));
        }
        put(0x80 | ((point >> 6) & 0x3F));
    }
    put(0x80 | (point & 0x3F));
}

[[nodiscard]] inline std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (c & 0xC0) != 0x80 ? 1 : 0;
    return count;
}

// The byte where a code point begins, counted from 0; the text's size where it has fewer.
[[nodiscard]] inline std::size_t code_point_offset(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    for (; count > 0 && at < text.size(); --count) at += utf8_length(text[at]);
    return at < text.size() ? at : text.size();
}

[[nodiscard]] inline std::u32string code_points(std::string_view text) {
    std::u32string points;
    points.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) points += next_code_point(text, at);
    return points;
}

// String.hashCode: of UTF-16 units.
[[nodiscard]] inline std::uint32_t java_hash(std::string_view text) {
    std::uint32_t hash = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto point = static_cast<std::uint32_t>(next_code_point(text, at));
        if (point >= 0x10000) {
            hash = hash * 31 + 0xD7C0 + (point >> 10);
            hash = hash * 31 + 0xDC00 + (point & 0x3FF);
        } else {
            hash = hash * 31 + point;
        }
    }
    return hash;
}

}  // namespace dualstore::sql::athena
