#include "sql/athena/information.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "sql/athena/function_index.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;
using Row = std::vector<std::string>;  // SQL expressions

std::string schema_of(const TableDefinition& table, std::string_view database) {
    return lower(table.database.empty() ? database : std::string_view(table.database));
}

std::set<std::string> schemas(const std::vector<TableDefinition>& tables, std::string_view database) {
    std::set<std::string> names = {"information_schema", lower(database)};
    for (const TableDefinition& table : tables) names.insert(schema_of(table, database));
    return names;
}

struct Heading {
    std::string name;
    Kind kind = Kind::varchar;
};

// With `like`, only rows whose first column fits; ordered by it.
QueryText constants(const std::vector<Heading>& headings, const std::vector<Row>& rows, const std::string& condition = {}) {
    QueryText text;
    std::vector<std::string> names;
    std::vector<std::string> selected;
    for (std::size_t i = 0; i < headings.size(); ++i) {
        const SqlType type = SqlType::of(headings[i].kind);
        names.push_back(fmt::format("c{}", i + 1));
        selected.push_back(fmt::format("CAST({0} AS {1}) AS {0}", names.back(), duckdb_name(type)));
        Field field;
        field.name = headings[i].name;
        field.term = {names.back(), type};
        text.columns.push_back(std::move(field));
    }
    std::vector<std::string> lines;
    for (const Row& row : rows) lines.push_back(fmt::format("({})", fmt::join(row, ", ")));
    std::string where = condition;
    if (lines.empty()) {
        lines.push_back(fmt::format("({})", fmt::join(Row(headings.size(), "NULL"), ", ")));
        where = " WHERE false";
    }
    text.sql = fmt::format("SELECT {} FROM (VALUES {}) AS t({}){}", fmt::join(selected, ", "), fmt::join(lines, ", "),
                           fmt::join(names, ", "), where);
    return text;
}

std::string like_condition(const std::optional<std::string>& like, const std::optional<std::string>& escape) {
    if (!like) return {};
    return fmt::format(" WHERE c1 LIKE {}{}", quoted_string(*like), escape ? " ESCAPE " + quoted_string(*escape) : std::string());
}

std::vector<const TableDefinition*> sorted(const std::vector<TableDefinition>& tables) {
    std::vector<const TableDefinition*> result;
    for (const TableDefinition& table : tables) result.push_back(&table);
    std::ranges::sort(result, {}, [](const TableDefinition* table) { return table->name; });
    return result;
}

const std::vector<Heading> column_headings = {{"Column"}, {"Type"}, {"Extra"}, {"Comment"}};

struct Shown {
    const std::vector<TableDefinition>& tables;
    std::string_view database;

    [[nodiscard]] const TableDefinition& table(const syntax::QualifiedName& parts) const {
        const std::string schema = parts.size() > 1 ? lower(parts[parts.size() - 2].text) : lower(database);
        const std::string wanted = lower(parts.back().text);
        for (const TableDefinition& table : tables) {
            if (lower(table.name) == wanted && schema_of(table, database) == schema) return table;
        }
        refuse("TABLE_NOT_FOUND", parts.front().at, fmt::format("Table '{}.{}.{}' does not exist", catalog_name, schema, wanted));
    }

    QueryText operator()(const syntax::QueryPtr&) const { return {}; }
    QueryText operator()(const syntax::Explain&) const { return {}; }

    QueryText operator()(const syntax::ShowTables& show) const {
        std::string schema = lower(database);
        if (show.schema) {
            schema = lower(show.schema->back().text);
            if (!schemas(tables, database).contains(schema)) {
                refuse("SCHEMA_NOT_FOUND", show.schema->front().at, fmt::format("Schema '{}' does not exist", schema));
            }
        }
        std::vector<Row> rows;
        if (schema == "information_schema") rows = {{"'columns'"}, {"'schemata'"}, {"'tables'"}, {"'views'"}};
        for (const TableDefinition* table : sorted(tables)) {
            if (schema_of(*table, database) == schema) rows.push_back({quoted_string(table->name)});
        }
        return constants({{"Table"}}, rows, like_condition(show.like, show.escape));
    }

    QueryText operator()(const syntax::ShowSchemas& show) const {
        std::vector<Row> rows;
        for (const std::string& schema : schemas(tables, database)) rows.push_back({quoted_string(schema)});
        return constants({{"Schema"}}, rows, like_condition(show.like, show.escape));
    }

    QueryText operator()(const syntax::ShowCatalogs& show) const {
        return constants({{"Catalog"}}, {{quoted_string(catalog_name)}}, like_condition(show.like, show.escape));
    }

    QueryText operator()(const syntax::ShowColumns& show) const {
        std::vector<Row> rows;
        if (show.table.size() > 1 && lower(show.table[show.table.size() - 2].text) == "information_schema") {
            if (const auto text = information_schema(lower(show.table.back().text), tables, database)) {
                for (const Field& column : text->columns) {
                    rows.push_back({quoted_string(column.name), quoted_string(name(column.term.type)), "''", "''"});
                }
                return constants(column_headings, rows, like_condition(show.like, show.escape));
            }
        }
        for (const Column& column : table(show.table).columns) {
            rows.push_back({quoted_string(column.name), quoted_string(trino_name(column.type)), "''", quoted_string(column.comment)});
        }
        return constants(column_headings, rows, like_condition(show.like, show.escape));
    }

    QueryText operator()(const syntax::ShowCreateTable& show) const {
        return constants({{"Create Table"}}, {{quoted_string(to_ddl(table(show.table), ""))}});
    }

    QueryText operator()(const syntax::ShowFunctions& show) const {
        std::vector<Row> rows;
        for (const Family& family : families()) {
            for (const Function& function : family.functions) {
                if (function.text.starts_with('!')) continue;
                const auto open = function.signature.find('(');
                const auto arrow = function.signature.rfind(") -> ");
                const std::string_view kind = function.use == Use::scalar      ? "scalar"
                                              : function.use == Use::aggregate ? "aggregate"
                                                                               : "window";
                rows.push_back({quoted_string(function.signature.substr(0, open)), quoted_string(function.signature.substr(arrow + 5)),
                                quoted_string(function.signature.substr(open + 1, arrow - open - 1)), quoted_string(kind)});
            }
        }
        std::ranges::sort(rows);
        return constants({{"Function"}, {"Return Type"}, {"Argument Types"}, {"Function Type"}}, rows,
                         like_condition(show.like, show.escape));
    }
};

}  // namespace

std::optional<QueryText> information_schema(std::string_view name, const std::vector<TableDefinition>& tables, std::string_view database) {
    const std::string home = quoted_string(catalog_name);
    std::vector<Row> rows;
    if (name == "schemata") {
        for (const std::string& schema : schemas(tables, database)) rows.push_back({home, quoted_string(schema)});
        return constants({{"catalog_name"}, {"schema_name"}}, rows);
    }
    if (name == "views") return constants({{"table_catalog"}, {"table_schema"}, {"table_name"}, {"view_definition"}}, rows);
    if (name == "tables") {
        for (const TableDefinition* table : sorted(tables)) {
            rows.push_back({home, quoted_string(schema_of(*table, database)), quoted_string(table->name), "'BASE TABLE'"});
        }
        return constants({{"table_catalog"}, {"table_schema"}, {"table_name"}, {"table_type"}}, rows);
    }
    if (name != "columns") return std::nullopt;
    for (const TableDefinition* table : sorted(tables)) {
        std::size_t position = 0;
        for (const Column& column : table->columns) {
            rows.push_back({home, quoted_string(schema_of(*table, database)), quoted_string(table->name), quoted_string(column.name),
                            std::to_string(++position), "NULL", "'YES'", quoted_string(trino_name(column.type))});
        }
    }
    return constants({{"table_catalog"},
                      {"table_schema"},
                      {"table_name"},
                      {"column_name"},
                      {"ordinal_position", Kind::bigint},
                      {"column_default"},
                      {"is_nullable"},
                      {"data_type"}},
                     rows);
}

QueryText show(const syntax::Statement& statement, const std::vector<TableDefinition>& tables, std::string_view database) {
    return std::visit(Shown{tables, database}, statement);
}

}  // namespace dualstore::sql::athena
