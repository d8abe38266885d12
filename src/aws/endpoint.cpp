#include "aws/endpoint.hpp"

#include <fmt/format.h>

#include <charconv>

namespace dualstore::aws {
namespace {

bool is_host(std::string_view host, bool bracketed) {
    const auto allowed = [bracketed](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
               (bracketed && c == ':');
    };
    for (const char c : host) {
        if (!allowed(c)) {
            return false;
        }
    }
    return !host.empty();
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view url) {
    // Not quoted in the message: a mistyped one may hold a password.
    const auto wrong = [] {
        return fail(ErrorCode::invalid_argument, "the endpoint must look like https://host or http://host:port, without a path");
    };
    Endpoint endpoint;
    if (url.starts_with("https://")) {
        endpoint.tls = true;
        url.remove_prefix(8);
    } else if (url.starts_with("http://")) {
        url.remove_prefix(7);
    } else {
        return wrong();
    }
    if (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    std::string_view host = url.substr(0, url.rfind(':'));
    const bool bracketed = url.starts_with('[');
    if (bracketed) {
        host = url.substr(0, url.find(']') + 1);
    }
    std::string_view port = url.substr(host.size());
    const std::uint16_t usual = endpoint.tls ? 443 : 80;
    endpoint.port = usual;
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), endpoint.port);
        if (port.front() != ':' || error != std::errc{} || end != port.data() + port.size() || endpoint.port == 0) {
            return wrong();
        }
    }
    endpoint.authority = endpoint.port == usual ? std::string{host} : fmt::format("{}:{}", host, endpoint.port);
    if (bracketed && host.size() > 2) {
        host = host.substr(1, host.size() - 2);
    }
    if (!is_host(host, bracketed)) {
        return wrong();
    }
    endpoint.host = host;
    return endpoint;
}

}  // namespace dualstore::aws
