// What the package's Python part does for the native one.
#pragma once

#include <nanobind/nanobind.h>

namespace dualstore::python {

struct Package {
    nanobind::handle json_text;    // of dualstore._values
    nanobind::handle parameter;    // of dualstore._values
    nanobind::handle from_native;  // of dualstore.errors
};

// As load_package found it.
[[nodiscard]] const Package& package();

// Called when the module is imported: at the interpreter's end, when finalizers still make calls, nothing can be imported any more.
void load_package();

}  // namespace dualstore::python
