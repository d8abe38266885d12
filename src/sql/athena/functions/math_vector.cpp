// Vectors of numbers, and the buckets of a number.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "sql/athena/functions/math.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// A NULL counts as zero.
double number(const ListView& list, idx_t index) {
    const Cell cell = element(list, index);
    return cell.valid() ? value_of<double>(cell.vector, cell.row) : 0;
}

bool has_null(const ListView& list) {
    for (idx_t i = 0; i < list.count; ++i) {
        if (!element(list, i).valid()) return true;
    }
    return false;
}

double product(const ListView& a, const ListView& b) {
    double sum = 0;
    for (idx_t i = 0; i < a.count; ++i) sum += number(a, i) * number(b, i);
    return sum;
}

bool same_length(const ListView& a, const ListView& b, Answer& answer) {
    if (a.count == b.count) return true;
    answer.error(invalid, "The arguments must have the same length");
    return false;
}

// As Java converts: what is too large becomes the largest.
std::int64_t saturated(double positive) {
    constexpr double beyond = 9223372036854775808.0;
    return positive >= beyond ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(positive);
}

// Empty: NULL, or the answer has an error.
std::optional<double> similarity(const Arguments& arguments, Answer& answer) {
    const ListView a = arguments.list(0);
    const ListView b = arguments.list(1);
    if (!same_length(a, b, answer) || has_null(a) || has_null(b)) return std::nullopt;
    const double lengths = std::sqrt(product(a, a) * product(b, b));
    if (lengths == 0) {
        answer.error(invalid, "Vector magnitude cannot be zero");
        return std::nullopt;
    }
    return product(a, b) / lengths;
}

}  // namespace

void cosine_similarity(const Arguments& arguments, Answer& answer) {
    if (const auto cosine = similarity(arguments, answer)) answer.value(*cosine);
}

void cosine_distance(const Arguments& arguments, Answer& answer) {
    if (const auto cosine = similarity(arguments, answer)) answer.value(1 - *cosine);
}

void cosine_similarity_of_maps(const Arguments& arguments, Answer& answer) {
    const ListView a = arguments.list(0);
    const ListView b = arguments.list(1);
    const ListView a_values = values_of(a);
    const ListView b_values = values_of(b);
    if (has_null(a_values) || has_null(b_values)) return;
    ValueIndex keys(arguments.type(1).children[0]);
    for (idx_t i = 0; i < b.count; ++i) keys.add(element(keys_of(b), i));
    double sum = 0;
    for (idx_t i = 0; i < a.count; ++i) {
        const Cell key = element(keys_of(a), i);
        if (keys.contains(key)) sum += number(a_values, i) * number(b_values, keys.add(key).first);
    }
    answer.value(sum / (std::sqrt(product(a_values, a_values)) * std::sqrt(product(b_values, b_values))));
}

void dot_product(const Arguments& arguments, Answer& answer) {
    const ListView a = arguments.list(0);
    const ListView b = arguments.list(1);
    if (same_length(a, b, answer)) answer.value(product(a, b));
}

void euclidean_distance(const Arguments& arguments, Answer& answer) {
    const ListView a = arguments.list(0);
    const ListView b = arguments.list(1);
    if (!same_length(a, b, answer)) return;
    double sum = 0;
    for (idx_t i = 0; i < a.count; ++i) sum += (number(a, i) - number(b, i)) * (number(a, i) - number(b, i));
    answer.value(std::sqrt(sum));
}

void width_bucket(const Arguments& arguments, Answer& answer) {
    const auto operand = arguments.value<double>(0);
    const auto first = arguments.value<double>(1);
    const auto second = arguments.value<double>(2);
    const auto buckets = arguments.value<std::int64_t>(3);
    if (buckets <= 0) return answer.error(invalid, "bucketCount must be greater than 0");
    if (std::isnan(operand)) return answer.error(invalid, "operand must not be NaN");
    if (!std::isfinite(first)) return answer.error(invalid, "first bound must be finite");
    if (!std::isfinite(second)) return answer.error(invalid, "second bound must be finite");
    if (first == second) return answer.error(invalid, "bounds cannot equal each other");
    const double lower = std::min(first, second);
    const double upper = std::max(first, second);
    std::int64_t bucket = 0;
    if (operand >= upper) {
        if (buckets == std::numeric_limits<std::int64_t>::max()) {
            return answer.error("NUMERIC_VALUE_OUT_OF_RANGE", fmt::format("Bucket for value {} is out of range", operand));
        }
        bucket = buckets + 1;
    } else if (operand >= lower) {
        bucket = saturated(static_cast<double>(buckets) * (operand - lower) / (upper - lower) + 1);
    }
    answer.value(first > second ? static_cast<std::int64_t>(static_cast<std::uint64_t>(buckets) - static_cast<std::uint64_t>(bucket) + 1)
                                : bucket);
}

void width_bucket_of_bins(const Arguments& arguments, Answer& answer) {
    const auto operand = arguments.value<double>(0);
    const ListView bins = arguments.list(1);
    if (bins.count == 0) return answer.error(invalid, "Bins cannot be an empty array");
    if (std::isnan(operand)) return answer.error(invalid, "Operand cannot be NaN");
    idx_t lower = 0;
    idx_t upper = bins.count;
    // Only the bins that the search meets are looked at.
    while (lower < upper) {
        if (number(bins, lower) > number(bins, upper - 1)) return answer.error(invalid, "Bin values are not sorted in ascending order");
        const idx_t middle = (lower + upper) / 2;
        const double bin = number(bins, middle);
        if (std::isnan(bin)) return answer.error(invalid, "Bin value must be finite, got NaN");
        if (std::isinf(bin)) return answer.error(invalid, fmt::format("Bin value must be finite, got {}Infinity", bin < 0 ? "-" : ""));
        if (operand < bin) {
            upper = middle;
        } else {
            lower = middle + 1;
        }
    }
    answer.value(static_cast<std::int64_t>(lower));
}

}  // namespace dualstore::sql::athena
