// Arrays made of others.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <random>

#include "sql/athena/functions/array.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
constexpr std::string_view one_based = "SQL array indices start at 1";
constexpr std::int64_t most_entries = 10'000;

Picks range(const ListView& list, idx_t first, idx_t count) {
    Picks picks(count);
    std::iota(picks.begin(), picks.end(), pick(list, first));
    return picks;
}

// n over k, as far as it matters. 0 for k > n.
std::int64_t combination_count(std::int64_t n, std::int64_t k, std::int64_t limit) {
    Int128 count = 1;
    for (std::int64_t i = 1; i <= k; ++i) {
        count = count * (n - k + i) / i;
        if (count > limit) return limit + 1;
    }
    return static_cast<std::int64_t>(count);
}

// The next one in the order of the last elements; false: that was the last.
bool advance(std::vector<idx_t>& chosen, idx_t count) {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const idx_t limit = i + 1 < chosen.size() ? chosen[i + 1] : count;
        if (chosen[i] + 1 == limit) continue;
        ++chosen[i];
        std::iota(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i), 0);
        return true;
    }
    return false;
}

}  // namespace

// Of arrays, and of single elements.
void array_concat(const Arguments& arguments, Answer& answer) {
    if (arguments.size() < 2) return answer.error(invalid, "There must be two or more arguments to concat");
    const auto list_at = [&](idx_t i) {
        if (arguments.type(i) == arguments.result_type()) return arguments.list(i);
        return ListView{arguments.vector(i), arguments.row(), 1};
    };
    idx_t total = 0;
    for (idx_t i = 0; i < arguments.size(); ++i) total += list_at(i).count;
    idx_t at = begin_list(answer, total);
    for (idx_t i = 0; i < arguments.size(); ++i) {
        const ListView list = list_at(i);
        copy(list.elements, range(list, 0, list.count), duckdb_list_vector_get_child(answer.vector()), at);
        at += list.count;
    }
}

void array_element_at(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const auto index = arguments.value<std::int64_t>(1);
    if (index == 0) return answer.error(invalid, one_based);
    const std::int64_t at = index > 0 ? index - 1 : static_cast<std::int64_t>(list.count) + index;
    if (at < 0 || at >= static_cast<std::int64_t>(list.count)) return;
    const Cell cell = element(list, static_cast<idx_t>(at));
    if (cell.valid()) answer_value(answer, cell);
}

void combinations(const Arguments& arguments, Answer& answer) {
    constexpr std::int32_t longest = 5;
    constexpr std::int64_t most_elements = 100'000;
    const ListView list = arguments.list(0);
    const auto size = arguments.value<std::int32_t>(1);
    if (size < 0) return answer.error(invalid, fmt::format("combination size must not be negative: {}", size));
    if (size > longest) return answer.error(invalid, fmt::format("combination size must not exceed {}: {}", longest, size));
    const std::int64_t count = combination_count(static_cast<std::int64_t>(list.count), size, most_elements);
    if (count * size > most_elements) return answer.error(invalid, "combinations exceed max size");
    std::vector<Picks> all;
    std::vector<idx_t> chosen(static_cast<std::size_t>(size));
    std::iota(chosen.begin(), chosen.end(), 0);
    if (chosen.size() <= list.count) {
        do {
            Picks& picks = all.emplace_back();
            for (const idx_t index : chosen) picks.push_back(pick(list, index));
        } while (advance(chosen, list.count));
    }
    answer_lists(answer, list.elements, all);
}

void ngrams(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const auto asked = arguments.value<std::int32_t>(1);
    if (asked <= 0) return answer.error(invalid, "N must be positive");
    const idx_t size = std::min(static_cast<idx_t>(asked), list.count);
    std::vector<Picks> all;
    for (idx_t start = 0; start + size <= list.count && (size != 0 || start == 0); ++start) all.push_back(range(list, start, size));
    answer_lists(answer, list.elements, all);
}

void repeat(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(1)) return;
    const auto count = arguments.value<std::int64_t>(1);
    if (count < 0) return answer.error(invalid, "count argument of repeat function must be greater than or equal to 0");
    if (count > most_entries) {
        return answer.error(invalid, fmt::format("count argument of repeat function must be less than or equal to {}", most_entries));
    }
    answer_list(answer, arguments.vector(0), Picks(static_cast<std::size_t>(count), arguments.valid(0) ? pick(arguments.row()) : absent));
}

void sequence(const Arguments& arguments, Answer& answer) {
    const auto start = arguments.value<std::int64_t>(0);
    const auto stop = arguments.value<std::int64_t>(1);
    const std::int64_t step = arguments.size() > 2 ? arguments.value<std::int64_t>(2) : start <= stop ? 1 : -1;
    if (step == 0) return answer.error(invalid, "step must not be zero");
    if (step > 0 ? stop < start : stop > start) {
        return answer.error(
            invalid,
            "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop "
            "should be less than or equal to start");
    }
    const Int128 count = (Int128{stop} - start) / step + 1;
    if (count > most_entries) {
        return answer.error(invalid, fmt::format("result of sequence function must not have more than {} entries", most_entries));
    }
    const idx_t first = begin_list(answer, static_cast<idx_t>(count));
    auto* values = static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_list_vector_get_child(answer.vector()))) + first;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) values[i] = static_cast<std::int64_t>(start + Int128{step} * i);
}

// By a number of DuckDB's random(), which is what makes each row's order another one.
void shuffle(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    Picks picks = range(list, 0, list.count);
    std::mt19937_64 random(std::bit_cast<std::uint64_t>(arguments.value<double>(1)));
    std::ranges::shuffle(picks, random);
    answer_list(answer, list.elements, picks);
}

void slice(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    auto start = arguments.value<std::int64_t>(1);
    const auto length = arguments.value<std::int64_t>(2);
    if (length < 0) return answer.error(invalid, "length must be greater than or equal to 0");
    if (start == 0) return answer.error(invalid, one_based);
    const auto size = static_cast<std::int64_t>(list.count);
    if (start < 0) start += size + 1;
    // A length that passes the range of bigint gives nothing.
    const auto end = static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + static_cast<std::uint64_t>(length));
    const std::int64_t stop = std::min(end, size + 1);
    if (start < 1 || start >= stop) return answer_list(answer, list.elements, {});
    answer_list(answer, list.elements, range(list, static_cast<idx_t>(start - 1), static_cast<idx_t>(stop - start)));
}

void trim_array(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const auto size = arguments.value<std::int64_t>(1);
    if (size < 0) return answer.error(invalid, fmt::format("size must not be negative: {}", size));
    if (size > static_cast<std::int64_t>(list.count)) {
        return answer.error(invalid, fmt::format("size must not exceed array cardinality {}: {}", list.count, size));
    }
    answer_list(answer, list.elements, range(list, 0, list.count - static_cast<idx_t>(size)));
}

void zip(const Arguments& arguments, Answer& answer) {
    idx_t count = 0;
    for (idx_t i = 0; i < arguments.size(); ++i) count = std::max(count, arguments.list(i).count);
    const idx_t first = begin_list(answer, count);
    const duckdb_vector rows = duckdb_list_vector_get_child(answer.vector());
    for (idx_t i = 0; i < arguments.size(); ++i) {
        const ListView list = arguments.list(i);
        Picks picks = range(list, 0, list.count);
        picks.resize(count, absent);
        copy(list.elements, picks, duckdb_struct_vector_get_child(rows, i), first);
    }
}

}  // namespace dualstore::sql::athena
