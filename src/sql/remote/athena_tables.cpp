#include "sql/remote/athena_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "record/table_properties.hpp"
#include "record/text.hpp"

namespace dualstore::sql::remote {
namespace {

// A type by Hive's name. The parser of DDL knows them all, and takes none alone.
std::optional<Type> type_of(const std::string& name) {
    constexpr std::string_view rest =
        ") ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 'x/' TBLPROPERTIES ('dualstore.key' = '{k}.json')";
    auto tables = parse_ddl(fmt::format("CREATE EXTERNAL TABLE t (c {}{}", name, rest), "catalog");
    if (!tables || tables->size() != 1 || tables->front().columns.size() != 1) return std::nullopt;
    return std::move(tables->front().columns.front().type);
}

// What the catalog adds to every table, and what the definition says elsewhere.
bool is_catalogs_own(const std::string& parameter) {
    constexpr std::array<std::string_view, 5> names = {"EXTERNAL", "inputformat", "outputformat", "location", "transient_lastDdlTime"};
    return std::ranges::find(names, parameter) != names.end() || parameter.starts_with("serde.");
}

}  // namespace

Result<TableDefinition> definition_of(const TableMetadata& table, const std::string& name) {
    const auto other = [&](const std::string& how) {
        return fail(ErrorCode::conflict, fmt::format("Athena knows {} {}: choose another name or database, or drop it", name, how),
                    "describe", name);
    };
    if (table.kind == "VIRTUAL_VIEW") return other("as a view");
    if (table.partitioned) return other("as a partitioned table, which is not supported");
    if (table.columns.empty()) return other("without a column");
    TableDefinition definition;
    definition.name = name;
    for (const auto& column : table.columns) {
        auto type = type_of(column.type);
        if (!type)
            return other(fmt::format("with a column {} of type {}, which is not supported", column.name, record::excerpt(column.type)));
        // What Athena shows where a SerDe's column has no comment of its own.
        const std::string comment = column.comment == "from deserializer" ? "" : column.comment;
        definition.columns.push_back({record::fold(column.name), std::move(*type), comment});
    }
    std::string serde;
    constexpr std::string_view serde_parameter = "serde.param.";
    for (const auto& [parameter, value] : table.parameters) {
        if (parameter == "location") definition.location = value.ends_with('/') ? value : value + "/";
        if (parameter == "serde.serialization.lib") serde = value;
        if (parameter == "comment") definition.comment = value;
        if (parameter.starts_with(serde_parameter) && parameter != "serde.param.serialization.format") {
            definition.serde_properties.emplace_back(parameter.substr(serde_parameter.size()), value);
        }
        if (!is_catalogs_own(parameter) && parameter != "comment") definition.properties.emplace_back(parameter, value);
    }
    const auto known = record::serde_of(serde);
    if (!known) return other(fmt::format("with the SerDe '{}', which is not one of the two for JSON", record::excerpt(serde)));
    definition.serde = *known;
    const bool ours = std::ranges::any_of(definition.properties, [](const auto& property) { return property.first == "dualstore.key"; });
    if (ours) {
        if (auto taken = record::take_own_properties(definition); !taken) return other("by a definition that is wrong: " + taken.error());
    }
    return definition;
}

}  // namespace dualstore::sql::remote
