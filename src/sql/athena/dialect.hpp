// Athena's SQL (Trino's language) in DuckDB's: what the embedded engine passes every query through.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/table.hpp"

namespace dualstore::sql::athena {

struct Translation {
    std::string sql;                   // one DuckDB query; its parameters are $1, $2, ... in the order of the `?`
    std::vector<std::string> prelude;  // CREATE OR REPLACE TEMP MACRO statements that `sql` needs, each once per connection
};

// Translates one query. `database` is the schema that unqualified table names mean; a definition without a database lies there.
// Table names come out as the query wrote them, without the catalog. Never looks at data; may be called from any thread.
// query: several statements, not a query, an unknown table or function, bad syntax; the message begins with Trino's error name
// ("SYNTAX_ERROR: line 1:8: ...").
[[nodiscard]] Result<Translation> translate(std::string_view sql, const std::vector<TableDefinition>& tables, std::string_view database);

// What every connection must SET, as "name=value", before its configuration is locked.
inline constexpr std::string_view session_settings[] = {
    "integer_division=true",
    "default_null_order='nulls_last'",
    "ieee_floating_point_ops=true",
    "TimeZone='UTC'",
};

// DuckDB's message for a translated query that failed, as an Error with Trino's error name in front.
[[nodiscard]] Error query_error(std::string_view duckdb_message);

}  // namespace dualstore::sql::athena
