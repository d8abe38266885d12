// Literals of types: DATE '...', INTERVAL '...', JSON '...', and text that is cast to a time.
#include <fmt/format.h>

#include <algorithm>

#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/functions/written_time.hpp"
#include "sql/athena/functions/zone.hpp"
#include "sql/athena/translator.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

[[noreturn]] void invalid(std::string_view text, std::string_view type, Position at) {
    refuse("INVALID_LITERAL", at, fmt::format("'{}' is not a valid {} literal", text, type));
}

std::string timestamp_value(std::int64_t microseconds) {
    return fmt::format("make_timestamp(CAST({} AS BIGINT))", microseconds);
}

// The type has as many digits as the text.
std::uint8_t precision_of(const WrittenTime& time, std::string_view type, Position at) {
    constexpr std::size_t most = 12;
    const std::size_t digits = time.fraction.size();
    if (digits > most)
        refuse("NUMERIC_VALUE_OUT_OF_RANGE", at, fmt::format("{} precision must be in range [0, {}]: {}", type, most, digits));
    return static_cast<std::uint8_t>(digits);
}

// The value has six of them.
std::int64_t microseconds_of(WrittenTime time) {
    constexpr std::size_t digits = 6;
    time.fraction.resize(std::min(time.fraction.size(), digits));
    return time.microseconds(digits);
}

}  // namespace

Term Translator::time_literal(const syntax::TypedLiteral& literal, Position at) {
    if (literal.type.name == "date") {
        const auto days = written_date(literal.text);
        if (!days) invalid(literal.text, "DATE", at);
        return {fmt::format("(DATE '1970-01-01' + CAST({} AS INTEGER))", *days), SqlType::of(Kind::date)};
    }
    if (literal.type.name == "time") {
        const auto time = written_time(literal.text);
        if (!time) invalid(literal.text, "TIME", at);
        SqlType type = SqlType::of(time->zone ? Kind::time_tz : Kind::time);
        type.precision = precision_of(*time, "TIME", at);
        const std::string value = fmt::format("CAST('{}' AS TIME)", time_text(microseconds_of(*time), 6));
        if (!time->zone) return {value, type};
        return {fmt::format("struct_pack(t := {}, z := CAST({} AS INTEGER))", value, *written_offset(*time->zone)), type};
    }
    const auto time = written_timestamp(literal.text);
    if (!time) invalid(literal.text, "TIMESTAMP", at);
    const SqlType type = SqlType::timestamp(precision_of(*time, "TIMESTAMP", at), time->zone.has_value());
    const std::int64_t local = microseconds_of(*time);
    if (!time->zone) return {timestamp_value(local), type};
    const auto zone = written_zone(*time->zone);
    if (zone && zone->name.empty()) refuse("NOT_SUPPORTED", at, "Time zone not supported: " + *time->zone);
    const std::int64_t instant = zone ? zone->rules->earlier(local) : 0;
    // A time that the clocks skipped is no time in a literal.
    if (!zone || zone->rules->to_local(instant) != local || !is_zoned_instant(instant)) invalid(literal.text, "TIMESTAMP", at);
    return {fmt::format("struct_pack(t := {}, z := CAST('{}' AS VARCHAR))", timestamp_value(instant), zone->name), type};
}

Term Translator::typed_literal(const syntax::TypedLiteral& literal, Position at) {
    const std::string& name = literal.type.name;
    if (name == "date" || name == "time" || name == "timestamp") return time_literal(literal, at);
    Term text{fmt::format("CAST({} AS VARCHAR)", quoted_string(literal.text)), SqlType::varchar()};
    if (name == "varchar") return text;
    if (name == "json") return apply("json_parse", {text}, at);
    if (name == "char") {
        SqlType type = SqlType::of(Kind::char_);
        type.length = static_cast<std::uint32_t>(count_code_points(literal.text));
        return {fmt::format("rtrim({}, ' ')", text.sql), type};
    }
    if (name == "decimal") {
        const std::string_view all = literal.text;
        const std::string_view digits = all.starts_with('-') || all.starts_with('+') ? all.substr(1) : all;
        const auto [precision, scale] = decimal_size(digits);
        const bool is_number = digits.find_first_not_of('.') != digits.npos && digits.find_first_not_of("0123456789.") == digits.npos &&
                               std::ranges::count(digits, '.') <= 1;
        if (!is_number || precision > 38) invalid(literal.text, "DECIMAL", at);
        const SqlType type = SqlType::decimal(static_cast<unsigned>(precision), static_cast<unsigned>(scale));
        return {fmt::format("CAST('{}' AS {})", literal.text, duckdb_name(type)), type};
    }
    return cast(text, type_of(literal.type), at);
}

Term Translator::interval_literal(const syntax::IntervalLiteral& literal, Position at) {
    const auto value = written_interval(literal.text, literal.from, literal.to);
    if (!value) {
        const std::string fields = upper(literal.from) + (literal.to.empty() ? "" : " TO " + upper(literal.to));
        refuse("INVALID_LITERAL", at, fmt::format("Invalid INTERVAL {} value: {}", fields, literal.text));
    }
    const bool months = literal.from == "year" || literal.from == "month";
    const SqlType type = SqlType::of(months ? Kind::interval_month : Kind::interval_day);
    return {fmt::format("CAST({} AS {})", literal.negative ? -*value : *value, duckdb_name(type)), type};
}

std::string Translator::text_to_time(const std::string& sql, const SqlType& to) {
    return native("athena_written_time", {{sql, SqlType::varchar()}}, to);
}

}  // namespace dualstore::sql::athena
