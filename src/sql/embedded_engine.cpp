#include "sql/embedded_engine.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <utility>

#include "sql/catalog.hpp"

namespace dualstore::sql {
namespace {

// The engine's library lies beside this one, in a build folder as in an installation.
std::filesystem::path embedded_library() {
    constexpr const char* file = "libdualstore_embedded.so";
    Dl_info here{};
    if (dladdr(reinterpret_cast<const void*>(&make_embedded_engine), &here) == 0 || here.dli_fname == nullptr) return file;
    return std::filesystem::path(here.dli_fname).parent_path() / file;
}

// What the engine's library exports by that name; loads it, and DuckDB with it, at the first call.
template <class Function>
Result<Function> load_embedded(const char* name) {
    const std::filesystem::path library = embedded_library();
    // Never closed: the engine's code must outlive every engine.
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        return fail(ErrorCode::unavailable, fmt::format("the embedded SQL engine cannot be loaded: {}", dlerror()), "query");
    }
    void* symbol = dlsym(handle, name);
    if (symbol == nullptr) {
        return fail(ErrorCode::unavailable, fmt::format("{} is of another version: reinstall dualstore", library.string()), "query");
    }
    return reinterpret_cast<Function>(symbol);
}

// Stands for the engine until the first query, so that a program that only puts and gets never loads DuckDB.
class EmbeddedEngine : public QueryEngine {
  public:
    explicit EmbeddedEngine(EmbeddedOptions options) : options_(std::move(options)) {}

    Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options) override {
        auto loaded = queries();
        if (!loaded) return fail(std::move(loaded.error()));
        return (*loaded)->execute(sql, parameters, options);
    }

    Result<void> create(const TableDefinition& table, std::string_view) override {
        if (options_.catalog.empty()) return {};
        return Catalog(options_.catalog).add(table);
    }

    Result<std::optional<TableDefinition>> describe(std::string_view table) override {
        std::string lower(table);
        std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (options_.catalog.empty()) {
            for (const TableDefinition& definition : options_.tables) {
                if (definition.name == lower) return definition;
            }
            return std::nullopt;
        }
        return Catalog(options_.catalog).find(lower);
    }

    [[nodiscard]] std::string name() const override { return "embedded"; }

  private:
    Result<EmbeddedQueries*> queries() {
        const std::lock_guard lock(mutex_);
        if (!queries_) {
            auto open = load_embedded<OpenEmbedded>(open_embedded_symbol);
            if (!open) return fail(std::move(open.error()));
            queries_.reset((*open)(options_));
        }
        return queries_.get();
    }

    EmbeddedOptions options_;
    std::mutex mutex_;
    std::unique_ptr<EmbeddedQueries> queries_;
};

}  // namespace

Result<std::uint64_t> export_parquet(const EmbeddedOptions& options, const TableDefinition& table, const std::string& path) {
    auto write = load_embedded<WriteParquet>(write_parquet_symbol);
    if (!write) return fail(std::move(write.error()));
    Result<std::uint64_t> outcome;
    (*write)(options, table, path, outcome);
    return outcome;
}

std::unique_ptr<QueryEngine> make_embedded_engine(EmbeddedOptions options) {
    return std::make_unique<EmbeddedEngine>(std::move(options));
}

}  // namespace dualstore::sql
