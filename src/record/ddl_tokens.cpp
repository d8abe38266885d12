#include "record/ddl_tokens.hpp"

#include <fmt/format.h>

namespace dualstore::record {
namespace {

bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

class Tokenizer {
  public:
    Tokenizer(std::string_view text, std::string_view file) : text_(text), file_(file) {}

    Result<std::vector<DdlToken>> run() {
        std::vector<DdlToken> tokens;
        for (;;) {
            if (auto skipped = skip(); !skipped) return fail(skipped.error());
            if (at_ == text_.size()) break;
            auto token = next();
            if (!token) return fail(token.error());
            tokens.push_back(std::move(*token));
        }
        tokens.push_back({DdlToken::Kind::end, "the end of the file", line_});
        return tokens;
    }

  private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    char take() {
        if (text_[at_] == '\n') ++line_;
        return text_[at_++];
    }

    Result<void> skip() {
        while (at_ < text_.size()) {
            if (space(peek())) {
                take();
            } else if (peek() == '-' && peek(1) == '-') {
                while (at_ < text_.size() && peek() != '\n') take();
            } else if (peek() == '/' && peek(1) == '*') {
                const std::size_t opened = line_;
                const auto end = text_.find("*/", at_ + 2);
                if (end == text_.npos) return ddl_error(file_, opened, "expected */, which ends this comment, found the end of the file");
                while (at_ < end + 2) take();
            } else {
                break;
            }
        }
        return {};
    }

    Result<DdlToken> next() {
        const char c = peek();
        if (c == '\'' || c == '"') return quoted(DdlToken::Kind::text);
        if (c == '`') return quoted(DdlToken::Kind::quoted_name);
        DdlToken token{DdlToken::Kind::symbol, {}, line_};
        if (letter(c) || digit(c)) {
            token.kind = digit(c) ? DdlToken::Kind::number : DdlToken::Kind::word;
            while (letter(peek()) || digit(peek())) token.text += take();
            if (token.kind == DdlToken::Kind::number && token.text.find_first_not_of("0123456789") != token.text.npos) {
                token.kind = DdlToken::Kind::word;  // Hive takes names that begin with a digit
            }
        } else {
            token.text = take();
        }
        return token;
    }

    // Text in ' or " takes backslash escapes, as in Hive; every quote takes its own doubled.
    Result<DdlToken> quoted(DdlToken::Kind kind) {
        DdlToken token{kind, {}, line_};
        const char quote = take();
        while (at_ < text_.size()) {
            const char c = take();
            if (c == quote) {
                if (peek() != quote) return token;
                take();
                token.text += quote;
            } else if (c == '\\' && kind == DdlToken::Kind::text && at_ < text_.size()) {
                const char escaped = take();
                token.text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
            } else {
                token.text += c;
            }
        }
        return ddl_error(file_, token.line, fmt::format("expected {}, which ends this text, found the end of the file", quote));
    }

    std::string_view text_;
    std::string_view file_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<DdlToken>> ddl_tokens(std::string_view text, std::string_view file) {
    return Tokenizer(text, file).run();
}

tl::unexpected<Error> ddl_error(std::string_view file, std::size_t line, std::string_view message) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}:{}: {}", file, line, message), "read table definition");
}

}  // namespace dualstore::record
