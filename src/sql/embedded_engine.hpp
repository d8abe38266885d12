// The embedded engine as the rest of the library sees it. DuckDB is loaded when the first query runs, not before.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dualstore/environment.hpp"
#include "dualstore/object_store.hpp"
#include "dualstore/query_engine.hpp"

namespace dualstore::sql {

struct EmbeddedOptions {
    std::shared_ptr<ObjectStore> store;
    std::vector<TableDefinition> tables;
    std::string database;           // the schema of tables whose definition names none
    std::string url;                // what "$path" begins with; a key follows: "file:///data/store/"
    std::filesystem::path mirror;   // a folder of the engine's own; made where it is missing, may be deleted at any time
    std::filesystem::path catalog;  // a folder with a NAME.sql for each table that the store knows; empty: it knows `tables`
    bool remote = false;            // reading an object costs a request
    std::chrono::seconds stale{0};  // how old the list of a table's objects may be
    std::function<Environment::Time()> now = Environment::system().now;
};

[[nodiscard]] std::unique_ptr<QueryEngine> make_embedded_engine(EmbeddedOptions options);

// Writes a table's columns, in the order of its keys, to a Parquet file; replaces it once it is whole. Returns the number of rows.
// corrupt: an object cannot be read; the message names it.
[[nodiscard]] Result<std::uint64_t> export_parquet(const EmbeddedOptions& options, const TableDefinition& table, const std::string& path);

// The part of the engine that needs DuckDB.
class EmbeddedQueries {
  public:
    virtual ~EmbeddedQueries() = default;
    virtual Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options) = 0;
};

// What libdualstore_embedded exports.
using OpenEmbedded = EmbeddedQueries* (*)(const EmbeddedOptions& options);
inline constexpr char open_embedded_symbol[] = "dualstore_open_embedded";
using WriteParquet = void (*)(const EmbeddedOptions& options, const TableDefinition& table, const std::string& path,
                              Result<std::uint64_t>& outcome);
inline constexpr char write_parquet_symbol[] = "dualstore_write_parquet";

}  // namespace dualstore::sql
