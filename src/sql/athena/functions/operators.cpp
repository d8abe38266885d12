// What operators and subscripts are made of: division, elements of arrays, times and intervals.
#include <fmt/format.h>

#include <limits>

#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/nested.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view by_zero = "Division by zero";

template <class T>
void divide_as(const Arguments& arguments, Answer& answer) {
    const T dividend = arguments.value<T>(0);
    const T divisor = arguments.value<T>(1);
    if (divisor == 0) return answer.error("DIVISION_BY_ZERO", by_zero);
    if (divisor == -1 && dividend == std::numeric_limits<T>::min()) {
        return answer.error("NUMERIC_VALUE_OUT_OF_RANGE", fmt::format("{} / -1 is out of range", dividend));
    }
    answer.value(static_cast<T>(dividend / divisor));
}

template <class T>
void modulus_as(const Arguments& arguments, Answer& answer) {
    const T divisor = arguments.value<T>(1);
    if (divisor == 0) return answer.error("DIVISION_BY_ZERO", by_zero);
    answer.value(divisor == -1 ? T{0} : static_cast<T>(arguments.value<T>(0) % divisor));
}

void divide(const Arguments& arguments, Answer& answer) {
    switch (arguments.result_type().kind) {
        case Kind::tinyint:
            return divide_as<std::int8_t>(arguments, answer);
        case Kind::smallint:
            return divide_as<std::int16_t>(arguments, answer);
        case Kind::integer:
            return divide_as<std::int32_t>(arguments, answer);
        default:
            return divide_as<std::int64_t>(arguments, answer);
    }
}

void modulus(const Arguments& arguments, Answer& answer) {
    switch (arguments.result_type().kind) {
        case Kind::tinyint:
            return modulus_as<std::int8_t>(arguments, answer);
        case Kind::smallint:
            return modulus_as<std::int16_t>(arguments, answer);
        case Kind::integer:
            return modulus_as<std::int32_t>(arguments, answer);
        default:
            return modulus_as<std::int64_t>(arguments, answer);
    }
}

UInt128 magnitude(Int128 value) {
    return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

UInt128 power_of_ten(unsigned exponent) {
    UInt128 power = 1;
    while (exponent-- != 0) power *= 10;
    return power;
}

// (value * 10^shift) / divisor, rounded half away from zero, digit by digit, since the product may not fit. false: the quotient does not.
bool scaled_quotient(UInt128 value, unsigned shift, UInt128 divisor, UInt128& quotient) {
    const UInt128 limit = power_of_ten(38);
    quotient = value / divisor;
    UInt128 rest = value % divisor;
    for (; shift != 0; --shift) {
        if (quotient >= limit / 10 + 1) return false;
        // rest < divisor < 10^38, so rest * 10 may pass 2^128: ten additions instead.
        unsigned digit = 0;
        UInt128 sum = 0;
        for (int i = 0; i < 10; ++i) {
            sum += rest;
            if (sum >= divisor) {
                sum -= divisor;
                ++digit;
            }
        }
        rest = sum;
        quotient = quotient * 10 + digit;
    }
    if (rest >= divisor - rest) ++quotient;
    return quotient < limit;
}

void decimal_divide(const Arguments& arguments, Answer& answer) {
    const Int128 dividend = arguments.decimal(0);
    const Int128 divisor = arguments.decimal(1);
    if (divisor == 0) return answer.error("DIVISION_BY_ZERO", by_zero);
    const auto shift = static_cast<unsigned>(arguments.result_type().scale + arguments.type(1).scale - arguments.type(0).scale);
    UInt128 quotient = 0;
    if (!scaled_quotient(magnitude(dividend), shift, magnitude(divisor), quotient)) {
        return answer.error("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow");
    }
    const auto result = static_cast<Int128>(quotient);
    answer.decimal((dividend < 0) != (divisor < 0) ? -result : result, arguments.result_type());
}

void decimal_modulus(const Arguments& arguments, Answer& answer) {
    const Int128 divisor = arguments.decimal(1);
    if (divisor == 0) return answer.error("DIVISION_BY_ZERO", by_zero);
    const unsigned scale = arguments.result_type().scale;
    const UInt128 b = magnitude(divisor);
    const unsigned b_shift = scale - unsigned{arguments.type(1).scale};
    if (b > power_of_ten(38) / power_of_ten(b_shift)) {
        // A divisor beyond all dividends of this scale: nothing is taken off.
        return answer.decimal(arguments.decimal(0), arguments.result_type());
    }
    const UInt128 scaled = b * power_of_ten(b_shift);
    const UInt128 a = magnitude(arguments.decimal(0));
    UInt128 rest = a % scaled;
    for (unsigned shift = scale - unsigned{arguments.type(0).scale}; shift != 0; --shift) {
        UInt128 sum = 0;
        for (int i = 0; i < 10; ++i) {
            sum += rest;
            if (sum >= scaled) sum -= scaled;
        }
        rest = sum;
    }
    const auto result = static_cast<Int128>(rest);
    answer.decimal(arguments.decimal(0) < 0 ? -result : result, arguments.result_type());
}

// For x[i]: true, or the error that Trino gives.
void has_element(const Arguments& arguments, Answer& answer) {
    const auto index = arguments.value<std::int64_t>(1);
    const auto length = static_cast<std::int64_t>(arguments.list(0).count);
    constexpr std::string_view kind = "INVALID_FUNCTION_ARGUMENT";
    if (index == 0) return answer.error(kind, "SQL array indices start at 1");
    if (index < 0) return answer.error(kind, fmt::format("Array subscript is negative: {}", index));
    if (index > length) {
        return answer.error(kind, fmt::format("Array subscript must be less than or equal to array length: {} > {}", index, length));
    }
    answer.value(true);
}

// For m[k]: true, or the error that Trino gives.
void has_key(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.type(1);
    const ListView keys = keys_of(arguments.list(0));
    const Cell wanted{arguments.vector(1), arguments.row()};
    for (idx_t i = 0; i < keys.count; ++i) {
        if (identical(element(keys, i), wanted, type)) return answer.value(true);
    }
    const bool plain = type.children.empty() && !type.is(Kind::varbinary);
    answer.error("INVALID_FUNCTION_ARGUMENT",
                 fmt::format("Key not present in map{}", plain ? ": " + value_text(wanted.vector, wanted.row, type) : ""));
}

void equal_values(const Arguments& arguments, Answer& answer) {
    const auto cell = [&](idx_t index) { return Cell{arguments.vector(index), arguments.row()}; };
    if (const auto same = equal(cell(0), cell(1), arguments.type(0))) answer.value(*same);
}

// -1, 0 or 1; a NULL inside that decides is an error.
void ordering(const Arguments& arguments, Answer& answer) {
    const auto cell = [&](idx_t index) { return Cell{arguments.vector(index), arguments.row()}; };
    const auto order_of_both = order(cell(0), cell(1), arguments.type(0), NanOrder::last);
    if (!order_of_both) return answer.error(order_error, order_message(arguments.type(0)));
    answer.value(static_cast<std::int32_t>(*order_of_both));
}

// A pattern with an escape character of its own as one whose escape character is the backslash.
void like_pattern(const Arguments& arguments, Answer& answer) {
    const std::string_view pattern = arguments.text(0);
    const std::string_view escape = arguments.text(1);
    constexpr std::string_view kind = "INVALID_FUNCTION_ARGUMENT";
    if (escape.empty() || escape.size() != utf8_length(escape[0])) return answer.error(kind, "Escape string must be a single character");
    std::string out;
    for (std::size_t i = 0; i < pattern.size();) {
        std::string_view character = pattern.substr(i, utf8_length(pattern[i]));
        i += character.size();
        if (character == escape) {
            character = i < pattern.size() ? pattern.substr(i, utf8_length(pattern[i])) : std::string_view();
            if (character != "%" && character != "_" && character != escape) {
                return answer.error(kind, "Escape character must be followed by '%', '_' or the escape character itself");
            }
            i += character.size();
            if (character == "%" || character == "_") out += '\\';
        }
        if (character == "\\") out += '\\';
        out += character;
    }
    answer.text(out);
}

void whole_days(const Arguments& arguments, Answer& answer) {
    constexpr std::int64_t day = 86'400'000;
    const auto milliseconds = arguments.value<std::int64_t>(0);
    if (milliseconds % day != 0) return answer.error("INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date");
    answer.value(milliseconds / day);
}

constexpr Macro macros[] = {
    {"athena_date_days", "(d, ms) AS CAST(d + to_days(CAST(athena_whole_days(ms) AS INTEGER)) AS DATE)"},
    {"athena_date_months", "(d, n) AS CAST(d + to_months(n) AS DATE)"},
    {"athena_time_instant", "(x) AS (epoch_us(CAST(x.t AS TIME)) - CAST(x.z AS BIGINT) * 60000000 + 86400000000) % 86400000000"},
    {"athena_time_ms", "(x, ms) AS x + to_microseconds(ms * 1000)"},
    {"athena_time_tz_ms",
     "(x, ms) AS CASE WHEN x IS NOT NULL AND ms IS NOT NULL THEN struct_pack(t := CAST(x.t AS TIME) + to_microseconds(ms * 1000), z := "
     "x.z) END"},
    {"athena_timestamp_months", "(x, n) AS x + to_months(n)"},
    {"athena_timestamp_ms", "(x, ms) AS x + to_microseconds(ms * 1000)"},
    {"athena_zoned_months", "(x, n) AS athena_add_months_to_zoned(x, n)"},
    {"athena_zoned_ms",
     "(x, ms) AS CASE WHEN x IS NOT NULL AND ms IS NOT NULL THEN struct_pack(t := CAST(x.t AS TIMESTAMP) + to_microseconds(ms * 1000), z "
     ":= x.z) END"},
};

const NativeFunction natives[] = {
    {"athena_decimal_divide", decimal_divide},
    {"athena_decimal_modulus", decimal_modulus},
    {"athena_divide", divide},
    {"athena_equal", equal_values},
    {"athena_has_element", has_element},
    {"athena_has_key", has_key},
    {"athena_like_pattern", like_pattern},
    {"athena_modulus", modulus},
    {"athena_ordering", ordering},
    {"athena_whole_days", whole_days, false, "(bigint) -> bigint"},
};

}  // namespace

Room operators() {
    return {{"Operators", {}}, macros, natives};
}

}  // namespace dualstore::sql::athena
