// approx_percentile: a t-digest, as Trino makes it, so that its approximations are Trino's.
// Dunning, Ertl: Computing extremely accurate quantiles using t-digests, https://arxiv.org/abs/1902.04023
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sql/athena/functions/aggregate.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

class Digest {
  public:
    void add(double value, double weight) {
        if (clusters_.size() == capacity) merge(2 * compression);
        clusters_.push_back({value, weight});
        total_ += weight;
        least_ = std::min(least_, value);
        most_ = std::max(most_, value);
    }
    [[nodiscard]] bool empty() const { return clusters_.empty(); }

    // Call finish() before.
    [[nodiscard]] double at(double quantile) const {
        if (clusters_.size() == 1) return clusters_[0].mean;
        const double offset = quantile * total_;
        const Cluster& first = clusters_.front();
        const Cluster& last = clusters_.back();
        if (offset < 1) return least_;
        if (offset < first.weight / 2) return least_ + between(offset, 1, least_, first.weight / 2, first.mean);
        if (offset <= total_ - 1 && total_ - offset <= last.weight / 2 && last.weight / 2 > 1) return near_top(offset);
        if (offset >= total_ - 1) return most_;
        double so_far = first.weight / 2;
        for (std::size_t i = 0; i + 1 < clusters_.size(); ++i) {
            const double length = (clusters_[i].weight + clusters_[i + 1].weight) / 2;
            if (offset < so_far + length) return inside(clusters_[i], clusters_[i + 1], offset - so_far, length);
            so_far += length;
        }
        return last.weight / 2 > 1 ? near_top(offset) : most_;
    }

    // What Trino does to a digest before it sends it to where all are joined.
    void finish() { merge(compression); }

  private:
    static constexpr double compression = 100;
    static constexpr std::size_t capacity = 1260;  // 6 * (2 * compression + 10)

    struct Cluster {
        double mean, weight;
    };

    // Neighbours become one cluster as far as its quantiles allow; from the other end every other time.
    void merge(double factor) {
        std::ranges::stable_sort(clusters_, {}, &Cluster::mean);
        if (backwards_) std::ranges::reverse(clusters_);
        std::vector<Cluster> merged{clusters_[0]};
        const double normalizer = factor / (4 * std::log(total_ / factor) + 24);
        const auto most_at = [&](double quantile) { return quantile * (1 - quantile) / normalizer; };
        double so_far = 0;
        double limit = most_at(0);
        for (std::size_t i = 1; i < clusters_.size(); ++i) {
            const Cluster& next = clusters_[i];
            Cluster& last = merged.back();
            const double weight = last.weight + next.weight;
            const double quantile = std::min((so_far + weight) / total_, 1.0);
            if (weight <= total_ * std::min(limit, most_at(quantile))) {
                last.mean += (next.mean - last.mean) * next.weight / weight;
                last.weight = weight;
            } else {
                so_far += last.weight;
                limit = most_at(so_far / total_);
                merged.push_back(next);
            }
        }
        if (backwards_) std::ranges::reverse(merged);
        backwards_ = !backwards_;
        clusters_ = std::move(merged);
    }

    static double between(double x, double x0, double y0, double x1, double y1) { return (x - x0) / (x1 - x0) * (y1 - y0); }

    [[nodiscard]] double near_top(double offset) const {
        const Cluster& last = clusters_.back();
        return most_ + between(total_ - offset, 1, most_, last.weight / 2, last.mean);
    }

    // `offset` from the middle of the left one. A cluster of one value takes no part in interpolation.
    static double inside(const Cluster& left, const Cluster& right, double offset, double length) {
        if (left.weight == 1 && offset < left.weight / 2) return left.mean;
        if (right.weight == 1 && offset >= left.weight / 2) return right.mean;
        if (left.weight == 1) {
            offset -= left.weight / 2;
            length = right.weight / 2;
        } else if (right.weight == 1) {
            length = left.weight / 2;
        }
        return left.mean + between(offset, 0, left.mean, length, right.mean);
    }

    std::vector<Cluster> clusters_;
    double total_ = 0;
    double least_ = std::numeric_limits<double>::infinity();
    double most_ = -std::numeric_limits<double>::infinity();
    bool backwards_ = false;
};

bool valid_percentile(double percentile, Answer& answer) {
    if (percentile >= 0 && percentile <= 1) return true;
    answer.error(invalid, "Percentile must be between 0 and 1");
    return false;
}

// A value that a double holds. Empty: the answer has the error.
std::optional<double> exact_value(const Cell& cell, const SqlType& type, Answer& answer) {
    double value = 0;
    if (type.is(Kind::bigint)) {
        const auto number = value_of<std::int64_t>(cell.vector, cell.row);
        value = static_cast<double>(number);
        if (static_cast<Int128>(value) == number) return value;
        answer.error(invalid, fmt::format("no exact double representation for long: {}", number));
        return std::nullopt;
    }
    value = type.is(Kind::real) ? static_cast<double>(value_of<float>(cell.vector, cell.row)) : value_of<double>(cell.vector, cell.row);
    if (std::isfinite(value)) return value;
    answer.error(invalid, "value must be finite");
    return std::nullopt;
}

// Of rows of a value and its weight. Empty: NULL, or the answer has an error.
std::optional<Digest> digest_of(const Arguments& arguments, Answer& answer) {
    const ListView rows = arguments.list(0);
    const SqlType& type = arguments.type(0).children[0].children[0];
    Digest digest;
    for (idx_t i = 0; i < rows.count; ++i) {
        const Cell cell = field(element(rows, i), 0);
        const Cell weight = field(element(rows, i), 1);
        if (!cell.valid() || !weight.valid()) continue;
        const auto value = exact_value(cell, type, answer);
        if (!value) return std::nullopt;
        const auto times = value_of<double>(weight.vector, weight.row);
        if (!(times >= 1)) {
            answer.error(invalid, fmt::format("weight must be >= 1, was {:.1f}", times));
            return std::nullopt;
        }
        digest.add(*value, times);
    }
    if (digest.empty()) return std::nullopt;
    digest.finish();
    return digest;
}

void write(duckdb_vector vector, idx_t row, const SqlType& type, double value) {
    void* data = duckdb_vector_get_data(vector);
    if (type.is(Kind::bigint)) {
        static_cast<std::int64_t*>(data)[row] = static_cast<std::int64_t>(std::floor(value + 0.5));
    } else if (type.is(Kind::real)) {
        static_cast<float*>(data)[row] = static_cast<float>(value);
    } else {
        static_cast<double*>(data)[row] = value;
    }
}

}  // namespace

void percentile(const Arguments& arguments, Answer& answer) {
    const auto asked = arguments.value<double>(1);
    if (!valid_percentile(asked, answer)) return;
    const auto digest = digest_of(arguments, answer);
    if (!digest) return;
    write(answer.vector(), answer.row(), arguments.result_type(), digest->at(asked));
    answer.given();
}

void percentiles(const Arguments& arguments, Answer& answer) {
    const ListView asked = arguments.list(1);
    for (idx_t i = 0; i < asked.count; ++i) {
        const Cell cell = element(asked, i);
        if (!cell.valid()) return answer.error(invalid, "Percentile cannot be null");
        if (!valid_percentile(value_of<double>(cell.vector, cell.row), answer)) return;
    }
    const auto digest = digest_of(arguments, answer);
    if (!digest) return;
    const idx_t first = begin_list(answer, asked.count);
    const duckdb_vector elements = duckdb_list_vector_get_child(answer.vector());
    for (idx_t i = 0; i < asked.count; ++i) {
        const Cell cell = element(asked, i);
        write(elements, first + i, arguments.result_type().children[0], digest->at(value_of<double>(cell.vector, cell.row)));
    }
}

// The percentile itself, if the accuracy that is asked for can be one. Any is kept.
void percentile_within(const Arguments& arguments, Answer& answer) {
    const auto accuracy = arguments.value<double>(1);
    if (!(accuracy > 0 && accuracy < 1)) return answer.error(invalid, "Percentile accuracy must be strictly between 0 and 1");
    answer.value(arguments.value<double>(0));
}

}  // namespace dualstore::sql::athena
