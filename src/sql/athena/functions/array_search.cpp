// Looking for values in arrays, and sorting.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sql/athena/functions/array.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

const SqlType& element_type(const Arguments& arguments) {
    return arguments.type(0).children[0];
}

void extreme(const Arguments& arguments, Answer& answer, int wanted) {
    const ListView list = arguments.list(0);
    if (list.count == 0) return;
    const SqlType& type = element_type(arguments);
    const NanOrder nan = wanted > 0 ? NanOrder::first : NanOrder::last;
    for (idx_t i = 0; i < list.count; ++i) {
        if (!element(list, i).valid()) return;
    }
    idx_t best = 0;
    for (idx_t i = 1; i < list.count; ++i) {
        const auto ordering = order(element(list, i), element(list, best), type, nan);
        if (!ordering) return answer.error(order_error, order_message(type));
        if (*ordering * wanted > 0) best = i;
    }
    answer_value(answer, element(list, best));
}

enum class Match { no, yes, unclear };

// Whether an element is the second argument. Unclear: the answer has an error, for a NULL is in one of both.
Match match(const Cell& cell, const Arguments& arguments, Answer& answer, std::string_view function) {
    if (!cell.valid()) return Match::no;
    const auto same = equal(cell, {arguments.vector(1), arguments.row()}, element_type(arguments));
    if (same) return *same ? Match::yes : Match::no;
    answer.error("NOT_SUPPORTED", fmt::format("{} does not support arrays with elements that are null or contain null", function));
    return Match::unclear;
}

// The comparator's answers for each element and all that were before it.
class Comparisons {
  public:
    explicit Comparisons(const ListView& rows) : rows_(rows) {}

    // That the lambda gave nothing but -1, 0 and 1.
    [[nodiscard]] bool good() const {
        for (idx_t later = 0; later < rows_.count; ++later) {
            const ListView row = list_of(rows_.elements, rows_.first + later);
            for (idx_t i = 0; i < row.count; ++i) {
                const Cell cell = element(row, i);
                if (!cell.valid()) return false;
                const auto value = value_of<std::int32_t>(cell.vector, cell.row);
                if (value < -1 || value > 1) return false;
            }
        }
        return true;
    }
    [[nodiscard]] bool before(std::uint32_t later, std::uint32_t earlier) const {
        const ListView row = list_of(rows_.elements, rows_.first + later);
        return value_of<std::int32_t>(row.elements, row.first + earlier) < 0;
    }

  private:
    ListView rows_;
};

// Merge sort, whatever the comparator says: it only asks whether a later element is to go before an earlier one, as Java's sort does.
void merge_sort(std::vector<std::uint32_t>& positions, std::size_t first, std::size_t last, const Comparisons& comparisons) {
    if (last - first < 2) return;
    const std::size_t middle = (first + last) / 2;
    merge_sort(positions, first, middle, comparisons);
    merge_sort(positions, middle, last, comparisons);
    std::vector<std::uint32_t> merged;
    merged.reserve(last - first);
    std::size_t left = first;
    std::size_t right = middle;
    while (left < middle && right < last) {
        merged.push_back(comparisons.before(positions[right], positions[left]) ? positions[right++] : positions[left++]);
    }
    while (left < middle) merged.push_back(positions[left++]);
    while (right < last) merged.push_back(positions[right++]);
    std::ranges::copy(merged, positions.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

void array_max(const Arguments& arguments, Answer& answer) {
    extreme(arguments, answer, 1);
}

void array_min(const Arguments& arguments, Answer& answer) {
    extreme(arguments, answer, -1);
}

void array_position(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    for (idx_t i = 0; i < list.count; ++i) {
        const Match found = match(element(list, i), arguments, answer, "array_position");
        if (found == Match::unclear) return;
        if (found == Match::yes) return answer.value(static_cast<std::int64_t>(i + 1));
    }
    answer.value(std::int64_t{0});
}

void array_remove(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    Picks kept;
    for (idx_t i = 0; i < list.count; ++i) {
        const Match found = match(element(list, i), arguments, answer, "array_remove");
        if (found == Match::unclear) return;
        if (found == Match::no) kept.push_back(pick(list, i));
    }
    answer_list(answer, list.elements, kept);
}

void contains(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    bool has_null = false;
    for (idx_t i = 0; i < list.count; ++i) {
        has_null = has_null || !element(list, i).valid();
        const Match found = match(element(list, i), arguments, answer, "contains");
        if (found == Match::unclear) return;
        if (found == Match::yes) return answer.value(true);
    }
    if (!has_null) answer.value(false);
}

void contains_sequence(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const ListView sequence = arguments.list(1);
    const auto is_at = [&](idx_t start) {
        for (idx_t i = 0; i < sequence.count; ++i) {
            if (!identical(element(list, start + i), element(sequence, i), element_type(arguments))) return false;
        }
        return true;
    };
    for (idx_t start = 0; start + sequence.count <= list.count; ++start) {
        if (is_at(start)) return answer.value(true);
    }
    answer.value(false);
}

void array_sort(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const SqlType& type = element_type(arguments);
    Picks sorted;
    for (idx_t i = 0; i < list.count; ++i) {
        if (element(list, i).valid()) sorted.push_back(pick(list, i));
    }
    bool unclear = false;
    std::ranges::stable_sort(sorted, [&](std::uint32_t a, std::uint32_t b) {
        const auto ordering = order({list.elements, a}, {list.elements, b}, type, NanOrder::last);
        unclear = unclear || !ordering;
        return ordering && *ordering < 0;
    });
    if (unclear) return answer.error(order_error, order_message(type));
    sorted.resize(list.count, absent);
    answer_list(answer, list.elements, sorted);
}

void array_sort_by(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const Comparisons comparisons(arguments.list(1));
    if (!comparisons.good()) return answer.error("INVALID_FUNCTION_ARGUMENT", "Lambda comparator must return either -1, 0, or 1");
    std::vector<std::uint32_t> positions(list.count);
    std::iota(positions.begin(), positions.end(), 0);
    merge_sort(positions, 0, positions.size(), comparisons);
    for (std::uint32_t& position : positions) position += pick(list, 0);
    answer_list(answer, list.elements, positions);
}

}  // namespace dualstore::sql::athena
