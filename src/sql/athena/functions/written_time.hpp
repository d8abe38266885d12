// Dates, times and intervals as Trino reads them in literals and casts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dualstore::sql::athena {

struct WrittenTime {
    std::int64_t seconds = 0;  // of the local time, since 1970-01-01 00:00; of a time of day since midnight
    std::string fraction;      // the digits behind the point, as written
    std::optional<std::string> zone;

    // With so many digits of a second's fraction, six at most; halves are rounded up.
    [[nodiscard]] std::int64_t microseconds(unsigned precision) const;
};

// [+-]Y-M-D: days since 1970-01-01. Blanks around it do not count. Empty: it is no date.
[[nodiscard]] std::optional<std::int32_t> written_date(std::string_view text);
// Y-M-D[ [H:M[:S[.f]]][zone]], with four digits or more in the year; the zone's name is not checked.
[[nodiscard]] std::optional<WrittenTime> written_timestamp(std::string_view text);
// H:M[:S[.f]][+HH:MM]
[[nodiscard]] std::optional<WrittenTime> written_time(std::string_view text);
// "+05:30" as minutes, 14 hours at most.
[[nodiscard]] std::optional<std::int32_t> written_offset(std::string_view text);
// '3 04:05:06.789' DAY TO SECOND: milliseconds; '1-2' YEAR TO MONTH: months. `to` may be empty: one field.
[[nodiscard]] std::optional<std::int64_t> written_interval(std::string_view text, std::string_view from, std::string_view to);

}  // namespace dualstore::sql::athena
