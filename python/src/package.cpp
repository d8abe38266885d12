#include "package.hpp"

namespace nb = nanobind;

namespace dualstore::python {
namespace {

Package& held() {
    static Package package;
    return package;
}

}  // namespace

const Package& package() {
    return held();
}

void load_package() {
    const auto values = nb::module_::import_("dualstore._values");
    const auto errors = nb::module_::import_("dualstore.errors");
    held() = {.json_text = nb::object(values.attr("json_text")).release(),
              .parameter = nb::object(values.attr("parameter")).release(),
              .from_native = nb::object(errors.attr("_from_native")).release()};
}

}  // namespace dualstore::python
