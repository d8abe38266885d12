#include <nanobind/nanobind.h>

#include <string_view>

#include "client.hpp"
#include "errors.hpp"
#include "result.hpp"
#include "storage.hpp"

namespace nb = nanobind;

NB_MODULE(_native, module) {
    // A module that was removed from sys.modules is made again by the next import, as measuring coverage does; nanobind's types only once.
    static PyObject* first = nullptr;
    if (first != nullptr) {
        for (const auto [name, value] : nb::borrow<nb::dict>(PyModule_GetDict(first))) {
            const auto text = nb::str(name);
            if (!std::string_view(text.c_str()).starts_with("__")) module.attr(name) = value;
        }
        return;
    }
    first = nb::borrow(module).release().ptr();

    nb::set_leak_warnings(false);  // at exit daemon threads may still hold a client
    dualstore::python::translate_errors();
    dualstore::python::bind_result(module);
    dualstore::python::bind_client(module);
    dualstore::python::bind_storage(module);
}
