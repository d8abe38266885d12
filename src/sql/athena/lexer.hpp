// Trino SQL as tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"

namespace dualstore::sql::athena {

struct Position {
    std::size_t line = 1;
    std::size_t column = 1;  // in characters
};

struct Token {
    enum class Kind {
        identifier,  // unquoted, as written; keywords too
        quoted,      // "a ""b""": text is what is meant
        string,      // 'it''s': text is what is meant
        binary,      // X'0A': text is the hexadecimal digits
        integer,
        decimal,
        floating,
        symbol,     // operators and punctuation
        parameter,  // ?
    };
    Kind kind = Kind::symbol;
    std::string text;
    Position position;
};

// Without white space and comments. query: "SYNTAX_ERROR: line 1:8: ..." for text that cannot be SQL.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view sql);

// "SYNTAX_ERROR: line 1:8: message" as an error with code query.
[[nodiscard]] Error error_at(std::string_view kind, Position position, std::string_view message);

// An unquoted identifier that is this keyword, given in upper case.
[[nodiscard]] bool is_keyword(const Token& token, std::string_view keyword);
[[nodiscard]] bool is_symbol(const Token& token, std::string_view symbol);

// ASCII letters changed, all else kept.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);

}  // namespace dualstore::sql::athena
