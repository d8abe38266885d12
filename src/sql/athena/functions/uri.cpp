#include "sql/athena/functions/uri.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/functions/utf8_repair.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view in_scheme = "+-.";
constexpr std::string_view in_user = "_-!.~'()*;:&=+$,";
constexpr std::string_view in_registry = "_-!.~'()*$,;:@&=+";
constexpr std::string_view in_server = "_-!.~'()*;:&=+$,@[]";
constexpr std::string_view in_path = "_-!.~'()*:@&=+$,;/";
constexpr std::string_view in_rest = "_-!.~'()*;/?:@&=+$,[]";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
    return is_digit(c) || is_letter(c);
}
bool is_hexadecimal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Characters beyond ASCII may stand anywhere but spaces and control characters.
bool is_other(char32_t point) {
    constexpr std::array<char32_t, 8> spaces = {0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x80};
    const bool control = point < 0xA0;
    return !control && !(point >= 0x2000 && point <= 0x200A) && std::ranges::find(spaces, point) == spaces.end();
}

// Letters, digits and these, with escapes and other characters.
bool consists_of(std::string_view text, std::string_view allowed, bool lone_percent = false) {
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (static_cast<unsigned char>(c) >= 0x80) {
            if (!is_other(next_code_point(text, at))) return false;
            continue;
        }
        if (c == '%' && !lone_percent) {
            if (at + 2 >= text.size() || !is_hexadecimal(text[at + 1]) || !is_hexadecimal(text[at + 2])) return false;
            at += 3;
            continue;
        }
        if (!is_alphanumeric(c) && allowed.find(c) == std::string_view::npos && c != '%') return false;
        ++at;
    }
    return true;
}

bool is_scheme(std::string_view text) {
    return !text.empty() && is_letter(text[0]) &&
           std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || in_scheme.find(c) != std::string_view::npos; });
}

bool is_ipv4(std::string_view text) {
    int numbers = 0;
    while (true) {
        const auto end = std::min(text.find('.'), text.size());
        const std::string_view number = text.substr(0, end);
        if (number.empty() || number.size() > 3 || !std::ranges::all_of(number, is_digit)) return false;
        int value = 0;
        std::from_chars(number.data(), number.data() + number.size(), value);
        if (value > 255) return false;
        ++numbers;
        if (end == text.size()) return numbers == 4;
        text.remove_prefix(end + 1);
    }
}

bool is_host_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    bool first = true;
    while (true) {
        const auto end = std::min(text.find('.'), text.size());
        const std::string_view label = text.substr(0, end);
        if (label.empty() || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back())) return false;
        if (!std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; })) return false;
        if (end == text.size()) return first || is_letter(label.front());
        text.remove_prefix(end + 1);
        first = false;
    }
}

bool is_ipv6(std::string_view text) {
    const auto percent = std::min(text.find('%'), text.size());
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const bool scope = percent == text.size() || percent + 1 < text.size();
    return scope && inet_pton(AF_INET6, std::string(text.substr(0, percent)).c_str(), address.data()) == 1;
}

// user@host:port
bool parse_server(std::string_view text, Uri& uri) {
    const bool bracketed = text.find(']') != std::string_view::npos;
    if (!consists_of(text, in_server, bracketed)) return false;
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        if (!consists_of(text.substr(0, at), in_user)) return false;
        text.remove_prefix(at + 1);
    }
    std::string_view host;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
        host = text.substr(0, end + 1);
    } else {
        host = text.substr(0, text.find(':'));
        if (!is_ipv4(host) && !is_host_name(host)) return false;
    }
    const std::string_view rest = text.substr(host.size());
    if (!rest.empty() && !rest.starts_with(':')) return false;
    if (rest.size() > 1) {
        std::int32_t port = 0;
        const char* end = rest.data() + rest.size();
        const auto parsed = std::from_chars(rest.data() + 1, end, port);
        if (parsed.ec != std::errc() || parsed.ptr != end || rest.find_first_not_of(digits, 1) != std::string_view::npos) return false;
        uri.port = port;
    }
    uri.host = host;
    return true;
}

// What is no server may be any name that a registry gives.
bool parse_authority(std::string_view text, Uri& uri) {
    return parse_server(text, uri) || consists_of(text, in_registry);
}

}  // namespace

std::optional<Uri> parse_uri(std::string_view text) {
    Uri uri;
    if (const auto mark = text.find_first_of(":/?#"); mark != std::string_view::npos && text[mark] == ':') {
        uri.scheme = text.substr(0, mark);
        if (!is_scheme(*uri.scheme)) return std::nullopt;
        text.remove_prefix(mark + 1);
    }
    const auto hash = std::min(text.find('#'), text.size());
    if (hash < text.size()) {
        uri.fragment = text.substr(hash + 1);
        if (!consists_of(*uri.fragment, in_rest)) return std::nullopt;
        text = text.substr(0, hash);
    }
    if (uri.scheme && !text.starts_with('/')) {  // mailto:...
        if (text.empty() || !consists_of(text, in_rest)) return std::nullopt;
        return uri;
    }
    if (text.starts_with("//")) {
        const auto end = std::min(text.find_first_of("/?", 2), text.size());
        const std::string_view authority = text.substr(2, end - 2);
        if (authority.empty() ? end == text.size() && !uri.fragment : !parse_authority(authority, uri)) return std::nullopt;
        text.remove_prefix(end);
    }
    const auto question = std::min(text.find('?'), text.size());
    if (question < text.size()) {
        uri.query = text.substr(question + 1);
        if (!consists_of(*uri.query, in_rest)) return std::nullopt;
    }
    uri.path = text.substr(0, question);
    if (!consists_of(*uri.path, in_path)) return std::nullopt;
    return uri;
}

std::string unescaped_uri(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%' || at + 2 >= text.size()) {
            bytes += text[at];
            continue;
        }
        unsigned byte = 0;
        std::from_chars(text.data() + at + 1, text.data() + at + 3, byte, 16);
        bytes += static_cast<char>(static_cast<unsigned char>(byte));
        at += 2;
    }
    return decoded_utf8(bytes);
}

}  // namespace dualstore::sql::athena
