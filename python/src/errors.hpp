// The library's errors as Python exceptions: dualstore.errors has the classes.
#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <type_traits>
#include <utility>

#include "dualstore/error.hpp"

namespace dualstore::python {

// Thrown inside the module, turned into a Python exception where it leaves.
struct Failed {
    explicit Failed(Error what) : error(std::move(what)) {}
    Failed(ErrorCode code, std::string message) : error(fail(code, std::move(message)).value()) {}

    Error error;
};

// The exception object for an error. Needs the GIL.
[[nodiscard]] nanobind::object exception_of(const Error& error);

// Registers what turns Failed into the exception.
void translate_errors();

template <class T>
T value_or_throw(Result<T>&& result) {
    if (!result) throw Failed(std::move(result.error()));
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace dualstore::python
