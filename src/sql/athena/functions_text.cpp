// Patterns of dates, addresses (RFC 3986) and checksums.
#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {
namespace {

using Specifier = std::pair<std::string_view, std::string_view>;

std::string_view find(std::span<const Specifier> specifiers, std::string_view name) {
    const auto found = std::ranges::find(specifiers, name, &Specifier::first);
    return found == specifiers.end() ? std::string_view() : found->second;
}

// MySQL's letters after %, as date_format takes them, in strftime's.
constexpr Specifier mysql[] = {
    {"a", "%a"}, {"b", "%b"},       {"c", "%-m"}, {"d", "%d"},  {"e", "%-d"}, {"f", "%f"}, {"H", "%H"}, {"h", "%I"},          {"I", "%I"},
    {"i", "%M"}, {"j", "%j"},       {"k", "%-H"}, {"l", "%-I"}, {"M", "%B"},  {"m", "%m"}, {"p", "%p"}, {"r", "%I:%M:%S %p"}, {"S", "%S"},
    {"s", "%S"}, {"T", "%H:%M:%S"}, {"v", "%V"},  {"W", "%A"},  {"x", "%G"},  {"Y", "%Y"}, {"y", "%y"}, {"%", "%%"},
};

void mysql_format(const Arguments& arguments, Answer& answer) {
    const std::string_view format = arguments.text(0);
    std::string out;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 == format.size()) {
            out += format[i];
            continue;
        }
        const std::string_view letter = format.substr(++i, 1);
        const std::string_view specifier = find(mysql, letter);
        if (specifier.empty() && std::string_view("DUuVwX").find(letter) != std::string_view::npos) {
            return answer.error(fmt::format("INVALID_FUNCTION_ARGUMENT: %{} not supported in date format string", letter));
        }
        out += specifier.empty() ? letter : specifier;
    }
    answer.text(out);
}

// Joda's runs of letters, as format_datetime takes them.
constexpr Specifier joda[] = {
    {"yyyy", "%Y"}, {"YYYY", "%Y"}, {"y", "%Y"},   {"yy", "%y"},   {"MM", "%m"}, {"M", "%-m"},  {"MMM", "%b"},  {"MMMM", "%B"},
    {"dd", "%d"},   {"d", "%-d"},   {"HH", "%H"},  {"H", "%-H"},   {"hh", "%I"}, {"h", "%-I"},  {"mm", "%M"},   {"m", "%-M"},
    {"ss", "%S"},   {"s", "%-S"},   {"SSS", "%g"}, {"a", "%p"},    {"E", "%a"},  {"EEE", "%a"}, {"EEEE", "%A"}, {"DDD", "%j"},
    {"D", "%-j"},   {"e", "%u"},    {"ww", "%V"},  {"xxxx", "%G"}, {"Z", "%z"},
};

void joda_format(const Arguments& arguments, Answer& answer) {
    const std::string_view format = arguments.text(0);
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::string out;
    for (std::size_t i = 0; i < format.size();) {
        if (format[i] == '\'') {
            const auto end = std::min(format.find('\'', i + 1), format.size());
            out += end == i + 1 ? std::string_view("'") : format.substr(i + 1, end - i - 1);
            i = end + 1;
        } else if (!is_letter(format[i])) {
            if (format[i] == '%') out += '%';
            out += format[i++];
        } else {
            const auto end = std::min(format.find_first_not_of(format[i], i), format.size());
            const std::string_view specifier = find(joda, format.substr(i, end - i));
            if (specifier.empty()) {
                return answer.error(fmt::format("INVALID_FUNCTION_ARGUMENT: pattern {} is not supported", format.substr(i, end - i)));
            }
            out += specifier;
            i = end;
        }
    }
    answer.text(out);
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

std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const char* end = text.data() + i + 3;
        if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end) return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

void url_decode(const Arguments& arguments, Answer& answer) {
    const auto text = decoded(arguments.text(0));
    if (!text) return answer.error("INVALID_FUNCTION_ARGUMENT: URLDecoder: Incomplete or illegal hex characters in escape (%) pattern");
    answer.text(*text);
}

struct Url {
    std::optional<std::string_view> protocol, host, port, query, fragment;
    std::string_view path;
};

Url parse_url(std::string_view text) {
    Url url;
    const auto cut = [&](char c) {
        std::optional<std::string_view> tail;
        if (const auto at = text.find(c); at != std::string_view::npos) {
            tail = text.substr(at + 1);
            text = text.substr(0, at);
        }
        return tail;
    };
    url.fragment = cut('#');
    url.query = cut('?');
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && colon < text.find('/')) {
        url.protocol = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const auto slash = std::min(text.find('/'), text.size());
        std::string_view authority = text.substr(0, slash);
        text.remove_prefix(slash);
        if (const auto user = authority.rfind('@'); user != std::string_view::npos) authority.remove_prefix(user + 1);
        const auto port = authority.rfind(':');
        if (port != std::string_view::npos && authority.find(']', port) == std::string_view::npos) {
            url.port = authority.substr(port + 1);
            authority = authority.substr(0, port);
        }
        if (!authority.empty()) url.host = authority;
    }
    url.path = text;
    return url;
}

void url_part(const std::optional<std::string_view>& part, Answer& answer) {
    if (part) answer.text(*part);
}

void url_protocol(const Arguments& arguments, Answer& answer) {
    url_part(parse_url(arguments.text(0)).protocol, answer);
}
void url_host(const Arguments& arguments, Answer& answer) {
    url_part(parse_url(arguments.text(0)).host, answer);
}
void url_path(const Arguments& arguments, Answer& answer) {
    url_part(parse_url(arguments.text(0)).path, answer);
}
void url_query(const Arguments& arguments, Answer& answer) {
    url_part(parse_url(arguments.text(0)).query, answer);
}
void url_fragment(const Arguments& arguments, Answer& answer) {
    url_part(parse_url(arguments.text(0)).fragment, answer);
}

void url_port(const Arguments& arguments, Answer& answer) {
    const auto port = parse_url(arguments.text(0)).port;
    std::int64_t number = 0;
    if (!port || std::from_chars(port->data(), port->data() + port->size(), number).ec != std::errc()) return;
    answer.value(number);
}

void url_parameter(const Arguments& arguments, Answer& answer) {
    const Url url = parse_url(arguments.text(0));
    std::string_view rest = url.query.value_or("");
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (decoded(pair.substr(0, equals)) != std::string(arguments.text(1))) continue;
        return answer.text(decoded(pair.substr(std::min(equals + 1, pair.size()))).value_or(""));
    }
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
        table[i] = value;
    }
    return table;
}();

void crc32(const Arguments& arguments, Answer& answer) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : arguments.text(0)) crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
    answer.value(static_cast<std::int64_t>(crc ^ 0xFFFFFFFFU));
}

void xxhash64(const Arguments& arguments, Answer& answer) {
    const std::string_view bytes = arguments.text(0);
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, XXH64(bytes.data(), bytes.size(), 0));
    answer.text({reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest});
}

constexpr duckdb_type varchar = DUCKDB_TYPE_VARCHAR;

const NativeFunction functions[] = {
    {"athena_crc32", {DUCKDB_TYPE_BLOB}, DUCKDB_TYPE_BIGINT, crc32},
    {"athena_joda_format", {varchar}, varchar, joda_format},
    {"athena_mysql_format", {varchar}, varchar, mysql_format},
    {"athena_url_decode", {varchar}, varchar, url_decode},
    {"athena_url_encode", {varchar}, varchar, url_encode},
    {"athena_url_extract_fragment", {varchar}, varchar, url_fragment},
    {"athena_url_extract_host", {varchar}, varchar, url_host},
    {"athena_url_extract_parameter", {varchar, varchar}, varchar, url_parameter},
    {"athena_url_extract_path", {varchar}, varchar, url_path},
    {"athena_url_extract_port", {varchar}, DUCKDB_TYPE_BIGINT, url_port},
    {"athena_url_extract_protocol", {varchar}, varchar, url_protocol},
    {"athena_url_extract_query", {varchar}, varchar, url_query},
    {"athena_xxhash64", {DUCKDB_TYPE_BLOB}, DUCKDB_TYPE_BLOB, xxhash64},
};

}  // namespace

std::span<const NativeFunction> text_functions() {
    return functions;
}

}  // namespace dualstore::sql::athena
