// The words of Trino's SQL that are no names unless they are quoted. All others, such as date, first, offset or window, are.
#pragma once

#include <string_view>

namespace dualstore::sql::athena {

// `word` in upper case.
[[nodiscard]] bool is_reserved(std::string_view word);

}  // namespace dualstore::sql::athena
