// A query's parameters by name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/query_engine.hpp"

namespace dualstore {

struct BoundQuery {
    std::string sql;                // with `?` where the names stood
    std::vector<Value> parameters;  // one for each `?`, in order
};

// Replaces each `:name` of a query, outside of strings, quoted names and comments, by `?` and its value; case matters. A name may stand
// several times; values that the query does not name are left out. No I/O.
// query: a name of the query has no value, or it has `?` too; the message begins with INVALID_PARAMETER_USAGE.
[[nodiscard]] Result<BoundQuery> bind_names(std::string_view sql, std::span<const std::pair<std::string, Value>> named);

}  // namespace dualstore
