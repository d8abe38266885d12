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
        identifier,        // unquoted, as written; keywords that may be names too
        reserved,          // a keyword that may not
        quoted,            // "a ""b""": text is what is meant
        digit_identifier,  // 1a, which is no name
        backquoted,        // `a`, which is none either
        string,            // 'it''s': text is what is meant
        unicode,           // U&'\0041': text with its escapes
        binary,            // X'0A': text is what stands between the quotes
        integer,           // 12, 1_000, 0xFF, 0o17, 0b1
        decimal,
        floating,
        symbol,     // operators and punctuation; also a character that is part of no token
        parameter,  // ?
        end,        // behind the last one
    };
    Kind kind = Kind::symbol;
    std::string text;
    std::string word;  // what the grammar knows it by: a keyword or identifier in upper case, a symbol as it is; empty for others
    Position position;
    std::size_t begin = 0, end = 0;  // where it stands in the text
};

// Without white space and comments; the last token is the end. What Trino's grammar does not know comes as symbols for the parser to refuse
// where they stand. query: "NOT_SUPPORTED: line 1:8: ..." for a NUL character, nothing else.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view sql);

// "SYNTAX_ERROR: line 1:8: message" as an error with code query.
[[nodiscard]] Error error_at(std::string_view kind, Position position, std::string_view message);

// ASCII letters changed, all else kept.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);

}  // namespace dualstore::sql::athena
