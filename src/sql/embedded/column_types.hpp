// Columns of a table in DuckDB: their types, and JSON values written into vectors.
#pragma once

#include <yyjson.h>

#include <span>
#include <string>
#include <vector>

#include "dualstore/table.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// The type as DuckDB's SQL writes it: STRUCT("a" INTEGER, "b" VARCHAR[]).
[[nodiscard]] std::string duckdb_name(const Type& type);
[[nodiscard]] LogicalType logical_type(const Type& type);

struct RowColumn {
    std::string name;
    LogicalType type;
};

// The columns of a table's rows: c0, c1, ..., key, object. The last is the number of the object that a row is of.
[[nodiscard]] std::vector<RowColumn> row_columns(const TableDefinition& table);
[[nodiscard]] RowColumn object_column();
// The same as CREATE TABLE has them.
[[nodiscard]] std::string row_definition(const TableDefinition& table);
// An empty one, with room for duckdb_vector_size() rows.
[[nodiscard]] Chunk make_chunk(std::span<const RowColumn> columns);

// Writes a checked value, or null where `value` is nullptr or JSON's null, to a row of a vector of this type. Rows are written in order.
void write_value(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value);
void write_text(duckdb_vector vector, idx_t row, std::string_view text);

}  // namespace dualstore::sql
