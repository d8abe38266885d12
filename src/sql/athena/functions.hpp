// The functions of Trino that neither DuckDB nor a macro over its functions can give.
#pragma once

#include <duckdb.h>

#include "dualstore/error.hpp"

namespace dualstore::sql::athena {

// Adds them to the database of the connection: once per database, before the first translated query.
[[nodiscard]] Result<void> register_functions(duckdb_connection connection);

}  // namespace dualstore::sql::athena
