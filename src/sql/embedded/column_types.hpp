// Columns of a table in DuckDB: their types, and JSON values written into vectors.
#pragma once

#include <yyjson.h>

#include <string>

#include "dualstore/table.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// The type as DuckDB's SQL writes it: STRUCT("a" INTEGER, "b" VARCHAR[]).
[[nodiscard]] std::string duckdb_name(const Type& type);
[[nodiscard]] LogicalType logical_type(const Type& type);

// Writes a checked value, or null where `value` is nullptr or JSON's null, to a row of a vector of this type. Rows are written in order.
void write_value(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value);
void write_text(duckdb_vector vector, idx_t row, std::string_view text);

}  // namespace dualstore::sql
