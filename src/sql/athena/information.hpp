// What tables there are and what is in them: SHOW, DESCRIBE and information_schema, as queries over constants.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/table.hpp"
#include "sql/athena/syntax.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {

// What Athena calls the catalog of its tables.
inline constexpr std::string_view catalog_name = "awsdatacatalog";

// A table of information_schema by its name in lower case. Empty: there is none.
[[nodiscard]] std::optional<QueryText> information_schema(std::string_view name, const std::vector<TableDefinition>& tables,
                                                          std::string_view database);

// Any statement but a query. Throws Refusal.
[[nodiscard]] QueryText show(const syntax::Statement& statement, const std::vector<TableDefinition>& tables, std::string_view database);

}  // namespace dualstore::sql::athena
