// A query's rows as text.
#pragma once

#include <string>
#include <string_view>

#include "dualstore/query_engine.hpp"

namespace dualstore::cli {

// `table`, `csv`, `json` (one array of objects), `ndjson` (an object a line) or `arrays` (columns with types, then rows).
void print_rows(const QueryResult& result, std::string_view format);

}  // namespace dualstore::cli
