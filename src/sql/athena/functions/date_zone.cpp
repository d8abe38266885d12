#include "sql/athena/functions/date_zone.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/time_value.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_mod;
using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// Empty: the query fails.
std::optional<std::string> zone_of_text(std::string_view text, Answer& answer) {
    auto zone = canonical_zone(text);
    if (text.empty()) {
        answer.error("GENERIC_INTERNAL_ERROR", "Zone id is an empty string");
    } else if (!zone) {
        answer.error(invalid, fmt::format("'{}' is not a valid time zone", text));
    }
    return zone;
}

std::optional<std::string> zone_of_interval(std::int64_t milliseconds, Answer& answer) {
    constexpr std::int64_t minute = 60'000;
    if (milliseconds % minute != 0) {
        answer.error(invalid, "Invalid time zone offset interval: interval contains seconds");
        return std::nullopt;
    }
    auto zone = offset_zone(milliseconds / minute);
    if (!zone) answer.error(invalid, fmt::format("Invalid offset minutes {}", milliseconds / minute));
    return zone;
}

std::optional<std::string> zone_of_argument(const Arguments& arguments, idx_t index, Answer& answer) {
    const bool is_interval = arguments.type(index).is(Kind::interval_day);
    return is_interval ? zone_of_interval(arguments.value<std::int64_t>(index), answer) : zone_of_text(arguments.text(index), answer);
}

void answer_local(const Arguments& arguments, Answer& answer, std::int64_t (Zone::*instant)(std::int64_t) const) {
    const auto name = zone_of_text(arguments.text(1), answer);
    if (!name) return;
    const Zone* zone = zone_or_error(answer, *name);
    if (zone != nullptr) answer_zoned(answer, (zone->*instant)(arguments.value<std::int64_t>(0)), *name);
}

}  // namespace

void local_time(const Arguments& arguments, Answer& answer) {
    const ZonedTime value = zoned_time_of(arguments, 0);
    const Zone* zone = zone_or_error(answer, value.zone);
    if (zone != nullptr) answer.value(zone->to_local(value.instant));
}

void zoned_time(const Arguments& arguments, Answer& answer) {
    answer_local(arguments, answer, &Zone::earlier);
}

void with_timezone(const Arguments& arguments, Answer& answer) {
    answer_local(arguments, answer, &Zone::instant);
}

void at_timezone(const Arguments& arguments, Answer& answer) {
    const auto name = zone_of_argument(arguments, 1, answer);
    if (name) answer_zoned(answer, zoned_time_of(arguments, 0).instant, *name);
}

void time_at_timezone(const Arguments& arguments, Answer& answer) {
    const auto name = zone_of_argument(arguments, 1, answer);
    if (!name) return;
    const Zone* zone = zone_or_error(answer, *name);
    if (zone == nullptr) return;
    const OffsetTime value = offset_time_of(arguments, 0);
    const std::int32_t minutes = zone->offset_at(arguments.value<std::int64_t>(2)) / 60;
    answer_offset_time(answer, floor_mod(value.time + (minutes - value.minutes) * calendar::minute, calendar::day), minutes);
}

void zone_offset(const Arguments& arguments, Answer& answer) {
    const ZonedTime value = zoned_time_of(arguments, 0);
    const Zone* zone = zone_or_error(answer, value.zone);
    if (zone != nullptr) answer.value(std::int64_t{zone->offset_at(value.instant)});
}

void offset_text(const Arguments& arguments, Answer& answer) {
    const std::int32_t minutes = offset_time_of(arguments, 0).minutes;
    answer.text(fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60));
}

void from_unixtime(const Arguments& arguments, Answer& answer) {
    std::optional<std::string> zone = "UTC";
    if (arguments.size() == 2) {
        const std::string_view text = arguments.text(1);
        if (text.empty()) return answer.error(invalid, "Zone id is an empty string");
        zone = canonical_zone(text);
        if (!zone) return answer.error("NOT_SUPPORTED", fmt::format("Time zone not supported: {}", text));
    } else if (arguments.size() == 3) {
        std::int64_t minutes = 0;
        const bool overflow = __builtin_mul_overflow(arguments.value<std::int64_t>(1), 60, &minutes) ||
                              __builtin_add_overflow(arguments.value<std::int64_t>(2), minutes, &minutes);
        if (!overflow) zone = offset_zone(minutes);
        if (overflow || !zone) return answer.error(invalid, fmt::format("Invalid offset minutes {}", minutes));
    }
    const auto seconds = arguments.value<double>(0);
    constexpr double most = 0x1p51;
    const double milliseconds = std::isnan(seconds) ? 0 : std::floor(seconds * 1000 + 0.5);
    if (milliseconds >= most || milliseconds < -most) return answer.error(invalid, fmt::format("Millis overflow: {:.0f}", milliseconds));
    answer_zoned(answer, static_cast<std::int64_t>(milliseconds) * calendar::millisecond, *zone);
}

// Nanoseconds are cut off: a timestamp has six digits here.
void from_unixtime_nanos(const Arguments& arguments, Answer& answer) {
    Int128 nanoseconds = 0;
    if (arguments.type(0).is(Kind::decimal)) {
        nanoseconds = arguments.decimal(0);
        Int128 unit = 1;
        for (unsigned i = 0; i < arguments.type(0).scale; ++i) unit *= 10;
        const Int128 half = unit / 2;
        nanoseconds = (nanoseconds + (nanoseconds < 0 ? -half : half)) / unit;
    } else {
        nanoseconds = arguments.value<std::int64_t>(0);
    }
    const Int128 microseconds = (nanoseconds - (nanoseconds < 0 ? 999 : 0)) / 1000;
    if (microseconds > INT64_MAX || microseconds < INT64_MIN) return answer.error(invalid, "Millis overflow");
    answer_zoned(answer, static_cast<std::int64_t>(microseconds), "UTC");
}

}  // namespace dualstore::sql::athena
