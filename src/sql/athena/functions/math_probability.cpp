// Distribution functions.
#include <cmath>
#include <limits>
#include <numbers>

#include "sql/athena/functions/math.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// The continued fraction of the incomplete beta function, by Lentz's method.
// https://dlmf.nist.gov/8.17#v
double beta_fraction(double x, double a, double b) {
    constexpr double tiny = 1e-300;
    constexpr int most_terms = 100'000;
    double c = 1;
    double d = 1 / std::max(std::abs(1 - (a + b) * x / (a + 1)), tiny) * (1 - (a + b) * x / (a + 1) < 0 ? -1 : 1);
    double fraction = d;
    const auto step = [&](double coefficient) {
        d = 1 + coefficient * d;
        c = 1 + coefficient / c;
        if (std::abs(d) < tiny) d = tiny;
        if (std::abs(c) < tiny) c = tiny;
        d = 1 / d;
        return c * d;
    };
    for (int m = 1; m < most_terms; ++m) {
        fraction *= step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
        const double factor = step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
        fraction *= factor;
        if (std::abs(factor - 1) < std::numeric_limits<double>::epsilon()) break;
    }
    return fraction;
}

double log_beta(double a, double b) {
    return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

// The regularised incomplete beta function I_x(a, b).
double regularised_beta(double x, double a, double b) {
    if (std::isnan(x) || std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - regularised_beta(1 - x, b, a);
    return std::exp(a * std::log(x) + b * std::log1p(-x) - log_beta(a, b)) / a * beta_fraction(x, a, b);
}

// Where the function is p: it grows, so by halving.
double inverse_regularised_beta(double p, double a, double b) {
    if (p <= 0) return 0;
    if (p >= 1) return 1;
    double low = 0;
    double high = 1;
    for (double middle = 0.5; middle > low && middle < high; middle = (low + high) / 2) {
        (regularised_beta(middle, a, b) < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

// erf's inverse: Winitzki's approximation, then Halley's steps. Near 1 they go by erfc, which does not lose the digits there.
double inverse_erf(double y) {
    if (y == 0) return 0;
    const double rest = 1 - std::abs(y);
    constexpr double a = 0.147;
    const double log = std::log(rest * (2 - rest));
    const double half = 2 / (std::numbers::pi * a) + log / 2;
    double x = std::sqrt(std::sqrt(half * half - log / a) - half);
    constexpr int steps = 4;
    for (int i = 0; i < steps; ++i) {
        const double miss = rest < 0.5 ? rest - std::erfc(x) : std::erf(x) - std::abs(y);
        const double newton = miss / (2 * std::numbers::inv_sqrtpi * std::exp(-x * x));
        x -= newton / (1 + x * newton);
    }
    return std::copysign(x, y);
}

bool valid_beta(double a, double b, Answer& answer) {
    if (a > 0 && b > 0) return true;
    answer.error(invalid, "a, b must be > 0");
    return false;
}

bool valid_freedom(double freedom, Answer& answer) {
    if (!(freedom < 1)) return true;
    answer.error(invalid, "degrees of freedom must be greater than or equal to 1");
    return false;
}

void wilson_interval(const Arguments& arguments, Answer& answer, double sign) {
    const auto successes = arguments.value<std::int64_t>(0);
    const auto trials = arguments.value<std::int64_t>(1);
    const auto z = arguments.value<double>(2);
    if (successes < 0) return answer.error(invalid, "number of successes must not be negative");
    if (trials <= 0) return answer.error(invalid, "number of trials must be positive");
    if (successes > trials) return answer.error(invalid, "number of successes must not be larger than number of trials");
    if (z < 0) return answer.error(invalid, "z-score must not be negative");
    const auto s = static_cast<double>(successes);
    const auto n = static_cast<double>(trials);
    const double p = s / n;
    const double width = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    answer.value((p + z * z / (2 * n) + sign * width) / (1 + z * z / n));
}

}  // namespace

void beta_cdf(const Arguments& arguments, Answer& answer) {
    const auto a = arguments.value<double>(0);
    const auto b = arguments.value<double>(1);
    const auto value = arguments.value<double>(2);
    if (!(value >= 0 && value <= 1)) return answer.error(invalid, "value must be 0 >= v >= 1");
    if (valid_beta(a, b, answer)) answer.value(regularised_beta(value, a, b));
}

void inverse_beta_cdf(const Arguments& arguments, Answer& answer) {
    const auto a = arguments.value<double>(0);
    const auto b = arguments.value<double>(1);
    const auto p = arguments.value<double>(2);
    if (!(p >= 0 && p <= 1)) return answer.error(invalid, "p must be 0 >= p >= 1");
    if (valid_beta(a, b, answer)) answer.value(inverse_regularised_beta(p, a, b));
}

void inverse_normal_cdf(const Arguments& arguments, Answer& answer) {
    const auto mean = arguments.value<double>(0);
    const auto deviation = arguments.value<double>(1);
    const auto p = arguments.value<double>(2);
    if (!(p > 0 && p < 1)) return answer.error(invalid, "p must be 0 > p > 1");
    if (!(deviation > 0)) return answer.error(invalid, "sd must be > 0");
    answer.value(mean + deviation * std::numbers::sqrt2 * inverse_erf(2 * p - 1));
}

void normal_cdf(const Arguments& arguments, Answer& answer) {
    const auto mean = arguments.value<double>(0);
    const auto deviation = arguments.value<double>(1);
    if (!(deviation > 0)) return answer.error(invalid, "standardDeviation must be > 0");
    answer.value((1 + std::erf((arguments.value<double>(2) - mean) / (deviation * std::numbers::sqrt2))) / 2);
}

void t_cdf(const Arguments& arguments, Answer& answer) {
    const auto x = arguments.value<double>(0);
    const auto freedom = arguments.value<double>(1);
    if (!valid_freedom(freedom, answer)) return;
    if (std::isinf(freedom)) return answer.value(std::numeric_limits<double>::quiet_NaN());
    if (x == 0) return answer.value(0.5);
    const double tail = regularised_beta(freedom / (freedom + x * x), freedom / 2, 0.5) / 2;
    answer.value(x < 0 ? tail : 1 - tail);
}

void t_pdf(const Arguments& arguments, Answer& answer) {
    const auto x = arguments.value<double>(0);
    const auto freedom = arguments.value<double>(1);
    if (!valid_freedom(freedom, answer)) return;
    const double half = (freedom + 1) / 2;
    answer.value(std::exp(std::lgamma(half) - (std::log(std::numbers::pi) + std::log(freedom)) / 2 - std::lgamma(freedom / 2) -
                          half * std::log(1 + x * x / freedom)));
}

void wilson_interval_lower(const Arguments& arguments, Answer& answer) {
    wilson_interval(arguments, answer, -1);
}

void wilson_interval_upper(const Arguments& arguments, Answer& answer) {
    wilson_interval(arguments, answer, 1);
}

}  // namespace dualstore::sql::athena
