// Values as SQL literals of Trino's, and statements with literals in place of their `?`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dualstore/query_engine.hpp"

namespace dualstore::sql::remote {

// One expression that Trino reads as that value: 'it''s', (-5), DECIMAL '1.50', X'0A', ARRAY[1, 2], ROW(1, 'x'). A row's fields lose their
// names, which Trino's comparisons and casts do not look at. query (INVALID_PARAMETER_USAGE): text that is not UTF-8, a decimal that is
// none.
[[nodiscard]] Result<std::string> sql_literal(const Value& value);

// query (INVALID_PARAMETER_USAGE): the statement has another number of `?`.
[[nodiscard]] Result<void> check_parameter_count(std::string_view sql, std::size_t given);

// The statement with the literals of `parameters` in place of its `?`, in order.
// query (INVALID_PARAMETER_USAGE): their number is another, or one has no literal.
[[nodiscard]] Result<std::string> with_literals(std::string_view sql, std::span<const Value> parameters);

}  // namespace dualstore::sql::remote
