// Table definitions in Trino's SQL.
#pragma once

#include <string>
#include <string_view>

#include "dualstore/query_engine.hpp"
#include "dualstore/table.hpp"

namespace dualstore::sql::remote {

// "it""s": a name as SQL writes it.
[[nodiscard]] std::string trino_identifier(std::string_view name);

// `name` is the table's, with its catalog and schema, ready to stand in SQL. SerDe properties cannot be given to Trino; those that are
// allowed change nothing in how a valid record is read.
[[nodiscard]] std::string trino_create_table(const TableDefinition& table, std::string_view name, std::string_view bucket);

// The definition that SHOW CREATE TABLE gives, without database, key and automatic fields.
// conflict: it is none that dualstore can use: partitioned, of another format, with other types.
[[nodiscard]] Result<TableDefinition> read_trino_table(std::string_view statement, std::string_view name);

// Adds key and automatic fields from the columns of "table$properties", the fields in the order of their names.
[[nodiscard]] Result<void> read_trino_properties(const QueryResult& properties, TableDefinition& table);

}  // namespace dualstore::sql::remote
