// Functions of arrays. https://trino.io/docs/current/functions/array.html
#include "sql/athena/functions/array.hpp"

#include <string>

#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/nested.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

// Of a lambda's answers: true when one is `wanted`, NULL when that is not known.
void any_is(const Arguments& arguments, Answer& answer, bool wanted, bool then) {
    const ListView list = arguments.list(0);
    bool has_null = false;
    for (idx_t i = 0; i < list.count; ++i) {
        const Cell cell = element(list, i);
        if (!cell.valid()) {
            has_null = true;
        } else if (value_of<bool>(cell.vector, cell.row) == wanted) {
            return answer.value(then);
        }
    }
    if (!has_null) answer.value(!then);
}

void all_true(const Arguments& arguments, Answer& answer) {
    any_is(arguments, answer, false, false);
}
void any_true(const Arguments& arguments, Answer& answer) {
    any_is(arguments, answer, true, true);
}
void none_true(const Arguments& arguments, Answer& answer) {
    any_is(arguments, answer, true, false);
}

void array_join(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const SqlType& type = arguments.type(0).children[0];
    if (type.is(Kind::varbinary) || !type.children.empty()) {
        return answer.error("OPERATOR_NOT_FOUND", "Cannot cast " + name(type) + " to varchar");
    }
    std::string text;
    bool first = true;
    for (idx_t i = 0; i < list.count; ++i) {
        const Cell cell = element(list, i);
        if (!cell.valid() && arguments.size() < 3) continue;
        if (!first) text += arguments.text(1);
        first = false;
        text += cell.valid() ? value_text(cell.vector, cell.row, type) : std::string(arguments.text(2));
    }
    answer.text(text);
}

// The lambda is asked about each element and those before it, as x and y, which is all that a sort needs to know.
constexpr std::string_view sort_by =
    "list_transform([$1], lambda athena_a: athena_array_sort_by(athena_a, list_transform(athena_a, lambda $2:1, athena_i: "
    "list_transform(list_slice(athena_a, 1, athena_i - 1), lambda $2:2: $2:b))))[1]";

// DuckDB reduces lists to what their elements are: rows of a state and an element, of which each step uses the former's one and the
// latter's other.
constexpr std::string_view reduce =
    "list_transform([list_reduce([struct_pack(s := $2, e := CAST(NULL AS ${T}))] || list_transform($1, lambda athena_x: "
    "struct_pack(s := CAST(NULL AS ${S}), e := athena_x)), lambda athena_p, athena_q: struct_pack(s := list_transform([athena_p.s], "
    "lambda $3:1: list_transform([athena_q.e], lambda $3:2: $3:b)[1])[1], e := CAST(NULL AS ${T})))], "
    "lambda athena_r: CASE WHEN athena_r IS NOT NULL THEN list_transform([athena_r.s], $4)[1] END)[1]";

constexpr std::string_view zip_with =
    "list_transform(athena_zip_two($1, $2), lambda athena_z: list_transform([athena_z.f1], lambda $3:1: list_transform([athena_z.f2], "
    "lambda $3:2: $3:b)[1])[1])";

constexpr std::string_view asks_all = "the lambda is asked about all elements, so that an error of a later one is not avoided";

constexpr Function functions[] = {
    {"all_match(array(T), function(T, boolean)) -> boolean", "athena_all_true(list_transform($1, $2))", Use::scalar, asks_all},
    {"any_match(array(T), function(T, boolean)) -> boolean", "athena_any_true(list_transform($1, $2))", Use::scalar, asks_all},
    {"array_distinct(array(E)) -> array(E)", "@athena_array_distinct"},
    {"array_except(array(E), array(E)) -> array(E)", "@athena_array_except"},
    {"array_histogram(array(T)) -> map(T, bigint)", "@athena_array_histogram"},
    {"array_intersect(array(E), array(E)) -> array(E)", "@athena_array_intersect"},
    {"array_join(array(E), varchar) -> varchar", "@athena_array_join"},
    {"array_join(array(E), varchar, varchar) -> varchar", "@athena_array_join"},
    {"array_max(array(O)) -> O", "@athena_array_max"},
    {"array_min(array(O)) -> O", "@athena_array_min"},
    {"array_position(array(T), T) -> bigint", "@athena_array_position"},
    {"array_remove(array(E), E) -> array(E)", "@athena_array_remove"},
    {"array_sort(array(O)) -> array(O)", "@athena_array_sort"},
    {"array_sort(array(T), function(T, T, integer)) -> array(T)", sort_by, Use::scalar, "the lambda is asked about all pairs of elements"},
    {"array_union(array(E), array(E)) -> array(E)", "@athena_array_union"},
    {"arrays_overlap(array(E), array(E)) -> boolean", "@athena_arrays_overlap"},
    {"cardinality(array(E)) -> bigint", "len($1)"},
    {"combinations(array(T), integer) -> array(array(T))", "@athena_combinations"},
    {"concat(E, array(E)) -> array(E)", "@athena_array_concat"},
    {"concat(array(E), E) -> array(E)", "@athena_array_concat"},
    {"concat(array(E), array(E)...) -> array(E)", "@athena_array_concat"},
    {"contains(array(T), T) -> boolean", "@athena_contains"},
    {"contains_sequence(array(T), array(T)) -> boolean", "@athena_contains_sequence"},
    {"element_at(array(E), bigint) -> E", "@athena_array_element_at"},
    {"filter(array(T), function(T, boolean)) -> array(T)", "list_filter($1, $2)"},
    {"flatten(array(array(E))) -> array(E)", "flatten($1)"},
    {"ngrams(array(T), integer) -> array(array(T))", "@athena_ngrams"},
    {"none_match(array(T), function(T, boolean)) -> boolean", "athena_none_true(list_transform($1, $2))", Use::scalar, asks_all},
    {"reduce(array(T), S, function(S, T, S), function(S, R)) -> R", reduce},
    {"repeat(T, bigint) -> array(T)", "@athena_repeat"},
    {"reverse(array(E)) -> array(E)", "list_reverse($1)"},
    {"sequence(bigint, bigint) -> array(bigint)", "@athena_sequence"},
    {"sequence(bigint, bigint, bigint) -> array(bigint)", "@athena_sequence"},
    {"shuffle(array(E)) -> array(E)", "athena_shuffle($1, random())"},
    {"slice(array(E), bigint, bigint) -> array(E)", "@athena_slice"},
    {"transform(array(T), function(T, U)) -> array(U)", "list_transform($1, $2)"},
    {"trim_array(array(E), bigint) -> array(E)", "@athena_trim_array"},
    {"zip(array(T), array(U)) -> array(row(T, U))", "@athena_zip"},
    {"zip(array(T), array(U), array(V)) -> array(row(T, U, V))", "@athena_zip"},
    {"zip(array(T), array(U), array(V), array(K)) -> array(row(T, U, V, K))", "@athena_zip"},
    {"zip(array(T), array(U), array(V), array(K), array(E)) -> array(row(T, U, V, K, E))", "@athena_zip"},
    {"zip_with(array(T), array(U), function(T, U, R)) -> array(R)", zip_with},
};

const NativeFunction natives[] = {
    {"athena_all_true", all_true, false, "(array(boolean)) -> boolean"},
    {"athena_any_true", any_true, false, "(array(boolean)) -> boolean"},
    {"athena_array_concat", array_concat},
    {"athena_array_distinct", array_distinct},
    {"athena_array_element_at", array_element_at},
    {"athena_array_except", array_except},
    {"athena_array_histogram", array_histogram},
    {"athena_array_intersect", array_intersect},
    {"athena_array_join", array_join},
    {"athena_array_max", array_max},
    {"athena_array_min", array_min},
    {"athena_array_position", array_position},
    {"athena_array_remove", array_remove},
    {"athena_array_sort", array_sort},
    {"athena_array_sort_by", array_sort_by, false, "(array(T), array(array(integer))) -> array(T)"},
    {"athena_array_union", array_union},
    {"athena_arrays_overlap", arrays_overlap},
    {"athena_combinations", combinations},
    {"athena_contains", contains},
    {"athena_contains_sequence", contains_sequence},
    {"athena_ngrams", ngrams},
    {"athena_none_true", none_true, false, "(array(boolean)) -> boolean"},
    {"athena_repeat", repeat, true},
    {"athena_sequence", sequence},
    {"athena_shuffle", shuffle, false, "(array(E), double) -> array(E)"},
    {"athena_slice", slice},
    {"athena_trim_array", trim_array},
    {"athena_zip", zip},
    {"athena_zip_two", zip, false, "(array(T), array(U)) -> array(row(T, U))"},
};

}  // namespace

Room array_functions() {
    return {{"Array functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
