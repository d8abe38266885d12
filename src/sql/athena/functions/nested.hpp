// Values of any type, nested ones too: compared, hashed, copied.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// A place in a vector.
struct Cell {
    duckdb_vector vector = nullptr;
    idx_t row = 0;

    [[nodiscard]] bool valid() const { return is_valid(vector, row); }
};

[[nodiscard]] inline Cell element(const ListView& list, idx_t index) {
    return {list.elements, list.first + index};
}
[[nodiscard]] inline Cell field(const Cell& row, idx_t index) {
    return {duckdb_struct_vector_get_child(row.vector, index), row.row};
}
// Keys and values of a map's entries.
[[nodiscard]] inline ListView keys_of(const ListView& map) {
    return {duckdb_struct_vector_get_child(map.elements, 0), map.first, map.count};
}
[[nodiscard]] inline ListView values_of(const ListView& map) {
    return {duckdb_struct_vector_get_child(map.elements, 1), map.first, map.count};
}

// IS NOT DISTINCT FROM: NULL is NULL, NaN is NaN.
[[nodiscard]] bool identical(const Cell& a, const Cell& b, const SqlType& type);
// Of identical values the same.
[[nodiscard]] std::uint64_t hash_of(const Cell& cell, const SqlType& type);
// a = b of values that are not NULL. Empty: unknown, for a NULL is in one of them.
[[nodiscard]] std::optional<bool> equal(const Cell& a, const Cell& b, const SqlType& type);

// ORDER BY has NaN above all; max and greatest below.
enum class NanOrder { last, first };
// Negative, zero, positive, of values that are not NULL. Empty: it depends on a NULL in one of them.
[[nodiscard]] std::optional<int> order(const Cell& a, const Cell& b, const SqlType& type, NanOrder nan);
// What the query fails with when order() is empty: "ROW comparison not supported ...".
constexpr std::string_view order_error = "NOT_SUPPORTED";
[[nodiscard]] std::string order_message(const SqlType& type);

// Distinct values, each with its number in order of appearance.
class ValueIndex {
  public:
    explicit ValueIndex(const SqlType& type) : type_(type) {}

    // The number, and whether the value is new.
    std::pair<std::size_t, bool> add(const Cell& cell);
    [[nodiscard]] bool contains(const Cell& cell) const;
    [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }

  private:
    const SqlType& type_;
    std::vector<Cell> cells_;
    std::unordered_multimap<std::uint64_t, std::size_t> by_hash_;
};

// Rows of a vector, to be copied; `absent` is NULL.
using Picks = std::vector<std::uint32_t>;
constexpr std::uint32_t absent = 0xFFFFFFFF;

[[nodiscard]] inline std::uint32_t pick(idx_t row) {
    return static_cast<std::uint32_t>(row);
}
[[nodiscard]] inline std::uint32_t pick(const ListView& list, idx_t index) {
    return static_cast<std::uint32_t>(list.first + index);
}

// `to` has room for them from `at` on.
void copy(duckdb_vector from, const Picks& picks, duckdb_vector to, idx_t at);
void write_null(duckdb_vector vector, idx_t row);

void answer_value(Answer& answer, const Cell& cell);
void answer_list(Answer& answer, duckdb_vector elements, const Picks& picks);
void answer_lists(Answer& answer, duckdb_vector elements, const std::vector<Picks>& lists);
// Keys and values as many; to be checked before.
void answer_map(Answer& answer, duckdb_vector keys, const Picks& key_picks, duckdb_vector values, const Picks& value_picks);
// How often each value but NULL is there, in the order in which they come.
struct Counts {
    Picks values;
    std::vector<std::int64_t> counts;
};
[[nodiscard]] Counts counts_of(const ListView& list, const SqlType& element_type);
void answer_counts(Answer& answer, duckdb_vector keys, const Picks& key_picks, const std::vector<std::int64_t>& counts);
void answer_multimap(Answer& answer, duckdb_vector keys, const Picks& key_picks, duckdb_vector values, const std::vector<Picks>& lists);
// Makes room in a list's elements for one answer, and returns the first one's row.
idx_t begin_list(Answer& answer, idx_t count);

}  // namespace dualstore::sql::athena
