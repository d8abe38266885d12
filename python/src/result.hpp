// A query's result on its way out.
#pragma once

#include <nanobind/nanobind.h>

#include "dualstore/query_engine.hpp"

namespace dualstore::python {

// A list of dicts, one a row, of what JSON has: int, float, bool, None, str, list, dict. Decimals are exact text, binary is hexadecimal
// text, a map's key that is an array or a row is JSON text. Of columns with one name the second is called name_1, and so on.
[[nodiscard]] nanobind::list to_dicts(const QueryResult& result);

void bind_result(nanobind::module_& module);

}  // namespace dualstore::python
