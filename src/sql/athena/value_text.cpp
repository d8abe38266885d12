#include "sql/athena/value_text.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/functions/zone.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

std::string zone_offset(std::int32_t minutes) {
    return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
}

}  // namespace

std::string decimal_text(Int128 digits, unsigned scale) {
    auto rest = digits < 0 ? -static_cast<UInt128>(digits) : static_cast<UInt128>(digits);
    std::string text;
    for (unsigned place = 0; rest != 0 || place <= scale; ++place) {
        if (place == scale && scale != 0) text += '.';
        text += static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    }
    if (digits < 0) text += '-';
    return {text.rbegin(), text.rend()};
}

std::string date_text(std::int32_t days) {
    const duckdb_date_struct date = duckdb_from_date({days});
    return fmt::format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", std::abs(date.year), date.month, date.day);
}

std::string time_text(std::int64_t microseconds, unsigned precision) {
    const std::int64_t seconds = microseconds / 1'000'000;
    std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (precision == 0) return text;
    text += fmt::format(".{:06}", microseconds % 1'000'000);
    text.resize(9 + precision, '0');
    return text;
}

std::string timestamp_text(std::int64_t microseconds, unsigned precision) {
    using calendar::day;
    const std::int64_t days = calendar::floor_div(microseconds, day);
    const std::string date = date_text(static_cast<std::int32_t>(days));
    // Unlike a date's, a year beyond 9999 has its sign here.
    const char* sign = date.find('-') > 4 ? "+" : "";
    return fmt::format("{}{} {}", sign, date, time_text(microseconds - days * day, precision));
}

std::string interval_day_text(std::int64_t milliseconds) {
    constexpr std::int64_t day = 86'400'000;
    const auto size = milliseconds < 0 ? -static_cast<std::uint64_t>(milliseconds) : static_cast<std::uint64_t>(milliseconds);
    return fmt::format("{}{} {}", milliseconds < 0 ? "-" : "", size / day, time_text(static_cast<std::int64_t>(size % day) * 1000, 3));
}

std::string interval_month_text(std::int32_t months) {
    const std::int64_t size = std::abs(std::int64_t{months});
    return fmt::format("{}{}-{}", months < 0 ? "-" : "", size / 12, size % 12);
}

std::string uuid_text(duckdb_hugeint value) {
    // DuckDB flips the first bit, so that signed integers sort as UUIDs do.
    const auto raw = static_cast<UInt128>(huge_of(value)) ^ (static_cast<UInt128>(1) << 127);
    const std::string digits = fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(raw >> 64), static_cast<std::uint64_t>(raw));
    return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4), digits.substr(16, 4),
                       digits.substr(20));
}

std::string value_text(duckdb_vector vector, idx_t row, const SqlType& type) {
    switch (type.kind) {
        case Kind::boolean:
            return value_of<bool>(vector, row) ? "true" : "false";
        case Kind::tinyint:
            return std::to_string(value_of<std::int8_t>(vector, row));
        case Kind::smallint:
            return std::to_string(value_of<std::int16_t>(vector, row));
        case Kind::integer:
            return std::to_string(value_of<std::int32_t>(vector, row));
        case Kind::bigint:
            return std::to_string(value_of<std::int64_t>(vector, row));
        case Kind::real:
            return cast_text(value_of<float>(vector, row));
        case Kind::double_:
            return cast_text(value_of<double>(vector, row));
        case Kind::decimal:
            return decimal_text(decimal_of(vector, row, type), type.scale);
        case Kind::char_: {
            std::string text(text_of(vector, row));
            const std::size_t length = count_code_points(text);
            if (length < type.length) text.append(type.length - length, ' ');
            return text;
        }
        case Kind::date:
            return date_text(value_of<std::int32_t>(vector, row));
        case Kind::time:
            return time_text(value_of<std::int64_t>(vector, row), type.precision);
        case Kind::time_tz:
            return time_text(value_of<std::int64_t>(duckdb_struct_vector_get_child(vector, 0), row), type.precision) +
                   zone_offset(value_of<std::int32_t>(duckdb_struct_vector_get_child(vector, 1), row));
        case Kind::timestamp:
            return timestamp_text(value_of<std::int64_t>(vector, row), type.precision);
        case Kind::timestamp_tz: {
            const auto instant = value_of<std::int64_t>(duckdb_struct_vector_get_child(vector, 0), row);
            const std::string_view zone = text_of(duckdb_struct_vector_get_child(vector, 1), row);
            const Zone* rules = Zone::find(zone);
            return fmt::format("{} {}", timestamp_text(rules != nullptr ? rules->to_local(instant) : instant, type.precision), zone);
        }
        case Kind::interval_day:
            return interval_day_text(value_of<std::int64_t>(vector, row));
        case Kind::interval_month:
            return interval_month_text(value_of<std::int32_t>(vector, row));
        case Kind::uuid:
            return uuid_text(value_of<duckdb_hugeint>(vector, row));
        default:
            return std::string(text_of(vector, row));
    }
}

}  // namespace dualstore::sql::athena
