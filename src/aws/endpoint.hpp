// Where a service listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::aws {

struct Endpoint {
    bool tls = false;
    std::string host;  // an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string authority;  // what the Host header says: the port only where it is not the scheme's own
};

// "https://name", "http://127.0.0.1:8333", "http://[::1]:80". invalid_argument: anything else.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view url);

}  // namespace dualstore::aws
