// CAST of text to dates and times, and among them.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

void cast_text_to_time(const Arguments& arguments, Answer& answer);
// (value), or (value, today) from a time of day to a timestamp.
void cast_time_to_time(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
