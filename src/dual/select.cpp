#include "dual/select.hpp"

#include <fmt/format.h>

namespace dualstore::dual {

std::string select_from(const TableDefinition& table, std::string_view columns, const std::optional<std::string>& condition) {
    const std::string database = table.database.empty() ? "" : fmt::format("\"{}\".", table.database);
    std::string sql = fmt::format("SELECT {} FROM {}\"{}\"", columns, database, table.name);
    if (condition) sql += " WHERE (" + *condition + "\n)";  // the line break ends a comment
    return sql;
}

}  // namespace dualstore::dual
