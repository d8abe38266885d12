// Making native functions known to a DuckDB connection.
#pragma once

#include <duckdb.h>

#include "dualstore/error.hpp"
#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// Once a connection and name. unavailable: DuckDB refuses.
[[nodiscard]] Result<void> register_native(duckdb_connection connection, const NativeUse& use);

}  // namespace dualstore::sql::athena
