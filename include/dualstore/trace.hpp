// What goes over the wire, for logs and for tests that count.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace dualstore {

// One attempt of one request. Never holds credentials, signatures or what was sent. The views live for the call only.
struct RequestTrace {
    std::string_view service;    // "s3", "athena", "trino"
    std::string_view operation;  // "PutObject", "StartQueryExecution", "POST /v1/statement"
    std::string_view key;        // the object's key, the table's or query's name; may be empty
    int attempt = 1;
    int status = 0;  // HTTP's; 0: no answer came
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::chrono::microseconds duration{0};
    std::string_view error;  // why it failed: the service's code, or the connection's
};

// Called once for each attempt, when it has ended, by threads of the library and by several at once. Must not block or throw.
using Tracer = std::function<void(const RequestTrace&)>;

}  // namespace dualstore
