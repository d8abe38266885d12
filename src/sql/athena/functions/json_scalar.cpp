#include "sql/athena/functions/json_scalar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/text_value.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/functions/written_time.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr unsigned most_digits = 38;

Int128 power_of_ten(unsigned exponent) {
    Int128 value = 1;
    for (unsigned i = 0; i < exponent; ++i) value *= 10;
    return value;
}

bool fits(Int128 digits) {
    static const Int128 limit = power_of_ten(most_digits);
    return digits < limit && digits > -limit;
}

bool is_double(const JsonScalar& value) {
    return value.type.is(Kind::double_);
}
bool is_decimal(const JsonScalar& value) {
    return value.type.is(Kind::decimal);
}
unsigned scale_of(const JsonScalar& value) {
    return is_decimal(value) ? value.type.scale : 0;
}

std::optional<Int128> multiplied(Int128 a, Int128 b) {
    Int128 product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
    return product;
}

std::optional<Int128> rescaled(const JsonScalar& value, unsigned scale) {
    return multiplied(value.digits, power_of_ten(scale - scale_of(value)));
}

// Halves away from zero.
Int128 divided(Int128 a, Int128 b) {
    const Int128 quotient = a / b;
    const Int128 rest = a % b;
    const Int128 size = b < 0 ? -b : b;
    const bool away = (rest < 0 ? -rest : rest) >= size - (rest < 0 ? -rest : rest);
    if (!away) return quotient;
    return quotient + ((a < 0) == (b < 0) ? 1 : -1);
}

std::optional<JsonScalar> calculated_double(char op, double a, double b) {
    switch (op) {
        case '+':
            return JsonScalar::of_double(a + b);
        case '-':
            return JsonScalar::of_double(a - b);
        case '*':
            return JsonScalar::of_double(a * b);
        case '/':
            return JsonScalar::of_double(a / b);
        default:
            return JsonScalar::of_double(std::fmod(a, b));
    }
}

std::optional<JsonScalar> calculated_decimal(char op, const JsonScalar& a, const JsonScalar& b) {
    const unsigned scale = std::max(scale_of(a), scale_of(b));
    std::optional<Int128> digits;
    unsigned result_scale = scale;
    if (op == '*') {
        digits = multiplied(a.digits, b.digits);
        result_scale = scale_of(a) + scale_of(b);
    } else if (op == '/') {
        if (b.digits == 0) return std::nullopt;
        const auto shifted = multiplied(a.digits, power_of_ten(scale + scale_of(b) - scale_of(a)));
        if (shifted) digits = divided(*shifted, b.digits);
    } else {
        const auto left = rescaled(a, scale);
        const auto right = rescaled(b, scale);
        if (!left || !right || (op == '%' && *right == 0)) return std::nullopt;
        digits = op == '+' ? *left + *right : op == '-' ? *left - *right : *left % *right;
    }
    if (!digits || !fits(*digits) || result_scale > most_digits) return std::nullopt;
    return JsonScalar::of_decimal(*digits, most_digits, result_scale);
}

std::optional<JsonScalar> calculated_integer(char op, const JsonScalar& a, const JsonScalar& b) {
    const Kind kind = a.type.is(Kind::bigint) || b.type.is(Kind::bigint) ? Kind::bigint : Kind::integer;
    if ((op == '/' || op == '%') && b.digits == 0) return std::nullopt;
    const Int128 value = op == '+'   ? a.digits + b.digits
                         : op == '-' ? a.digits - b.digits
                         : op == '*' ? a.digits * b.digits
                         : op == '/' ? a.digits / b.digits
                                     : a.digits % b.digits;
    const Int128 most = kind == Kind::bigint ? Int128{INT64_MAX} : Int128{INT32_MAX};
    if (value > most || value < -most - 1) return std::nullopt;
    return JsonScalar::of_integer(static_cast<std::int64_t>(value), kind);
}

template <class T>
int three_way(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
}

template <class T>
bool put(duckdb_vector vector, idx_t row, T value) {
    static_cast<T*>(duckdb_vector_get_data(vector))[row] = value;
    return true;
}

template <class T>
bool put_integer(const JsonScalar& value, duckdb_vector vector, idx_t row) {
    std::optional<std::int64_t> number;
    if (value.textual()) {
        number = integer_of<std::int64_t>(value.text);
    } else {
        number = bigint_of(value);
    }
    if (!number || *number < std::numeric_limits<T>::min() || *number > std::numeric_limits<T>::max()) return false;
    return put(vector, row, static_cast<T>(*number));
}

bool put_decimal(const JsonScalar& value, const SqlType& type, duckdb_vector vector, idx_t row) {
    const std::string text = is_double(value) ? java_text(value.floating) : cast_text(value);
    const auto digits = athena::decimal_of(value.type.is(Kind::boolean) ? value.digits != 0 ? "1" : "0" : std::string_view(text),
                                           type.precision, type.scale);
    if (!digits) return false;
    Answer(vector, row).decimal(*digits, type);
    return true;
}

bool put_boolean(const JsonScalar& value, duckdb_vector vector, idx_t row) {
    if (value.textual()) {
        const auto truth = boolean_of(value.text);
        return truth && put(vector, row, *truth);
    }
    return put(vector, row, is_double(value) ? value.floating != 0 : value.digits != 0);
}

bool put_text(const JsonScalar& value, const SqlType& type, duckdb_vector vector, idx_t row) {
    std::string text = cast_text(value);
    if (type.is(Kind::char_) && !value.textual()) return false;
    const std::size_t end = code_point_offset(text, type.length);
    if (end < text.size() && !value.textual()) return false;
    text.resize(end);
    if (type.is(Kind::char_)) text.erase(text.find_last_not_of(' ') + 1);
    Answer(vector, row).text(text);
    return true;
}

bool put_time(const JsonScalar& value, const SqlType& type, duckdb_vector vector, idx_t row) {
    if (value.numeric() || value.type.is(Kind::boolean)) return false;
    if (type.is(Kind::date)) {
        const auto days = written_date(value.text.substr(0, value.type.is(Kind::timestamp) ? value.text.find(' ') : std::string::npos));
        return days && put(vector, row, *days);
    }
    const auto time = type.is(Kind::time) ? written_time(value.text) : written_timestamp(value.text);
    return time && !time->zone && put(vector, row, time->microseconds(type.precision));
}

}  // namespace

JsonScalar JsonScalar::of_integer(std::int64_t value, Kind kind) {
    return {SqlType::of(kind), value, 0, {}};
}
JsonScalar JsonScalar::of_double(double value) {
    return {SqlType::of(Kind::double_), 0, value, {}};
}
JsonScalar JsonScalar::of_decimal(Int128 digits, unsigned precision, unsigned scale) {
    return {SqlType::decimal(precision, scale), digits, 0, {}};
}
JsonScalar JsonScalar::of_boolean(bool value) {
    return {SqlType::of(Kind::boolean), value ? 1 : 0, 0, {}};
}
JsonScalar JsonScalar::of_text(std::string text) {
    return {SqlType::varchar(), 0, 0, std::move(text)};
}

std::optional<JsonScalar> scalar_of(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::yes:
        case JsonValue::Kind::no:
            return JsonScalar::of_boolean(value.is(JsonValue::Kind::yes));
        case JsonValue::Kind::string:
            return JsonScalar::of_text(value.text);
        case JsonValue::Kind::floating:
            return JsonScalar::of_double(double_of_json(value.text));
        case JsonValue::Kind::integer: {
            const auto number = integer_of<std::int64_t>(value.text);
            if (!number) return std::nullopt;
            const bool small = *number >= INT32_MIN && *number <= INT32_MAX;
            return JsonScalar::of_integer(*number, small ? Kind::integer : Kind::bigint);
        }
        default:
            return std::nullopt;
    }
}

JsonScalar scalar_of(duckdb_vector vector, idx_t row, const SqlType& type) {
    switch (type.kind) {
        case Kind::boolean:
            return JsonScalar::of_boolean(value_of<bool>(vector, row));
        case Kind::tinyint:
            return JsonScalar::of_integer(value_of<std::int8_t>(vector, row), Kind::integer);
        case Kind::smallint:
            return JsonScalar::of_integer(value_of<std::int16_t>(vector, row), Kind::integer);
        case Kind::integer:
            return JsonScalar::of_integer(value_of<std::int32_t>(vector, row), Kind::integer);
        case Kind::bigint:
            return JsonScalar::of_integer(value_of<std::int64_t>(vector, row), Kind::bigint);
        case Kind::real:  // as its shortest digits say, not its bits
            return JsonScalar::of_double(double_of_json(java_text(value_of<float>(vector, row))));
        case Kind::double_:
            return JsonScalar::of_double(value_of<double>(vector, row));
        case Kind::decimal:
            return JsonScalar::of_decimal(athena::decimal_of(vector, row, type), type.precision, type.scale);
        default: {
            JsonScalar scalar = JsonScalar::of_text(value_text(vector, row, type));
            scalar.type = type;
            return scalar;
        }
    }
}

std::optional<JsonScalar> calculated(char op, const JsonScalar& a, const JsonScalar& b) {
    if (is_double(a) || is_double(b)) return calculated_double(op, double_of(a), double_of(b));
    if (is_decimal(a) || is_decimal(b)) return calculated_decimal(op, a, b);
    return calculated_integer(op, a, b);
}

std::optional<JsonScalar> negated(const JsonScalar& value) {
    JsonScalar result = value;
    result.floating = -value.floating;
    result.digits = -value.digits;
    const bool too_large =
        (value.type.is(Kind::integer) && result.digits > INT32_MAX) || (value.type.is(Kind::bigint) && result.digits > INT64_MAX);
    if (too_large) return std::nullopt;
    return result;
}

JsonScalar absolute(const JsonScalar& value) {
    JsonScalar result = value;
    result.floating = std::abs(value.floating);
    if (result.digits < 0) result.digits = -result.digits;
    return result;
}

JsonScalar rounded(const JsonScalar& value, bool up) {
    if (is_double(value)) return JsonScalar::of_double(up ? std::ceil(value.floating) : std::floor(value.floating));
    if (!is_decimal(value)) return value;
    const Int128 unit = power_of_ten(value.type.scale);
    Int128 whole = value.digits / unit;
    const Int128 rest = value.digits % unit;
    if (up && rest > 0) ++whole;
    if (!up && rest < 0) --whole;
    return JsonScalar::of_decimal(whole, most_digits, 0);
}

double double_of(const JsonScalar& value) {
    if (is_double(value)) return value.floating;
    if (!is_decimal(value)) return static_cast<double>(value.digits);
    return athena::double_of(decimal_text(value.digits, value.type.scale)).value_or(0);
}

std::optional<std::int64_t> bigint_of(const JsonScalar& value) {
    if (is_double(value)) {
        constexpr double limit = 9223372036854775808.0;
        const double number = std::round(value.floating);
        if (!(number >= -limit && number < limit)) return std::nullopt;
        return static_cast<std::int64_t>(number);
    }
    const Int128 number = is_decimal(value) ? divided(value.digits, power_of_ten(value.type.scale)) : value.digits;
    if (number > INT64_MAX || number < INT64_MIN) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

std::optional<int> compared(const JsonScalar& a, const JsonScalar& b) {
    if (a.numeric() && b.numeric()) {
        const unsigned scale = std::max(scale_of(a), scale_of(b));
        const bool floating = is_double(a) || is_double(b);
        const auto left = floating ? std::nullopt : rescaled(a, scale);
        const auto right = floating ? std::nullopt : rescaled(b, scale);
        return left && right ? three_way(*left, *right) : three_way(double_of(a), double_of(b));
    }
    if (a.textual() && b.textual()) {
        // A char's trailing blanks do not count.
        const auto bare = [](const JsonScalar& value) {
            return std::string_view(value.text).substr(0, value.text.find_last_not_of(' ') + 1);
        };
        const bool blanks = a.type.is(Kind::char_) || b.type.is(Kind::char_);
        return blanks ? bare(a).compare(bare(b)) : a.text.compare(b.text);
    }
    if (a.type.kind != b.type.kind) return std::nullopt;
    return a.type.is(Kind::boolean) ? three_way(a.digits, b.digits) : a.text.compare(b.text);
}

std::string cast_text(const JsonScalar& value) {
    if (value.type.is(Kind::boolean)) return value.digits != 0 ? "true" : "false";
    if (is_decimal(value)) return decimal_text(value.digits, value.type.scale);
    if (!value.numeric()) return sql_text(value.text);
    if (!is_double(value)) return decimal_text(value.digits, 0);
    return cast_text(value.floating);
}

std::optional<JsonValue> json_of(const JsonScalar& value) {
    JsonValue json;
    if (value.type.is(Kind::boolean)) {
        json.kind = value.digits != 0 ? JsonValue::Kind::yes : JsonValue::Kind::no;
    } else if (is_double(value)) {
        const bool finite = std::isfinite(value.floating);
        json.kind = finite ? JsonValue::Kind::floating : JsonValue::Kind::string;
        json.text = java_text(value.floating);
    } else if (value.numeric()) {
        json.kind = JsonValue::Kind::integer;
        json.text = cast_text(value);
    } else if (value.textual()) {
        json.kind = JsonValue::Kind::string;
        json.text = value.text;
    } else {
        return std::nullopt;
    }
    return json;
}

bool write_cast(const JsonScalar& value, const SqlType& type, duckdb_vector vector, idx_t row) {
    switch (type.kind) {
        case Kind::boolean:
            return put_boolean(value, vector, row);
        case Kind::tinyint:
            return put_integer<std::int8_t>(value, vector, row);
        case Kind::smallint:
            return put_integer<std::int16_t>(value, vector, row);
        case Kind::integer:
            return put_integer<std::int32_t>(value, vector, row);
        case Kind::bigint:
            return put_integer<std::int64_t>(value, vector, row);
        case Kind::real: {
            const auto number = value.textual() ? real_of(value.text) : std::optional(static_cast<float>(double_of(value)));
            return number && put(vector, row, *number);
        }
        case Kind::double_: {
            const auto number = value.textual() ? athena::double_of(value.text) : std::optional(double_of(value));
            return number && put(vector, row, *number);
        }
        case Kind::decimal:
            return put_decimal(value, type, vector, row);
        case Kind::varchar:
        case Kind::char_:
            return put_text(value, type, vector, row);
        default:
            return put_time(value, type, vector, row);
    }
}

}  // namespace dualstore::sql::athena
