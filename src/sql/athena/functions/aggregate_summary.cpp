// Sketches of a group's values.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <list>
#include <map>
#include <set>

#include "sql/athena/functions/aggregate.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// Metwally, Agrawal, El Abbadi: Efficient computation of frequent and top-k elements in data streams.
class StreamSummary {
  public:
    StreamSummary(std::size_t capacity, const SqlType& type) : capacity_(capacity), values_(type) {}

    void add(const Cell& cell) {
        const std::size_t number = values_.add(cell).first;
        const auto found = places_.find(number);
        std::int64_t count = 0;
        if (found != places_.end()) {
            count = found->second.count;
            remove(found->second);
        } else if (places_.size() >= capacity_) {
            // The one that has been among the rarest for longest makes room, and leaves its count.
            const auto& [least, rarest] = *counters_.begin();
            count = least;
            const auto evicted = places_.find(rarest.front());
            remove(evicted->second);
            places_.erase(evicted);
        }
        auto& same = counters_[count + 1];
        same.push_back(number);
        places_[number] = {count + 1, std::prev(same.end())};
    }

    template <class Take>
    void top(std::size_t most, Take take) const {
        for (auto bucket = counters_.rbegin(); bucket != counters_.rend(); ++bucket) {
            for (const std::size_t number : bucket->second) {
                if (most-- == 0) return;
                take(values_.cells()[number], bucket->first);
            }
        }
    }

  private:
    struct Place {
        std::int64_t count = 0;
        std::list<std::size_t>::iterator at;
    };

    void remove(const Place& place) {
        const auto bucket = counters_.find(place.count);
        bucket->second.erase(place.at);
        if (bucket->second.empty()) counters_.erase(bucket);
    }

    std::size_t capacity_;
    ValueIndex values_;
    std::map<std::int64_t, std::list<std::size_t>> counters_;  // by count, in the order they got it
    std::map<std::size_t, Place> places_;
};

// Ben-Haim, Tom-Tov: A streaming parallel decision tree algorithm. The neighbours whose joining loses least are joined.
class NumericHistogram {
  public:
    explicit NumericHistogram(std::size_t most) : most_(most) {}

    void add(double value, double weight) {
        if (buckets_.size() == most_ + buffer) compact();
        buckets_.push_back({value, weight});
    }

    struct Bucket {
        double value, weight;
    };
    const std::vector<Bucket>& finish() {
        compact();
        return buckets_;
    }

  private:
    // Doubles in their total order: NaN last.
    static bool before(const Bucket& a, const Bucket& b) {
        if (a.value != a.value || b.value != b.value) return a.value == a.value && b.value != b.value;
        return a.value < b.value;
    }

    void compact() {
        std::ranges::stable_sort(buckets_, before);
        std::vector<Bucket> distinct;
        for (const Bucket& bucket : buckets_) {
            if (!distinct.empty() && distinct.back().value == bucket.value) {
                distinct.back().weight += bucket.weight;
            } else {
                distinct.push_back(bucket);
            }
        }
        buckets_ = std::move(distinct);
        if (buckets_.size() > most_) join();
        std::ranges::stable_sort(buckets_, before);
    }

    static double penalty(const Bucket& a, const Bucket& b) {
        const double weight = a.weight + b.weight;
        return weight * ((a.value - b.value) * (a.value - b.value)) * (a.weight * b.weight / (weight * weight));
    }

    void join() {
        const std::size_t none = buckets_.size();
        std::vector<std::size_t> left(none);
        std::vector<std::size_t> right(none);
        std::vector<bool> gone(none, false);
        // By penalty, then by place. NaN comes after all, as Java's doubles do.
        const auto rank = [&](std::size_t i) {
            const double loss = right[i] == none ? std::numeric_limits<double>::infinity() : penalty(buckets_[i], buckets_[right[i]]);
            return std::tuple(loss != loss, loss != loss ? 0 : loss, i);
        };
        for (std::size_t i = 0; i < none; ++i) {
            left[i] = i == 0 ? none : i - 1;
            right[i] = i + 1;
        }
        std::set<std::tuple<bool, double, std::size_t>> queue;
        for (std::size_t i = 0; i < none; ++i) queue.insert(rank(i));
        for (std::size_t count = none; count > most_; --count) {
            const std::size_t current = std::get<2>(*queue.begin());
            const std::size_t next = right[current];
            if (next == none) break;
            const std::size_t before_current = left[current];
            queue.erase(queue.begin());
            queue.erase(rank(next));
            if (before_current != none) queue.erase(rank(before_current));
            const double weight = buckets_[current].weight + buckets_[next].weight;
            buckets_[current] = {
                (buckets_[current].value * buckets_[current].weight + buckets_[next].value * buckets_[next].weight) / weight, weight};
            gone[next] = true;
            right[current] = right[next];
            if (right[next] != none) left[right[next]] = current;
            queue.insert(rank(current));
            if (before_current != none) queue.insert(rank(before_current));
        }
        std::vector<Bucket> kept;
        for (std::size_t i = 0; i < none; ++i) {
            if (!gone[i]) kept.push_back(buckets_[i]);
        }
        buckets_ = std::move(kept);
    }

    static constexpr std::size_t buffer = 100;

    std::size_t most_;
    std::vector<Bucket> buckets_;
};

template <class T>
void answer_buckets(Answer& answer, const std::vector<NumericHistogram::Bucket>& buckets) {
    const idx_t first = begin_list(answer, buckets.size());
    const duckdb_vector entries = duckdb_list_vector_get_child(answer.vector());
    auto* keys = static_cast<T*>(duckdb_vector_get_data(duckdb_struct_vector_get_child(entries, 0)));
    auto* weights = static_cast<T*>(duckdb_vector_get_data(duckdb_struct_vector_get_child(entries, 1)));
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        keys[first + i] = static_cast<T>(buckets[i].value);
        weights[first + i] = static_cast<T>(buckets[i].weight);
    }
}

}  // namespace

// The count is exact, and so within any error that may be asked for.
void distinct_count(const Arguments& arguments, Answer& answer) {
    constexpr double least = 0.0040625;
    constexpr double most = 0.26;
    if (arguments.valid(1)) {
        const auto error = arguments.value<double>(1);
        if (!(error >= least && error <= most)) {
            return answer.error(invalid, fmt::format("Max standard error must be in [{}, {}]: {}", least, most, error));
        }
    }
    answer.value(arguments.value<std::int64_t>(0));
}

void most_frequent(const Arguments& arguments, Answer& answer) {
    const auto buckets = arguments.value<std::int64_t>(0);
    const ListView list = arguments.list(1);
    const auto capacity = arguments.value<std::int64_t>(2);
    if (buckets < 2) return answer.error(invalid, "approx_most_frequent bucket count must be greater than one");
    if (capacity < 1) return answer.error(invalid, "approx_most_frequent capacity must be positive");
    StreamSummary summary(static_cast<std::size_t>(capacity), arguments.type(1).children[0]);
    for (idx_t i = 0; i < list.count; ++i) {
        if (element(list, i).valid()) summary.add(element(list, i));
    }
    Picks picks;
    std::vector<std::int64_t> counts;
    summary.top(static_cast<std::size_t>(buckets), [&](const Cell& cell, std::int64_t count) {
        picks.push_back(pick(cell.row));
        counts.push_back(count);
    });
    if (!picks.empty()) answer_counts(answer, list.elements, picks, counts);
}

void numeric_histogram(const Arguments& arguments, Answer& answer) {
    const auto most = arguments.value<std::int64_t>(0);
    if (most < 2) return answer.error(invalid, "numeric_histogram bucket count must be greater than one");
    const ListView rows = arguments.list(1);
    NumericHistogram buckets(static_cast<std::size_t>(most));
    bool empty = true;
    for (idx_t i = 0; i < rows.count; ++i) {
        const Cell value = field(element(rows, i), 0);
        const Cell weight = field(element(rows, i), 1);
        if (!value.valid() || !weight.valid()) continue;
        buckets.add(value_of<double>(value.vector, value.row), value_of<double>(weight.vector, weight.row));
        empty = false;
    }
    if (empty) return;
    if (arguments.result_type().children[0].is(SqlType::Kind::real)) return answer_buckets<float>(answer, buckets.finish());
    answer_buckets<double>(answer, buckets.finish());
}

}  // namespace dualstore::sql::athena
