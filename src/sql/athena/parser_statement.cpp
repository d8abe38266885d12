// Statements: queries, SHOW, DESCRIBE, EXPLAIN, and those that are refused.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {
namespace {

// What a statement may start with besides a query, as Trino lists it.
constexpr auto first_words = std::to_array<std::string_view>(
    {"ALTER",    "ANALYZE",  "CALL",    "COMMENT", "COMMIT", "CREATE",   "DEALLOCATE", "DELETE",  "DENY",    "DESC",
     "DESCRIBE", "DROP",     "EXECUTE", "EXPLAIN", "GRANT",  "INSERT",   "MERGE",      "PREPARE", "REFRESH", "RESET",
     "REVOKE",   "ROLLBACK", "SET",     "SHOW",    "START",  "TRUNCATE", "UPDATE",     "USE",     "WITH",    "<query>"});

// Statements of Trino, Athena and DuckDB that write, change settings, or reach beyond the tables.
constexpr auto refused_words = std::to_array<std::string_view>(
    {"ALTER",      "ANALYZE",  "ATTACH", "BEGIN",  "CALL",     "CHECKPOINT", "COMMENT", "COMMIT",  "COPY",    "CREATE",
     "DEALLOCATE", "DELETE",   "DENY",   "DETACH", "DROP",     "EXECUTE",    "EXPORT",  "FORCE",   "GRANT",   "IMPORT",
     "INSERT",     "INSTALL",  "LOAD",   "MERGE",  "MSCK",     "OPTIMIZE",   "PRAGMA",  "PREPARE", "REFRESH", "RESET",
     "REVOKE",     "ROLLBACK", "SET",    "START",  "TRUNCATE", "UNLOAD",     "UPDATE",  "USE",     "VACUUM"});

}  // namespace

using namespace syntax;

void Parser::refuse_other_statements(Position at) {
    if (token().word.empty() || std::ranges::find(refused_words, token().word) == refused_words.end()) return;
    refuse("NOT_SUPPORTED", at, fmt::format("{} is not supported; only queries, SHOW, DESCRIBE and EXPLAIN are", token().word));
}

Statement Parser::statement() {
    for (const std::string_view word : first_words) note(word);
    if (is("SHOW")) return show();
    if (is("DESCRIBE") || is("DESC")) return describe();
    if (is("EXPLAIN")) return explain();
    refuse_other_statements(here());
    if (!is_any({"(", "SELECT", "TABLE", "VALUES", "WITH"})) mismatch();
    return query();
}

void Parser::patterns(std::optional<std::string>& like, std::optional<std::string>& escape) {
    if (!take("LIKE")) return;
    like = string();
    if (take("ESCAPE")) escape = string();
}

Statement Parser::show() {
    const Position start = here();
    ++next_;
    const std::string_view what = expect_any(
        {"CATALOGS", "COLUMNS", "CREATE", "CURRENT", "FUNCTIONS", "GRANTS", "ROLE", "ROLES", "SCHEMAS", "SESSION", "STATS", "TABLES"});
    const auto schema = [&] { return take("FROM") || take("IN"); };
    if (what == "TABLES") {
        ShowTables tables;
        if (schema()) tables.schema = qualified_name();
        patterns(tables.like, tables.escape);
        return tables;
    }
    if (what == "SCHEMAS") {
        ShowSchemas schemas;
        if (schema()) schemas.catalog = name();
        patterns(schemas.like, schemas.escape);
        return schemas;
    }
    if (what == "CATALOGS") {
        ShowCatalogs catalogs;
        patterns(catalogs.like, catalogs.escape);
        return catalogs;
    }
    if (what == "COLUMNS") {
        ShowColumns columns;
        expect_any({"FROM", "IN"});
        columns.table = qualified_name();
        patterns(columns.like, columns.escape);
        return columns;
    }
    if (what == "FUNCTIONS") {
        ShowFunctions functions;
        if (schema()) functions.schema = qualified_name();
        patterns(functions.like, functions.escape);
        return functions;
    }
    if (what != "CREATE") not_supported(start, fmt::format("SHOW {}", what));
    const std::string_view created = expect_any({"FUNCTION", "MATERIALIZED", "SCHEMA", "TABLE", "VIEW"});
    if (created != "TABLE") not_supported(start, fmt::format("SHOW CREATE {}", created));
    return ShowCreateTable{qualified_name()};
}

Statement Parser::describe() {
    const Position start = here();
    const bool in_full = is("DESCRIBE");
    ++next_;
    if (in_full) {
        note("INPUT");
        note("OUTPUT");
        if (is_any({"INPUT", "OUTPUT"}) && is_name(1)) not_supported(start, fmt::format("DESCRIBE {}", token().word));
    }
    ShowColumns columns;
    columns.table = qualified_name();
    return columns;
}

void Parser::explain_options() {
    do {
        if (expect_any({"FORMAT", "TYPE"}) == "FORMAT") {
            expect_any({"GRAPHVIZ", "JSON", "TEXT"});
        } else {
            expect_any({"DISTRIBUTED", "IO", "LOGICAL", "VALIDATE"});
        }
    } while (take(","));
    expect(")");
}

Statement Parser::explain() {
    const Position start = here();
    ++next_;
    note("(");
    for (const std::string_view word : first_words) note(word);
    if (is("ANALYZE")) not_supported(start, "EXPLAIN ANALYZE");
    if (is("(") && is_any({"FORMAT", "TYPE"}, 1)) {
        ++next_;
        explain_options();
        not_supported(start, "EXPLAIN with options");
    }
    refuse_other_statements(here());
    if (is_any({"SHOW", "DESCRIBE", "DESC", "EXPLAIN"})) not_supported(start, fmt::format("EXPLAIN {}", token().word));
    if (!is_any({"(", "SELECT", "TABLE", "VALUES", "WITH"})) mismatch();
    return Explain{query()};
}

}  // namespace dualstore::sql::athena
