// What Athena's refusals and failures mean in dualstore's errors.
#pragma once

#include <string>

#include "aws/service.hpp"
#include "sql/remote/athena_api.hpp"

namespace dualstore::sql::remote {

// The error that a response without success carries: "InvalidRequestException" and its text. Empty where it carries none.
struct ServiceError {
    std::string type;
    std::string message;
};
[[nodiscard]] ServiceError service_error(const aws::Response& response);

[[nodiscard]] aws::Verdict athena_verdict(const aws::Response& response);

// The error of a call that was answered without success, or not at all.
[[nodiscard]] Error call_error(const aws::Reply& reply, const std::string& operation, const std::string& key);

// FAILED for a reason that passes: Athena may take the query up again by itself, and the same query may succeed later.
[[nodiscard]] bool failed_for_now(const Execution& execution);

// The error of a query that is FAILED or CANCELLED; the message begins with Trino's name for it.
[[nodiscard]] Error execution_error(const Execution& execution);

}  // namespace dualstore::sql::remote
