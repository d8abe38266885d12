// Bytes written as text.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "sql/athena/functions/binary.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view base16_digits = "0123456789ABCDEF";

// So many bits to a digit; filled with '=' to whole groups.
std::string encoded(std::string_view bytes, std::string_view digits, unsigned bits, std::size_t group) {
    std::string text;
    unsigned held = 0;
    unsigned value = 0;
    for (const char c : bytes) {
        value = (value << 8) | static_cast<unsigned char>(c);
        for (held += 8; held >= bits; held -= bits) text += digits[(value >> (held - bits)) & ((1U << bits) - 1)];
        value &= (1U << held) - 1;
    }
    if (held > 0) text += digits[value << (bits - held)];
    text.resize((text.size() + group - 1) / group * group, '=');
    return text;
}

// Digits in any number; what bits they have beyond whole bytes are dropped. The first that is none ends it.
std::size_t decode(std::string_view text, std::string_view digits, unsigned bits, std::string& bytes) {
    unsigned held = 0;
    unsigned value = 0;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const auto digit = digits.find(text[at]);
        if (digit == std::string_view::npos) break;
        value = (value << bits) | static_cast<unsigned>(digit);
        held += bits;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(static_cast<unsigned char>(value >> held));
        value &= (1U << held) - 1;
    }
    return at;
}

// As java.util.Base64: padding may be missing, and nothing may follow it.
void decode_base64(const Arguments& arguments, Answer& answer, std::string_view digits) {
    const std::string_view text = arguments.text(0);
    if (text.size() == 1) return answer.error(invalid, "Input byte[] should at least have 2 bytes for base64 bytes");
    std::string bytes;
    std::size_t at = decode(text, digits, 6, bytes);
    const std::size_t extra = at % 4;
    if (at < text.size()) {
        if (text[at] != '=') {
            return answer.error(invalid,
                                fmt::format("Illegal base64 character {:x}", static_cast<int>(static_cast<signed char>(text[at]))));
        }
        const bool second_missing = extra == 2 && (at + 1 == text.size() || text[at + 1] != '=');
        if (extra == 0 || second_missing) return answer.error(invalid, "Input byte array has wrong 4-byte ending unit");
        at += extra == 2 ? 2 : 1;
    }
    if (extra == 1) return answer.error(invalid, "Last unit does not have enough valid bits");
    if (at < text.size()) return answer.error(invalid, fmt::format("Input byte array has incorrect ending byte at {}", at));
    answer.text(bytes);
}

}  // namespace

void from_base32(const Arguments& arguments, Answer& answer) {
    std::string_view text = arguments.text(0);
    text = text.substr(0, text.find_last_not_of('=') + 1);
    const std::size_t extra = text.size() % 8;
    if (extra == 1 || extra == 3 || extra == 6) return answer.error(invalid, fmt::format("Invalid input length {}", text.size()));
    std::string bytes;
    const std::size_t end = decode(text, base32_digits, 5, bytes);
    if (end < text.size()) return answer.error(invalid, fmt::format("Unrecognized character: {}", text[end]));
    answer.text(bytes);
}

void from_base64(const Arguments& arguments, Answer& answer) {
    decode_base64(arguments, answer, base64_digits);
}
void from_base64url(const Arguments& arguments, Answer& answer) {
    decode_base64(arguments, answer, base64url_digits);
}

void from_hex(const Arguments& arguments, Answer& answer) {
    std::string text(arguments.text(0));
    if (text.size() % 2 != 0) return answer.error(invalid, fmt::format("invalid input length {}", text.size()));
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
    std::string bytes;
    const std::size_t end = decode(text, base16_digits, 4, bytes);
    if (end < text.size()) {
        return answer.error(invalid, fmt::format("not a hexadecimal digit: \"{}\" = {}", arguments.text(0)[end],
                                                 static_cast<int>(static_cast<unsigned char>(text[end]))));
    }
    answer.text(bytes);
}

void to_base32(const Arguments& arguments, Answer& answer) {
    answer.text(encoded(arguments.text(0), base32_digits, 5, 8));
}
void to_base64(const Arguments& arguments, Answer& answer) {
    answer.text(encoded(arguments.text(0), base64_digits, 6, 4));
}
void to_base64url(const Arguments& arguments, Answer& answer) {
    answer.text(encoded(arguments.text(0), base64url_digits, 6, 4));
}
void to_hex(const Arguments& arguments, Answer& answer) {
    answer.text(encoded(arguments.text(0), base16_digits, 4, 1));
}

}  // namespace dualstore::sql::athena
