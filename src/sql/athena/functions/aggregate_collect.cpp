// Maps of a group's values, and its largest and smallest.
#include <fmt/format.h>

#include <algorithm>

#include "sql/athena/functions/aggregate.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
constexpr std::int64_t most_results = 10'000;

enum class Wanted { largest, smallest };

// Positive: the first is better. A comparison that depends on a NULL fails the query, but only after all.
class Ranking {
  public:
    Ranking(Wanted wanted, const SqlType& type, Answer& answer)
        : wanted_(wanted), nan_(wanted == Wanted::largest ? NanOrder::first : NanOrder::last), type_(type), answer_(answer) {}

    int operator()(const Cell& a, const Cell& b) {
        const auto ordering = order(a, b, type_, nan_);
        if (!ordering && !failed_) {
            failed_ = true;
            answer_.error(order_error, order_message(type_));
        }
        return wanted_ == Wanted::largest ? ordering.value_or(0) : -ordering.value_or(0);
    }
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    Wanted wanted_;
    NanOrder nan_;
    const SqlType& type_;
    Answer& answer_;
    bool failed_ = false;
};

// Rows by their keys, the best first, and of equal ones the first that came.
void keep_best(Picks& rows, std::size_t count, duckdb_vector keys, Ranking& ranking) {
    std::ranges::stable_sort(rows, [&](std::uint32_t a, std::uint32_t b) { return ranking({keys, a}, {keys, b}) > 0; });
    rows.resize(std::min(rows.size(), count));
}

// How many are asked for. false: the answer has the error.
bool valid_count(std::int64_t count, std::string_view what, std::string_view positive, Answer& answer) {
    if (count > 0 && count <= most_results) return true;
    answer.error(invalid, count <= 0 ? fmt::format("{} must be {}", what, positive)
                                     : fmt::format("{} must be less than or equal to {}; found {}", what, most_results, count));
    return false;
}

void best_n(const Arguments& arguments, Answer& answer, Wanted wanted, std::string_view name) {
    const auto count = arguments.value<std::int64_t>(1);
    if (!valid_count(count, fmt::format("second argument of {}_n", name), "positive", answer)) return;
    const ListView list = arguments.list(0);
    Ranking ranking(wanted, arguments.type(0).children[0], answer);
    Picks best;
    for (idx_t i = 0; i < list.count; ++i) {
        if (element(list, i).valid()) best.push_back(pick(list, i));
    }
    keep_best(best, static_cast<std::size_t>(count), list.elements, ranking);
    if (!best.empty() && !ranking.failed()) answer_list(answer, list.elements, best);
}

void best_by_n(const Arguments& arguments, Answer& answer, Wanted wanted, std::string_view name) {
    const auto count = arguments.value<std::int64_t>(1);
    if (!valid_count(count, fmt::format("third argument of {}", name), "a positive integer", answer)) return;
    const ListView rows = arguments.list(0);
    Ranking ranking(wanted, arguments.type(0).children[0].children[1], answer);
    Picks best;
    for (idx_t i = 0; i < rows.count; ++i) {
        if (field(element(rows, i), 1).valid()) best.push_back(pick(rows, i));
    }
    keep_best(best, static_cast<std::size_t>(count), field({rows.elements, 0}, 1).vector, ranking);
    if (!best.empty() && !ranking.failed()) answer_list(answer, field({rows.elements, 0}, 0).vector, best);
}

void best_by(const Arguments& arguments, Answer& answer, Wanted wanted) {
    const ListView rows = arguments.list(0);
    Ranking ranking(wanted, arguments.type(0).children[0].children[1], answer);
    std::optional<idx_t> best;
    for (idx_t i = 0; i < rows.count; ++i) {
        const Cell key = field(element(rows, i), 1);
        if (key.valid() && (!best || ranking(key, field(element(rows, *best), 1)) > 0)) best = i;
    }
    if (!best || ranking.failed()) return;
    const Cell value = field(element(rows, *best), 0);
    if (value.valid()) answer_value(answer, value);
}

void best_value(const Arguments& arguments, Answer& answer, Wanted wanted) {
    const ListView list = arguments.list(0);
    Ranking ranking(wanted, arguments.type(0).children[0], answer);
    std::optional<idx_t> best;
    for (idx_t i = 0; i < list.count; ++i) {
        if (element(list, i).valid() && (!best || ranking(element(list, i), element(list, *best)) > 0)) best = i;
    }
    if (best && !ranking.failed()) answer_value(answer, element(list, *best));
}

}  // namespace

void histogram(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const auto [values, counts] = counts_of(list, arguments.type(0).children[0]);
    if (!values.empty()) answer_counts(answer, list.elements, values, counts);
}

// Of a key that comes again, the first value stays.
void map_agg(const Arguments& arguments, Answer& answer) {
    const ListView rows = arguments.list(0);
    ValueIndex keys(arguments.type(0).children[0].children[0]);
    Picks picks;
    for (idx_t i = 0; i < rows.count; ++i) {
        const Cell key = field(element(rows, i), 0);
        if (key.valid() && keys.add(key).second) picks.push_back(pick(rows, i));
    }
    if (!picks.empty()) answer_map(answer, keys_of(rows).elements, picks, values_of(rows).elements, picks);
}

void map_union(const Arguments& arguments, Answer& answer) {
    const ListView maps = arguments.list(0);
    ValueIndex keys(arguments.type(0).children[0].children[0]);
    Picks picks;
    const duckdb_vector entries = duckdb_list_vector_get_child(maps.elements);
    for (idx_t i = 0; i < maps.count; ++i) {
        if (!element(maps, i).valid()) continue;
        const ListView map = list_of(maps.elements, maps.first + i);
        for (idx_t entry = 0; entry < map.count; ++entry) {
            if (keys.add(element(keys_of(map), entry)).second) picks.push_back(pick(map, entry));
        }
    }
    const Cell any = {entries, 0};
    if (!picks.empty()) answer_map(answer, field(any, 0).vector, picks, field(any, 1).vector, picks);
}

void multimap_agg(const Arguments& arguments, Answer& answer) {
    const ListView rows = arguments.list(0);
    ValueIndex keys(arguments.type(0).children[0].children[0]);
    Picks picks;
    std::vector<Picks> lists;
    for (idx_t i = 0; i < rows.count; ++i) {
        const Cell key = field(element(rows, i), 0);
        if (!key.valid()) continue;
        const auto [number, fresh] = keys.add(key);
        if (fresh) {
            picks.push_back(pick(rows, i));
            lists.emplace_back();
        }
        lists[number].push_back(pick(rows, i));
    }
    if (!picks.empty()) answer_multimap(answer, keys_of(rows).elements, picks, values_of(rows).elements, lists);
}

void max_value(const Arguments& arguments, Answer& answer) {
    best_value(arguments, answer, Wanted::largest);
}
void min_value(const Arguments& arguments, Answer& answer) {
    best_value(arguments, answer, Wanted::smallest);
}
void max_n(const Arguments& arguments, Answer& answer) {
    best_n(arguments, answer, Wanted::largest, "max");
}
void min_n(const Arguments& arguments, Answer& answer) {
    best_n(arguments, answer, Wanted::smallest, "min");
}
void max_by(const Arguments& arguments, Answer& answer) {
    best_by(arguments, answer, Wanted::largest);
}
void min_by(const Arguments& arguments, Answer& answer) {
    best_by(arguments, answer, Wanted::smallest);
}
void max_by_n(const Arguments& arguments, Answer& answer) {
    best_by_n(arguments, answer, Wanted::largest, "max_by");
}
void min_by_n(const Arguments& arguments, Answer& answer) {
    best_by_n(arguments, answer, Wanted::smallest, "min_by");
}

}  // namespace dualstore::sql::athena
