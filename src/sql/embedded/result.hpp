// DuckDB's answers as QueryResult, in Trino's types.
#pragma once

#include "dualstore/query_engine.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// All rows of an answer. query: a column has a type that Trino does not know.
[[nodiscard]] Result<QueryResult> read_result(Rows rows);

}  // namespace dualstore::sql
