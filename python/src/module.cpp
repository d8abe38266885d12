#include <nanobind/nanobind.h>

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "client.hpp"
#include "errors.hpp"
#include "package.hpp"
#include "result.hpp"
#include "storage.hpp"

namespace nb = nanobind;

NB_MODULE(_native, module) {
    // A module that was removed from sys.modules is made again by the next import, as measuring coverage does; nanobind's types only once.
    static PyObject* first = nullptr;
    static std::int64_t home = 0;
    const std::int64_t here = PyInterpreterState_GetID(PyInterpreterState_Get());
    if (first != nullptr && here != home) {
        throw std::runtime_error("dualstore can be used in one interpreter of a process, and another one has imported it before");
    }
    dualstore::python::load_package();
    if (first != nullptr) {
        for (const auto [name, value] : nb::borrow<nb::dict>(PyModule_GetDict(first))) {
            const auto text = nb::str(name);
            if (!std::string_view(text.c_str()).starts_with("__")) module.attr(name) = value;
        }
        return;
    }
    first = nb::borrow(module).release().ptr();
    home = here;

    module.attr("version") = DUALSTORE_VERSION;
    nb::set_leak_warnings(false);  // at exit daemon threads may still hold a client
    dualstore::python::translate_errors();
    dualstore::python::bind_result(module);
    dualstore::python::bind_client(module);
    dualstore::python::bind_storage(module);
}
