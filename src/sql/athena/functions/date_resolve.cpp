#include "sql/athena/functions/date_resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "sql/athena/functions/calendar.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_div;
using calendar::floor_mod;

constexpr std::int64_t a_second = 1000;  // milliseconds, as all here
constexpr std::int64_t a_minute = 60 * a_second;
constexpr std::int64_t an_hour = 60 * a_minute;
constexpr std::int64_t a_day = 24 * an_hour;
constexpr std::int64_t most_years = 292'000'000;  // what milliseconds hold

// Lengths of time in their order. What a field counts, and within what.
enum class Length { millisecond, second, minute, hour, half_day, day, week, month, year, century, forever };

struct FieldRules {
    std::string_view name;  // Joda's
    Length within;
    Length counts;
    int least;
    int most;
};

const FieldRules& rules_of(DateField field) {
    static constexpr std::array<FieldRules, 20> rules = {{
        {"era", Length::forever, Length::forever, 0, 1},
        {"centuryOfEra", Length::forever, Length::century, 0, 2'920'000},
        {"year", Length::forever, Length::year, -most_years, most_years},
        {"yearOfEra", Length::forever, Length::year, 1, most_years},
        {"weekyear", Length::forever, Length::year, -most_years, most_years},
        {"monthOfYear", Length::year, Length::month, 1, 12},
        {"dayOfYear", Length::year, Length::day, 1, 366},
        {"weekOfWeekyear", Length::year, Length::week, 1, 53},
        {"dayOfMonth", Length::month, Length::day, 1, 31},
        {"dayOfWeek", Length::week, Length::day, 1, 7},
        {"halfdayOfDay", Length::day, Length::half_day, 0, 1},
        {"hourOfDay", Length::day, Length::hour, 0, 23},
        {"clockhourOfDay", Length::day, Length::hour, 1, 24},
        {"hourOfHalfday", Length::half_day, Length::hour, 0, 11},
        {"clockhourOfHalfday", Length::half_day, Length::hour, 1, 12},
        {"minuteOfHour", Length::hour, Length::minute, 0, 59},
        {"secondOfMinute", Length::minute, Length::second, 0, 59},
        {"minuteOfDay", Length::hour, Length::millisecond, 0, static_cast<int>(an_hour) - 1},
        {"secondOfDay", Length::minute, Length::millisecond, 0, static_cast<int>(a_minute) - 1},
        {"millisOfSecond", Length::second, Length::millisecond, 0, static_cast<int>(a_second) - 1},
    }};
    return rules[static_cast<std::size_t>(field)];
}

std::int64_t with_date(std::int64_t time, const calendar::Date& date) {
    return calendar::days_of(date) * a_day + floor_mod(time, a_day);
}

std::int64_t with_year(std::int64_t time, std::int64_t year) {
    calendar::Date date = calendar::date_of(floor_div(time, a_day));
    date.year = year;
    date.day = std::min(date.day, calendar::month_length(year, date.month));
    return with_date(time, date);
}

std::int64_t with_week_year(std::int64_t time, std::int64_t year) {
    const std::int64_t days = floor_div(time, a_day);
    const int week = std::min(calendar::week(days), calendar::weeks_in(year));
    const std::int64_t moved = calendar::first_of_week_year(year) + std::int64_t{week - 1} * 7 + calendar::weekday(days) - 1;
    return time + (moved - days) * a_day;
}

int most_of(DateField field, std::int64_t time) {
    const std::int64_t days = floor_div(time, a_day);
    const calendar::Date date = calendar::date_of(days);
    if (field == DateField::day_of_month) return calendar::month_length(date.year, date.month);
    if (field == DateField::day_of_year) return calendar::is_leap(date.year) ? 366 : 365;
    if (field == DateField::week) return calendar::weeks_in(calendar::week_year(days));
    return rules_of(field).most;
}

std::int64_t with_month(std::int64_t time, int month) {
    calendar::Date date = calendar::date_of(floor_div(time, a_day));
    date.month = month;
    date.day = std::min(date.day, calendar::month_length(date.year, month));
    return with_date(time, date);
}

// Of a field that counts `unit`s from 0 within `range`.
std::int64_t with_part(std::int64_t time, std::int64_t value, std::int64_t unit, std::int64_t range) {
    return time + (value - floor_mod(time, range) / unit) * unit;
}

// The value is within the field's range.
std::int64_t with_field(std::int64_t time, DateField field, int value) {
    const std::int64_t days = floor_div(time, a_day);
    const std::int64_t year = calendar::date_of(days).year;
    switch (field) {
        case DateField::era:
            return (year > 0) == (value == 1) ? time : with_year(time, -year);
        case DateField::century_of_era:
            return with_year(time, (year < 0 ? -1 : 1) * (std::int64_t{value} * 100 + std::abs(year) % 100));
        case DateField::year:
            return with_year(time, value);
        case DateField::year_of_era:
            return with_year(time, year > 0 ? value : 1 - value);
        case DateField::week_year:
            return with_week_year(time, value);
        case DateField::month:
            return with_month(time, value);
        case DateField::day_of_year:
            return time + (value - calendar::day_of_year(days)) * a_day;
        case DateField::week:
            return time + std::int64_t{value - calendar::week(days)} * 7 * a_day;
        case DateField::day_of_month:
            return time + (value - calendar::date_of(days).day) * a_day;
        case DateField::weekday:
            return time + (value - calendar::weekday(days)) * a_day;
        case DateField::half_day:
            return with_part(time, value, 12 * an_hour, a_day);
        case DateField::hour:
        case DateField::clock_hour:
            return with_part(time, value % 24, an_hour, a_day);
        case DateField::half_hour:
        case DateField::clock_half_hour:
            return with_part(time, value % 12, an_hour, 12 * an_hour);
        case DateField::minute:
            return with_part(time, value, a_minute, an_hour);
        case DateField::second:
            return with_part(time, value, a_second, a_minute);
        case DateField::fraction_of_hour:
            return with_part(time, value, 1, an_hour);
        case DateField::fraction_of_minute:
            return with_part(time, value, 1, a_minute);
        case DateField::fraction_of_second:
            break;
    }
    return with_part(time, value, 1, a_second);
}

// Down to the beginning of what the field counts.
std::int64_t floored(std::int64_t time, DateField field) {
    const std::int64_t days = floor_div(time, a_day);
    const std::int64_t year = calendar::date_of(days).year;
    switch (rules_of(field).counts) {
        case Length::forever:
            return calendar::first_of_year(year > 0 ? 1 : -most_years) * a_day;
        case Length::century:
            return calendar::first_of_year(year / 100 * 100) * a_day;
        case Length::year:
            return (field == DateField::week_year ? calendar::first_of_week_year(calendar::week_year(days))
                                                  : calendar::first_of_year(year)) *
                   a_day;
        case Length::month:
            return (days - calendar::date_of(days).day + 1) * a_day;
        case Length::week:
            return (days - calendar::weekday(days) + 1) * a_day;
        case Length::day:
            return days * a_day;
        case Length::half_day:
            return floor_div(time, 12 * an_hour) * 12 * an_hour;
        case Length::hour:
            return floor_div(time, an_hour) * an_hour;
        case Length::minute:
            return floor_div(time, a_minute) * a_minute;
        case Length::second:
            return floor_div(time, a_second) * a_second;
        case Length::millisecond:
            break;
    }
    return time;
}

}  // namespace

std::variant<std::int64_t, std::string> time_of(std::vector<ReadField> fields) {
    const auto longer = [](const ReadField& a, const ReadField& b) {
        const FieldRules& x = rules_of(a.field);
        const FieldRules& y = rules_of(b.field);
        return x.within != y.within ? x.within > y.within : x.counts > y.counts;
    };
    // There are few, and std::stable_sort allocates.
    for (auto next = fields.begin(); next != fields.end(); ++next) {
        std::rotate(std::upper_bound(fields.begin(), next, *next, longer), next, std::next(next));
    }
    const auto counts = [](const ReadField& read) { return rules_of(read.field).counts; };
    // A leap year, so that February 29 is one of its days.
    constexpr int year_of_days = 2000;
    if (!fields.empty() && counts(fields[0]) <= Length::month && counts(fields[0]) >= Length::day) {
        fields.insert(fields.begin(), {DateField::year, year_of_days});
    }
    std::int64_t time = 0;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const auto [field, value] = fields[i];
            const int most = most_of(field, time);
            if (value < rules_of(field).least || value > most) {
                return fmt::format("Value {} for {} must be in the range [{},{}]", value, rules_of(field).name, rules_of(field).least,
                                   most);
            }
            time = with_field(time, field, value);
            if (round == 0 || i + 1 == fields.size()) time = floored(time, field);
        }
    }
    return time;
}

}  // namespace dualstore::sql::athena
