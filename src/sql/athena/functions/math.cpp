// Mathematical functions. https://trino.io/docs/current/functions/math.html
#include "sql/athena/functions/math.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
constexpr std::string_view radix_message = "Radix must be between 2 and 36";
constexpr int least_radix = 2;
constexpr int most_radix = 36;

// Where DuckDB's own functions fail instead of giving NaN or an infinity.
template <double (*F)(double)>
void apply(const Arguments& arguments, Answer& answer) {
    answer.value(F(arguments.value<double>(0)));
}

double degrees(double radians) {
    return radians * (180 / 3.14159265358979323846);
}
double radians(double degrees) {
    return degrees / 180 * 3.14159265358979323846;
}

// C has 1 to any power and -1 to the infinite powers as 1; Java does not.
void power(const Arguments& arguments, Answer& answer) {
    const auto base = arguments.value<double>(0);
    const auto exponent = arguments.value<double>(1);
    const bool unclear = std::isnan(exponent) || (std::isinf(exponent) && std::abs(base) == 1);
    answer.value(unclear ? std::numeric_limits<double>::quiet_NaN() : std::pow(base, exponent));
}

void logarithm(const Arguments& arguments, Answer& answer) {
    answer.value(std::log(arguments.value<double>(1)) / std::log(arguments.value<double>(0)));
}

void modulus(const Arguments& arguments, Answer& answer) {
    answer.value(std::fmod(arguments.value<double>(0), arguments.value<double>(1)));
}
void modulus_real(const Arguments& arguments, Answer& answer) {
    answer.value(std::fmod(arguments.value<float>(0), arguments.value<float>(1)));
}

template <class T>
void sign_floating(const Arguments& arguments, Answer& answer) {
    const T value = arguments.value<T>(0);
    answer.value(value > 0 ? T{1} : value < 0 ? T{-1} : value);
}

void bit_count(const Arguments& arguments, Answer& answer) {
    const auto number = arguments.value<std::int64_t>(0);
    const auto bits = arguments.value<std::int64_t>(1);
    constexpr std::int64_t most = 64;
    if (bits < 2 || bits > most)
        return answer.error(invalid, fmt::format("Bits specified in bit_count must be between 2 and 64, got {}", bits));
    const auto unsigned_number = static_cast<std::uint64_t>(number);
    if (bits == most) return answer.value(std::int64_t{std::popcount(unsigned_number)});
    const std::int64_t limit = std::int64_t{1} << (bits - 1);
    if (number < -limit || number >= limit) {
        return answer.error(
            invalid,
            fmt::format("Number must be representable with the bits specified. {} cannot be represented with {} bits", number, bits));
    }
    answer.value(std::int64_t{std::popcount(unsigned_number & ((std::uint64_t{1} << bits) - 1))});
}

enum class Shift { left, right, arithmetic };

template <class T, Shift shift>
void shift_as(const Arguments& arguments, Answer& answer) {
    using Unsigned = std::make_unsigned_t<T>;
    constexpr int bits = std::numeric_limits<Unsigned>::digits;
    const T value = arguments.value<T>(0);
    const T beyond = shift == Shift::arithmetic && value < 0 ? T{-1} : T{0};
    const std::int32_t asked = arguments.value<std::int32_t>(1);
    // Of a negative count the last bits are taken, as Java does: six for a bigint, else five.
    if (asked >= bits) return answer.value(beyond);
    const auto count = asked & (bits == 64 ? 63 : 31);
    if (count >= bits) return answer.value(beyond);
    if constexpr (shift == Shift::left)
        return answer.value(static_cast<T>(static_cast<Unsigned>(std::uint64_t{static_cast<Unsigned>(value)} << count)));
    if constexpr (shift == Shift::right) return answer.value(static_cast<T>(static_cast<Unsigned>(value) >> count));
    answer.value(static_cast<T>(value >> count));
}

template <Shift shift>
void bitwise_shift(const Arguments& arguments, Answer& answer) {
    switch (arguments.result_type().kind) {
        case Kind::tinyint:
            return shift_as<std::int8_t, shift>(arguments, answer);
        case Kind::smallint:
            return shift_as<std::int16_t, shift>(arguments, answer);
        case Kind::integer:
            return shift_as<std::int32_t, shift>(arguments, answer);
        default:
            return shift_as<std::int64_t, shift>(arguments, answer);
    }
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return most_radix;
}

void from_base(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const auto radix = arguments.value<std::int64_t>(1);
    if (radix < least_radix || radix > most_radix) return answer.error(invalid, radix_message);
    const bool negative = text.starts_with('-');
    const std::string_view digits = negative || text.starts_with('+') ? text.substr(1) : text;
    const Int128 limit = Int128{std::numeric_limits<std::int64_t>::max()} + (negative ? 1 : 0);
    Int128 value = 0;
    bool good = !digits.empty();
    for (const char c : digits) {
        good = good && digit_value(c) < radix;
        if (good) value = value * radix + digit_value(c);
        good = good && value <= limit;
    }
    if (!good) return answer.error(invalid, fmt::format("Not a valid base-{} number: {}", radix, text));
    answer.value(static_cast<std::int64_t>(negative ? -value : value));
}

void to_base(const Arguments& arguments, Answer& answer) {
    const auto value = arguments.value<std::int64_t>(0);
    const auto radix = arguments.value<std::int64_t>(1);
    if (radix < least_radix || radix > most_radix) return answer.error(invalid, radix_message);
    std::string text;
    auto rest = value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    do {
        text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[rest % static_cast<std::uint64_t>(radix)]);
        rest /= static_cast<std::uint64_t>(radix);
    } while (rest != 0);
    answer.text(value < 0 ? "-" + text : text);
}

// `size` values from `start` on, by two numbers in [0, 1) of DuckDB's, 32 bits each.
std::int64_t random_below(UInt128 size, const Arguments& arguments, idx_t first_random) {
    constexpr double bits = 4294967296.0;
    const auto high = static_cast<std::uint64_t>(arguments.value<double>(first_random) * bits);
    const auto low = static_cast<std::uint64_t>(arguments.value<double>(first_random + 1) * bits);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>((UInt128{(high << 32) | low} * size) >> 64));
}

void random_below(const Arguments& arguments, Answer& answer) {
    const auto bound = arguments.value<std::int64_t>(0);
    if (bound <= 0) return answer.error(invalid, "bound must be positive");
    answer.value(random_below(static_cast<UInt128>(bound), arguments, 1));
}

void random_between(const Arguments& arguments, Answer& answer) {
    const auto start = arguments.value<std::int64_t>(0);
    const auto stop = arguments.value<std::int64_t>(1);
    if (start >= stop) return answer.error(invalid, "start value must be less than stop value");
    const auto offset = static_cast<std::uint64_t>(random_below(static_cast<UInt128>(Int128{stop} - start), arguments, 2));
    answer.value(static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + offset));
}

constexpr std::string_view same = "$1";
constexpr std::string_view below = "CAST(athena_random_below(CAST($1 AS BIGINT), random(), random()) AS ${R})";
constexpr std::string_view between = "CAST(athena_random_between(CAST($1 AS BIGINT), CAST($2 AS BIGINT), random(), random()) AS ${R})";

constexpr Function functions[] = {
    {"abs(bigint) -> bigint", ""},
    {"abs(decimal(p, s)) -> decimal(p, s)", ""},
    {"abs(double) -> double", ""},
    {"abs(integer) -> integer", ""},
    {"abs(real) -> real", ""},
    {"abs(smallint) -> smallint", ""},
    {"abs(tinyint) -> tinyint", ""},
    {"acos(double) -> double", "@athena_acos"},
    {"asin(double) -> double", "@athena_asin"},
    {"atan(double) -> double", ""},
    {"atan2(double, double) -> double", ""},
    {"beta_cdf(double, double, double) -> double", "@athena_beta_cdf"},
    {"bit_count(bigint, bigint) -> bigint", "@athena_bit_count"},
    {"bitwise_and(bigint, bigint) -> bigint", "(($1) & ($2))"},
    {"bitwise_left_shift(bigint, integer) -> bigint", "@athena_left_shift"},
    {"bitwise_left_shift(integer, integer) -> integer", "@athena_left_shift"},
    {"bitwise_left_shift(smallint, integer) -> smallint", "@athena_left_shift"},
    {"bitwise_left_shift(tinyint, integer) -> tinyint", "@athena_left_shift"},
    {"bitwise_not(bigint) -> bigint", "(~($1))"},
    {"bitwise_or(bigint, bigint) -> bigint", "(($1) | ($2))"},
    {"bitwise_right_shift(bigint, integer) -> bigint", "@athena_right_shift"},
    {"bitwise_right_shift(integer, integer) -> integer", "@athena_right_shift"},
    {"bitwise_right_shift(smallint, integer) -> smallint", "@athena_right_shift"},
    {"bitwise_right_shift(tinyint, integer) -> tinyint", "@athena_right_shift"},
    {"bitwise_right_shift_arithmetic(bigint, integer) -> bigint", "@athena_right_shift_arithmetic"},
    {"bitwise_right_shift_arithmetic(integer, integer) -> integer", "@athena_right_shift_arithmetic"},
    {"bitwise_right_shift_arithmetic(smallint, integer) -> smallint", "@athena_right_shift_arithmetic"},
    {"bitwise_right_shift_arithmetic(tinyint, integer) -> tinyint", "@athena_right_shift_arithmetic"},
    {"bitwise_xor(bigint, bigint) -> bigint", "xor($1, $2)"},
    {"cbrt(double) -> double", "@athena_cbrt"},
    {"ceil(bigint) -> bigint", same},
    {"ceil(decimal(p, s)) -> decimal(p - s + min(s, 1), 0)", "@athena_ceil_decimal"},
    {"ceil(double) -> double", ""},
    {"ceil(integer) -> integer", same},
    {"ceil(real) -> real", ""},
    {"ceil(smallint) -> smallint", same},
    {"ceil(tinyint) -> tinyint", same},
    {"ceiling(bigint) -> bigint", same},
    {"ceiling(decimal(p, s)) -> decimal(p - s + min(s, 1), 0)", "@athena_ceil_decimal"},
    {"ceiling(double) -> double", ""},
    {"ceiling(integer) -> integer", same},
    {"ceiling(real) -> real", ""},
    {"ceiling(smallint) -> smallint", same},
    {"ceiling(tinyint) -> tinyint", same},
    {"cos(double) -> double", "@athena_cos"},
    {"cosh(double) -> double", "@athena_cosh"},
    {"cosine_distance(array(double), array(double)) -> double", "@athena_cosine_distance"},
    {"cosine_similarity(array(double), array(double)) -> double", "@athena_cosine_similarity"},
    {"cosine_similarity(map(varchar, double), map(varchar, double)) -> double", "@athena_cosine_similarity_of_maps"},
    {"degrees(double) -> double", "@athena_degrees"},
    {"dot_product(array(double), array(double)) -> double", "@athena_dot_product"},
    {"e() -> double", "CAST('2.718281828459045' AS DOUBLE)"},
    {"euclidean_distance(array(double), array(double)) -> double", "@athena_euclidean_distance"},
    {"exp(double) -> double", "@athena_exp"},
    {"floor(bigint) -> bigint", same},
    {"floor(decimal(p, s)) -> decimal(p - s + min(s, 1), 0)", "@athena_floor_decimal"},
    {"floor(double) -> double", ""},
    {"floor(integer) -> integer", same},
    {"floor(real) -> real", ""},
    {"floor(smallint) -> smallint", same},
    {"floor(tinyint) -> tinyint", same},
    {"from_base(varchar(x), bigint) -> bigint", "@athena_from_base"},
    {"infinity() -> double", "CAST('infinity' AS DOUBLE)"},
    {"inverse_beta_cdf(double, double, double) -> double", "@athena_inverse_beta_cdf"},
    {"inverse_normal_cdf(double, double, double) -> double", "@athena_inverse_normal_cdf"},
    {"is_finite(double) -> boolean", "isfinite($1)"},
    {"is_infinite(double) -> boolean", "isinf($1)"},
    {"is_nan(double) -> boolean", "isnan($1)"},
    {"is_nan(real) -> boolean", "isnan($1)"},
    {"ln(double) -> double", "@athena_ln"},
    {"log(double, double) -> double", "@athena_log"},
    {"log10(double) -> double", "@athena_log10"},
    {"log2(double) -> double", "@athena_log2"},
    {"mod(bigint, bigint) -> bigint", "@athena_modulus"},
    {"mod(decimal(p, s), decimal(q, r)) -> decimal(min(p - s, q - r) + max(s, r), max(s, r))", "@athena_decimal_modulus"},
    {"mod(double, double) -> double", "@athena_modulus_double"},
    {"mod(integer, integer) -> integer", "@athena_modulus"},
    {"mod(real, real) -> real", "@athena_modulus_real"},
    {"mod(smallint, smallint) -> smallint", "@athena_modulus"},
    {"mod(tinyint, tinyint) -> tinyint", "@athena_modulus"},
    {"nan() -> double", "CAST('nan' AS DOUBLE)"},
    {"normal_cdf(double, double, double) -> double", "@athena_normal_cdf"},
    {"pi() -> double", ""},
    {"pow(double, double) -> double", "@athena_power"},
    {"power(double, double) -> double", "@athena_power"},
    {"radians(double) -> double", "@athena_radians"},
    {"rand() -> double", "random()"},
    {"rand(bigint) -> bigint", below},
    {"rand(bigint, bigint) -> bigint", between},
    {"rand(integer) -> integer", below},
    {"rand(integer, integer) -> integer", between},
    {"rand(smallint) -> smallint", below},
    {"rand(smallint, smallint) -> smallint", between},
    {"rand(tinyint) -> tinyint", below},
    {"rand(tinyint, tinyint) -> tinyint", between},
    {"random() -> double", ""},
    {"random(bigint) -> bigint", below},
    {"random(bigint, bigint) -> bigint", between},
    {"random(integer) -> integer", below},
    {"random(integer, integer) -> integer", between},
    {"random(smallint) -> smallint", below},
    {"random(smallint, smallint) -> smallint", between},
    {"random(tinyint) -> tinyint", below},
    {"random(tinyint, tinyint) -> tinyint", between},
    {"round(bigint) -> bigint", same},
    {"round(bigint, integer) -> bigint", "@athena_round_integer_to"},
    {"round(decimal(p, s)) -> decimal(p - s + min(s, 1), 0)", "@athena_round_decimal"},
    {"round(decimal(p, s), integer) -> decimal(min(38, p + 1), s)", "@athena_round_decimal_to"},
    {"round(double) -> double", "@athena_round_double"},
    {"round(double, integer) -> double", "@athena_round_double_to"},
    {"round(integer) -> integer", same},
    {"round(integer, integer) -> integer", "@athena_round_integer_to"},
    {"round(real) -> real", "@athena_round_real"},
    {"round(real, integer) -> real", "@athena_round_real_to"},
    {"round(smallint) -> smallint", same},
    {"round(smallint, integer) -> smallint", "@athena_round_integer_to"},
    {"round(tinyint) -> tinyint", same},
    {"round(tinyint, integer) -> tinyint", "@athena_round_integer_to"},
    {"sign(bigint) -> bigint", "CAST(sign($1) AS BIGINT)"},
    {"sign(decimal(p, s)) -> decimal(1, 0)", "CAST(sign($1) AS DECIMAL(1, 0))"},
    {"sign(double) -> double", "@athena_sign_double"},
    {"sign(integer) -> integer", "CAST(sign($1) AS INTEGER)"},
    {"sign(real) -> real", "@athena_sign_real"},
    {"sign(smallint) -> smallint", "CAST(sign($1) AS SMALLINT)"},
    {"sign(tinyint) -> tinyint", "CAST(sign($1) AS TINYINT)"},
    {"sin(double) -> double", "@athena_sin"},
    {"sinh(double) -> double", "@athena_sinh"},
    {"sqrt(double) -> double", "@athena_sqrt"},
    {"t_cdf(double, double) -> double", "@athena_t_cdf"},
    {"t_pdf(double, double) -> double", "@athena_t_pdf"},
    {"tan(double) -> double", "@athena_tan"},
    {"tanh(double) -> double", "@athena_tanh"},
    {"to_base(bigint, bigint) -> varchar(64)", "@athena_to_base"},
    {"truncate(decimal(p, s)) -> decimal(max(p - s, 1), 0)", "@athena_truncate_decimal"},
    {"truncate(decimal(p, s), integer) -> decimal(p, s)", "@athena_truncate_decimal_to"},
    {"truncate(double) -> double", "trunc($1)"},
    {"truncate(real) -> real", "trunc($1)"},
    {"width_bucket(double, array(double)) -> bigint", "@athena_width_bucket_of_bins"},
    {"width_bucket(double, double, double, bigint) -> bigint", "@athena_width_bucket"},
    {"wilson_interval_lower(bigint, bigint, double) -> double", "@athena_wilson_interval_lower"},
    {"wilson_interval_upper(bigint, bigint, double) -> double", "@athena_wilson_interval_upper"},
};

const NativeFunction natives[] = {
    {"athena_acos", apply<std::acos>},
    {"athena_asin", apply<std::asin>},
    {"athena_beta_cdf", beta_cdf},
    {"athena_bit_count", bit_count},
    {"athena_cbrt", apply<std::cbrt>},
    {"athena_ceil_decimal", ceil_decimal},
    {"athena_cos", apply<std::cos>},
    {"athena_cosh", apply<std::cosh>},
    {"athena_cosine_distance", cosine_distance},
    {"athena_cosine_similarity", cosine_similarity},
    {"athena_cosine_similarity_of_maps", cosine_similarity_of_maps},
    {"athena_degrees", apply<degrees>},
    {"athena_dot_product", dot_product},
    {"athena_euclidean_distance", euclidean_distance},
    {"athena_exp", apply<std::exp>},
    {"athena_floor_decimal", floor_decimal},
    {"athena_from_base", from_base},
    {"athena_inverse_beta_cdf", inverse_beta_cdf},
    {"athena_inverse_normal_cdf", inverse_normal_cdf},
    {"athena_left_shift", bitwise_shift<Shift::left>},
    {"athena_ln", apply<std::log>},
    {"athena_log", logarithm},
    {"athena_log10", apply<std::log10>},
    {"athena_log2", apply<std::log2>},
    {"athena_modulus_double", modulus},
    {"athena_modulus_real", modulus_real},
    {"athena_normal_cdf", normal_cdf},
    {"athena_power", power},
    {"athena_radians", apply<radians>},
    {"athena_random_below", random_below, false, "(bigint, double, double) -> bigint"},
    {"athena_random_between", random_between, false, "(bigint, bigint, double, double) -> bigint"},
    {"athena_right_shift", bitwise_shift<Shift::right>},
    {"athena_right_shift_arithmetic", bitwise_shift<Shift::arithmetic>},
    {"athena_round_decimal", round_decimal},
    {"athena_round_decimal_to", round_decimal_to},
    {"athena_round_double", round_double},
    {"athena_round_double_to", round_double_to},
    {"athena_round_integer_to", round_integer_to},
    {"athena_round_real", round_real},
    {"athena_round_real_to", round_real_to},
    {"athena_sign_double", sign_floating<double>},
    {"athena_sign_real", sign_floating<float>},
    {"athena_sin", apply<std::sin>},
    {"athena_sinh", apply<std::sinh>},
    {"athena_sqrt", apply<std::sqrt>},
    {"athena_t_cdf", t_cdf},
    {"athena_t_pdf", t_pdf},
    {"athena_tan", apply<std::tan>},
    {"athena_tanh", apply<std::tanh>},
    {"athena_to_base", to_base},
    {"athena_truncate_decimal", truncate_decimal},
    {"athena_truncate_decimal_to", truncate_decimal_to},
    {"athena_width_bucket", width_bucket},
    {"athena_width_bucket_of_bins", width_bucket_of_bins},
    {"athena_wilson_interval_lower", wilson_interval_lower},
    {"athena_wilson_interval_upper", wilson_interval_upper},
};

}  // namespace

Room math_functions() {
    return {{"Mathematical functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
