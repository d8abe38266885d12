#include "sql/athena/functions/utf8_repair.hpp"

#include <algorithm>

namespace dualstore::sql::athena {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

bool continues(std::string_view bytes, std::size_t at) {
    return (byte_at(bytes, at) & 0xC0) == 0x80;
}

// By the first byte alone; 0: none can begin with it.
std::size_t announced_length(unsigned byte) {
    if (byte < 0x80) return 1;
    if (byte < 0xC0) return 0;
    if (byte < 0xE0) return 2;
    if (byte < 0xF0) return 3;
    if (byte < 0xF8) return 4;
    return byte < 0xFE ? 5 : 0;
}

// Whether the second byte of three or four is one that shorter sequences, surrogates and what lies beyond Unicode do not have.
bool second_fits(unsigned first, unsigned second, bool surrogates) {
    if (first == 0xE0) return second >= 0xA0;
    if (first == 0xED) return surrogates || second < 0xA0;
    if (first == 0xF0) return second >= 0x90;
    if (first == 0xF4) return second < 0x90;
    return true;
}

// Of the character at a byte; 0: there is none.
std::size_t valid_length(std::string_view bytes, std::size_t at) {
    const unsigned first = byte_at(bytes, at);
    const std::size_t length = announced_length(first);
    if (length <= 1) return length;
    if (first < 0xC2 || first > 0xF4) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(bytes, at + i)) return 0;
    }
    return length == 2 || second_fits(first, byte_at(bytes, at + 1), false) ? length : 0;
}

// What Java's decoder replaces at once.
std::size_t malformed_length(std::string_view bytes, std::size_t at) {
    const unsigned first = byte_at(bytes, at);
    const std::size_t length = announced_length(first);
    const bool could_begin = first >= 0xE0 && first <= 0xF4 && continues(bytes, at + 1) && second_fits(first, byte_at(bytes, at + 1), true);
    if (!could_begin) return 1;
    std::size_t taken = 2;
    while (taken < length && continues(bytes, at + taken)) ++taken;
    return taken;
}

}  // namespace

std::string repaired_utf8(std::string_view bytes, std::string_view replacement) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = valid_length(bytes, at);
        if (length > 0) {
            out += bytes.substr(at, length);
            at += length;
            continue;
        }
        out += replacement;
        const std::size_t announced = std::max<std::size_t>(announced_length(byte_at(bytes, at)), 1);
        std::size_t taken = 1;
        while (taken < announced && continues(bytes, at + taken)) ++taken;
        at += taken;
    }
    return out;
}

std::string decoded_utf8(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = valid_length(bytes, at);
        out += length > 0 ? bytes.substr(at, length) : std::string_view("\xEF\xBF\xBD");
        at += length > 0 ? length : malformed_length(bytes, at);
    }
    return out;
}

}  // namespace dualstore::sql::athena
