// Numbers cut and rounded, half away from zero.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "sql/athena/functions/math.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view out_of_range = "NUMERIC_VALUE_OUT_OF_RANGE";

// Up to 10^38.
Int128 power_of_ten(unsigned exponent) {
    Int128 power = 1;
    while (exponent-- != 0) power *= 10;
    return power;
}

enum class Toward { nearest, zero, above, below };

// Without the last `digits` digits. |value| < 10^38, so no sum overflows.
Int128 shortened(Int128 value, unsigned digits, Toward toward) {
    if (digits > 38) return 0;
    const Int128 unit = power_of_ten(digits);
    const Int128 quotient = value / unit;
    const Int128 rest = value % unit;
    switch (toward) {
        case Toward::nearest: {
            const Int128 magnitude = rest < 0 ? -rest : rest;
            return magnitude >= unit - magnitude ? quotient + (value < 0 ? -1 : 1) : quotient;
        }
        case Toward::above:
            return rest > 0 ? quotient + 1 : quotient;
        case Toward::below:
            return rest < 0 ? quotient - 1 : quotient;
        case Toward::zero:
            break;
    }
    return quotient;
}

void to_whole(const Arguments& arguments, Answer& answer, Toward toward) {
    answer.decimal(shortened(arguments.decimal(0), arguments.type(0).scale, toward), arguments.result_type());
}

// Keeps the scale: the digits after the `places`th are zeros.
void to_places(const Arguments& arguments, Answer& answer, Toward toward) {
    const Int128 value = arguments.decimal(0);
    const std::int64_t digits = static_cast<std::int64_t>(arguments.type(0).scale) - arguments.value<std::int32_t>(1);
    if (digits <= 0) return answer.decimal(value, arguments.result_type());
    if (digits > arguments.type(0).precision) return answer.decimal(0, arguments.result_type());
    const Int128 result = shortened(value, static_cast<unsigned>(digits), toward) * power_of_ten(static_cast<unsigned>(digits));
    const Int128 limit = power_of_ten(38);
    if (result >= limit || result <= -limit) {
        return answer.error(out_of_range, fmt::format("decimal overflow: {}", decimal_text(value, 0)));
    }
    answer.decimal(result, arguments.result_type());
}

template <class T>
void round_integer_as(const Arguments& arguments, Answer& answer) {
    const T value = arguments.value<T>(0);
    const std::int32_t places = arguments.value<std::int32_t>(1);
    if (places >= 0) return answer.value(value);
    constexpr std::int32_t most = 18;  // the powers of ten that a bigint holds
    const auto overflow = [&] { answer.error(out_of_range, fmt::format("numerical overflow: {}", static_cast<std::int64_t>(value))); };
    const bool by_bigint = !std::is_same_v<T, std::int32_t>;
    if (places < -most) return by_bigint || places == std::numeric_limits<std::int32_t>::min() ? overflow() : answer.value(T{0});
    const auto digits = static_cast<unsigned>(-places);
    const Int128 result = shortened(value, digits, Toward::nearest) * power_of_ten(digits);
    if (result >= std::numeric_limits<T>::min() && result <= std::numeric_limits<T>::max()) return answer.value(static_cast<T>(result));
    overflow();
}

// As Trino computes: through a power of ten, so that 1.005 to two places is 1.0.
double rounded(double value, std::int32_t places) {
    if (!std::isfinite(value)) return value;
    const double factor = std::pow(10, places);
    const double scaled = std::round(std::abs(value) * factor);
    if (std::isinf(scaled)) return value;
    return std::copysign(scaled, value) / factor;
}

}  // namespace

void ceil_decimal(const Arguments& arguments, Answer& answer) {
    to_whole(arguments, answer, Toward::above);
}

void floor_decimal(const Arguments& arguments, Answer& answer) {
    to_whole(arguments, answer, Toward::below);
}

void round_decimal(const Arguments& arguments, Answer& answer) {
    to_whole(arguments, answer, Toward::nearest);
}

void truncate_decimal(const Arguments& arguments, Answer& answer) {
    to_whole(arguments, answer, Toward::zero);
}

void round_decimal_to(const Arguments& arguments, Answer& answer) {
    to_places(arguments, answer, Toward::nearest);
}

void truncate_decimal_to(const Arguments& arguments, Answer& answer) {
    to_places(arguments, answer, Toward::zero);
}

void round_integer_to(const Arguments& arguments, Answer& answer) {
    switch (arguments.result_type().kind) {
        case Kind::tinyint:
            return round_integer_as<std::int8_t>(arguments, answer);
        case Kind::smallint:
            return round_integer_as<std::int16_t>(arguments, answer);
        case Kind::integer:
            return round_integer_as<std::int32_t>(arguments, answer);
        default:
            return round_integer_as<std::int64_t>(arguments, answer);
    }
}

void round_double(const Arguments& arguments, Answer& answer) {
    answer.value(rounded(arguments.value<double>(0), 0));
}

void round_double_to(const Arguments& arguments, Answer& answer) {
    answer.value(rounded(arguments.value<double>(0), arguments.value<std::int32_t>(1)));
}

void round_real(const Arguments& arguments, Answer& answer) {
    answer.value(static_cast<float>(rounded(static_cast<double>(arguments.value<float>(0)), 0)));
}

void round_real_to(const Arguments& arguments, Answer& answer) {
    answer.value(static_cast<float>(rounded(static_cast<double>(arguments.value<float>(0)), arguments.value<std::int32_t>(1))));
}

}  // namespace dualstore::sql::athena
