// Values as Trino writes them: what CAST(x AS varchar) gives.
#pragma once

#include <duckdb.h>

#include <string>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// Of a value that is not NULL, of any type but array, map, row and varbinary.
[[nodiscard]] std::string value_text(duckdb_vector vector, idx_t row, const SqlType& type);

// "12.50", from the digits without the point.
[[nodiscard]] std::string decimal_text(Int128 digits, unsigned scale);
[[nodiscard]] std::string date_text(std::int32_t days);
// `precision` digits of a second's fraction.
[[nodiscard]] std::string time_text(std::int64_t microseconds, unsigned precision);
[[nodiscard]] std::string timestamp_text(std::int64_t microseconds, unsigned precision);
[[nodiscard]] std::string interval_day_text(std::int64_t milliseconds);
[[nodiscard]] std::string interval_month_text(std::int32_t months);
[[nodiscard]] std::string uuid_text(duckdb_hugeint value);

}  // namespace dualstore::sql::athena
