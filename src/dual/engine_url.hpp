// What a query engine's URL names.
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "dualstore/engines.hpp"
#include "dualstore/error.hpp"
#include "sql/embedded_engine.hpp"

namespace dualstore::dual {

struct Embedded {};

using EnginePlace = std::variant<Embedded, AthenaOptions, TrinoOptions>;

// `embedded`, `athena://DATABASE?SETTING=VALUE&…`, `trino://USER[:PASSWORD]@HOST[:PORT]/CATALOG/SCHEMA?SETTING=VALUE&…`. invalid_argument
// otherwise; the message never has the password.
[[nodiscard]] Result<EnginePlace> parse_engine_url(std::string_view url);

// No request is made, and DuckDB is not loaded yet.
[[nodiscard]] Result<std::shared_ptr<QueryEngine>> open_engine(EnginePlace place, const sql::EmbeddedOptions& embedded,
                                                               const Tracer& trace);

}  // namespace dualstore::dual
