// The ISO calendar, carried on before 1582 and beyond 9999, in days and microseconds since 1970-01-01.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace dualstore::sql::athena::calendar {

constexpr std::int64_t millisecond = 1000;
constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t value, std::int64_t by) {
    return value - floor_div(value, by) * by;
}
// To the nearest multiple of `unit`, halves up. No value near the ends of the range.
constexpr std::int64_t round_to(std::int64_t value, std::int64_t unit) {
    return floor_div(value + unit / 2, unit) * unit;
}
// What a value with so many digits of a second's fraction is a multiple of.
constexpr std::int64_t unit_of(unsigned precision) {
    std::int64_t unit = second;
    for (unsigned i = 0; i < precision; ++i) unit /= 10;
    return std::max<std::int64_t>(unit, 1);
}

struct Date {
    std::int64_t year = 1970;
    int month = 1;
    int day = 1;
};

constexpr bool is_leap(std::int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
constexpr int month_length(std::int64_t year, int month) {
    constexpr std::array<int, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : lengths[static_cast<std::size_t>(month - 1)];
}

// Years begin in March here, so that the day that is not always there comes last.
constexpr std::int64_t days_of(const Date& date) {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = floor_div(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}
constexpr Date date_of(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = floor_div(days, 146'097);
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * day_of_year + 2) / 153;
    const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

// Monday is 1.
constexpr int weekday(std::int64_t days) {
    return static_cast<int>(floor_mod(days + 3, 7)) + 1;
}
constexpr std::int64_t first_of_year(std::int64_t year) {
    return days_of({year, 1, 1});
}
// The Monday of the week that has the year's first Thursday.
constexpr std::int64_t first_of_week_year(std::int64_t year) {
    const std::int64_t fourth = days_of({year, 1, 4});
    return fourth - weekday(fourth) + 1;
}
constexpr std::int64_t week_year(std::int64_t days) {
    return date_of(days - weekday(days) + 4).year;
}
constexpr int week(std::int64_t days) {
    return static_cast<int>((days - first_of_week_year(week_year(days))) / 7) + 1;
}
constexpr int weeks_in(std::int64_t year) {
    return static_cast<int>((first_of_week_year(year + 1) - first_of_week_year(year)) / 7);
}
constexpr int day_of_year(std::int64_t days) {
    return static_cast<int>(days - first_of_year(date_of(days).year)) + 1;
}

// A day that the month does not have becomes its last one.
constexpr std::int64_t add_months(std::int64_t days, std::int64_t months) {
    Date date = date_of(days);
    const std::int64_t month = date.year * 12 + date.month - 1 + months;
    date.year = floor_div(month, 12);
    date.month = static_cast<int>(month - date.year * 12) + 1;
    date.day = std::min(date.day, month_length(date.year, date.month));
    return days_of(date);
}

}  // namespace dualstore::sql::athena::calendar
