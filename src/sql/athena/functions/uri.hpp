// Addresses as java.net.URI takes them apart (RFC 2396, with its deviations).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dualstore::sql::athena {

// As written, escapes and all.
struct Uri {
    std::optional<std::string_view> scheme, host, path, query, fragment;
    std::optional<std::int64_t> port;
};

// Empty: it is none. The parts point into the text.
[[nodiscard]] std::optional<Uri> parse_uri(std::string_view text);
// %C3%A9 as é. The escapes must be well-formed.
[[nodiscard]] std::string unescaped_uri(std::string_view text);

}  // namespace dualstore::sql::athena
