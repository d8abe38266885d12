// Binds a query's parameters.
#pragma once

#include <span>

#include "dualstore/query_engine.hpp"
#include "sql/athena/sql_type.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// The type that a literal of this value has in Trino.
[[nodiscard]] athena::SqlType type_of(const Value& value);

// query (INVALID_PARAMETER_USAGE): a value that SQL cannot hold.
[[nodiscard]] Result<void> bind_parameters(const Prepared& statement, std::span<const Value> parameters);

}  // namespace dualstore::sql
