// Literals.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

namespace {

int hexadecimal(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

void append_utf8(std::uint32_t code, std::string& text) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
        return;
    }
    if (code < 0x800) {
        put(0xC0 | (code >> 6));
    } else {
        if (code < 0x10000) {
            put(0xE0 | (code >> 12));
        } else {
            put(0xF0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3F));
        }
        put(0x80 | ((code >> 6) & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

// The escapes of U&'...'. Without an error in the result, `text` is what is meant.
std::string decode_unicode(std::string_view raw, char escape, std::string& text) {
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != escape) {
            text += raw[i];
            continue;
        }
        if (i + 1 < raw.size() && raw[i + 1] == escape) {
            text += raw[++i];
            continue;
        }
        const bool wide = i + 1 < raw.size() && raw[i + 1] == '+';
        const std::string_view digits = raw.substr(i + (wide ? 2 : 1)).substr(0, wide ? 6 : 4);
        std::uint32_t code = 0;
        std::size_t count = 0;
        while (count < digits.size() && hexadecimal(digits[count]) >= 0) {
            code = code * 16 + static_cast<std::uint32_t>(hexadecimal(digits[count++]));
        }
        if (count < (wide ? 6U : 4U)) return fmt::format("Incomplete escape sequence: {}", digits.substr(0, count));
        if (code >= 0xD800 && code <= 0xDFFF) {
            return fmt::format("Invalid escaped character: {}. Escaped character is a surrogate. Use '\\+123456' instead.", digits);
        }
        if (code > 0x10FFFF) return fmt::format("Invalid escaped character: {}", digits);
        append_utf8(code, text);
        i += digits.size() + (wide ? 1 : 0);
    }
    return {};
}

// In decimal digits; empty: more than 2^63 - 1, or 2^63 where it has a minus.
std::string decimal_digits(std::string text, bool negative) {
    std::erase(text, '_');
    int base = 10;
    if (text.size() > 2 && text[0] == '0') {
        const char letter = static_cast<char>(text[1] | 0x20);
        if (letter == 'x') base = 16;
        if (letter == 'o') base = 8;
        if (letter == 'b') base = 2;
    }
    const char* const begin = text.data() + (base == 10 ? 0 : 2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value, base);
    if (error != std::errc() || value > (std::uint64_t{1} << 63) - (negative ? 0 : 1)) return {};
    return std::to_string(value);
}

}  // namespace

std::string Parser::string() {
    begin("<string>");
    if (!is_string()) mismatch();
    if (token().kind == Token::Kind::unicode) return unicode_string();
    return tokens_[next_++].text;
}

std::string Parser::unicode_string() {
    const Position start = here();
    const std::string& raw = tokens_[next_++].text;
    char escape = '\\';
    if (take("UESCAPE")) {
        note("<string>");
        if (token().kind != Token::Kind::string) mismatch();
        const std::string& given = tokens_[next_++].text;
        const bool fits = given.size() == 1 && given[0] > ' ' && given[0] < '\x7f' && hexadecimal(given[0]) < 0 &&
                          std::string_view("+'\"").find(given[0]) == std::string_view::npos;
        if (!fits) refuse_at_last(start, fmt::format("Invalid Unicode escape character: {}", shown(given)));
        if (fits) escape = given[0];
    }
    std::string text;
    if (std::string error = decode_unicode(raw, escape, text); !error.empty()) refuse_at_last(start, std::move(error));
    if (text.find('\0') != std::string::npos) not_supported(start, "a NUL character");  // DuckDB takes it for the end of its text
    return text;
}

ExpressionPtr Parser::constant() {
    const Token& word = tokens_[next_++];
    if (word.word == "NULL") return make(word.position, Null{});
    return make(word.position, Boolean{word.word == "TRUE"});
}

ExpressionPtr Parser::binary() {
    const Token& literal = tokens_[next_++];
    std::string digits = literal.text;
    std::erase_if(digits, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
    if (digits.size() % 2 != 0) refuse_at_last(literal.position, "Binary literal must contain an even number of digits");
    if (!std::ranges::all_of(digits, [](char c) { return hexadecimal(c) >= 0; })) {
        refuse_at_last(literal.position, "Binary literal can only contain hexadecimal digits");
    }
    return make(literal.position, syntax::Binary{std::move(digits)});
}

ExpressionPtr Parser::number() {
    const bool negative = negative_ != 0 && negative_ == next_;
    const Token& literal = tokens_[next_++];
    std::string text = literal.text;
    if (literal.kind == Token::Kind::floating) return make(literal.position, Number{Number::Kind::floating, std::move(text)});
    if (literal.kind == Token::Kind::decimal) {
        std::erase(text, '_');
        return make(literal.position, Number{Number::Kind::decimal, std::move(text)});
    }
    std::string digits = decimal_digits(text, negative);
    const Position start = negative ? tokens_[next_ - 2].position : literal.position;
    if (digits.empty()) refuse_at_last(start, fmt::format("Invalid numeric literal: {}{}", negative ? "-" : "", shown(text)));
    return make(literal.position, Number{Number::Kind::integer, std::move(digits)});
}

ExpressionPtr Parser::parameter() {
    return make(tokens_[next_++].position, Parameter{parameters_++});
}

// DATE '2024-01-01'
ExpressionPtr Parser::typed_literal() {
    const Position start = here();
    TypedLiteral literal;
    literal.type.at = start;
    if (is("DOUBLE") && is("PRECISION", 1)) {
        literal.type.name = "double";
        next_ += 2;
    } else {
        if (is("X")) refuse_at_last(start, "Spaces are not allowed between 'X' and the starting quote of a binary literal");
        literal.type.name = lower(name().text);
    }
    literal.text = string();
    return make(start, std::move(literal));
}

// INTERVAL '1' alone is a typed literal, and interval - '1' a difference.
bool Parser::starts_interval() const {
    if (!is("INTERVAL")) return false;
    const std::size_t behind = is("-", 1) || is("+", 1) ? 2 : 1;
    return is_string(behind) && is_any({"DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"}, behind + 1);
}

ExpressionPtr Parser::interval() {
    const Position start = here();
    expect("INTERVAL");
    IntervalLiteral literal;
    literal.negative = take("-");
    if (!literal.negative) take("+");
    literal.text = string();
    const auto field = [&] { return lower(expect_any({"DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"})); };
    literal.from = field();
    if (at("TO") && (undecided_ > 0 || is_any({"DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"}, 1))) {
        ++next_;
        literal.to = field();
    }
    return make(start, std::move(literal));
}

}  // namespace dualstore::sql::athena
