// Dates and times from and to text, in formats of the query's or of ISO 8601.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// (value, MySQL's format)
void date_format(const Arguments& arguments, Answer& answer);
// (text, MySQL's format)
void date_parse(const Arguments& arguments, Answer& answer);
// (value, Joda's format)
void format_datetime(const Arguments& arguments, Answer& answer);
// (text, Joda's format)
void parse_datetime(const Arguments& arguments, Answer& answer);
void from_iso8601_date(const Arguments& arguments, Answer& answer);
void from_iso8601_timestamp(const Arguments& arguments, Answer& answer);
void from_iso8601_timestamp_nanos(const Arguments& arguments, Answer& answer);
// Of dates and timestamps.
void to_iso8601(const Arguments& arguments, Answer& answer);
void parse_duration(const Arguments& arguments, Answer& answer);
void human_readable_seconds(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
