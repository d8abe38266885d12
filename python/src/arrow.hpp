// A query's result in Arrow's C stream interface (Apache Arrow, "The Arrow C stream interface").
#pragma once

#include <nanoarrow/nanoarrow.h>

#include "dualstore/query_engine.hpp"

namespace dualstore::python {

// One batch with a column each; the caller releases the stream. Needs no GIL. corrupt: a value is not of its column's type, the
// message names the column.
//
// Types are Trino's of the same width; decimal(p, s) is decimal128, date date32, time and timestamp are of seconds, milliseconds,
// microseconds or nanoseconds as their precision says, with time zone in UTC; array, map and row are list, map and struct. What Arrow has
// no type for is text (json, uuid, intervals), and so is a column of times with one that its unit cannot state (arrow_type.hpp).
[[nodiscard]] Result<void> export_arrow(const QueryResult& result, ArrowArrayStream* stream);

}  // namespace dualstore::python
