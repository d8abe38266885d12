#include "sql/athena/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sql/athena/keywords.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = Token::Kind;
constexpr auto npos = std::string_view::npos;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
// Of a character in UTF-8, a byte that is not its first.
bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}
bool is_octal(char c) {
    return c >= '0' && c <= '7';
}
bool is_binary(char c) {
    return c == '0' || c == '1';
}
bool is_hexadecimal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Takes the longest token that fits at each place, as Trino's lexer does: 1e is an identifier that starts with a digit, 1.5a two tokens,
// and the quote of a string that has no end a character of its own.
class Lexer {
  public:
    explicit Lexer(std::string_view sql) : sql_(sql) {}

    Result<std::vector<Token>> run() {
        while (skip_blank()) next_token();
        add(Kind::end, 0);
        tokens_.back().text = "<EOF>";
        if (sql_.find('\0') == npos) return std::move(tokens_);
        *this = Lexer(sql_);
        advance(sql_.find('\0'));
        return fail(error_at("NOT_SUPPORTED", position_, "a NUL character is not supported"));
    }

  private:
    [[nodiscard]] char peek(std::size_t at) const { return at < sql_.size() ? sql_[at] : '\0'; }

    void advance(std::size_t count) {
        for (const std::size_t end = at_ + count; at_ < end; ++at_) {
            if (sql_[at_] == '\n') {
                position_ = {position_.line + 1, 1};
            } else if (!continues_character(sql_[at_])) {
                ++position_.column;
            }
        }
    }

    // False at the end of the text.
    bool skip_blank() {
        for (;;) {
            const char c = peek(at_);
            if (is_space(c)) {
                advance(1);
            } else if (c == '-' && peek(at_ + 1) == '-') {
                advance(std::min(sql_.find_first_of("\r\n", at_), sql_.size()) - at_);
            } else if (c == '/' && peek(at_ + 1) == '*' && !no_more_comments_) {
                const auto end = sql_.find("*/", at_ + 2);
                no_more_comments_ = end == npos;
                if (end == npos) return true;
                advance(end + 2 - at_);
            } else {
                return at_ < sql_.size();
            }
        }
    }

    void add(Kind kind, std::size_t size) {
        Token token{kind, std::string(sql_.substr(at_, size)), {}, position_, at_, at_ + size};
        if (kind == Kind::identifier) {
            token.word = upper(token.text);
            if (is_reserved(token.word)) token.kind = Kind::reserved;
        }
        if (kind == Kind::symbol) token.word = token.text;
        tokens_.push_back(std::move(token));
        advance(size);
    }

    void next_token() {
        const char c = peek(at_);
        if (c == '\'' && delimited(Kind::string, 0)) return;
        if (c == '"' && delimited(Kind::quoted, 0)) return;
        if (c == '`' && delimited(Kind::backquoted, 0)) return;
        if ((c == 'u' || c == 'U') && peek(at_ + 1) == '&' && peek(at_ + 2) == '\'' && delimited(Kind::unicode, 2)) return;
        if ((c == 'x' || c == 'X') && peek(at_ + 1) == '\'' && binary()) return;
        if (c == '?') return add(Kind::parameter, 1);
        if (is_digit(c) || (c == '.' && is_digit(peek(at_ + 1)))) return number();
        if (is_letter(c) || c == '_') return add(Kind::identifier, run_of(is_word, at_) - at_);
        symbol();
    }

    // False where there is no closing quote. A doubled quote stands for one, except where no other closes the text: then its first half
    // does.
    bool delimited(Kind kind, std::size_t prefix) {
        const std::size_t begin = at_ + prefix + 1;
        const char quote = sql_[begin - 1];
        std::string text;
        std::size_t closing = npos;
        std::size_t closed_text = 0;
        for (auto at = begin, next = begin;; at = next + 2) {
            next = sql_.find(quote, at);
            if (next == npos) break;
            text.append(sql_, at, next - at);
            closing = next;
            closed_text = text.size();
            if (peek(next + 1) != quote) break;
            text += quote;
        }
        if (closing == npos) return false;
        text.resize(closed_text);
        add(kind, closing + 1 - at_);
        tokens_.back().text = std::move(text);
        return true;
    }

    bool binary() {
        const auto closing = sql_.find('\'', at_ + 2);
        if (closing == npos) return false;
        const auto begin = at_ + 2;
        add(Kind::binary, closing + 1 - at_);
        tokens_.back().text = sql_.substr(begin, closing - begin);
        return true;
    }

    template <class Predicate>
    [[nodiscard]] std::size_t run_of(Predicate fits, std::size_t at) const {
        while (at < sql_.size() && fits(sql_[at])) ++at;
        return at;
    }

    // Digits with at most one underscore in front of each; none in front of the first, unless it follows a prefix such as 0x.
    template <class Predicate>
    [[nodiscard]] std::size_t grouped_digits(Predicate fits, std::size_t at, bool after_prefix) const {
        const std::size_t begin = at;
        for (;;) {
            const std::size_t digit = peek(at) == '_' && (after_prefix || at > begin) ? at + 1 : at;
            if (digit >= sql_.size() || !fits(sql_[digit])) return at;
            at = digit + 1;
        }
    }

    [[nodiscard]] std::size_t integer_end() const {
        const auto decimal = grouped_digits(is_digit, at_, false);
        if (peek(at_) != '0') return decimal;
        std::size_t end = at_ + 2;
        switch (peek(at_ + 1) | 0x20) {
            case 'x':
                end = grouped_digits(is_hexadecimal, at_ + 2, true);
                break;
            case 'o':
                end = grouped_digits(is_octal, at_ + 2, true);
                break;
            case 'b':
                end = grouped_digits(is_binary, at_ + 2, true);
                break;
            default:
                break;
        }
        return end > at_ + 2 ? end : decimal;
    }

    [[nodiscard]] std::size_t decimal_end() const {
        const auto whole = grouped_digits(is_digit, at_, false);
        return peek(whole) == '.' ? grouped_digits(is_digit, whole + 1, false) : 0;
    }

    [[nodiscard]] std::size_t floating_end() const {
        auto at = run_of(is_digit, at_);
        if (peek(at) == '.') at = run_of(is_digit, at + 1);
        if ((peek(at) | 0x20) != 'e') return 0;
        const std::size_t digits = peek(at + 1) == '+' || peek(at + 1) == '-' ? at + 2 : at + 1;
        return is_digit(peek(digits)) ? run_of(is_digit, digits) : 0;
    }

    void number() {
        const std::array<std::pair<std::size_t, Kind>, 4> readings = {{{integer_end(), Kind::integer},
                                                                       {decimal_end(), Kind::decimal},
                                                                       {floating_end(), Kind::floating},
                                                                       {run_of(is_word, at_), Kind::digit_identifier}}};
        const auto* longest = std::ranges::max_element(readings, {}, &std::pair<std::size_t, Kind>::first);
        add(longest->second, longest->first - at_);
    }

    void symbol() {
        static constexpr std::array<std::string_view, 9> pairs = {"<>", "!=", "<=", ">=", "||", "->", "=>", "{-", "-}"};
        if (std::ranges::find(pairs, sql_.substr(at_, 2)) != pairs.end()) return add(Kind::symbol, 2);
        auto end = at_ + 1;
        while (end < sql_.size() && continues_character(sql_[end])) ++end;
        add(Kind::symbol, end - at_);
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    Position position_;
    bool no_more_comments_ = false;  // from here on none has an end
    std::vector<Token> tokens_;
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

}  // namespace dualstore::sql::athena
