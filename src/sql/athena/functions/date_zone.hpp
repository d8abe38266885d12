// Times and their zones.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// (zoned timestamp): the local one.
void local_time(const Arguments& arguments, Answer& answer);
// (local timestamp, zone), as a CAST of text makes it.
void zoned_time(const Arguments& arguments, Answer& answer);
// (local timestamp, zone)
void with_timezone(const Arguments& arguments, Answer& answer);
// (zoned timestamp, zone or interval)
void at_timezone(const Arguments& arguments, Answer& answer);
// (time with zone, zone or interval, now): the zone's offset is that of now.
void time_at_timezone(const Arguments& arguments, Answer& answer);
// (zoned timestamp): seconds east of UTC.
void zone_offset(const Arguments& arguments, Answer& answer);
// (time with zone): "+05:30".
void offset_text(const Arguments& arguments, Answer& answer);
// (seconds), (seconds, zone) and (seconds, hours, minutes)
void from_unixtime(const Arguments& arguments, Answer& answer);
// (bigint or decimal)
void from_unixtime_nanos(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
