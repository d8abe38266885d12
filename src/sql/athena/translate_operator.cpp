// Operators: comparisons, arithmetic on numbers and times, ||.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

[[noreturn]] void cannot_apply(std::string_view op, const Term& left, const Term& right, Position at) {
    refuse("TYPE_MISMATCH", at, fmt::format("Cannot apply operator: {} {} {}", name(left.type), op, name(right.type)));
}

SqlType as_decimal(const SqlType& type) {
    switch (type.kind) {
        case Kind::tinyint:
            return SqlType::decimal(3, 0);
        case Kind::smallint:
            return SqlType::decimal(5, 0);
        case Kind::integer:
            return SqlType::decimal(10, 0);
        case Kind::bigint:
            return SqlType::decimal(19, 0);
        default:
            return type;
    }
}

// https://trino.io/docs/current/functions/decimal.html
SqlType decimal_result(std::string_view op, const SqlType& a, const SqlType& b) {
    const unsigned scale = std::max(a.scale, b.scale);
    const unsigned a_whole = a.precision - unsigned{a.scale};
    const unsigned b_whole = b.precision - unsigned{b.scale};
    if (op == "*") return SqlType::decimal(std::min(38U, a.precision + unsigned{b.precision}), std::min(38U, a.scale + unsigned{b.scale}));
    if (op == "/") {
        const unsigned more = b.scale > a.scale ? b.scale - unsigned{a.scale} : 0U;
        return SqlType::decimal(std::min(38U, a.precision + unsigned{b.scale} + more), scale);
    }
    if (op == "%") return SqlType::decimal(std::min(a_whole, b_whole) + scale, scale);
    return SqlType::decimal(std::min(38U, std::max(a_whole, b_whole) + scale + 1), scale);
}

bool is_interval(const SqlType& type) {
    return type.is(Kind::interval_day) || type.is(Kind::interval_month);
}

bool is_time(const SqlType& type) {
    return type.is(Kind::date) || type.is(Kind::time) || type.is(Kind::time_tz) || type.is(Kind::timestamp) || type.is(Kind::timestamp_tz);
}

// The macro of `operators()` that adds an interval to a time of this kind.
std::string_view adding(const SqlType& time, const SqlType& interval) {
    const bool months = interval.is(Kind::interval_month);
    switch (time.kind) {
        case Kind::date:
            return months ? "athena_date_months" : "athena_date_days";
        case Kind::timestamp:
            return months ? "athena_timestamp_months" : "athena_timestamp_ms";
        case Kind::timestamp_tz:
            return months ? "athena_zoned_months" : "athena_zoned_ms";
        case Kind::time:
            return months ? "" : "athena_time_ms";
        default:
            return months ? "" : "athena_time_tz_ms";
    }
}

// A literal: "CAST('1.5' AS DOUBLE)", "CAST('-1' ...".
bool is_number(std::string_view sql) {
    constexpr std::string_view begin = "CAST('";
    return sql.starts_with(begin) && (sql[begin.size()] == '-' || (sql[begin.size()] >= '0' && sql[begin.size()] <= '9'));
}

// To DuckDB NaN is itself, and greater than all numbers; to Trino it is none of that, as IEEE 754 says.
std::string without_nan(const std::string& sql, std::string_view op, const std::string& left, const std::string& right) {
    const auto numbers_only = [&](const std::string& operand) {
        return is_number(operand) ? sql : fmt::format("({} AND NOT isnan({}))", sql, operand);
    };
    if (op == "<" || op == "<=") return numbers_only(right);
    if (op == ">" || op == ">=") return numbers_only(left);
    if (is_number(left) || is_number(right)) return sql;
    if (op == "=") return numbers_only(left);
    return op == "<>" ? fmt::format("({} OR isnan({}))", sql, left) : sql;
}

}  // namespace

std::string Translator::comparable_text(const std::string& sql, const SqlType& type) {
    if (type.is(Kind::timestamp_tz)) return fmt::format("CAST(({}).t AS TIMESTAMP)", sql);  // a field of a NULL has no type in DuckDB
    if (type.is(Kind::time_tz)) return use(fmt::format("athena_time_instant({})", sql));
    return sql;
}

Term Translator::compare(std::string_view op, const Term& left, const Term& right, Position at) {
    const auto type = common_type(left.type, right.type);
    const bool by_order = op == "<" || op == ">" || op == "<=" || op == ">=";
    if (!type || (by_order && !orderable(*type))) cannot_apply(op, left, right, at);
    if (type->is(Kind::row) && (op == "=" || op == "<>"))
        return compare_rows(op, {coerce(left, *type), *type}, {coerce(right, *type), *type}, at);
    if ((type->is(Kind::array) || type->is(Kind::map)) && (op == "=" || op == "<>")) {
        // A NULL inside makes NULL, and a map has no order.
        const std::string same =
            native("athena_equal", {{coerce(left, *type), *type}, {coerce(right, *type), *type}}, SqlType::of(Kind::boolean));
        return {op == "=" ? same : fmt::format("(NOT {})", same), SqlType::of(Kind::boolean)};
    }
    if (by_order && !type->children.empty()) {
        const std::string ordering =
            native("athena_ordering", {{coerce(left, *type), *type}, {coerce(right, *type), *type}}, SqlType::of(Kind::integer));
        return {fmt::format("({} {} 0)", ordering, op), SqlType::of(Kind::boolean)};
    }
    const auto side = [&](const Term& term) { return comparable_text(coerce(term, *type), *type); };
    const std::string a = side(left);
    const std::string b = side(right);
    const std::string sql = fmt::format("({} {} {})", a, op, b);
    const bool floating = type->is(Kind::real) || type->is(Kind::double_);
    return {floating ? without_nan(sql, op, a, b) : sql, SqlType::of(Kind::boolean)};
}

// Field by field, so that a NULL in one makes NULL; DuckDB's structs take it for a value.
Term Translator::compare_rows(std::string_view op, const Term& left, const Term& right, Position at) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < left.type.children.size(); ++i) {
        fields.push_back(compare(op, row_field(left, i), row_field(right, i), at).sql);
    }
    return {fmt::format("({})", fmt::join(fields, op == "=" ? " AND " : " OR ")), SqlType::of(Kind::boolean)};
}

Term Translator::arithmetic(std::string_view op, const Term& left, const Term& right, Position at) {
    if (auto time = time_arithmetic(op, left, right)) return *time;
    const auto type = common_type(left.type, right.type);
    if (!type || !type->numeric()) {
        if (type && type->is(Kind::unknown)) {
            refuse("AMBIGUOUS_FUNCTION_CALL", at, "Could not choose a best candidate operator. Explicit type casts must be added.");
        }
        cannot_apply(op, left, right, at);
    }
    if (type->is(Kind::decimal)) return decimal_arithmetic(op, left, right);
    const Term a{coerce(left, *type), *type};
    const Term b{coerce(right, *type), *type};
    if (type->integral() && op == "/") return {native("athena_divide", {a, b}, *type), *type};
    if (type->integral() && op == "%") return {native("athena_modulus", {a, b}, *type), *type};
    return {fmt::format("({} {} {})", a.sql, op, b.sql), *type};
}

Term Translator::decimal_arithmetic(std::string_view op, const Term& left, const Term& right) {
    const auto decimal = [&](const Term& term, const Term& other) {
        const SqlType type = term.type.is(Kind::unknown) ? as_decimal(other.type) : as_decimal(term.type);
        return Term{coerce(term, type), type};
    };
    const Term a = decimal(left, right);
    const Term b = decimal(right, left);
    const SqlType type = decimal_result(op, a.type, b.type);
    if (op == "/") return {native("athena_decimal_divide", {a, b}, type), type};
    if (op == "%") return {native("athena_decimal_modulus", {a, b}, type), type};
    const std::string to = duckdb_name(type);
    if (op == "*") return {fmt::format("CAST({} * {} AS {})", a.sql, b.sql, to), type};
    return {fmt::format("CAST(CAST({0} AS {2}) {3} CAST({1} AS {2}) AS {2})", a.sql, b.sql, to, op), type};
}

std::optional<Term> Translator::time_arithmetic(std::string_view op, const Term& left, const Term& right) {
    const SqlType bigint = SqlType::of(Kind::bigint);
    if (is_time(left.type) && is_interval(right.type) && (op == "+" || op == "-")) {
        const std::string_view macro = adding(left.type, right.type);
        if (macro.empty()) return std::nullopt;
        const std::string interval = op == "-" ? fmt::format("(-{})", right.sql) : right.sql;
        SqlType type = left.type;
        if (!type.is(Kind::date) && right.type.is(Kind::interval_day)) type.precision = std::max<std::uint8_t>(type.precision, 3);
        return Term{use(fmt::format("{}({}, {})", macro, left.sql, interval)), std::move(type)};
    }
    if (is_interval(left.type) && is_time(right.type) && op == "+") return time_arithmetic(op, right, left);
    if (is_interval(left.type) && left.type == right.type && (op == "+" || op == "-")) {
        return Term{fmt::format("({} {} {})", left.sql, op, right.sql), left.type};
    }
    if (is_time(left.type) && is_time(right.type) && op == "-") {
        const auto type = common_type(left.type, right.type);
        if (!type) return std::nullopt;
        const std::string a = comparable_text(coerce(left, *type), *type);
        const std::string b = comparable_text(coerce(right, *type), *type);
        const SqlType interval = SqlType::of(Kind::interval_day);
        if (type->is(Kind::date)) return Term{fmt::format("(CAST({} - {} AS BIGINT) * 86400000)", a, b), interval};
        const char* difference = type->is(Kind::time_tz) ? "athena_rounded_ms({} - {})" : "athena_rounded_ms(epoch_us({}) - epoch_us({}))";
        return Term{use(fmt::format(fmt::runtime(difference), a, b)), interval};
    }
    const bool scaled = (op == "*" || op == "/") && is_interval(left.type) && right.type.numeric();
    if (scaled) {
        const std::string to = duckdb_name(left.type);
        if (right.type.integral() && op == "*") {
            return Term{fmt::format("CAST({} * {} AS {})", left.sql, coerce(right, bigint), to), left.type};
        }
        const Term by{coerce(right, SqlType::of(Kind::double_)), SqlType::of(Kind::double_)};
        return Term{native(op == "*" ? "athena_multiply_interval" : "athena_divide_interval", {left, by}, left.type), left.type};
    }
    if (op == "*" && is_interval(right.type) && !is_interval(left.type)) return time_arithmetic(op, right, left);
    return std::nullopt;
}

Term Translator::negate(const Term& operand, Position at) {
    if (!operand.type.numeric() && !is_interval(operand.type)) {
        refuse("TYPE_MISMATCH", at, "Cannot negate " + name(operand.type));
    }
    return {fmt::format("(-{})", operand.sql), operand.type};
}

Term Translator::at_time_zone(const Term& value, const Term& zone, Position at) {
    if (!is_time(value.type) || value.type.is(Kind::date)) {
        refuse("TYPE_MISMATCH", at,
               fmt::format("Type of value must be a time or timestamp with or without time zone (actual {})", name(value.type)));
    }
    if (!value.type.is(Kind::time) && !value.type.is(Kind::time_tz)) return apply("at_timezone", {value, zone}, at);
    SqlType type = SqlType::of(Kind::time_tz);
    type.precision = value.type.precision;
    const Term time{coerce(value, type), type};
    const Term now{use("athena_instant()"), SqlType::timestamp(6)};
    const SqlType zone_type = zone.type.is(Kind::interval_day) ? zone.type : SqlType::varchar();
    return {native("athena_time_at_timezone", {time, {coerce_or_refuse(zone, zone_type, at, "time zone"), zone_type}, now}, type), type};
}

}  // namespace dualstore::sql::athena
