// The question that count, query_table and get_table_count ask of one table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dualstore/table.hpp"

namespace dualstore::dual {

// SELECT columns FROM table [WHERE (condition)], the table's name quoted. `columns` and `condition` are SQL; nothing can stand behind the
// condition.
[[nodiscard]] std::string select_from(const TableDefinition& table, std::string_view columns, const std::optional<std::string>& condition);

}  // namespace dualstore::dual
