#include "sql/athena/functions/cast_time.hpp"

#include <fmt/format.h>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/time_value.hpp"
#include "sql/athena/functions/written_time.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_div;
using calendar::floor_mod;
using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_CAST_ARGUMENT";

void refuse_text(std::string_view text, const SqlType& type, Answer& answer) {
    const std::string_view name = type.is(Kind::date)      ? "date"
                                  : type.is(Kind::time)    ? "time"
                                  : type.is(Kind::time_tz) ? "time with time zone"
                                                           : "timestamp";
    answer.error(invalid, fmt::format("Value cannot be cast to {}: {}", name, text));
}

void text_to_time_of_day(std::string_view text, const SqlType& type, Answer& answer) {
    constexpr std::size_t most_digits = 12;
    const auto time = written_time(text);
    if (!time || time->fraction.size() > most_digits || (time->zone && type.is(Kind::time))) return refuse_text(text, type, answer);
    const std::int64_t value = time->microseconds(type.precision) % calendar::day;
    if (type.is(Kind::time)) return answer.value(value);
    answer_offset_time(answer, value, time->zone ? *written_offset(*time->zone) : 0);
}

void text_to_timestamp(std::string_view text, const SqlType& type, Answer& answer) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    std::string_view trimmed = text.substr(std::min(text.find_first_not_of(blanks), text.size()));
    trimmed = trimmed.substr(0, trimmed.find_last_not_of(blanks) + 1);
    const auto time = written_timestamp(trimmed);
    const auto zone = time ? written_zone(time->zone.value_or("UTC")) : std::nullopt;
    if (!zone) return refuse_text(text, type, answer);
    const std::int64_t instant = zone->rules->earlier(time->microseconds(type.precision));
    if (type.is(Kind::timestamp)) return answer.value(zone->rules->to_local(instant));
    if (zone->name.empty()) return answer.error("NOT_SUPPORTED", fmt::format("Time zone not supported: {}", *time->zone));
    if (!is_zoned_instant(instant)) return refuse_text(text, type, answer);
    answer_zoned(answer, instant, zone->name);
}

// The wall clock's date and time, and where the value has one, its offset and its zone.
struct LocalTime {
    std::int64_t time = 0;
    std::int64_t instant = 0;
    std::int32_t minutes = 0;
    std::string zone = "UTC";
};

// Empty: the query fails.
std::optional<LocalTime> local_time_of(const Arguments& arguments, Answer& answer) {
    const std::int64_t today = arguments.size() > 1 ? arguments.value<std::int32_t>(1) * calendar::day : 0;
    LocalTime local;
    switch (arguments.type(0).kind) {
        case Kind::date:
            local.time = arguments.value<std::int32_t>(0) * calendar::day;
            break;
        case Kind::time:
            local.time = today + arguments.value<std::int64_t>(0);
            break;
        case Kind::time_tz: {
            const OffsetTime value = offset_time_of(arguments, 0);
            local.time = today + value.time;
            local.minutes = value.minutes;
            local.zone = offset_zone(value.minutes).value_or(local.zone);
            break;
        }
        case Kind::timestamp:
            local.time = arguments.value<std::int64_t>(0);
            break;
        default: {
            const ZonedTime value = zoned_time_of(arguments, 0);
            const Zone* zone = zone_or_error(answer, value.zone);
            if (zone == nullptr) return std::nullopt;
            local.time = zone->to_local(value.instant);
            local.instant = value.instant;
            local.minutes = zone->offset_at(value.instant) / 60;
            local.zone = value.zone;
            return local;
        }
    }
    local.instant = local.time - local.minutes * calendar::minute;
    return local;
}

}  // namespace

void cast_text_to_time(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const SqlType& type = arguments.result_type();
    if (type.is(Kind::time) || type.is(Kind::time_tz)) return text_to_time_of_day(text, type, answer);
    if (!type.is(Kind::date)) return text_to_timestamp(text, type, answer);
    const auto days = written_date(text);
    days ? answer.value(*days) : refuse_text(text, type, answer);
}

void cast_time_to_time(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.result_type();
    const auto local = local_time_of(arguments, answer);
    if (!local) return;
    const auto rounded = [&](std::int64_t time) { return calendar::round_to(time, calendar::unit_of(type.precision)); };
    switch (type.kind) {
        case Kind::date:
            return answer.value(static_cast<std::int32_t>(floor_div(local->time, calendar::day)));
        case Kind::time:
            return answer.value(floor_mod(rounded(local->time), calendar::day));
        case Kind::time_tz:
            return answer_offset_time(answer, floor_mod(rounded(local->time), calendar::day), local->minutes);
        case Kind::timestamp:
            return answer.value(rounded(local->time));
        default:
            answer_zoned(answer, rounded(local->instant), local->zone);
    }
}

}  // namespace dualstore::sql::athena
