// The three classes that shared.storage is made of.
#pragma once

#include <nanobind/nanobind.h>

namespace dualstore::python {

void bind_storage(nanobind::module_& module);

}  // namespace dualstore::python
