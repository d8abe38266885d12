// The type of a result's column, as Arrow has it.
#pragma once

#include <nanoarrow/nanoarrow.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/query_engine.hpp"

namespace dualstore::python {

struct ColumnType {
    enum class Kind { null, boolean, integer, floating, decimal, text, binary, date, time, timestamp, list, map, row };
    Kind kind = Kind::text;
    ArrowType arrow = NANOARROW_TYPE_STRING;
    int precision = 0;                               // decimal; of a time or timestamp, the digits of its seconds' fraction
    int scale = 0;                                   // decimal
    ArrowTimeUnit unit = NANOARROW_TIME_UNIT_MILLI;  // time, timestamp
    bool zoned = false;                              // a timestamp that states an instant
    std::vector<ColumnType> children = {};           // list: one; map: key and value; row: its fields
    std::vector<std::string> names = {};             // row: field0, field1, ... where they have none
    std::int64_t text_bytes = 0;                     // of all values that were fitted
};

// By Trino's name: "array(row(a integer, b varchar))". What has no counterpart, or is no type's name, is text.
[[nodiscard]] ColumnType column_type(std::string_view trino_name);

// Makes the type one that can hold the value too: text instead of a date, time or timestamp that Arrow's unit cannot state exactly, or
// whose zone is named by a place, and instead of an array, map or row that the engine gave as text.
void fit(ColumnType& type, const Value& value);

// The schema of such a column; initialised before, nullable. An error code of the C library's.
[[nodiscard]] ArrowErrorCode set_type(ArrowSchema* schema, const ColumnType& type);

// A decimal's digits without the point, as its scale has them: "1.5" with two digits is "150". None: `fit` makes it text.
[[nodiscard]] std::optional<std::string> unscaled(const ColumnType& type, std::string_view digits);

// A date as days, a time or timestamp in the type's unit, since midnight or 1970. None: `fit` makes it text.
[[nodiscard]] std::optional<std::int64_t> time_number(const ColumnType& type, std::string_view text);

}  // namespace dualstore::python
