// A table as one Parquet file: the other thing that libdualstore_embedded exports.
#include <fmt/format.h>

#include <filesystem>

#include "record/random.hpp"
#include "record/table.hpp"
#include "sql/embedded/column_types.hpp"
#include "sql/embedded/loader.hpp"
#include "sql/embedded/session.hpp"
#include "sql/embedded_engine.hpp"

namespace dualstore::sql {
namespace {

Result<void> load_table(const EmbeddedOptions& options, const TableDefinition& table, const Connection& connection) {
    auto objects = list_all(*options.store, table.location);
    if (!objects) return fail(std::move(objects.error()));
    std::vector<LoadRequest> requests;
    requests.reserve(objects->size());
    for (const ObjectInfo& info : *objects) {
        if (!record::hidden(info.key, table.location)) requests.push_back({info.key, {}, 0, info.size});
    }
    ObjectLoad load(*options.store, table, requests, options.remote, {});
    if (auto inserted = load.insert(connection, "rows"); !inserted) return inserted;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const LoadOutcome& outcome = load.outcomes()[i];
        if (outcome.state != LoadOutcome::State::unreadable) continue;
        return fail(ErrorCode::corrupt,
                    fmt::format("it cannot be read: {}; `dualstore check {}` lists all such objects", outcome.reason, table.name), "export",
                    std::string(requests[i].key));
    }
    return {};
}

Result<std::uint64_t> write_parquet(const EmbeddedOptions& options, const TableDefinition& table, const std::string& path) {
    auto opened = open_database({});
    if (!opened) return fail(std::move(opened.error()));
    const Connection& connection = opened->connection;
    // Two threads read and insert; the rows are put in order afterwards.
    const std::string create = fmt::format("SET preserve_insertion_order = false; CREATE TABLE rows ({})", row_definition(table));
    if (auto created = statement(connection, create); !created) return fail(std::move(created.error()));
    if (auto loaded = load_table(options, table, connection); !loaded) return fail(std::move(loaded.error()));
    std::string columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        columns += fmt::format("{}c{} AS {}", i == 0 ? "" : ", ", i, quote_name(table.columns[i].name));
    }
    const std::string part = record::part_name(path);
    auto copied = run(connection, fmt::format("COPY (SELECT {} FROM rows ORDER BY key) TO {} (FORMAT parquet)", columns, quote_text(part)));
    std::error_code error;
    if (copied) std::filesystem::rename(part, path, error);
    if (!copied || error) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        return fail(ErrorCode::unavailable, fmt::format("cannot write {}: {}", path, copied ? error.message() : copied.error().message),
                    "export");
    }
    return duckdb_rows_changed(copied->out());
}

}  // namespace
}  // namespace dualstore::sql

extern "C" __attribute__((visibility("default"))) void dualstore_write_parquet(const dualstore::sql::EmbeddedOptions& options,
                                                                               const dualstore::TableDefinition& table,
                                                                               const std::string& path,
                                                                               dualstore::Result<std::uint64_t>& outcome) {
    outcome = dualstore::sql::write_parquet(options, table, path);
}
