// Athena's SQL (Trino's language) in DuckDB's: what the embedded engine passes every query through.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/table.hpp"
#include "sql/athena/native.hpp"
#include "sql/athena/sql_type.hpp"

namespace dualstore::sql::athena {

struct ResultColumn {
    std::string name;
    SqlType type;
};

struct Translation {
    std::string sql;                            // one DuckDB query; its parameters are $1, $2, ... in the order of the `?`
    std::vector<ResultColumn> columns;          // what it gives, in order; DuckDB's own names mean nothing
    std::vector<std::string> prelude;           // CREATE OR REPLACE TEMP MACRO statements that `sql` needs, each once per connection
    std::vector<NativeUse> natives;             // functions that it and the prelude need, each once per connection, before the prelude
    std::vector<const TableDefinition*> reads;  // the tables that it reads
    bool with_path = false;                     // reads the column "$path"
};

// Translates one query. `database` is the schema that unqualified table names mean; a definition without a database lies there.
// `parameters` are the types of the values for `?`. Never looks at data; may be called from any thread. query: several statements, not a
// query, an unknown table or function, bad syntax, types that do not fit; the message begins with Trino's error name ("SYNTAX_ERROR: line
// 1:8: ...").
[[nodiscard]] Result<Translation> translate(std::string_view sql, const std::vector<TableDefinition>& tables, std::string_view database,
                                            std::span<const SqlType> parameters);

// What every connection must SET, as "name=value", before its configuration is locked.
inline constexpr std::string_view session_settings[] = {
    "default_null_order='nulls_last'",
    "ieee_floating_point_ops=true",
    "TimeZone='UTC'",
};

// DuckDB's message for a translated query that failed, as an Error with Trino's error name in front.
[[nodiscard]] Error query_error(std::string_view duckdb_message);

}  // namespace dualstore::sql::athena
