// The built-in tables, definitions as a set, and definitions as text.
#include <fmt/format.h>

#include "dualstore/table.hpp"
#include "record/table_properties.hpp"

namespace dualstore {
namespace {

struct DdlFile {
    std::string_view name;
    std::string_view text;
};

constexpr DdlFile builtin_files[] = {
#include "builtin_ddl.inc"
};

std::string in_quotes(std::string_view text, char quote) {
    std::string result(1, quote);
    for (const char c : text) {
        if (c == quote && quote == '`') result += quote;
        if ((c == quote && quote != '`') || c == '\\') result += '\\';
        result += c;
    }
    return result + quote;
}

std::string name_in_backquotes(std::string_view name) {
    return in_quotes(name, '`');
}

std::string property_list(const std::vector<std::pair<std::string, std::string>>& properties) {
    std::string list;
    for (const auto& [name, value] : properties) {
        list += fmt::format("{}  {} = {}", list.empty() ? "" : ",\n", in_quotes(name, '\''), in_quotes(value, '\''));
    }
    return "(\n" + list + ")";
}

}  // namespace

const std::vector<TableDefinition>& builtin_tables() {
    static const std::vector<TableDefinition> tables = [] {
        std::vector<TableDefinition> all;
        for (const auto& file : builtin_files) {
            // They are part of the program, and a test parses each.
            auto parsed = parse_ddl(file.text, file.name).value();
            all.insert(all.end(), std::make_move_iterator(parsed.begin()), std::make_move_iterator(parsed.end()));
        }
        return all;
    }();
    return tables;
}

Result<void> check_together(const std::vector<TableDefinition>& tables) {
    for (const auto& one : tables) {
        for (const auto& other : tables) {
            if (&one == &other) continue;
            if (one.name == other.name) return fail(ErrorCode::invalid_argument, fmt::format("the table {} is defined twice", one.name));
            if (one.location.starts_with(other.location)) {
                return fail(
                    ErrorCode::invalid_argument,
                    fmt::format("the location '{}' of table {} lies in the location '{}' of table {}: give each table a folder of its own",
                                one.location, one.name, other.location, other.name));
            }
        }
    }
    return {};
}

std::string to_ddl(const TableDefinition& table, std::string_view bucket) {
    std::string ddl = "CREATE EXTERNAL TABLE IF NOT EXISTS ";
    if (!table.database.empty()) ddl += name_in_backquotes(table.database) + ".";
    ddl += name_in_backquotes(table.name) + " (\n";
    for (const Column& column : table.columns) {
        ddl += fmt::format("  {} {}", name_in_backquotes(column.name), hive_name(column.type));
        if (!column.comment.empty()) ddl += " COMMENT " + in_quotes(column.comment, '\'');
        ddl += &column == &table.columns.back() ? ")\n" : ",\n";
    }
    if (!table.comment.empty()) ddl += "COMMENT " + in_quotes(table.comment, '\'') + "\n";
    ddl += fmt::format("ROW FORMAT SERDE '{}'\n", record::serde_class(table.serde));
    if (!table.serde_properties.empty()) ddl += "WITH SERDEPROPERTIES " + property_list(table.serde_properties) + "\n";
    const std::string location = bucket.empty() ? table.location : fmt::format("s3://{}/{}", bucket, table.location);
    ddl += fmt::format("LOCATION {}\n", in_quotes(location, '\''));
    auto properties = table.properties;
    properties.emplace_back("dualstore.key", table.key_template);
    for (const auto& field : table.automatic) properties.emplace_back("dualstore.auto." + field.name, record::automatic_text(field));
    return ddl + "TBLPROPERTIES " + property_list(properties) + ";\n";
}

}  // namespace dualstore
