// The rows of a query that has succeeded.
#pragma once

#include <stop_token>

#include "sql/remote/athena_api.hpp"
#include "sql/remote/athena_result_file.hpp"

namespace dualstore::sql::remote {

// Up to one page of rows comes by the API. More are read from the result object where that can be done, else page by page.
// Ends early when `stop` is requested: unavailable.
[[nodiscard]] Result<QueryResult> read_results(AthenaApi& api, ResultFiles& files, const Execution& execution, const std::stop_token& stop);

}  // namespace dualstore::sql::remote
