// Dates and times in format().
#include <fmt/format.h>

#include <array>
#include <bit>

#include "sql/athena/functions/string_format.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = FormatValue::Kind;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;
constexpr std::array<std::string_view, 12> months = {"January", "February", "March",     "April",   "May",      "June",
                                                     "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"};

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

struct Moment {
    std::int64_t days = 0;
    std::int64_t micros = 0;  // of the day
    duckdb_date_struct date{};
    std::int64_t hour = 0, minute = 0, seconds = 0;
};

Moment moment_of(const FormatValue& value) {
    std::int64_t micros = value.integer;
    if (value.kind == Kind::date) micros *= day;
    if (value.kind == Kind::integer) micros *= 1000;  // a number is of milliseconds
    Moment moment;
    moment.days = floor_div(micros, day);
    moment.micros = micros - moment.days * day;
    moment.date = duckdb_from_date({static_cast<std::int32_t>(moment.days)});
    moment.hour = moment.micros / second / 3600;
    moment.minute = moment.micros / second / 60 % 60;
    moment.seconds = moment.micros / second % 60;
    return moment;
}

// LocalDate's toString
std::string java_date(std::int64_t days) {
    const auto day_number = static_cast<std::int32_t>(days);
    return (duckdb_from_date({day_number}).year > 9999 ? "+" : "") + date_text(day_number);
}

std::string offset_text(const FormatValue& value, std::string_view between) {
    const std::int64_t minutes = value.kind == Kind::zoned ? (value.integer - value.instant) / second / 60 : 0;
    return fmt::format("{}{:02}{}{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, between, std::abs(minutes) % 60);
}

std::string zone_text(const FormatValue& value) {
    if (value.kind != Kind::zoned) return "UTC";
    if (value.text == "UTC" || value.text.starts_with('+') || value.text.starts_with('-')) return value.text;
    throw FormatFailure{"NOT_SUPPORTED", "%tZ is not supported for the time zone " + value.text};
}

// "03:04", "03:04:05", "03:04:05.678"
std::string java_clock(std::int64_t micros) {
    if (micros % (60 * second) == 0) return time_text(micros, 0).substr(0, 5);
    return time_text(micros, micros % second == 0 ? 0 : micros % 1000 == 0 ? 3 : 6);
}

std::string of_date(char conversion, const Moment& moment) {
    const duckdb_date_struct& date = moment.date;
    // Java counts the years before 1 by their era here.
    const int year = date.year > 0 ? date.year : 1 - date.year;
    const std::string_view month = months[static_cast<std::size_t>(date.month - 1)];
    const std::string_view weekday = weekdays[static_cast<std::size_t>(moment.days - floor_div(moment.days, 7) * 7)];
    const std::int64_t first = duckdb_to_date({date.year, 1, 1}).days;
    switch (conversion) {
        case 'Y':
            return fmt::format("{:04}", year);
        case 'y':
            return fmt::format("{:02}", year % 100);
        case 'C':
            return fmt::format("{:02}", year / 100);
        case 'B':
            return std::string(month);
        case 'b':
        case 'h':
            return std::string(month.substr(0, 3));
        case 'm':
            return fmt::format("{:02}", date.month);
        case 'd':
            return fmt::format("{:02}", date.day);
        case 'e':
            return std::to_string(date.day);
        case 'j':
            return fmt::format("{:03}", moment.days - first + 1);
        case 'A':
            return std::string(weekday);
        case 'a':
            return std::string(weekday.substr(0, 3));
        case 'F':
            return java_date(moment.days);
        default:
            return fmt::format("{:02}/{:02}/{:02}", date.month, date.day, year % 100);
    }
}

std::string of_clock(char conversion, const Moment& moment) {
    const std::int64_t half = (moment.hour + 11) % 12 + 1;
    switch (conversion) {
        case 'H':
            return fmt::format("{:02}", moment.hour);
        case 'k':
            return std::to_string(moment.hour);
        case 'I':
            return fmt::format("{:02}", half);
        case 'l':
            return std::to_string(half);
        case 'M':
            return fmt::format("{:02}", moment.minute);
        case 'S':
            return fmt::format("{:02}", moment.seconds);
        case 'L':
            return fmt::format("{:03}", moment.micros % second / 1000);
        case 'N':
            return fmt::format("{:09}", moment.micros % second * 1000);
        case 'p':
            return moment.hour < 12 ? "am" : "pm";
        case 'R':
            return fmt::format("{:02}:{:02}", moment.hour, moment.minute);
        case 'T':
            return fmt::format("{:02}:{:02}:{:02}", moment.hour, moment.minute, moment.seconds);
        default:
            return fmt::format("{:02}:{:02}:{:02} {}", half, moment.minute, moment.seconds, moment.hour < 12 ? "AM" : "PM");
    }
}

std::string of_zoned(char conversion, const FormatValue& value, const Moment& moment) {
    const std::int64_t instant = value.kind == Kind::zoned ? value.instant : value.integer * 1000;
    switch (conversion) {
        case 'z':
            return offset_text(value, "");
        case 'Z':
            return zone_text(value);
        case 's':
            return std::to_string(floor_div(instant, second));
        case 'Q':
            return std::to_string(floor_div(instant, 1000));
        default:
            return fmt::format("{} {} {} {} {} {}", of_date('a', moment), of_date('b', moment), of_date('d', moment), of_clock('T', moment),
                               zone_text(value), of_date('Y', moment));
    }
}

}  // namespace

std::string format_time(const FormatSpecifier& specifier, const FormatValue& value) {
    constexpr std::string_view dates = "YyCBbhmdejAaFD";
    constexpr std::string_view clocks = "HkIlMSLNpRTr";
    constexpr std::string_view zoned = "zZsQc";
    const char conversion = specifier.conversion;
    const auto one_of = [&](std::string_view set) { return set.find(conversion) != std::string_view::npos; };
    if (!one_of(dates) && !one_of(clocks) && !one_of(zoned)) {
        throw FormatFailure{"UnknownFormatConversion", fmt::format("Conversion = 't{}'", conversion)};
    }
    const bool full = value.kind == Kind::integer || value.kind == Kind::zoned;
    const bool has_date = full || value.kind == Kind::date || value.kind == Kind::timestamp;
    const bool has_clock = full || value.kind == Kind::time || value.kind == Kind::timestamp;
    if ((one_of(dates) && !has_date) || (one_of(clocks) && !has_clock) || (one_of(zoned) && !full)) refuse_conversion(specifier, value);
    const Moment moment = moment_of(value);
    if (one_of(dates)) return of_date(conversion, moment);
    return one_of(clocks) ? of_clock(conversion, moment) : of_zoned(conversion, value, moment);
}

std::uint32_t java_time_hash(const FormatValue& value) {
    const Moment moment = moment_of(value);
    const auto year = static_cast<std::uint32_t>(moment.date.year);
    const std::uint32_t date = (year & 0xFFFFF800) ^ ((year << 11) + (static_cast<std::uint32_t>(moment.date.month) << 6) +
                                                      static_cast<std::uint32_t>(moment.date.day));
    const auto nanoseconds = static_cast<std::uint64_t>(moment.micros) * 1000;
    const auto clock = static_cast<std::uint32_t>(nanoseconds ^ (nanoseconds >> 32));
    if (value.kind == Kind::date) return date;
    if (value.kind == Kind::time) return clock;
    if (value.kind == Kind::timestamp) return date ^ clock;
    const auto offset = static_cast<std::uint32_t>((value.integer - value.instant) / second);
    const bool is_offset = value.text.starts_with('+') || value.text.starts_with('-');
    return date ^ clock ^ offset ^ std::rotl(is_offset ? offset : java_hash(value.text), 3);
}

std::string java_time_text(const FormatValue& value) {
    const Moment moment = moment_of(value);
    if (value.kind == Kind::date) return java_date(moment.days);
    if (value.kind == Kind::time) return java_clock(moment.micros);
    std::string text = java_date(moment.days) + "T" + java_clock(moment.micros);
    if (value.kind == Kind::timestamp) return text;
    const bool is_offset = value.text.starts_with('+') || value.text.starts_with('-');
    text += value.integer == value.instant ? "Z" : offset_text(value, ":");
    return is_offset ? text : fmt::format("{}[{}]", text, value.text);
}

}  // namespace dualstore::sql::athena
