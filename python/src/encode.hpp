// Python values on their way in: as JSON text, and as parameters of SQL.
#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <utility>
#include <vector>

#include "dualstore/query_engine.hpp"

namespace dualstore::python {

// What repr() says of it, for a message: one line that is not long.
[[nodiscard]] std::string shown(nanobind::handle value);

// Any JSON value as compact JSON text: dict with str keys, list, tuple, str, int, float, bool, None, Decimal, datetime, date, UUID, scalars
// of numpy. Throws Failed (invalid_record), naming the path, for anything else, NaN, the infinities, and a value whose own code raises an
// Exception; MemoryError, KeyboardInterrupt and the like go through.
[[nodiscard]] std::string to_json(nanobind::handle value);

// The same for a record: a dict, or str or bytes that are JSON text already.
[[nodiscard]] std::string record_text(nanobind::handle record);

// Ids beside a record, by field: their JSON text. Throws Failed.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> to_arguments(const nanobind::dict& arguments);

struct Parameter {
    Value value;
    std::string type;  // what it is cast to; empty: it has its own type
};

// One parameter of a query. Throws Failed.
[[nodiscard]] Parameter to_parameter(nanobind::handle value);

}  // namespace dualstore::python
