// Trino's errors as ours.
#pragma once

#include <yyjson.h>

#include <cstddef>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::sql::remote {

// An answer's `error`; the message begins with Trino's name for it. `shift`: how many characters were put before the first line of the
// caller's text, so that the place in the message is one in that text.
[[nodiscard]] Error trino_error(yyjson_val* error, std::size_t shift);

// "TABLE_NOT_FOUND", where that is how the message begins.
[[nodiscard]] bool has_name(const Error& error, std::string_view name);

// The cluster cannot run anything yet; nothing was begun.
[[nodiscard]] bool not_ready(const Error& error);

}  // namespace dualstore::sql::remote
