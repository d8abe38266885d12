// The names of time zones that Trino knows, and what people call the time in them.
#pragma once

#include <string_view>

namespace dualstore::sql::athena {

// What format_datetime prints for z and zzzz. An empty short name: there is none but the offset's.
struct ZoneTimes {
    std::string_view standard_short;
    std::string_view standard_long;
    std::string_view summer_short;
    std::string_view summer_long;
    std::string_view zones;  // with blanks between them
};

// "America/New_York" and the like, as they are written there; neither offsets nor the names of UTC.
[[nodiscard]] bool is_zone_name(std::string_view name);
// nullptr: it is no zone's name.
[[nodiscard]] const ZoneTimes* zone_times(std::string_view name);

}  // namespace dualstore::sql::athena
