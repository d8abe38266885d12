#include "sql/athena/lexer.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace dualstore::sql::athena {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

class Lexer {
  public:
    explicit Lexer(std::string_view sql) : sql_(sql) {}

    Result<std::vector<Token>> run() {
        while (skip_blank()) {
            start_ = position_;
            if (!next_token()) return fail(error_);
        }
        if (!error_.message.empty()) return fail(error_);
        return std::move(tokens_);
    }

  private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

    void advance(std::size_t count = 1) {
        for (; count > 0 && at_ < sql_.size(); --count, ++at_) {
            if (sql_[at_] == '\n') {
                position_ = {position_.line + 1, 1};
            } else if ((static_cast<unsigned char>(sql_[at_]) & 0xC0) != 0x80) {
                ++position_.column;
            }
        }
    }

    bool refuse(std::string_view message) {
        error_ = error_at("SYNTAX_ERROR", start_, message);
        return false;
    }

    // False at the end of the text, and in a comment that has none.
    bool skip_blank() {
        for (;;) {
            if (is_space(peek())) {
                advance();
            } else if (peek() == '-' && peek(1) == '-') {
                while (at_ < sql_.size() && peek() != '\n') advance();
            } else if (peek() == '/' && peek(1) == '*') {
                start_ = position_;
                const auto end = sql_.find("*/", at_ + 2);
                if (end == std::string_view::npos) return refuse("a comment has no end");
                advance(end + 2 - at_);
            } else {
                return at_ < sql_.size();
            }
        }
    }

    void add(Token::Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), start_}); }

    bool next_token() {
        const char c = peek();
        if (c == '\'') return delimited(Token::Kind::string, '\'');
        if (c == '"') return delimited(Token::Kind::quoted, '"');
        if ((c == 'x' || c == 'X') && peek(1) == '\'') return binary();
        if ((c == 'u' || c == 'U') && peek(1) == '&' && peek(2) == '\'') return unicode();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
        if (is_letter(c)) {
            const auto begin = at_;
            while (is_letter(peek()) || is_digit(peek())) advance();
            add(Token::Kind::identifier, std::string(sql_.substr(begin, at_ - begin)));
            return true;
        }
        if (c == '?') {
            advance();
            add(Token::Kind::parameter, "?");
            return true;
        }
        return symbol();
    }

    bool delimited(Token::Kind kind, char quote) {
        std::string text;
        for (advance(); at_ < sql_.size(); advance()) {
            if (peek() == quote) {
                if (peek(1) != quote) {
                    advance();
                    if (kind == Token::Kind::quoted && text.empty()) return refuse("Zero-length delimited identifier not allowed");
                    add(kind, std::move(text));
                    return true;
                }
                advance();
            }
            if (peek() == '\0') return refuse("a NUL character");
            text += peek();
        }
        return refuse(kind == Token::Kind::string ? "a string has no closing quote" : "a quoted name has no closing quote");
    }

    bool binary() {
        advance();
        if (!delimited(Token::Kind::binary, '\'')) return false;
        std::string digits;
        for (const char c : tokens_.back().text) {
            if (is_space(c)) continue;
            if (!is_hex(c)) return refuse("Binary literal can only contain hexadecimal digits");
            digits += c;
        }
        if (digits.size() % 2 != 0) return refuse("Binary literal must contain an even number of digits");
        tokens_.back().text = std::move(digits);
        return true;
    }

    // U&'\0041\+01F44D': a backslash and four digits, or six after a plus.
    bool unicode() {
        advance(2);
        if (!delimited(Token::Kind::string, '\'')) return false;
        const std::string raw = std::move(tokens_.back().text);
        std::string text;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            if (raw[i] != '\\') {
                text += raw[i];
            } else if (i + 1 < raw.size() && raw[i + 1] == '\\') {
                text += raw[i++];
            } else {
                const bool wide = i + 1 < raw.size() && raw[i + 1] == '+';
                const std::size_t begin = i + (wide ? 2 : 1);
                const std::size_t count = wide ? 6 : 4;
                if (!append_code_point(raw, begin, count, text)) return refuse("Incomplete escape sequence");
                i = begin + count - 1;
            }
        }
        tokens_.back().text = std::move(text);
        return true;
    }

    static bool append_code_point(std::string_view raw, std::size_t begin, std::size_t count, std::string& text) {
        if (begin + count > raw.size()) return false;
        std::uint32_t code = 0;
        for (const char c : raw.substr(begin, count)) {
            if (!is_hex(c)) return false;
            code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xC0 | (code >> 6));
            put(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            put(0xE0 | (code >> 12));
            put(0x80 | ((code >> 6) & 0x3F));
            put(0x80 | (code & 0x3F));
        } else {
            put(0xF0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3F));
            put(0x80 | ((code >> 6) & 0x3F));
            put(0x80 | (code & 0x3F));
        }
        return true;
    }

    void digits() {
        while (is_digit(peek())) advance();
    }

    bool number() {
        const auto begin = at_;
        auto kind = Token::Kind::integer;
        digits();
        if (peek() == '.') {
            kind = Token::Kind::decimal;
            advance();
            digits();
        }
        const bool sign = peek(1) == '+' || peek(1) == '-';
        if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
            kind = Token::Kind::floating;
            advance(sign ? 2 : 1);
            digits();
        }
        if (is_letter(peek())) return refuse("identifiers must not start with a digit; surround the identifier with double quotes");
        add(kind, std::string(sql_.substr(begin, at_ - begin)));
        return true;
    }

    bool symbol() {
        static constexpr std::array<std::string_view, 7> pairs = {"<>", "!=", "<=", ">=", "||", "->", "=>"};
        for (const auto pair : pairs) {
            if (sql_.substr(at_, 2) == pair) {
                advance(2);
                add(Token::Kind::symbol, std::string(pair));
                return true;
            }
        }
        if (std::string_view("+-*/%=<>(),.;[]").find(peek()) == std::string_view::npos) {
            return refuse(peek() == '`' ? "backquoted identifiers are not supported; use double quotes to quote identifiers"
                                        : "mismatched input");
        }
        add(Token::Kind::symbol, std::string(1, peek()));
        advance();
        return true;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    Position position_;
    Position start_;
    std::vector<Token> tokens_;
    Error error_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view sql) {
    return Lexer(sql).run();
}

Error error_at(std::string_view kind, Position position, std::string_view message) {
    return {ErrorCode::query, Retry::never, "query", {}, fmt::format("{}: line {}:{}: {}", kind, position.line, position.column, message)};
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return result;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    }
    return result;
}

bool is_keyword(const Token& token, std::string_view keyword) {
    return token.kind == Token::Kind::identifier && token.text.size() == keyword.size() && upper(token.text) == keyword;
}

bool is_symbol(const Token& token, std::string_view symbol) {
    return token.kind == Token::Kind::symbol && token.text == symbol;
}

}  // namespace dualstore::sql::athena
