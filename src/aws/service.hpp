// A service at one endpoint: connections, signatures, retries, traces. The only part of the program that speaks HTTP.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/trace.hpp"

namespace dualstore::aws {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response {
    int status = 0;
    Headers headers;
    std::string body;

    // The first header of that name, whatever its case; empty where there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

// What a response means to the one who asked.
enum class Verdict {
    final,      // it is the answer
    again,      // the service did nothing and may do it later: 409 on a write, an expired token
    throttled,  // the same, and it asks for less: 429, 503, SlowDown
    broken,     // the service failed, and may have done it all the same: 500, 502, 504
};

struct Call {
    std::string operation;  // for traces and errors: "PutObject"
    std::string key;        // the same
    std::string method;
    std::string target;    // path and query as they stand on the wire, percent-encoded
    Headers headers = {};  // without Host, Content-Length and what signing adds
    std::string body = {};
    bool repeatable = true;                 // doing it twice does no harm: also tried again where an answer was lost
    std::chrono::milliseconds deadline{0};  // where it is to be shorter than the service's
};

struct Reply {
    Response response;  // the last attempt's; status 0: it had no answer
    bool lost = false;  // an attempt may have been carried out without an answer that says so
    int attempts = 0;
    ErrorCode code = ErrorCode::unavailable;  // with `error`: permission_denied where there are no credentials
    std::string error;                        // why there is no answer
};

struct ServiceOptions {
    std::string service;   // "s3", "athena", "trino": names the service in traces and, where signed, in signatures
    std::string endpoint;  // "https://s3.eu-west-1.amazonaws.com", without a path
    std::string region = {};
    bool sign = true;          // AWS Signature Version 4
    std::string profile = {};  // named by the caller, so it goes before the environment's credentials
    std::string ca_file = {};
    std::size_t connections = 350;               // at most so many at once; further calls wait for one
    std::chrono::milliseconds deadline{60'000};  // for one call: all its attempts, and all waiting
    std::optional<int> max_retries = {};         // of one call; not given: until its deadline
    std::chrono::milliseconds silence{20'000};   // of a repeatable call's attempt: when no byte moves for so long, the next one begins
    std::function<Verdict(const Response&)> judge;
    Tracer trace = {};
};

// Safe to use from many threads. Calls in flight keep it alive.
class Service {
  public:
    virtual ~Service() = default;

    // Starts a call and returns at once. `done` is called once, by a thread of the library, and must not block or throw; in a child that
    // fork made after the service was opened it is called before `start` returns, with an error.
    virtual void start(Call call, std::function<void(Reply)> done) = 0;
};

// No request is made. invalid_argument: an option is wrong. The first service starts the library's threads.
[[nodiscard]] Result<std::shared_ptr<Service>> open_service(ServiceOptions options);

// Starts a call and waits for its end. Never from within `done`.
[[nodiscard]] Reply call(Service& service, Call call);

// The code in an AWS service's error: the header x-amzn-errortype, "__type" or "code" of a JSON body, <Code> of an XML one. Empty where
// there is none.
[[nodiscard]] std::string error_code(const Response& response);

// An error for a reply without an answer, or with one that says no more than its status and error code.
[[nodiscard]] Error reply_error(const Reply& reply, std::string operation, std::string key);

}  // namespace dualstore::aws
