#include "sql/athena/functions/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr char32_t first_high = 0xD800;
constexpr char32_t first_low = 0xDC00;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool continues_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_hexadecimal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

char32_t unit_of(std::string_view digits) {
    std::uint32_t unit = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    return unit;
}

bool is_low(char32_t unit) {
    return unit >= first_low && unit < first_low + 0x400;
}

void append_unit(std::string& out, char32_t unit) {
    out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(unit));
}

}  // namespace

JsonReader::Token JsonReader::next() {
    if (token_ == Token::failure) return token_;
    skip_blanks();
    if (at_ == text_.size()) return open_.empty() ? take(Token::end, 0) : fail();
    switch (expected_) {
        case Expected::value:
            return read_value();
        case Expected::first_item:
            return peek() == ']' ? close(Token::array_end) : read_value();
        case Expected::first_name:
            return peek() == '}' ? close(Token::object_end) : read_name();
        default:
            break;
    }
    const bool names = expected_ == Expected::name;
    if (peek() == (names ? '}' : ']')) return close(names ? Token::object_end : Token::array_end);
    if (peek() != ',') return fail();
    ++at_;
    skip_blanks();
    return names ? read_name() : read_value();
}

bool JsonReader::skip() {
    if (token_ != Token::object_begin && token_ != Token::array_begin) return token_ != Token::failure;
    const std::size_t depth = open_.size();
    while (open_.size() >= depth) {
        if (next() == Token::failure) return false;
    }
    return true;
}

void JsonReader::skip_blanks() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
}

JsonReader::Token JsonReader::fail() {
    return token_ = Token::failure;
}

JsonReader::Token JsonReader::take(Token token, std::size_t length) {
    raw_ = text_.substr(at_, length);
    at_ += length;
    return token_ = token;
}

JsonReader::Token JsonReader::after_value(Token token, std::size_t length) {
    expected_ = open_.empty() ? Expected::value : open_.back() ? Expected::name : Expected::item;
    return take(token, length);
}

JsonReader::Token JsonReader::open(Token token, Expected expected) {
    open_.push_back(token == Token::object_begin);
    expected_ = expected;
    return take(token, 1);
}

JsonReader::Token JsonReader::close(Token token) {
    open_.pop_back();
    return after_value(token, 1);
}

JsonReader::Token JsonReader::read_value() {
    switch (peek()) {
        case '{':
            return open(Token::object_begin, Expected::first_name);
        case '[':
            return open(Token::array_begin, Expected::first_item);
        case '"':
            return read_string(Token::string);
        case 't':
            return read_word("true", Token::yes);
        case 'f':
            return read_word("false", Token::no);
        case 'n':
            return read_word("null", Token::null);
        default:
            return read_number();
    }
}

JsonReader::Token JsonReader::read_name() {
    if (peek() != '"' || read_string(Token::name) == Token::failure) return fail();
    skip_blanks();
    if (peek() != ':') return fail();
    ++at_;
    expected_ = Expected::value;
    return token_;
}

JsonReader::Token JsonReader::read_string(Token token) {
    std::size_t end = at_ + 1;
    for (; end < text_.size() && text_[end] != '"'; ++end) {
        if (static_cast<unsigned char>(text_[end]) < 0x20) return fail();
        if (text_[end] != '\\') continue;
        ++end;
        const char escape = end < text_.size() ? text_[end] : '\0';
        if (escape == 'u') {
            const std::string_view unit = text_.substr(end + 1, 4);
            if (unit.size() < 4 || !std::ranges::all_of(unit, is_hexadecimal)) return fail();
            end += 4;
        } else if (std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos || escape == '\0') {
            return fail();
        }
    }
    if (end >= text_.size()) return fail();
    ++at_;
    after_value(token, end - at_);
    ++at_;
    return token_;
}

std::size_t JsonReader::digits(std::size_t from) const {
    std::size_t count = 0;
    while (is_digit(peek(from + count))) ++count;
    return count;
}

JsonReader::Token JsonReader::read_number() {
    std::size_t length = peek() == '-' ? 1 : 0;
    const std::size_t whole = digits(length);
    if (whole == 0 || (whole > 1 && peek(length) == '0')) return fail();
    length += whole;
    bool floating = false;
    if (peek(length) == '.') {
        const std::size_t places = digits(++length);
        if (places == 0) return fail();
        length += places;
        floating = true;
    }
    if (peek(length) == 'e' || peek(length) == 'E') {
        ++length;
        if (peek(length) == '+' || peek(length) == '-') ++length;
        const std::size_t places = digits(length);
        if (places == 0) return fail();
        length += places;
        floating = true;
    }
    const char after = peek(length);
    const bool ended = at_ + length == text_.size() || after == ' ' || after == '\t' || after == '\n' || after == '\r';
    if (open_.empty() && !ended) return fail();
    return after_value(floating ? Token::floating : Token::integer, length);
}

JsonReader::Token JsonReader::read_word(std::string_view word, Token token) {
    if (!text_.substr(at_).starts_with(word) || continues_word(peek(word.size()))) return fail();
    return after_value(token, word.size());
}

std::string JsonReader::text() const {
    if (raw_.find('\\') == std::string_view::npos) return std::string(raw_);
    std::string out;
    for (std::size_t at = 0; at < raw_.size(); ++at) {
        if (raw_[at] != '\\') {
            out += raw_[at];
            continue;
        }
        const char escape = raw_[++at];
        if (escape != 'u') {
            constexpr std::string_view letters = "bfnrt";
            const auto control = letters.find(escape);
            out += control == std::string_view::npos ? escape : "\b\f\n\r\t"[control];
            continue;
        }
        char32_t unit = unit_of(raw_.substr(at + 1, 4));
        at += 4;
        const bool high = unit >= first_high && unit < first_low;
        if (high && raw_.substr(at + 1).starts_with("\\u") && is_low(unit_of(raw_.substr(at + 3, 4)))) {
            unit = 0x10000 + ((unit - first_high) << 10) + (unit_of(raw_.substr(at + 3, 4)) - first_low);
            at += 6;
        }
        append_code_point(out, unit);
    }
    return out;
}

void append_json_text(std::string& out, std::string_view text, JsonAstral astral) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0xED) {
            const std::size_t start = at;
            const char32_t point = next_code_point(text, at);
            if (point >= 0x10000 && astral == JsonAstral::escaped) {
                append_unit(out, first_high + ((point - 0x10000) >> 10));
                append_unit(out, first_low + (point & 0x3FF));
            } else if (point >= first_high && point < first_low + 0x400) {
                if (astral == JsonAstral::escaped) {
                    append_unit(out, point);
                } else {
                    out += '?';
                }
            } else {
                out += text.substr(start, at - start);
            }
            continue;
        }
        ++at;
        constexpr std::string_view controls = "\b\f\n\r\t";
        if (const auto control = controls.find(c); control != std::string_view::npos) {
            out += '\\';
            out += "bfnrt"[control];
        } else if (byte < 0x20) {
            append_unit(out, byte);
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    out += '"';
}

double double_of_json(std::string_view raw) {
    double value = 0;
    const auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (parsed.ec != std::errc::result_out_of_range) return value;
    // Too large or too small: by the place of the first digit that is not zero.
    const bool negative = raw.starts_with('-');
    const auto e = std::min(raw.find_first_of("eE"), raw.size());
    std::int64_t exponent = 0;
    if (e < raw.size()) {
        const std::string_view text = raw.substr(e + (raw[e + 1] == '+' ? 2 : 1));
        const auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
        if (read.ec == std::errc::result_out_of_range) exponent = text[0] == '-' ? -1'000'000'000 : 1'000'000'000;
    }
    const std::string_view mantissa = raw.substr(0, e);
    const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
    const auto first = static_cast<std::int64_t>(std::min(mantissa.find_first_of("123456789"), mantissa.size()));
    value = point - first + exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -value : value;
}

void append_json_number(std::string& out, std::string_view raw, bool floating) {
    if (!floating) {
        out += raw == "-0" ? "0" : raw;
        return;
    }
    const double value = double_of_json(raw);
    if (std::isfinite(value)) {
        out += java_text(value);
    } else {
        out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    }
}

std::string sql_text(std::string text) {
    for (auto at = text.find('\xED'); at != std::string::npos; at = text.find('\xED', at + 1)) {
        if (static_cast<unsigned char>(text[at + 1]) >= 0xA0) text.replace(at, 3, "?");
    }
    return text;
}

}  // namespace dualstore::sql::athena
