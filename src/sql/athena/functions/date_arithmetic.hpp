// date_trunc, date_add, date_diff and sequence.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// (unit, value): of all types of dates and times.
void date_trunc(const Arguments& arguments, Answer& answer);
// (unit, amount, value)
void date_add(const Arguments& arguments, Answer& answer);
// (zoned timestamp, interval year to month)
void add_months_to_zoned(const Arguments& arguments, Answer& answer);
// (unit, from, to): whole units.
void date_diff(const Arguments& arguments, Answer& answer);
// (microseconds): of a difference, halves up.
void rounded_milliseconds(const Arguments& arguments, Answer& answer);
// (interval, double)
void multiply_interval(const Arguments& arguments, Answer& answer);
void divide_interval(const Arguments& arguments, Answer& answer);
// (first, last) and (first, last, step): of dates and timestamps, with an interval.
void date_sequence(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
