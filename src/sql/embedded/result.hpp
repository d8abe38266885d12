// DuckDB's answers as QueryResult, in Trino's types.
#pragma once

#include "dualstore/query_engine.hpp"
#include "sql/athena/dialect.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// All rows of an answer, whose columns are what the translation says.
[[nodiscard]] QueryResult read_result(Rows rows, const std::vector<athena::ResultColumn>& columns);

}  // namespace dualstore::sql
