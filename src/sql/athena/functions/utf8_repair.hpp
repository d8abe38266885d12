// Bytes made valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace dualstore::sql::athena {

// As Trino's from_utf8: a wrong sequence is replaced as a whole, by its first byte's length.
[[nodiscard]] std::string repaired_utf8(std::string_view bytes, std::string_view replacement);
// As Java's decoder: U+FFFD for each longest part that could begin a character.
[[nodiscard]] std::string decoded_utf8(std::string_view bytes);

}  // namespace dualstore::sql::athena
