// Functions of maps. https://trino.io/docs/current/functions/map.html
#include <fmt/format.h>

#include <string>

#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/nested.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// For an error's message.
std::string key_text(const Cell& cell, const SqlType& type) {
    if (!cell.valid()) return "null";
    if (type.is(Kind::double_)) return fmt::format("{}", value_of<double>(cell.vector, cell.row));
    if (type.children.empty() && !type.is(Kind::varbinary)) return value_text(cell.vector, cell.row, type);
    return name(type);
}

// Whether a NULL is inside: such a key could never be found.
bool has_null_inside(const Cell& cell, const SqlType& type) {
    if (!cell.valid()) return true;
    if (type.is(Kind::row)) {
        for (idx_t i = 0; i < type.children.size(); ++i) {
            if (has_null_inside(field(cell, i), type.children[i])) return true;
        }
    }
    if (type.is(Kind::array)) {
        const ListView list = list_of(cell.vector, cell.row);
        for (idx_t i = 0; i < list.count; ++i) {
            if (has_null_inside(element(list, i), type.children[0])) return true;
        }
    }
    return false;
}

// Keys that are being made a map's: distinct, not NULL.
class NewKeys {
  public:
    NewKeys(const SqlType& type, Answer& answer) : type_(type), seen_(type), answer_(answer) {}

    // false: the answer has the error.
    bool add(const Cell& key) {
        if (!key.valid()) {
            answer_.error(invalid, "map key cannot be null");
            return false;
        }
        if (seen_.add(key).second) return true;
        answer_.error(invalid, fmt::format("Duplicate map keys ({}) are not allowed", key_text(key, type_)));
        return false;
    }

  private:
    const SqlType& type_;
    ValueIndex seen_;
    Answer& answer_;
};

void map_of_arrays(const Arguments& arguments, Answer& answer) {
    const ListView keys = arguments.list(0);
    const ListView values = arguments.list(1);
    const SqlType& type = arguments.type(0).children[0];
    if (keys.count != values.count) return answer.error(invalid, "Key and value arrays must be the same length");
    NewKeys checked(type, answer);
    Picks key_picks;
    Picks value_picks;
    for (idx_t i = 0; i < keys.count; ++i) {
        const Cell key = element(keys, i);
        if (key.valid() && has_null_inside(key, type))
            return answer.error(invalid, "map key cannot be indeterminate: " + key_text(key, type));
        if (!checked.add(key)) return;
        key_picks.push_back(pick(keys, i));
        value_picks.push_back(pick(values, i));
    }
    answer_map(answer, keys.elements, key_picks, values.elements, value_picks);
}

void map_from_entries(const Arguments& arguments, Answer& answer) {
    const ListView entries = arguments.list(0);
    NewKeys checked(arguments.type(0).children[0].children[0], answer);
    Picks picks;
    for (idx_t i = 0; i < entries.count; ++i) {
        const Cell entry = element(entries, i);
        if (!entry.valid()) return answer.error(invalid, "map entry cannot be null");
        if (!checked.add(field(entry, 0))) return;
        picks.push_back(pick(entries, i));
    }
    answer_map(answer, keys_of(entries).elements, picks, values_of(entries).elements, picks);
}

void multimap_from_entries(const Arguments& arguments, Answer& answer) {
    const ListView entries = arguments.list(0);
    ValueIndex keys(arguments.type(0).children[0].children[0]);
    Picks key_picks;
    std::vector<Picks> lists;
    for (idx_t i = 0; i < entries.count; ++i) {
        const Cell entry = element(entries, i);
        if (!entry.valid()) return answer.error(invalid, "map entry cannot be null");
        if (!field(entry, 0).valid()) return answer.error(invalid, "map key cannot be null");
        const auto [number, fresh] = keys.add(field(entry, 0));
        if (fresh) {
            key_picks.push_back(pick(entries, i));
            lists.emplace_back();
        }
        lists[number].push_back(pick(entries, i));
    }
    answer_multimap(answer, keys_of(entries).elements, key_picks, values_of(entries).elements, lists);
}

void map_entries(const Arguments& arguments, Answer& answer) {
    const ListView map = arguments.list(0);
    const idx_t first = begin_list(answer, map.count);
    const duckdb_vector rows = duckdb_list_vector_get_child(answer.vector());
    Picks picks;
    for (idx_t i = 0; i < map.count; ++i) picks.push_back(pick(map, i));
    copy(keys_of(map).elements, picks, duckdb_struct_vector_get_child(rows, 0), first);
    copy(values_of(map).elements, picks, duckdb_struct_vector_get_child(rows, 1), first);
}

// As rows of an entry and whether it stays.
void map_where(const Arguments& arguments, Answer& answer) {
    const ListView rows = arguments.list(0);
    const Cell entries = {duckdb_struct_vector_get_child(rows.elements, 0), 0};
    const duckdb_vector stays = duckdb_struct_vector_get_child(rows.elements, 1);
    Picks picks;
    for (idx_t i = rows.first; i < rows.first + rows.count; ++i) {
        if (is_valid(stays, i) && value_of<bool>(stays, i)) picks.push_back(pick(i));
    }
    answer_map(answer, field(entries, 0).vector, picks, field(entries, 1).vector, picks);
}

// Where a key is in several, the last map's value counts; and the last map's keys come first.
void map_concat(const Arguments& arguments, Answer& answer) {
    if (arguments.size() < 2) return answer.error(invalid, "There must be two or more concatenation arguments to map_concat");
    ValueIndex keys(arguments.type(0).children[0]);
    std::vector<Picks> picks(arguments.size());
    idx_t total = 0;
    for (idx_t map = arguments.size(); map-- > 0;) {
        const ListView list = arguments.list(map);
        for (idx_t i = 0; i < list.count; ++i) {
            if (keys.add(element(keys_of(list), i)).second) picks[map].push_back(pick(list, i));
        }
        total += picks[map].size();
    }
    idx_t at = begin_list(answer, total);
    const duckdb_vector entries = duckdb_list_vector_get_child(answer.vector());
    for (idx_t map = arguments.size(); map-- > 0;) {
        const ListView list = arguments.list(map);
        copy(keys_of(list).elements, picks[map], duckdb_struct_vector_get_child(entries, 0), at);
        copy(values_of(list).elements, picks[map], duckdb_struct_vector_get_child(entries, 1), at);
        at += picks[map].size();
    }
}

void map_element_at(const Arguments& arguments, Answer& answer) {
    const ListView map = arguments.list(0);
    const SqlType& type = arguments.type(0).children[0];
    const Cell wanted = {arguments.vector(1), arguments.row()};
    for (idx_t i = 0; i < map.count; ++i) {
        if (!equal(element(keys_of(map), i), wanted, type).value_or(false)) continue;
        const Cell value = element(values_of(map), i);
        if (value.valid()) answer_value(answer, value);
        return;
    }
}

// Rows of each key that one of both has, and its two values.
void map_join(const Arguments& arguments, Answer& answer) {
    const ListView left = arguments.list(0);
    const ListView right = arguments.list(1);
    ValueIndex keys(arguments.type(0).children[0]);
    Picks left_picks;
    Picks right_picks;
    Picks right_keys;
    for (idx_t i = 0; i < left.count; ++i) {
        keys.add(element(keys_of(left), i));
        left_picks.push_back(pick(left, i));
    }
    right_picks.assign(left_picks.size(), absent);
    for (idx_t i = 0; i < right.count; ++i) {
        const auto [number, fresh] = keys.add(element(keys_of(right), i));
        if (!fresh) {
            right_picks[number] = pick(right, i);
            continue;
        }
        right_keys.push_back(pick(right, i));
        right_picks.push_back(pick(right, i));
    }
    const idx_t first = begin_list(answer, right_picks.size());
    const duckdb_vector rows = duckdb_list_vector_get_child(answer.vector());
    copy(keys_of(left).elements, left_picks, duckdb_struct_vector_get_child(rows, 0), first);
    copy(keys_of(right).elements, right_keys, duckdb_struct_vector_get_child(rows, 0), first + left_picks.size());
    left_picks.resize(right_picks.size(), absent);
    copy(values_of(left).elements, left_picks, duckdb_struct_vector_get_child(rows, 1), first);
    copy(values_of(right).elements, right_picks, duckdb_struct_vector_get_child(rows, 2), first);
}

// A lambda of two parameters is asked about each entry: a list of one key, of which each element is a list of one value.
constexpr std::string_view map_filter =
    "athena_map_where(list_transform(athena_map_entries($1), lambda athena_e: struct_pack(f1 := athena_e, f2 := "
    "list_transform([athena_e.f1], "
    "lambda $2:1: list_transform([athena_e.f2], lambda $2:2: $2:b)[1])[1])))";
constexpr std::string_view transform_keys =
    "athena_map_from_entries(list_transform(map_entries($1), lambda athena_e: struct_pack(f1 := list_transform([athena_e.key], "
    "lambda $2:1: list_transform([athena_e.value], lambda $2:2: $2:b)[1])[1], f2 := athena_e.value)))";
constexpr std::string_view transform_values =
    "athena_map_from_entries(list_transform(map_entries($1), lambda athena_e: struct_pack(f1 := athena_e.key, f2 := "
    "list_transform([athena_e.key], lambda $2:1: list_transform([athena_e.value], lambda $2:2: $2:b)[1])[1])))";
constexpr std::string_view map_zip_with =
    "athena_map_from_entries(list_transform(athena_map_join($1, $2), lambda athena_e: struct_pack(f1 := athena_e.f1, f2 := "
    "list_transform([athena_e.f1], lambda $3:1: list_transform([athena_e.f2], lambda $3:2: list_transform([athena_e.f3], "
    "lambda $3:3: $3:b)[1])[1])[1])))";

constexpr Function functions[] = {
    {"cardinality(map(K, V)) -> bigint", "CAST(cardinality($1) AS BIGINT)"},
    {"element_at(map(K, V), K) -> V", "@athena_map_element_at"},
    {"map() -> map(unknown, unknown)", "map(CAST([] AS INTEGER[]), CAST([] AS INTEGER[]))"},
    {"map(array(K), array(V)) -> map(K, V)", "@athena_map"},
    {"map_concat(map(K, V), map(K, V)...) -> map(K, V)", "@athena_map_concat"},
    {"map_entries(map(K, V)) -> array(row(K, V))", "@athena_map_entries"},
    {"map_filter(map(K, V), function(K, V, boolean)) -> map(K, V)", map_filter},
    {"map_from_entries(array(row(K, V))) -> map(K, V)", "@athena_map_from_entries"},
    {"map_keys(map(K, V)) -> array(K)", ""},
    {"map_values(map(K, V)) -> array(V)", ""},
    {"map_zip_with(map(K, T), map(K, U), function(K, T, U, V)) -> map(K, V)", map_zip_with},
    {"multimap_from_entries(array(row(K, V))) -> map(K, array(V))", "@athena_multimap_from_entries"},
    {"transform_keys(map(T, V), function(T, V, K)) -> map(K, V)", transform_keys},
    {"transform_values(map(K, T), function(K, T, V)) -> map(K, V)", transform_values},
};

const NativeFunction natives[] = {
    {"athena_map", map_of_arrays},
    {"athena_map_concat", map_concat},
    {"athena_map_element_at", map_element_at},
    {"athena_map_entries", map_entries, false, "(map(K, V)) -> array(row(K, V))"},
    {"athena_map_from_entries", map_from_entries, false, "(array(row(K, V))) -> map(K, V)"},
    {"athena_map_join", map_join, false, "(map(K, T), map(K, U)) -> array(row(K, T, U))"},
    {"athena_map_where", map_where, false, "(array(row(row(K, V), boolean))) -> map(K, V)"},
    {"athena_multimap_from_entries", multimap_from_entries},
};

}  // namespace

Room map_functions() {
    return {{"Map functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
