// Arrays as sets.
#include "sql/athena/functions/array.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

const SqlType& element_type(const Arguments& arguments) {
    return arguments.type(0).children[0];
}

ValueIndex index_of(const ListView& list, const SqlType& type) {
    ValueIndex index(type);
    for (idx_t i = 0; i < list.count; ++i) index.add(element(list, i));
    return index;
}

Picks all_of(const ListView& list) {
    Picks picks;
    for (idx_t i = 0; i < list.count; ++i) picks.push_back(pick(list, i));
    return picks;
}

// The first of each value that is not in `seen`, which has them all afterwards.
Picks unseen(const ListView& list, ValueIndex& seen) {
    Picks picks;
    for (idx_t i = 0; i < list.count; ++i) {
        if (seen.add(element(list, i)).second) picks.push_back(pick(list, i));
    }
    return picks;
}

}  // namespace

void array_distinct(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    ValueIndex seen(element_type(arguments));
    answer_list(answer, list.elements, unseen(list, seen));
}

// With nothing to take away, Trino leaves duplicates too.
void array_except(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const ListView excluded = arguments.list(1);
    if (excluded.count == 0) return answer_list(answer, list.elements, all_of(list));
    ValueIndex seen = index_of(excluded, element_type(arguments));
    answer_list(answer, list.elements, unseen(list, seen));
}

void array_histogram(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const auto [values, counts] = counts_of(list, element_type(arguments));
    answer_counts(answer, list.elements, values, counts);
}

// In the order of the longer one.
void array_intersect(const Arguments& arguments, Answer& answer) {
    ListView list = arguments.list(0);
    ListView other = arguments.list(1);
    if (list.count < other.count) std::swap(list, other);
    const ValueIndex wanted = index_of(other, element_type(arguments));
    ValueIndex seen(element_type(arguments));
    Picks picks;
    for (idx_t i = 0; i < list.count; ++i) {
        if (wanted.contains(element(list, i)) && seen.add(element(list, i)).second) picks.push_back(pick(list, i));
    }
    answer_list(answer, list.elements, picks);
}

void array_union(const Arguments& arguments, Answer& answer) {
    const ListView first = arguments.list(0);
    const ListView second = arguments.list(1);
    ValueIndex seen(element_type(arguments));
    Picks of_first;
    Picks of_second;
    for (idx_t i = 0; i < first.count; ++i) {
        if (seen.add(element(first, i)).second) of_first.push_back(pick(first, i));
    }
    for (idx_t i = 0; i < second.count; ++i) {
        if (seen.add(element(second, i)).second) of_second.push_back(pick(second, i));
    }
    const idx_t start = begin_list(answer, of_first.size() + of_second.size());
    const duckdb_vector elements = duckdb_list_vector_get_child(answer.vector());
    copy(first.elements, of_first, elements, start);
    copy(second.elements, of_second, elements, start + of_first.size());
}

void arrays_overlap(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const ListView other = arguments.list(1);
    const ValueIndex wanted = index_of(other, element_type(arguments));
    bool has_null = false;
    for (idx_t i = 0; i < list.count; ++i) {
        if (!element(list, i).valid()) {
            has_null = true;
        } else if (wanted.contains(element(list, i))) {
            return answer.value(true);
        }
    }
    for (idx_t i = 0; i < other.count; ++i) has_null = has_null || !element(other, i).valid();
    if (!has_null || list.count == 0 || other.count == 0) answer.value(false);
}

}  // namespace dualstore::sql::athena
