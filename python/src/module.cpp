#include <nanobind/nanobind.h>

#include "client.hpp"
#include "errors.hpp"
#include "result.hpp"
#include "storage.hpp"

NB_MODULE(_native, module) {
    nanobind::set_leak_warnings(false);  // at exit daemon threads may still hold a client
    dualstore::python::translate_errors();
    dualstore::python::bind_result(module);
    dualstore::python::bind_client(module);
    dualstore::python::bind_storage(module);
}
