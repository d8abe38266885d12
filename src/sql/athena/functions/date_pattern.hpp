// Patterns of dates and times, as Joda-Time reads them (which Trino uses for MySQL's and for ISO 8601's as well).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dualstore::sql::athena {

enum class DateField {
    era,
    century_of_era,
    year,
    year_of_era,
    week_year,
    month,
    day_of_year,
    week,
    day_of_month,
    weekday,
    half_day,
    hour,
    clock_hour,       // 1 to 24
    half_hour,        // 0 to 11
    clock_half_hour,  // 1 to 12
    minute,
    second,
    fraction_of_hour,
    fraction_of_minute,
    fraction_of_second,  // these three in milliseconds
};

struct DatePattern;

struct LiteralItem {
    std::string text;
};
struct NumberItem {
    DateField field;
    int least = 1;  // digits that are printed
    int most = 2;   // digits that are read
    bool with_sign = false;
};
struct TwoDigitYearItem {
    DateField field;
    bool lenient = true;       // reads other numbers of digits too
    std::optional<int> pivot;  // two digits are a year from 50 before it to 49 after it; empty: 30 years before now
};
struct TextItem {
    DateField field;
    bool full = true;
};
struct FractionItem {
    DateField field;
    int least = 1;
    int most = 9;
};
struct OffsetItem {
    bool with_colon = false;
};
struct ZoneIdItem {};
struct ZoneNameItem {
    bool full = false;
};
// What reaches furthest is taken. Only read.
struct ChoiceItem {
    std::vector<DatePattern> choices;
    bool optional = false;
};
using DateItem =
    std::variant<LiteralItem, NumberItem, TwoDigitYearItem, TextItem, FractionItem, OffsetItem, ZoneIdItem, ZoneNameItem, ChoiceItem>;

struct DatePattern {
    std::vector<DateItem> items;
};

// Says why it is no pattern.
struct PatternError {
    std::string message;
};
using PatternResult = std::variant<DatePattern, PatternError>;

[[nodiscard]] PatternResult mysql_pattern(std::string_view text);
[[nodiscard]] PatternResult joda_pattern(std::string_view text);
[[nodiscard]] const DatePattern& iso_date_pattern();
[[nodiscard]] const DatePattern& iso_timestamp_pattern();
[[nodiscard]] bool has_zone(const DatePattern& pattern);

struct PrintedTime {
    std::int64_t local;   // milliseconds since 1970-01-01 00:00 in the zone
    std::int32_t offset;  // seconds east of UTC
    std::string_view zone;
    bool summer = false;  // clocks are ahead
};
[[nodiscard]] std::string print_date(const DatePattern& pattern, const PrintedTime& time);

struct ReadTime {
    std::int64_t local = 0;              // milliseconds
    std::optional<std::int32_t> offset;  // as it was read: milliseconds
    std::string zone;                    // as Trino writes it; an offset counts more
};
struct ReadError {
    std::string kind;  // Trino's
    std::string message;
};
using ReadResult = std::variant<ReadTime, ReadError>;
[[nodiscard]] ReadResult read_date(const DatePattern& pattern, std::string_view text);

// English names; months and weekdays count from 1.
[[nodiscard]] std::string_view month_name(int month, bool full);
[[nodiscard]] std::string_view weekday_name(int weekday, bool full);

}  // namespace dualstore::sql::athena
