#include "query.hpp"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include "dualstore/parameters.hpp"
#include "sql/remote/statement.hpp"

namespace nb = nanobind;

namespace dualstore::python {

namespace {

Parameter parameter(nb::handle value, const std::string& name) {
    try {
        return to_parameter(value);
    } catch (Failed& failed) {
        failed.error.code = ErrorCode::invalid_argument;
        failed.error.message = fmt::format("parameter {}: {}", name, failed.error.message);
        throw;
    }
}

// A text that stands for a time has to be told from a text.
Query with_types(std::string_view sql, std::vector<Parameter> parameters) {
    Query query;
    const auto places = sql::remote::placeholders(sql);
    std::size_t from = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!parameters[i].type.empty() && places.size() == parameters.size()) {
            query.sql += fmt::format("{}CAST(? AS {})", sql.substr(from, places[i] - from), parameters[i].type);
            from = places[i] + 1;
        }
        query.parameters.push_back(std::move(parameters[i].value));
    }
    query.sql += sql.substr(from);
    return query;
}

Query bind_dict(std::string_view sql, const nb::dict& values) {
    std::vector<Parameter> parameters;
    std::vector<std::pair<std::string, Value>> named;  // where they stand in `parameters`
    for (const auto [key, value] : values) {
        std::string name;
        if (!nb::try_cast(key, name)) {
            throw Failed(ErrorCode::invalid_argument, fmt::format("parameters are named by text, not by {}", shown(key)));
        }
        parameters.push_back(parameter(value, ":" + name));
        named.emplace_back(std::move(name), static_cast<std::int64_t>(named.size()));
    }
    const auto bound = value_or_throw(bind_names(sql, named));
    std::vector<Parameter> in_order;
    for (const Value& index : bound.parameters) in_order.push_back(parameters[static_cast<std::size_t>(std::get<std::int64_t>(index))]);
    return with_types(bound.sql, std::move(in_order));
}

}  // namespace

Query bind_query(std::string sql, nb::handle parameters) {
    if (parameters.is_none()) return {std::move(sql), {}};
    if (PyDict_Check(parameters.ptr())) return bind_dict(sql, nb::borrow<nb::dict>(parameters));
    if (!PyList_Check(parameters.ptr()) && !PyTuple_Check(parameters.ptr())) {
        throw Failed(ErrorCode::invalid_argument, "parameters are a list for '?', or a dict for ':name'");
    }
    std::vector<Parameter> in_order;
    for (const nb::handle value : parameters) in_order.push_back(parameter(value, std::to_string(in_order.size() + 1)));
    return with_types(sql, std::move(in_order));
}

}  // namespace dualstore::python
