// What SQL can ask about the tables themselves, answered from their definitions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/table.hpp"
#include "sql/athena/tree.hpp"

namespace dualstore::sql::athena {

// A DuckDB query for information_schema's table of this name; none where there is no such table.
[[nodiscard]] std::optional<std::string> information_schema(std::string_view name, const std::vector<TableDefinition>& tables,
                                                            std::string_view database);

// SHOW ... and DESCRIBE ... as a DuckDB query; none for any other statement. Throws Refusal.
[[nodiscard]] std::optional<std::string> show(Nodes statement, const std::vector<TableDefinition>& tables, std::string_view database);

}  // namespace dualstore::sql::athena
