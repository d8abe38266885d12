// The words of a DDL text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"

namespace dualstore::record {

struct DdlToken {
    enum class Kind { word, quoted_name, text, number, symbol, end };
    Kind kind = Kind::end;
    std::string text;  // unquoted and unescaped; a symbol is one character
    std::size_t line = 1;
};

// Comments (`--` to the end of the line, `/* */`) and white space are passed over. The last token is `end`.
[[nodiscard]] Result<std::vector<DdlToken>> ddl_tokens(std::string_view text, std::string_view file);

// `file:line: message`, invalid_argument.
[[nodiscard]] tl::unexpected<Error> ddl_error(std::string_view file, std::size_t line, std::string_view message);

}  // namespace dualstore::record
