#include "record/text.hpp"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <cstring>

namespace dualstore::record {
namespace {

// Decodes one character; 0 bytes where the text is not UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
struct Decoded {
    char32_t character;
    std::size_t length;
};

Decoded decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + length > text.size()) return {0, 0};
    char32_t character = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {0, 0};
        character = (character << 6) | (byte(i) & 0x3fU);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character < smallest[length] || character > 0x10ffff || surrogate) return {0, 0};
    return {character, length};
}

void append_utf8(std::string& out, char32_t character) {
    const auto put = [&](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
    if (character < 0x80) return put(character);
    if (character < 0x800) {
        put(0xc0 | (character >> 6));
    } else if (character < 0x10000) {
        put(0xe0 | (character >> 12));
        put(0x80 | ((character >> 6) & 0x3f));
    } else {
        put(0xf0 | (character >> 18));
        put(0x80 | ((character >> 12) & 0x3f));
        put(0x80 | ((character >> 6) & 0x3f));
    }
    put(0x80 | (character & 0x3f));
}

char32_t lower(char32_t character) {
    if (character < 0x80) return static_cast<char32_t>(ascii_lower(static_cast<char>(character)));
    // The C library's own table, whatever the program's locale is.
    static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return unicode ? static_cast<char32_t>(towlower_l(static_cast<wint_t>(character), unicode)) : character;
}

constexpr std::uint64_t ones = 0x0101010101010101;

std::uint64_t eight_bytes(const char* bytes) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes, 8);
    return eight;
}

// Whether none of eight bytes needs an escape in JSON: each is tested by its highest bit, all at once.
bool eight_plain(const char* bytes) {
    const std::uint64_t eight = eight_bytes(bytes);
    const auto below = [&](std::uint64_t word, std::uint64_t limit) { return (word - ones * limit) & ~word; };
    return ((below(eight, 0x20) | below(eight ^ (ones * '"'), 1) | below(eight ^ (ones * '\\'), 1)) & (ones * 0x80)) == 0;
}

}  // namespace

bool valid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = decode(text, at).length;
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::size_t character_length(std::string_view text, std::size_t at) {
    return std::max<std::size_t>(decode(text, at).length, 1);
}

bool ascii(std::string_view text) {
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        if ((eight_bytes(text.data() + at) & (ones * 0x80)) != 0) return false;
    }
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool folds_to(std::string_view name, std::string_view folded) {
    // Up to its first character beyond ASCII a name folds byte by byte.
    for (std::size_t i = 0; i < std::min(name.size(), folded.size()); ++i) {
        if (static_cast<unsigned char>(name[i]) >= 0x80) return fold(name) == folded;
        if (ascii_lower(name[i]) != folded[i]) return false;
    }
    return name.size() == folded.size();
}

std::string fold(std::string_view name) {
    std::string folded;
    if (ascii(name)) {
        folded = name;
        for (char& c : folded) c = ascii_lower(c);
        return folded;
    }
    folded.reserve(name.size());
    for (std::size_t at = 0; at < name.size();) {
        const auto [character, length] = decode(name, at);
        if (length == 0) return std::string(name);
        append_utf8(folded, lower(character));
        at += length;
    }
    return folded;
}

void append_json_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;  // where the run of bytes that need no escape began
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 8 <= text.size() && eight_plain(text.data() + i)) {
            i += 7;
            continue;
        }
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        out += '\\';
        switch (byte) {
            case '\b':
                out += 'b';
                break;
            case '\f':
                out += 'f';
                break;
            case '\n':
                out += 'n';
                break;
            case '\r':
                out += 'r';
                break;
            case '\t':
                out += 't';
                break;
            case '"':
            case '\\':
                out += static_cast<char>(byte);
                break;
            default:
                out.append({'u', '0', '0', digits[byte >> 4], digits[byte & 15]});
        }
    }
    out.append(text, plain);
    out += '"';
}

std::string excerpt(std::string_view text) {
    std::string shown;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
        if (characters == 60) return shown + "…";
        const auto [character, length] = decode(text, at);
        constexpr char digits[] = "0123456789abcdef";
        if (length == 0 || character < 0x20 || character == 0x7f) {
            const auto byte = static_cast<unsigned char>(text[at]);
            shown.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
        } else {
            shown.append(text, at, length);
        }
        at += std::max<std::size_t>(length, 1);
    }
    return shown;
}

}  // namespace dualstore::record
