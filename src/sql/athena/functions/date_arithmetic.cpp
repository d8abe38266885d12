#include "sql/athena/functions/date_arithmetic.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/time_value.hpp"
#include "sql/athena/lexer.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_div;
using calendar::floor_mod;
using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// Those up to the hour are lengths of time; the others are counted in the calendar.
enum class Unit { millisecond, second, minute, hour, day, week, month, quarter, year };
constexpr std::array<std::string_view, 9> unit_names = {"millisecond", "second", "minute",  "hour", "day",
                                                        "week",        "month",  "quarter", "year"};

bool is_clock(Unit unit) {
    return unit <= Unit::hour;
}

std::int64_t length_of(Unit unit) {
    constexpr std::array<std::int64_t, 6> lengths = {calendar::millisecond, calendar::second, calendar::minute,
                                                     calendar::hour,        calendar::day,    7 * calendar::day};
    return lengths[static_cast<std::size_t>(unit)];
}

std::int64_t months_in(Unit unit) {
    return unit == Unit::year ? 12 : unit == Unit::quarter ? 3 : 1;
}

// Empty: the unit is not one of this type's, and the query fails.
std::optional<Unit> unit_or_error(std::string_view text, const SqlType& type, Answer& answer) {
    const bool of_day = type.is(Kind::time) || type.is(Kind::time_tz);
    const std::string name = lower(text);
    for (std::size_t i = 0; i < unit_names.size(); ++i) {
        const auto unit = static_cast<Unit>(i);
        if (name == unit_names[i] && !(of_day && !is_clock(unit)) && !(type.is(Kind::date) && is_clock(unit))) return unit;
    }
    answer.error(invalid, fmt::format("'{}' is not a valid {} field", text, of_day ? "TIME" : type.is(Kind::date) ? "DATE" : "TIMESTAMP"));
    return std::nullopt;
}

std::int64_t trunc_days(Unit unit, std::int64_t days) {
    if (unit == Unit::day) return days;
    if (unit == Unit::week) return days - calendar::weekday(days) + 1;
    calendar::Date date = calendar::date_of(days);
    date.day = 1;
    if (unit == Unit::quarter) date.month = (date.month - 1) / 3 * 3 + 1;
    if (unit == Unit::year) date.month = 1;
    return calendar::days_of(date);
}

std::int64_t trunc_timestamp(Unit unit, std::int64_t time) {
    if (is_clock(unit)) return floor_div(time, length_of(unit)) * length_of(unit);
    return trunc_days(unit, floor_div(time, calendar::day)) * calendar::day;
}

std::int64_t add_to_days(Unit unit, std::int64_t amount, std::int64_t days) {
    if (unit == Unit::day) return days + amount;
    if (unit == Unit::week) return days + amount * 7;
    return calendar::add_months(days, amount * months_in(unit));
}

// Empty: it overflows. `amount` fits into 32 bits.
std::optional<std::int64_t> add_to_timestamp(Unit unit, std::int64_t amount, std::int64_t time) {
    std::int64_t result = 0;
    if (is_clock(unit)) {
        if (__builtin_mul_overflow(amount, length_of(unit), &result) || __builtin_add_overflow(result, time, &result)) return std::nullopt;
        return result;
    }
    const std::int64_t days = floor_div(time, calendar::day);
    if (__builtin_mul_overflow(add_to_days(unit, amount, days), calendar::day, &result)) return std::nullopt;
    if (__builtin_add_overflow(result, time - days * calendar::day, &result)) return std::nullopt;
    return result;
}

// Whole months from the earlier to the later: as many as can be added without passing it.
std::int64_t months_between(std::int64_t from, std::int64_t to) {
    const calendar::Date a = calendar::date_of(floor_div(from, calendar::day));
    const calendar::Date b = calendar::date_of(floor_div(to, calendar::day));
    std::int64_t months = (b.year - a.year) * 12 + b.month - a.month;
    const std::int64_t days = calendar::add_months(floor_div(from, calendar::day), months);
    if (days * calendar::day + floor_mod(from, calendar::day) > to) --months;
    return months;
}

std::int64_t difference(Unit unit, std::int64_t from, std::int64_t to) {
    if (unit <= Unit::week) return (to - from) / length_of(unit);
    const std::int64_t months = from <= to ? months_between(from, to) : -months_between(to, from);
    return months / months_in(unit);
}

std::int64_t floor_millisecond(std::int64_t time) {
    return floor_div(time, calendar::millisecond) * calendar::millisecond;
}

// Milliseconds that a timestamp(0) cannot hold are rounded.
std::int64_t fitted(std::int64_t time, unsigned precision) {
    return precision < 3 ? calendar::round_to(time, calendar::unit_of(precision)) : time;
}

std::int64_t add_to_time(Unit unit, std::int64_t amount, std::int64_t time, unsigned precision) {
    const std::int64_t length = length_of(unit);
    const std::int64_t added = amount % (calendar::day / length) * length;
    return floor_mod(fitted(floor_mod(time + added, calendar::day), precision), calendar::day);
}

void add_to_zoned(Unit unit, std::int64_t amount, const ZonedTime& value, unsigned precision, Answer& answer) {
    std::optional<std::int64_t> instant;
    if (is_clock(unit)) {
        instant = add_to_timestamp(unit, amount, value.instant);
    } else {
        const Zone* zone = zone_or_error(answer, value.zone);
        if (zone == nullptr) return;
        const auto local = add_to_timestamp(unit, amount, zone->to_local(value.instant));
        if (local) instant = zone->near(*local, value.instant);
    }
    if (!instant) return answer.error(invalid, "long overflow");
    answer_zoned(answer, fitted(*instant, precision), value.zone);
}

void answer_date(Answer& answer, std::int64_t days) {
    if (days > INT32_MAX - 1 || days < -INT32_MAX + 1) {
        return answer.error("GENERIC_INTERNAL_ERROR", fmt::format("Value {} exceeds MAX_INT for type date", days));
    }
    answer.value(static_cast<std::int32_t>(days));
}

// Cut to a whole number, and to what the type holds.
template <class T>
T whole(double value) {
    constexpr auto least = static_cast<double>(std::numeric_limits<T>::min());
    if (value >= -least) return std::numeric_limits<T>::max();
    return value <= least ? std::numeric_limits<T>::min() : static_cast<T>(value);
}

}  // namespace

void date_trunc(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.type(1);
    const auto unit = unit_or_error(arguments.text(0), type, answer);
    if (!unit) return;
    switch (type.kind) {
        case Kind::date:
            return answer.value(static_cast<std::int32_t>(trunc_days(*unit, arguments.value<std::int32_t>(1))));
        case Kind::time:
            return answer.value(trunc_timestamp(*unit, arguments.value<std::int64_t>(1)));
        case Kind::time_tz: {
            const OffsetTime value = offset_time_of(arguments, 1);
            return answer_offset_time(answer, trunc_timestamp(*unit, value.time), value.minutes);
        }
        case Kind::timestamp:
            return answer.value(trunc_timestamp(*unit, arguments.value<std::int64_t>(1)));
        default: {
            const ZonedTime value = zoned_time_of(arguments, 1);
            const Zone* zone = zone_or_error(answer, value.zone);
            if (zone == nullptr) return;
            const std::int64_t local = zone->to_local(value.instant);
            const std::int64_t floor = trunc_timestamp(*unit, local);
            answer_zoned(answer, is_clock(*unit) ? value.instant - (local - floor) : zone->near(floor, value.instant), value.zone);
        }
    }
}

void date_add(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.type(2);
    const auto unit = unit_or_error(arguments.text(0), type, answer);
    if (!unit) return;
    const auto amount = arguments.value<std::int64_t>(1);
    if (type.is(Kind::time)) return answer.value(add_to_time(*unit, amount, arguments.value<std::int64_t>(2), type.precision));
    if (type.is(Kind::time_tz)) {
        const OffsetTime value = offset_time_of(arguments, 2);
        return answer_offset_time(answer, add_to_time(*unit, amount, value.time, type.precision), value.minutes);
    }
    if (amount != static_cast<std::int32_t>(amount)) {
        return answer.error(type.is(Kind::date) ? "GENERIC_INTERNAL_ERROR" : invalid, "integer overflow");
    }
    if (type.is(Kind::date)) return answer_date(answer, add_to_days(*unit, amount, arguments.value<std::int32_t>(2)));
    if (type.is(Kind::timestamp_tz)) return add_to_zoned(*unit, amount, zoned_time_of(arguments, 2), type.precision, answer);
    const auto result = add_to_timestamp(*unit, amount, arguments.value<std::int64_t>(2));
    if (!result) return answer.error(invalid, "long overflow");
    answer.value(fitted(*result, type.precision));
}

void add_months_to_zoned(const Arguments& arguments, Answer& answer) {
    add_to_zoned(Unit::month, arguments.value<std::int32_t>(1), zoned_time_of(arguments, 0), arguments.type(0).precision, answer);
}

void date_diff(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.type(1);
    const auto unit = unit_or_error(arguments.text(0), type, answer);
    if (!unit) return;
    switch (type.kind) {
        case Kind::date: {
            const auto time = [&](idx_t index) { return arguments.value<std::int32_t>(index) * calendar::day; };
            return answer.value(difference(*unit, time(1), time(2)));
        }
        case Kind::time:
            return answer.value(difference(*unit, arguments.value<std::int64_t>(1), arguments.value<std::int64_t>(2)));
        case Kind::time_tz: {
            const auto utc = [&](idx_t index) {
                const OffsetTime value = offset_time_of(arguments, index);
                return floor_mod(value.time - value.minutes * calendar::minute, calendar::day);
            };
            return answer.value(difference(*unit, utc(1), utc(2)));
        }
        case Kind::timestamp: {
            const auto time = [&](idx_t index) { return floor_millisecond(arguments.value<std::int64_t>(index)); };
            return answer.value(difference(*unit, time(1), time(2)));
        }
        default: {
            const ZonedTime from = zoned_time_of(arguments, 1);
            const std::int64_t a = floor_millisecond(from.instant);
            const std::int64_t b = floor_millisecond(zoned_time_of(arguments, 2).instant);
            if (is_clock(*unit)) return answer.value(difference(*unit, a, b));
            const Zone* zone = zone_or_error(answer, from.zone);
            if (zone != nullptr) answer.value(difference(*unit, zone->to_local(a), zone->to_local(b)));
        }
    }
}

void rounded_milliseconds(const Arguments& arguments, Answer& answer) {
    answer.value(floor_div(arguments.value<std::int64_t>(0) + calendar::millisecond / 2, calendar::millisecond));
}

void multiply_interval(const Arguments& arguments, Answer& answer) {
    const auto by = arguments.value<double>(1);
    if (std::isnan(by)) return answer.error(invalid, "Cannot multiply by double NaN");
    if (arguments.type(0).is(Kind::interval_month)) return answer.value(whole<std::int32_t>(arguments.value<std::int32_t>(0) * by));
    answer.value(whole<std::int64_t>(static_cast<double>(arguments.value<std::int64_t>(0)) * by));
}

void divide_interval(const Arguments& arguments, Answer& answer) {
    const auto by = arguments.value<double>(1);
    if (std::isnan(by) || by == 0) return answer.error(invalid, fmt::format("Cannot divide by double {}", by == 0 ? "0.0" : "NaN"));
    if (arguments.type(0).is(Kind::interval_month)) return answer.value(whole<std::int32_t>(arguments.value<std::int32_t>(0) / by));
    answer.value(whole<std::int64_t>(static_cast<double>(arguments.value<std::int64_t>(0)) / by));
}

void date_sequence(const Arguments& arguments, Answer& answer) {
    constexpr std::int64_t most = 10'000;
    const SqlType& type = arguments.type(0);
    const bool dates = type.is(Kind::date);
    const auto value = [&](idx_t index) {
        return dates ? arguments.value<std::int32_t>(index) * calendar::day : arguments.value<std::int64_t>(index);
    };
    const std::int64_t first = value(0);
    const std::int64_t last = value(1);
    const bool months = arguments.size() == 3 && arguments.type(2).is(Kind::interval_month);
    std::int64_t step = first <= last ? calendar::day : -calendar::day;
    if (months) step = arguments.value<std::int32_t>(2);
    if (arguments.size() == 3 && !months) step = arguments.value<std::int64_t>(2) * calendar::millisecond;
    if (dates && !months && step % calendar::day != 0) {
        return answer.error(invalid,
                            "sequence step must be a day interval if "
                            "start and end values are dates");
    }
    if (step == 0) return answer.error(invalid, "step must not be zero");
    if (step > 0 ? last < first : last > first) {
        return answer.error(invalid,
                            "sequence stop value should be greater than or equal to start "
                            "value if step is greater than zero otherwise stop "
                            "should be less than or equal to start");
    }
    const std::int64_t count = (months ? difference(Unit::month, first, last) : last - first) / step + 1;
    if (count > most) return answer.error(invalid, "result of sequence function must not have more than 10000 entries");
    if (!dates && !months && count > 1 && step % calendar::unit_of(type.precision) != 0) {
        return answer.error("GENERIC_INTERNAL_ERROR", fmt::format("Expected 0s for digits beyond precision {}", type.precision));
    }
    const duckdb_vector list = answer.vector();
    const idx_t begin = duckdb_list_vector_get_size(list);
    duckdb_list_vector_reserve(list, begin + static_cast<idx_t>(count));
    duckdb_list_vector_set_size(list, begin + static_cast<idx_t>(count));
    void* elements = duckdb_vector_get_data(duckdb_list_vector_get_child(list));
    const std::int64_t day = floor_div(first, calendar::day);
    for (std::int64_t i = 0; i < count; ++i) {
        const idx_t at = begin + static_cast<idx_t>(i);
        const std::int64_t item =
            months ? calendar::add_months(day, i * step) * calendar::day + (first - day * calendar::day) : first + i * step;
        if (dates) {
            static_cast<std::int32_t*>(elements)[at] = static_cast<std::int32_t>(floor_div(item, calendar::day));
        } else {
            static_cast<std::int64_t*>(elements)[at] = item;
        }
    }
    answer.value(duckdb_list_entry{begin, static_cast<idx_t>(count)});
}

}  // namespace dualstore::sql::athena
