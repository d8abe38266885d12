// Reads objects of a table from the store and appends their rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/table.hpp"
#include "sql/embedded/row_target.hpp"

namespace dualstore::sql {

struct LoadRequest {
    std::string key;
    std::string etag;     // of the version whose rows are already there; empty: none are
    std::int64_t id = 0;  // marks the object's rows
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

// One outcome a request, in order. Reads on up to two threads. Rows have the columns c0, c1, ..., key, object.
// `remote`: reading an object costs a request, so that many are asked for at once.
// Nothing of an unreadable object is appended. Fails when the store or DuckDB does.
[[nodiscard]] Result<std::vector<LoadOutcome>> load_objects(ObjectStore& store, const TableDefinition& table,
                                                            std::span<const LoadRequest> requests, RowTarget& target, bool remote);

}  // namespace dualstore::sql
