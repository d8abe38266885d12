#include "sql/athena/information.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Row = std::vector<std::string>;  // SQL expressions

constexpr std::string_view catalog = "awsdatacatalog";

std::string schema_of(const TableDefinition& table, std::string_view database) {
    return lower(table.database.empty() ? database : std::string_view(table.database));
}

std::set<std::string> schemas(const std::vector<TableDefinition>& tables, std::string_view database) {
    std::set<std::string> names = {"information_schema", lower(database)};
    for (const TableDefinition& table : tables) names.insert(schema_of(table, database));
    return names;
}

// `columns` are names, with "::TYPE" where it is not VARCHAR.
std::string values(const std::vector<std::string>& columns, const std::vector<Row>& rows) {
    std::vector<std::string> selected;
    std::vector<std::string> names;
    for (const std::string& column : columns) {
        const auto colon = column.find("::");
        names.push_back(quoted_name(column.substr(0, colon)));
        selected.push_back(
            fmt::format("CAST({0} AS {1}) AS {0}", names.back(), colon == std::string::npos ? "VARCHAR" : column.substr(colon + 2)));
    }
    std::vector<std::string> lines;
    for (const Row& row : rows) lines.push_back(fmt::format("({})", fmt::join(row, ", ")));
    const bool none = lines.empty();
    if (none) lines.push_back(fmt::format("({})", fmt::join(std::vector<std::string>(columns.size(), "NULL"), ", ")));
    return fmt::format("SELECT {} FROM (VALUES {}) AS t({}){}", fmt::join(selected, ", "), fmt::join(lines, ", "), fmt::join(names, ", "),
                       none ? " WHERE false" : "");
}

std::vector<const TableDefinition*> sorted(const std::vector<TableDefinition>& tables) {
    std::vector<const TableDefinition*> result;
    for (const TableDefinition& table : tables) result.push_back(&table);
    std::ranges::sort(result, {}, [](const TableDefinition* table) { return table->name; });
    return result;
}

struct Statement {
    Nodes nodes;
    const std::vector<TableDefinition>& tables;
    std::string_view database;
    std::size_t at = 0;

    bool next(std::string_view keyword) {
        if (at >= nodes.size() || !nodes[at].is(keyword)) return false;
        ++at;
        return true;
    }

    std::string name() {
        if (at >= nodes.size() || !nodes[at].name()) refuse("SYNTAX_ERROR", nodes[std::min(at, nodes.size() - 1)], "expected a name");
        return lower(nodes[at++].token.text);
    }

    void expect_end() const {
        if (at < nodes.size()) refuse("SYNTAX_ERROR", nodes[at], "mismatched input '" + nodes[at].token.text + "'");
    }

    // [catalog.][schema.]table
    const TableDefinition& table() {
        const Node& first = nodes[std::min(at, nodes.size() - 1)];
        std::vector<std::string> parts = {name()};
        while (at + 1 < nodes.size() && nodes[at].symbol(".")) {
            ++at;
            parts.push_back(name());
        }
        expect_end();
        const std::string schema = parts.size() > 1 ? parts[parts.size() - 2] : lower(database);
        for (const TableDefinition& table : tables) {
            if (parts.size() <= 3 && table.name == parts.back() && schema_of(table, database) == schema) return table;
        }
        refuse("TABLE_NOT_FOUND", first, fmt::format("Table '{}.{}.{}' does not exist", catalog, schema, parts.back()));
    }

    // LIKE 'pattern', to the end
    std::string pattern(std::string_view column) {
        std::string condition;
        if (next("LIKE")) {
            if (at >= nodes.size() || nodes[at].token.kind != Token::Kind::string)
                refuse("SYNTAX_ERROR", nodes[at - 1], "expected a pattern");
            condition = fmt::format(" WHERE {} LIKE {}", quoted_name(column), quoted_string(nodes[at++].token.text));
        }
        expect_end();
        return condition;
    }

    std::string columns() {
        std::vector<Row> rows;
        for (const Column& column : table().columns) {
            rows.push_back({quoted_string(column.name), quoted_string(trino_name(column.type)), "''", quoted_string(column.comment)});
        }
        return values({"Column", "Type", "Extra", "Comment"}, rows);
    }

    std::string show_tables() {
        std::string schema = lower(database);
        if (next("FROM") || next("IN")) {
            schema = name();
            if (at < nodes.size() && nodes[at].symbol(".")) {
                ++at;
                schema = name();
            }
        }
        if (!schemas(tables, database).contains(schema)) {
            refuse("SCHEMA_NOT_FOUND", nodes[at - 1], fmt::format("Schema '{}' does not exist", schema));
        }
        std::vector<Row> rows;
        for (const TableDefinition* table : sorted(tables)) {
            if (schema_of(*table, database) == schema) rows.push_back({quoted_string(table->name)});
        }
        return fmt::format("SELECT * FROM ({}){} ORDER BY 1", values({"Table"}, rows), pattern("Table"));
    }

    std::string show_schemas() {
        if (next("FROM") || next("IN")) name();
        std::vector<Row> rows;
        for (const std::string& schema : schemas(tables, database)) rows.push_back({quoted_string(schema)});
        return fmt::format("SELECT * FROM ({}){} ORDER BY 1", values({"Schema"}, rows), pattern("Schema"));
    }
};

}  // namespace

std::optional<std::string> information_schema(std::string_view name, const std::vector<TableDefinition>& tables,
                                              std::string_view database) {
    const std::string home = quoted_string(catalog);
    std::vector<Row> rows;
    if (name == "schemata") {
        for (const std::string& schema : schemas(tables, database)) rows.push_back({home, quoted_string(schema)});
        return values({"catalog_name", "schema_name"}, rows);
    }
    if (name == "views") return values({"table_catalog", "table_schema", "table_name", "view_definition"}, rows);
    if (name == "tables") {
        for (const TableDefinition* table : sorted(tables)) {
            rows.push_back({home, quoted_string(schema_of(*table, database)), quoted_string(table->name), "'BASE TABLE'"});
        }
        return values({"table_catalog", "table_schema", "table_name", "table_type"}, rows);
    }
    if (name != "columns") return std::nullopt;
    for (const TableDefinition* table : sorted(tables)) {
        std::size_t position = 0;
        for (const Column& column : table->columns) {
            rows.push_back({home, quoted_string(schema_of(*table, database)), quoted_string(table->name), quoted_string(column.name),
                            std::to_string(++position), "NULL", "'YES'", quoted_string(trino_name(column.type))});
        }
    }
    return values({"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position::BIGINT", "column_default",
                   "is_nullable", "data_type"},
                  rows);
}

std::optional<std::string> show(Nodes nodes, const std::vector<TableDefinition>& tables, std::string_view database) {
    Statement statement{nodes, tables, database};
    if (statement.next("DESCRIBE") || statement.next("DESC")) return statement.columns();
    if (!statement.next("SHOW")) return std::nullopt;
    if (statement.next("TABLES")) return statement.show_tables();
    if (statement.next("SCHEMAS") || statement.next("DATABASES")) return statement.show_schemas();
    if (statement.next("COLUMNS") && (statement.next("FROM") || statement.next("IN"))) return statement.columns();
    if (statement.next("CREATE") && statement.next("TABLE")) {
        return values({"Create Table"}, {{quoted_string(to_ddl(statement.table(), ""))}});
    }
    refuse("NOT_SUPPORTED", nodes[0], "this SHOW statement is not supported");
}

}  // namespace dualstore::sql::athena
