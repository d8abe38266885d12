// How every call of dualstore fails: a code, whether trying again can help, what was being done, to which key, and one line of text.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace dualstore {

enum class ErrorCode {
    invalid_argument,   // the call is wrong: unknown table, wrong number of ids, malformed definition
    invalid_record,     // the record is refused; the message names field, value and column type
    not_found,          // the object, bucket or file is not there
    conflict,           // a condition of the write does not hold: someone else's version is there
    permission_denied,  // the operating system or the service refuses
    unavailable,        // the store or engine cannot be reached or failed: disk full, I/O error, busy
    corrupt,            // what is stored is not what it should be; the message names it
    query,              // the SQL is refused or failed; the message begins with the kind, in Trino's words
    unsupported,        // this version, store or engine cannot do it
    outcome_unknown,    // the write may have happened; the message says how to find out
};

enum class Retry {
    never,  // the same call fails again
    safe,   // the same call may succeed later, and nothing happened so far
};

struct [[nodiscard]] Error {
    ErrorCode code = ErrorCode::unavailable;
    Retry retry = Retry::never;
    std::string operation;  // "put", "get", "query", ...
    std::string key;        // the object's key or the table's name; may be empty
    std::string message;    // one line, says what to do where that is known
};

// A value or an Error. All of tl::expected's interface; ignoring one is a warning.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using tl::expected<T, Error>::expected;
};

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string operation = {}, std::string key = {},
                                                Retry retry = Retry::never) {
    return tl::unexpected<Error>(Error{code, retry, std::move(operation), std::move(key), std::move(message)});
}

// Passes another result's error on.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

// The code's name in lower case, as in the enumeration.
[[nodiscard]] std::string_view name(ErrorCode code);

}  // namespace dualstore
