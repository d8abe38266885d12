#include "dual/select.hpp"

#include <fmt/format.h>

#include <utility>

#include "sql/remote/athena_nested.hpp"

namespace dualstore::dual {
namespace {

std::string quote_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

}  // namespace

std::string select_from(const TableDefinition& table, std::string_view columns, const std::optional<std::string>& condition) {
    const std::string database = table.database.empty() ? "" : quote_name(table.database) + ".";
    std::string sql = fmt::format("SELECT {} FROM {}{}", columns, database, quote_name(table.name));
    if (condition) sql += " WHERE (" + *condition + "\n)";  // the line break ends a comment
    return sql;
}

Result<QueryResult> select_rows(QueryEngine& engine, const TableDefinition& table, std::string_view columns,
                                const std::optional<std::string>& condition, std::optional<std::uint64_t> limit,
                                const QueryOptions& options) {
    const auto nested = engine.name() == "athena" ? sql::remote::select_nested_as_json(table, columns) : std::nullopt;
    std::string sql = select_from(table, nested ? nested->columns : columns, condition);
    if (limit) sql += fmt::format(" LIMIT {}", *limit);
    auto result = engine.execute(sql, {}, options);
    if (!result || !nested) return result;
    if (auto read = sql::remote::read_nested_json(*result, nested->types); !read) return fail(std::move(read.error()));
    return result;
}

}  // namespace dualstore::dual
