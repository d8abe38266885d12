#include "errors.hpp"

#include <exception>
#include <string>

#include "package.hpp"

namespace nb = nanobind;

namespace dualstore::python {

namespace {

// A path need not be UTF-8, and no message may fail.
nb::object text(const std::string& bytes) {
    return nb::steal(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "backslashreplace"));
}

}  // namespace

nb::object exception_of(const Error& error) {
    const std::string code(name(error.code));
    return package().from_native(code.c_str(), text(error.message), error.operation.c_str(), text(error.key), error.retry == Retry::safe);
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
