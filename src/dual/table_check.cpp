#include "dual/table_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dual/select.hpp"
#include "sql/catalog.hpp"

namespace dualstore::dual {
namespace {

// s3a:// and s3n:// are names that Hive's and Trino's metastores know the same bucket by.
std::string same_scheme(std::string location) {
    for (const std::string_view scheme : {"s3a://", "s3n://"}) {
        if (location.starts_with(scheme)) location.replace(0, scheme.size(), "s3://");
    }
    if (!location.ends_with('/')) location += '/';
    return location;
}

std::string_view base_name(std::string_view type) {
    return type.substr(0, type.find('('));
}

constexpr std::string_view path_column = "\"$path\" AS dualstore_path";

// What SELECT * gave, against the definition: the columns' names and types, in any order, and where an object of the table lies.
std::string difference(const TableDefinition& table, const QueryResult& answer, std::string_view location) {
    for (const Column& column : table.columns) {
        const auto found =
            std::find_if(answer.columns.begin(), answer.columns.end(), [&](const auto& one) { return one.name == column.name; });
        if (found == answer.columns.end()) return fmt::format("it has no column {}", column.name);
        if (base_name(found->type) != base_name(trino_name(column.type))) {
            return fmt::format("column {} is {} here and {} there", column.name, trino_name(column.type), found->type);
        }
    }
    if (answer.columns.size() != table.columns.size() + 1) return "it has more columns";
    if (answer.rows.empty()) return {};
    const auto* path = std::get_if<std::string>(&answer.rows[0].back());
    if (path != nullptr && same_scheme(*path).starts_with(location)) return {};
    return fmt::format("the location is '{}' here, and an object of it is '{}'", location, path == nullptr ? "" : *path);
}

}  // namespace

TableCheck::TableCheck(const Place& place, QueryEngine& engine, const ClientOptions& options)
    : place_(place), engine_(engine), now_(options.environment.now), believed_(options.believe_tables), warn_(options.warn) {}

Result<void> TableCheck::compare(const TableDefinition& table, TableDefinition known) const {
    TableDefinition wanted = table;
    if (known.location.find("://") != std::string::npos) {
        known.location = same_scheme(std::move(known.location));
        wanted.location = place_.location + wanted.location;
    }
    // A table that was made by hand carries no properties of dualstore's, and needs none to be read.
    if (known.key_template.empty()) {
        known.key_template = wanted.key_template;
        known.automatic = wanted.automatic;
    }
    const std::string differs = sql::difference(wanted, known);
    if (differs.empty()) return {};
    const std::string remedy = place_.catalog.empty() ? "change the one or the other"
                                                      : fmt::format("change the definition, or remove {} to let the new one in",
                                                                    (place_.catalog / (table.name + ".sql")).string());
    return fail(ErrorCode::conflict,
                fmt::format("{} knows table {} by another definition: {}; {}", place_.catalog.empty() ? engine_.name() : "the store",
                            table.name, differs, remedy),
                "verify", table.name);
}

Result<void> TableCheck::settle(const TableDefinition& table) {
    auto known = engine_.describe(table.name);
    if (!known) return fail(known.error());
    if (!*known) return engine_.create(table, place_.bucket_path());
    return compare(table, std::move(**known));
}

Result<void> TableCheck::verify(const TableDefinition& table) {
    const auto now = now_();
    const std::lock_guard lock(mutex_);
    const auto last = verified_.find(table.name);
    if (last != verified_.end() && now >= last->second && now - last->second < believed_) return {};
    auto verified = verify_now(table);
    if (verified) verified_[table.name] = now;
    return verified;
}

Result<void> TableCheck::verify_now(const TableDefinition& table) {
    if (!place_.root.empty() && engine_.name() == "embedded") return settle(table);
    auto known = engine_.describe(table.name);
    if (!known && known.error().code == ErrorCode::permission_denied) return verify_by_query(table, known.error());
    if (!known) return fail(known.error());
    if (*known) return compare(table, std::move(**known));
    return fail(ErrorCode::not_found,
                fmt::format("{} has no table {}: `dualstore init` makes it; nothing was written", engine_.name(), table.name), "verify",
                table.name);
}

Result<void> TableCheck::verify_by_query(const TableDefinition& table, const Error& refused) {
    if (!warned_ && warn_) {
        warn_(
            fmt::format("{}: a query verifies the tables instead, once in {} s ({})", engine_.name(), believed_.count(), refused.message));
    }
    warned_ = true;
    auto answer = engine_.execute(select_from(table, fmt::format("*, {}", path_column), std::nullopt) + " LIMIT 1", {});
    if (!answer) return fail(answer.error());
    const std::string differs = difference(table, *answer, place_.location + table.location);
    if (differs.empty()) return {};
    return fail(ErrorCode::conflict, fmt::format("{} knows table {} by another definition: {}", engine_.name(), table.name, differs),
                "verify", table.name);
}

}  // namespace dualstore::dual
