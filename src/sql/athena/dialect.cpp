#include "sql/athena/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/athena/information.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

// The nodes of one statement, without the semicolon that may end it.
Nodes single_statement(Nodes nodes) {
    while (!nodes.empty() && nodes.back().symbol(";")) nodes = nodes.first(nodes.size() - 1);
    if (nodes.empty()) throw Refusal{error_at("SYNTAX_ERROR", {}, "the query is empty")};
    for (const Node& node : nodes) {
        if (node.symbol(";")) refuse("NOT_SUPPORTED", node, "only one statement can be run at a time");
    }
    return nodes;
}

void refuse_other_statements(const Node& first) {
    constexpr std::array<std::string_view, 41> statements = {
        "ALTER",    "ANALYZE", "ATTACH", "BEGIN", "CALL",     "CHECKPOINT", "COMMENT", "COMMIT",  "COPY",    "CREATE", "DEALLOCATE",
        "DELETE",   "DENY",    "DETACH", "DROP",  "EXECUTE",  "EXPLAIN",    "EXPORT",  "FORCE",   "FROM",    "GRANT",  "IMPORT",
        "INSERT",   "INSTALL", "LOAD",   "MERGE", "MSCK",     "PIVOT",      "PRAGMA",  "PREPARE", "REFRESH", "RESET",  "REVOKE",
        "ROLLBACK", "SET",     "START",  "TABLE", "TRUNCATE", "UPDATE",     "USE",     "VACUUM"};
    if (std::ranges::any_of(statements, [&](std::string_view keyword) { return first.is(keyword); })) {
        refuse("NOT_SUPPORTED", first, fmt::format("{} is not supported; only queries, SHOW and DESCRIBE are", upper(first.token.text)));
    }
}

}  // namespace

Result<Translation> translate(std::string_view sql, const std::vector<TableDefinition>& tables, std::string_view database) {
    auto tokens = tokenize(sql);
    if (!tokens) return fail(std::move(tokens.error()));
    auto nodes = match_brackets(std::move(*tokens));
    if (!nodes) return fail(std::move(nodes.error()));
    try {
        const Nodes statement = single_statement(*nodes);
        refuse_other_statements(statement[0]);
        if (auto rows = show(statement, tables, database)) return Translation{std::move(*rows), {}};
        if (!is_query(statement)) refuse("SYNTAX_ERROR", statement[0], "mismatched input '" + statement[0].token.text + "'");
        Translator translator(tables, database);
        std::string text = translator.query(statement);
        return Translation{std::move(text), translator.prelude()};
    } catch (Refusal& refusal) {
        return fail(std::move(refusal.error));
    }
}

}  // namespace dualstore::sql::athena
