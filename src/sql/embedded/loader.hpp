// Reads objects of a table from the store as rows.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/table.hpp"
#include "sql/embedded/column_types.hpp"

namespace dualstore::sql {

struct LoadRequest {
    std::string_view key;  // must outlive the load
    std::string etag;      // of the version whose rows are already there; empty: none are
    std::int64_t id = 0;   // marks the object's rows
    std::uint64_t size = 0;
};

struct LoadOutcome {
    enum class State { loaded, unchanged, gone, unreadable };
    State state = State::gone;
    std::string etag;
    std::uint64_t rows = 0;
    std::string reason;      // unreadable: why
    bool try_again = false;  // unreadable for now: the store could not give the bytes
};

// One reading of some objects. Of an unreadable object no row is given.
class ObjectLoad {
  public:
    // `remote`: reading an object costs a request, so that many are asked for at once. `stop` fails the reading with query_stopped().
    ObjectLoad(ObjectStore& store, const TableDefinition& table, std::vector<LoadRequest> requests, bool remote, std::stop_token stop);
    ObjectLoad(const ObjectLoad&) = delete;
    ObjectLoad& operator=(const ObjectLoad&) = delete;

    // Of these two one is to be called, once. Rows have the columns of row_columns(), and no order. Both read on up to two threads, and
    // fail when the store or DuckDB does.
    [[nodiscard]] Result<std::vector<Chunk>> read();
    // Into a table. DuckDB's threads read, if it need not preserve the order of rows. Leaves a table function in the database,
    // load_<table>, which nobody may call.
    [[nodiscard]] Result<void> insert(const Connection& connection, const std::string& table);

    // What came of each request, in order, after either has succeeded.
    [[nodiscard]] std::vector<LoadOutcome>& outcomes() { return outcomes_; }

  private:
    class Reader;

    static void bind(duckdb_bind_info info);
    static void begin(duckdb_init_info info);
    static void begin_thread(duckdb_init_info info);
    static void give(duckdb_function_info info, duckdb_data_chunk output);
    [[nodiscard]] bool on_two_threads() const;
    [[nodiscard]] bool fill(Reader& reader, duckdb_data_chunk chunk);
    void stop(Error reason);
    [[nodiscard]] std::pair<std::size_t, std::size_t> take();

    ObjectStore& store_;
    const TableDefinition& table_;
    const std::vector<LoadRequest> requests_;
    const std::vector<RowColumn> columns_;
    const std::size_t objects_at_once_;
    const std::stop_token stop_;
    std::vector<LoadOutcome> outcomes_;  // each is one thread's
    std::mutex mutex_;
    std::size_t next_ = 0;  // of `requests_`; guarded by `mutex_`, as is the next
    std::optional<Error> error_;
};

}  // namespace dualstore::sql
