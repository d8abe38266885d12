// What answers SQL: three calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

struct QueryResult {
    struct Column {
        std::string name;
        std::string type;  // Trino's name: "array(integer)", "timestamp(3)"
    };
    std::vector<Column> columns;
    std::vector<std::vector<Value>> rows;
};

class QueryEngine {
  public:
    virtual ~QueryEngine() = default;

    // Runs one query; `parameters` stand for its `?` in order. Sees every write acknowledged before the call.
    // query: the SQL is wrong or failed, the message begins with Trino's error name ("TYPE_MISMATCH: ...").
    // corrupt: an object cannot be read; the message names it.
    virtual Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters) = 0;
    // The table as the engine knows it, or none.
    virtual Result<std::optional<TableDefinition>> describe(std::string_view table) = 0;
    [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace dualstore
