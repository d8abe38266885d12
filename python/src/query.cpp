#include "query.hpp"

#include "dualstore/parameters.hpp"

namespace nb = nanobind;

namespace dualstore::python {

Query bind_query(std::string sql, nb::handle parameters) {
    if (parameters.is_none()) return {std::move(sql), {}};
    if (PyDict_Check(parameters.ptr())) {
        std::vector<std::pair<std::string, Value>> named;
        for (const auto [name, value] : nb::borrow<nb::dict>(parameters)) named.emplace_back(nb::cast<std::string>(name), to_parameter(value));
        auto bound = value_or_throw(bind_names(sql, named));
        return {std::move(bound.sql), std::move(bound.parameters)};
    }
    if (!PyList_Check(parameters.ptr()) && !PyTuple_Check(parameters.ptr())) {
        throw Failed(ErrorCode::invalid_argument, "parameters are a list for '?', or a dict for ':name'");
    }
    Query query{std::move(sql), {}};
    for (const nb::handle value : parameters) query.parameters.push_back(to_parameter(value));
    return query;
}

}  // namespace dualstore::python
