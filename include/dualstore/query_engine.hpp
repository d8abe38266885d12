// What answers SQL: four calls.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/table.hpp"

namespace dualstore {

struct Value;

struct Decimal {
    std::string digits;  // exact, as written: "1.50"
};
struct Binary {  // varbinary
    std::string bytes;
};
struct Array {
    std::vector<Value> items;
};
struct Map {
    std::vector<std::pair<Value, Value>> entries;
};
struct Row {
    std::vector<std::pair<std::string, Value>> fields;  // an unnamed field's name is empty
};

// One SQL value. Dates, times and timestamps are text as Trino shows them: "2024-01-02 03:04:05.678"; null is std::monostate.
struct Value : std::variant<std::monostate, bool, std::int64_t, double, std::string, Decimal, Binary, Array, Map, Row> {
    using variant::variant;
};

// What a query took, as far as its engine tells.
struct QueryStatistics {
    std::string query_id;  // the service's; empty for the embedded engine
    std::uint64_t bytes_scanned = 0;
    std::chrono::milliseconds queued{0};
    std::chrono::milliseconds executed{0};
    std::chrono::milliseconds total{0};
    std::optional<double> cost;  // US dollars, where the engine bills by the query
};

struct QueryResult {
    struct Column {
        std::string name;
        std::string type;  // Trino's name: "array(integer)", "timestamp(3)"
    };
    std::vector<Column> columns;
    std::vector<std::vector<Value>> rows;
    QueryStatistics statistics;
};

struct QueryProgress {
    std::string state;  // the service's word: "QUEUED", "RUNNING"
    std::uint64_t bytes_scanned = 0;
};

struct QueryOptions {
    std::stop_token stop = {};  // ends the query, where it runs: `query`, USER_CANCELED
    // Called while the query is waited for, by the thread that waits. The embedded engine does not call it.
    std::function<void(const QueryProgress&)> progress = {};
};

class QueryEngine {
  public:
    virtual ~QueryEngine() = default;

    // Runs one query; `parameters` stand for its `?` in order. Sees every write acknowledged before the call.
    // query: the SQL is wrong or failed, the message begins with Trino's error name ("TYPE_MISMATCH: ...").
    // corrupt: an object cannot be read; the message names it. unavailable, permission_denied: the service cannot or may not answer.
    virtual Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options = {}) = 0;
    // Makes the table known; `bucket` is where its objects lie. Idempotent for the same definition; replaces none.
    virtual Result<void> create(const TableDefinition& table, std::string_view bucket) = 0;
    // The table as the engine knows it, or none. Its location has the bucket where the engine names one: "s3://bucket/metadata/".
    virtual Result<std::optional<TableDefinition>> describe(std::string_view table) = 0;
    [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace dualstore
