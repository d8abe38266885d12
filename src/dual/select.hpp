// The question that count, query_table and get_table_count ask of one table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dualstore/query_engine.hpp"
#include "dualstore/table.hpp"

namespace dualstore::dual {

// SELECT columns FROM table [WHERE (condition)], the table's name quoted. `columns` and `condition` are SQL; nothing can stand behind the
// condition.
[[nodiscard]] std::string select_from(const TableDefinition& table, std::string_view columns, const std::optional<std::string>& condition);

// Asks it, of at most `limit` rows. On Athena, columns of nested types come by way of JSON, so that their values are exact.
[[nodiscard]] Result<QueryResult> select_rows(QueryEngine& engine, const TableDefinition& table, std::string_view columns,
                                              const std::optional<std::string>& condition, std::optional<std::uint64_t> limit,
                                              const QueryOptions& options = {});

}  // namespace dualstore::dual
