// Binds a query's parameters.
#pragma once

#include <span>

#include "dualstore/query_engine.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// query (INVALID_PARAMETER_USAGE): their number or a value does not fit the statement.
[[nodiscard]] Result<void> bind_parameters(const Prepared& statement, std::span<const Value> parameters);

}  // namespace dualstore::sql
