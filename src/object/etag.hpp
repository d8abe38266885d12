#pragma once

#include <string>
#include <string_view>

namespace dualstore::object {

// XXH3, 128 bits, of the bytes: 32 hex digits.
[[nodiscard]] std::string etag_of(std::string_view bytes);

}  // namespace dualstore::object
