// How a query's parameters reach Athena.
#pragma once

#include <span>
#include <string_view>

#include "sql/remote/athena_api.hpp"

namespace dualstore::sql::remote {

// The statement with its parameters bound: by ExecutionParameters where Athena takes them, else with literals in place of the `?`.
// query: their number is another, or one has no literal in such a statement.
[[nodiscard]] Result<Statement> bind_parameters(std::string_view sql, std::span<const Value> parameters);

}  // namespace dualstore::sql::remote
