// JSON read token by token, as Trino does: what follows the last token that was asked for does not matter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore::sql::athena {

class JsonReader {
  public:
    enum class Token { end, failure, object_begin, object_end, array_begin, array_end, name, string, integer, floating, yes, no, null };

    // The text must outlive it.
    explicit JsonReader(std::string_view text) : text_(text) {}

    // At the end, or where the text is no JSON, it stays.
    Token next();
    [[nodiscard]] Token token() const { return token_; }
    // As written: a number's digits, "true"; a string without its quotes.
    [[nodiscard]] std::string_view raw() const { return raw_; }
    // A name or a string. Halves of surrogate pairs that stand alone are in it as if they were characters.
    [[nodiscard]] std::string text() const;
    // Whether text() is this.
    [[nodiscard]] bool is_text(std::string_view other) const {
        return raw_.find('\\') == std::string_view::npos ? raw_ == other : text() == other;
    }
    // From the beginning of an object or array to its end; nothing for other values. False: the text is no JSON.
    bool skip();

  private:
    enum class Expected { value, first_item, item, first_name, name };

    Token take(Token token, std::size_t length);
    Token after_value(Token token, std::size_t length);
    Token open(Token token, Expected expected);
    Token close(Token token);
    Token read_value();
    Token read_name();
    Token read_string(Token token);
    Token read_number();
    Token read_word(std::string_view word, Token token);
    Token fail();
    void skip_blanks();
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    [[nodiscard]] std::size_t digits(std::size_t from) const;

    std::string_view text_;
    std::size_t at_ = 0;
    Token token_ = Token::end;
    std::string_view raw_;
    Expected expected_ = Expected::value;
    std::vector<bool> open_;  // the objects (true) and arrays around the next token
};

// Jackson escapes what lies beyond U+FFFF where it writes bytes, and not where it writes characters.
enum class JsonAstral { escaped, plain };
// With quotes and escapes.
void append_json_text(std::string& out, std::string_view text, JsonAstral astral = JsonAstral::escaped);
// A number's text as Trino keeps it: -0 is 0, and one with a fraction or an exponent is a double.
void append_json_number(std::string& out, std::string_view raw, bool floating);
// The nearest; an infinity where it is out of range.
[[nodiscard]] double double_of_json(std::string_view raw);
// Text for SQL: '?' for halves of surrogate pairs.
[[nodiscard]] std::string sql_text(std::string text);

}  // namespace dualstore::sql::athena
