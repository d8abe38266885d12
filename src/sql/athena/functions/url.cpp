// URL functions. https://trino.io/docs/current/functions/url.html
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/uri.hpp"
#include "sql/athena/functions/utf8_repair.hpp"

namespace dualstore::sql::athena {
namespace {

bool is_hexadecimal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void url_encode(const Arguments& arguments, Answer& answer) {
    std::string out;
    for (const char c : arguments.text(0)) {
        const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (alphanumeric || c == '.' || c == '-' || c == '*' || c == '_') {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    answer.text(out);
}

// As forms are encoded. Empty: an escape is malformed, and `failure` says how.
std::optional<std::string> decoded(std::string_view text, std::string& failure) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (i + 2 >= text.size()) {
            failure = "URLDecoder: Incomplete trailing escape (%) pattern";
            return std::nullopt;
        }
        for (const char c : text.substr(i + 1, 2)) {
            if (is_hexadecimal(c)) continue;
            failure = fmt::format("URLDecoder: Illegal hex characters in escape (%) pattern - not a hexadecimal digit: \"{}\" = {}", c,
                                  static_cast<int>(static_cast<unsigned char>(c)));
            return std::nullopt;
        }
        unsigned byte = 0;
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
        bytes += static_cast<char>(static_cast<unsigned char>(byte));
        i += 2;
    }
    return decoded_utf8(bytes);
}

void url_decode(const Arguments& arguments, Answer& answer) {
    std::string failure;
    const auto text = decoded(arguments.text(0), failure);
    if (!text) return answer.error("INVALID_FUNCTION_ARGUMENT", failure);
    answer.text(*text);
}

// A part that a URL does not have is empty; what is no URL has none at all.
template <std::optional<std::string_view> Uri::* Part>
void url_extract(const Arguments& arguments, Answer& answer) {
    const auto uri = parse_uri(arguments.text(0));
    if (!uri) return;
    answer.text(unescaped_uri((*uri.*Part).value_or("")));
}

// Not unescaped: neither can have escapes, but for an IPv6 address's scope.
template <std::optional<std::string_view> Uri::* Part>
void url_extract_raw(const Arguments& arguments, Answer& answer) {
    const auto uri = parse_uri(arguments.text(0));
    if (uri) answer.text((*uri.*Part).value_or(""));
}

void url_extract_port(const Arguments& arguments, Answer& answer) {
    const auto uri = parse_uri(arguments.text(0));
    if (uri && uri->port) answer.value(*uri->port);
}

void url_extract_parameter(const Arguments& arguments, Answer& answer) {
    const auto uri = parse_uri(arguments.text(0));
    if (!uri || !uri->query) return;
    std::string_view rest = *uri->query;
    while (true) {
        const auto end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) == arguments.text(1)) {
            std::string failure;
            return answer.text(decoded(pair.substr(std::min(equals + 1, pair.size())), failure).value_or(""));
        }
        if (end == rest.size()) return;
        rest.remove_prefix(end + 1);
    }
}

constexpr Function functions[] = {
    {"url_decode(varchar(x)) -> varchar(x)", "@athena_url_decode"},
    {"url_encode(varchar(x)) -> varchar(min(2147483647, x * 12))", "@athena_url_encode"},
    {"url_extract_fragment(varchar(x)) -> varchar(x)", "@athena_url_extract_fragment"},
    {"url_extract_host(varchar(x)) -> varchar(x)", "@athena_url_extract_host"},
    {"url_extract_parameter(varchar(x), varchar(y)) -> varchar(x)", "@athena_url_extract_parameter"},
    {"url_extract_path(varchar(x)) -> varchar(x)", "@athena_url_extract_path"},
    {"url_extract_port(varchar(x)) -> bigint", "@athena_url_extract_port"},
    {"url_extract_protocol(varchar(x)) -> varchar(x)", "@athena_url_extract_protocol"},
    {"url_extract_query(varchar(x)) -> varchar(x)", "@athena_url_extract_query"},
};

const NativeFunction natives[] = {
    {"athena_url_decode", url_decode},
    {"athena_url_encode", url_encode},
    {"athena_url_extract_fragment", url_extract<&Uri::fragment>},
    {"athena_url_extract_host", url_extract_raw<&Uri::host>},
    {"athena_url_extract_parameter", url_extract_parameter},
    {"athena_url_extract_path", url_extract<&Uri::path>},
    {"athena_url_extract_port", url_extract_port},
    {"athena_url_extract_protocol", url_extract_raw<&Uri::scheme>},
    {"athena_url_extract_query", url_extract<&Uri::query>},
};

}  // namespace

Room url_functions() {
    return {{"URL functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
