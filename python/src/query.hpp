// One query with its parameters, the same for a client and for AthenaClient.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "calls.hpp"
#include "dualstore/query_engine.hpp"
#include "encode.hpp"

namespace dualstore::python {

struct Query {
    std::string sql;
    std::vector<Value> parameters;
};

// `parameters`: None, a list or tuple for `?`, a dict for `:name`. Throws Failed (invalid_argument).
[[nodiscard]] Query bind_query(std::string sql, nanobind::handle parameters);

// `execute` is called with the query and QueryOptions, outside the GIL; `stop` ends it.
template <class Execute>
std::shared_ptr<QueryResult> run_query(const Calls& calls, Query query, Execute execute, std::stop_source stop = {}) {
    return std::make_shared<QueryResult>(
        calls.lengthy([query = std::move(query), execute = std::move(execute),
                       token = stop.get_token()]() mutable { return execute(query, QueryOptions{.stop = token}); },
                      &stop));
}

}  // namespace dualstore::python
