// The general client.
#pragma once

#include <nanobind/nanobind.h>

namespace dualstore::python {

void bind_client(nanobind::module_& module);

}  // namespace dualstore::python
