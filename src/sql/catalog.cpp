#include "sql/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>

#include "object/own_files.hpp"

namespace dualstore::sql {
namespace {

std::string columns_difference(const TableDefinition& wanted, const TableDefinition& known) {
    for (const Column& column : wanted.columns) {
        const auto other =
            std::find_if(known.columns.begin(), known.columns.end(), [&](const Column& one) { return one.name == column.name; });
        if (other == known.columns.end()) return fmt::format("column {} {} is new", column.name, hive_name(column.type));
        if (hive_name(other->type) != hive_name(column.type)) {
            return fmt::format("column {} is {} here and {} in the store", column.name, hive_name(column.type), hive_name(other->type));
        }
    }
    for (const Column& column : known.columns) {
        const auto same = [&](const Column& one) { return one.name == column.name; };
        if (std::none_of(wanted.columns.begin(), wanted.columns.end(), same))
            return fmt::format("column {} is only in the store", column.name);
    }
    const auto same_place = [](const Column& a, const Column& b) { return a.name == b.name; };
    const bool ordered = std::equal(wanted.columns.begin(), wanted.columns.end(), known.columns.begin(), known.columns.end(), same_place);
    return ordered ? "" : "the columns stand in another order";
}

}  // namespace

Result<std::vector<TableDefinition>> Catalog::load() const {
    std::error_code error;
    if (!std::filesystem::exists(folder_, error) && !error) return std::vector<TableDefinition>();
    auto tables = load_tables(folder_);
    if (!tables && tables.error().code == ErrorCode::invalid_argument) {
        // The store's own file, not the caller's.
        tables.error().code = ErrorCode::corrupt;
        tables.error().message += "; mend the file, or remove it and `dualstore init` makes it anew";
    }
    return tables;
}

Result<std::optional<TableDefinition>> Catalog::find(const std::string& name) const {
    // A table's name is never a path.
    if (name.empty() || name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) return std::nullopt;
    const std::filesystem::path path = folder_ / (name + ".sql");
    auto text = object::read_file(system_files(), path);
    if (!text) return fail(std::move(text.error()));
    if (!*text) return std::nullopt;
    auto tables = parse_ddl(**text, path.string());
    if (!tables) return fail(std::move(tables.error()));
    for (TableDefinition& definition : *tables) {
        if (definition.name == name) return std::optional(std::move(definition));
    }
    return fail(ErrorCode::corrupt, fmt::format("{} does not define the table {}", path.string(), name), "describe", name);
}

Result<void> Catalog::add(const TableDefinition& table) const {
    return object::place_file(system_files(), folder_ / (table.name + ".sql"), to_ddl(table, {}), false);
}

std::string difference(const TableDefinition& wanted, const TableDefinition& known) {
    if (auto columns = columns_difference(wanted, known); !columns.empty()) return columns;
    if (wanted.serde != known.serde) return "the SerDe is another";
    if (wanted.location != known.location)
        return fmt::format("the location is '{}' here and '{}' in the store", wanted.location, known.location);
    if (wanted.key_template != known.key_template) {
        return fmt::format("the key is '{}' here and '{}' in the store", wanted.key_template, known.key_template);
    }
    // In any order: a metastore keeps none.
    if (!std::ranges::is_permutation(wanted.automatic, known.automatic)) return "the automatic fields are others";
    return {};
}

}  // namespace dualstore::sql

namespace dualstore {

Result<std::vector<TableDefinition>> load_tables(const std::filesystem::path& folder) {
    std::error_code error;
    std::set<std::filesystem::path> paths;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().extension() == ".sql") paths.insert(entry->path());
    }
    if (error) {
        const bool missing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
        return fail(missing ? ErrorCode::not_found : ErrorCode::unavailable,
                    fmt::format("cannot read the tables folder {}: {}", folder.string(), error.message()));
    }
    std::vector<TableDefinition> tables;
    for (const auto& path : paths) {
        auto text = object::read_file(system_files(), path);
        if (!text) return fail(std::move(text.error()));
        if (!*text) continue;  // it went meanwhile
        auto parsed = parse_ddl(**text, path.string());
        if (!parsed) return parsed;
        tables.insert(tables.end(), std::make_move_iterator(parsed->begin()), std::make_move_iterator(parsed->end()));
    }
    return tables;
}

}  // namespace dualstore
