// The embedded engine as the rest of the library sees it. DuckDB is loaded when the first query runs, not before.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/query_engine.hpp"

namespace dualstore::sql {

struct EmbeddedOptions {
    std::shared_ptr<ObjectStore> store;
    std::vector<TableDefinition> tables;
    std::string database;           // the schema of tables whose definition names none
    std::string url;                // what "$path" begins with; a key follows: "file:///data/store/"
    std::filesystem::path mirror;   // a folder of the engine's own; made where it is missing, may be deleted at any time
    std::filesystem::path catalog;  // a folder with a NAME.sql for each table that the store knows
};

[[nodiscard]] std::unique_ptr<QueryEngine> make_embedded_engine(EmbeddedOptions options);

// What libdualstore_embedded exports: the engine itself, or nullptr and `error`.
using OpenEmbedded = QueryEngine* (*)(const EmbeddedOptions& options, Error& error);
inline constexpr char open_embedded_symbol[] = "dualstore_open_embedded";

}  // namespace dualstore::sql
