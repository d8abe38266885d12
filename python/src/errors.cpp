#include "errors.hpp"

#include <exception>
#include <string>

namespace nb = nanobind;

namespace dualstore::python {

nb::object exception_of(const Error& error) {
    const std::string code(name(error.code));
    return nb::module_::import_("dualstore.errors")
        .attr("_from_native")(code.c_str(), error.message.c_str(), error.operation.c_str(), error.key.c_str(), error.retry == Retry::safe);
}

void translate_errors() {
    nb::register_exception_translator([](const std::exception_ptr& thrown, void* /*payload*/) {
        try {
            std::rethrow_exception(thrown);
        } catch (const Failed& failed) {
            const nb::object exception = exception_of(failed.error);
            PyErr_SetObject(exception.type().ptr(), exception.ptr());
        }
    });
}

}  // namespace dualstore::python
