// Sums, means and moments.
#include <cmath>
#include <limits>
#include <optional>

#include "sql/athena/functions/aggregate.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view out_of_range = "NUMERIC_VALUE_OUT_OF_RANGE";

Int128 decimal_limit() {
    Int128 limit = 1;
    for (int i = 0; i < 38; ++i) limit *= 10;
    return limit;
}

// Numbers of a group without its NULLs.
std::vector<double> numbers(const Arguments& arguments) {
    const ListView list = arguments.list(0);
    std::vector<double> result;
    result.reserve(list.count);
    for (idx_t i = 0; i < list.count; ++i) {
        const Cell cell = element(list, i);
        if (cell.valid()) result.push_back(value_of<double>(cell.vector, cell.row));
    }
    return result;
}

// About the mean, which is found first: that loses least.
struct Moments {
    double n = 0, mean = 0, m2 = 0, m3 = 0, m4 = 0;

    explicit Moments(const std::vector<double>& values) : n(static_cast<double>(values.size())) {
        for (const double value : values) mean += value / n;
        for (const double value : values) {
            const double distance = value - mean;
            m2 += distance * distance;
            m3 += distance * distance * distance;
            m4 += distance * distance * distance * distance;
        }
    }
};

void variance(const Arguments& arguments, Answer& answer, double less, bool root) {
    const Moments moments(numbers(arguments));
    if (moments.n <= less) return;
    const double value = moments.m2 / (moments.n - less);
    answer.value(root ? std::sqrt(value) : value);
}

// Of the pairs without a NULL.
struct Comoments {
    double n = 0, mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;

    explicit Comoments(const Arguments& arguments) {
        const ListView rows = arguments.list(0);
        std::vector<std::pair<double, double>> pairs;
        for (idx_t i = 0; i < rows.count; ++i) {
            const Cell x = field(element(rows, i), 0);
            const Cell y = field(element(rows, i), 1);
            if (x.valid() && y.valid()) pairs.emplace_back(value_of<double>(x.vector, x.row), value_of<double>(y.vector, y.row));
        }
        n = static_cast<double>(pairs.size());
        for (const auto& [x, y] : pairs) {
            mean_x += x / n;
            mean_y += y / n;
        }
        for (const auto& [x, y] : pairs) {
            xx += (x - mean_x) * (x - mean_x);
            yy += (y - mean_y) * (y - mean_y);
            xy += (x - mean_x) * (y - mean_y);
        }
    }
    // The second is what the first is said to depend on.
    [[nodiscard]] double slope() const { return xy / yy; }
};

void answer_finite(Answer& answer, double value) {
    if (std::isfinite(value)) answer.value(value);
}

}  // namespace

void bigint_sum(const Arguments& arguments, Answer& answer) {
    const Int128 sum = arguments.decimal(0);
    if (sum > std::numeric_limits<std::int64_t>::max() || sum < std::numeric_limits<std::int64_t>::min()) {
        return answer.error(out_of_range, "bigint addition overflow");
    }
    answer.value(static_cast<std::int64_t>(sum));
}

void month_sum(const Arguments& arguments, Answer& answer) {
    const Int128 sum = arguments.decimal(0);
    if (sum > std::numeric_limits<std::int32_t>::max() || sum < std::numeric_limits<std::int32_t>::min()) {
        return answer.error(out_of_range, "interval year to month addition overflow");
    }
    answer.value(static_cast<std::int32_t>(sum));
}

void decimal_sum(const Arguments& arguments, Answer& answer) {
    const Int128 sum = arguments.decimal(0);
    if (sum >= decimal_limit() || sum <= -decimal_limit()) return answer.error(out_of_range, "Decimal overflow");
    answer.decimal(sum, arguments.result_type());
}

void decimal_average(const Arguments& arguments, Answer& answer) {
    const Int128 sum = arguments.decimal(0);
    const Int128 count = arguments.value<std::int64_t>(1);
    const Int128 rest = sum % count;
    const Int128 magnitude = rest < 0 ? -rest : rest;
    const Int128 up = magnitude >= count - magnitude ? (sum < 0 ? -1 : 1) : 0;
    answer.decimal(sum / count + up, arguments.result_type());
}

// As Java's Math.round does: half up.
void interval_average(const Arguments& arguments, Answer& answer) {
    const double average = std::floor(arguments.value<double>(0) + 0.5);
    if (arguments.result_type().is(SqlType::Kind::interval_month)) return answer.value(static_cast<std::int32_t>(average));
    answer.value(static_cast<std::int64_t>(average));
}

void to_real(const Arguments& arguments, Answer& answer) {
    answer.value(static_cast<float>(arguments.value<double>(0)));
}

void var_pop(const Arguments& arguments, Answer& answer) {
    variance(arguments, answer, 0, false);
}
void var_samp(const Arguments& arguments, Answer& answer) {
    variance(arguments, answer, 1, false);
}
void stddev_pop(const Arguments& arguments, Answer& answer) {
    variance(arguments, answer, 0, true);
}
void stddev_samp(const Arguments& arguments, Answer& answer) {
    variance(arguments, answer, 1, true);
}

void skewness(const Arguments& arguments, Answer& answer) {
    const Moments moments(numbers(arguments));
    if (moments.n >= 3) answer.value(std::sqrt(moments.n) * moments.m3 / std::pow(moments.m2, 1.5));
}

void kurtosis(const Arguments& arguments, Answer& answer) {
    const Moments moments(numbers(arguments));
    const double n = moments.n;
    if (n < 4) return;
    const double below = (n - 2) * (n - 3);
    answer.value((n - 1) * n * (n + 1) / below * moments.m4 / (moments.m2 * moments.m2) - 3 * ((n - 1) * (n - 1)) / below);
}

void geometric_mean(const Arguments& arguments, Answer& answer) {
    const std::vector<double> values = numbers(arguments);
    if (values.empty()) return;
    double logarithms = 0;
    for (const double value : values) logarithms += std::log(value);
    answer.value(std::exp(logarithms / static_cast<double>(values.size())));
}

void covar_pop(const Arguments& arguments, Answer& answer) {
    const Comoments moments(arguments);
    if (moments.n > 0) answer.value(moments.xy / moments.n);
}

void covar_samp(const Arguments& arguments, Answer& answer) {
    const Comoments moments(arguments);
    if (moments.n > 1) answer.value(moments.xy / (moments.n - 1));
}

void corr(const Arguments& arguments, Answer& answer) {
    const Comoments moments(arguments);
    answer_finite(answer, moments.xy / std::sqrt(moments.xx * moments.yy));
}

void regr_slope(const Arguments& arguments, Answer& answer) {
    answer_finite(answer, Comoments(arguments).slope());
}

void regr_intercept(const Arguments& arguments, Answer& answer) {
    const Comoments moments(arguments);
    answer_finite(answer, moments.mean_x - moments.slope() * moments.mean_y);
}

}  // namespace dualstore::sql::athena
