#include "sql/athena/functions/nested.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::int64_t microseconds_a_minute = 60'000'000;
constexpr std::int64_t microseconds_a_day = std::int64_t{24} * 60 * microseconds_a_minute;

int sign(std::weak_ordering ordering) {
    return ordering < 0 ? -1 : ordering > 0 ? 1 : 0;
}

template <class T>
int order_as(const Cell& a, const Cell& b) {
    return sign(value_of<T>(a.vector, a.row) <=> value_of<T>(b.vector, b.row));
}

template <class T>
int order_floating(const Cell& a, const Cell& b, NanOrder nan) {
    const T x = value_of<T>(a.vector, a.row);
    const T y = value_of<T>(b.vector, b.row);
    if (std::isnan(x) || std::isnan(y)) {
        const int later = static_cast<int>(std::isnan(x)) - static_cast<int>(std::isnan(y));
        return nan == NanOrder::last ? later : -later;
    }
    return x < y ? -1 : x > y ? 1 : 0;
}

// A char's values are as if filled with spaces.
int order_chars(std::string_view a, std::string_view b) {
    const std::size_t shared = std::min(a.size(), b.size());
    if (const int start = a.substr(0, shared).compare(b.substr(0, shared)); start != 0) return start < 0 ? -1 : 1;
    for (const char c : a.substr(shared)) {
        if (c != ' ') return static_cast<unsigned char>(c) < ' ' ? -1 : 1;
    }
    for (const char c : b.substr(shared)) {
        if (c != ' ') return static_cast<unsigned char>(c) < ' ' ? 1 : -1;
    }
    return 0;
}

std::int64_t time_instant(const Cell& cell) {
    const Cell time = field(cell, 0);
    const Cell zone = field(cell, 1);
    const std::int64_t instant =
        value_of<std::int64_t>(time.vector, time.row) - value_of<std::int32_t>(zone.vector, zone.row) * microseconds_a_minute;
    return ((instant % microseconds_a_day) + microseconds_a_day) % microseconds_a_day;
}

// Of types without children.
int order_leaf(const Cell& a, const Cell& b, const SqlType& type, NanOrder nan) {
    switch (type.kind) {
        case Kind::boolean:
            return order_as<bool>(a, b);
        case Kind::tinyint:
            return order_as<std::int8_t>(a, b);
        case Kind::smallint:
            return order_as<std::int16_t>(a, b);
        case Kind::unknown:
        case Kind::integer:
        case Kind::date:
        case Kind::interval_month:
            return order_as<std::int32_t>(a, b);
        case Kind::bigint:
        case Kind::interval_day:
        case Kind::time:
        case Kind::timestamp:
            return order_as<std::int64_t>(a, b);
        case Kind::timestamp_tz:
            return order_as<std::int64_t>(field(a, 0), field(b, 0));
        case Kind::time_tz:
            return sign(time_instant(a) <=> time_instant(b));
        case Kind::real:
            return order_floating<float>(a, b, nan);
        case Kind::double_:
            return order_floating<double>(a, b, nan);
        case Kind::decimal:
            return sign(decimal_of(a.vector, a.row, type) <=> decimal_of(b.vector, b.row, type));
        case Kind::uuid:
            return sign(huge_of(value_of<duckdb_hugeint>(a.vector, a.row)) <=> huge_of(value_of<duckdb_hugeint>(b.vector, b.row)));
        case Kind::char_:
            return order_chars(text_of(a.vector, a.row), text_of(b.vector, b.row));
        default:
            return sign(text_of(a.vector, a.row) <=> text_of(b.vector, b.row));
    }
}

bool is_nan(const Cell& cell, const SqlType& type) {
    if (type.is(Kind::real)) return std::isnan(value_of<float>(cell.vector, cell.row));
    return type.is(Kind::double_) && std::isnan(value_of<double>(cell.vector, cell.row));
}

std::optional<idx_t> find_identical(const ListView& list, const Cell& cell, const SqlType& type) {
    for (idx_t i = 0; i < list.count; ++i) {
        if (identical(element(list, i), cell, type)) return i;
    }
    return std::nullopt;
}

bool same_map(const ListView& a, const ListView& b, const SqlType& type) {
    if (a.count != b.count) return false;
    for (idx_t i = 0; i < a.count; ++i) {
        const auto at = find_identical(keys_of(b), element(keys_of(a), i), type.children[0]);
        if (!at || !identical(element(values_of(a), i), element(values_of(b), *at), type.children[1])) return false;
    }
    return true;
}

std::uint64_t mix(std::uint64_t value) {
    value ^= value >> 32;
    value *= 0x9E3779B97F4A7C15;
    value ^= value >> 29;
    return value;
}

template <class T>
std::uint64_t hash_as(const Cell& cell) {
    return mix(static_cast<std::uint64_t>(static_cast<std::int64_t>(value_of<T>(cell.vector, cell.row))));
}

template <class T>
std::uint64_t hash_floating(const Cell& cell) {
    const T value = value_of<T>(cell.vector, cell.row);
    if (std::isnan(value)) return 1;
    return mix(std::bit_cast<std::uint64_t>(static_cast<double>(value) + 0.0));  // -0 + 0 is 0
}

std::uint64_t hash_huge(Int128 value) {
    return mix(static_cast<std::uint64_t>(value) ^ mix(static_cast<std::uint64_t>(value >> 64)));
}

std::uint64_t hash_text(std::string_view text) {
    return std::hash<std::string_view>()(text);
}

// Equality of two lists or rows, child by child.
class Together {
  public:
    // Whether the answer is known to be no.
    bool differs(const Cell& a, const Cell& b, const SqlType& type) {
        if (!a.valid() || !b.valid()) {
            unknown_ = true;
            return false;
        }
        const auto same = equal(a, b, type);
        if (!same) unknown_ = true;
        return same && !*same;
    }
    [[nodiscard]] std::optional<bool> answer() const { return unknown_ ? std::nullopt : std::optional(true); }

  private:
    bool unknown_ = false;
};

// As many rows of `to` as there are picks, none of them absent.
void copy_run(duckdb_vector from, const std::uint32_t* picks, idx_t count, duckdb_vector to, idx_t at) {
    duckdb_selection_vector selection = duckdb_create_selection_vector(count);
    std::copy_n(picks, count, duckdb_selection_vector_get_data_ptr(selection));
    duckdb_vector_copy_sel(from, to, selection, count, 0, at);
    duckdb_destroy_selection_vector(selection);
}

idx_t extend(duckdb_vector list, idx_t count) {
    const idx_t first = duckdb_list_vector_get_size(list);
    duckdb_list_vector_reserve(list, first + count);
    duckdb_list_vector_set_size(list, first + count);
    return first;
}

void write_entry(duckdb_vector list, idx_t row, idx_t first, idx_t count) {
    static_cast<duckdb_list_entry*>(duckdb_vector_get_data(list))[row] = {first, count};
}

// As rows `first` and on of a vector of lists.
void write_lists(duckdb_vector lists, idx_t first, duckdb_vector elements, const std::vector<Picks>& picks) {
    for (std::size_t i = 0; i < picks.size(); ++i) {
        const idx_t start = extend(lists, picks[i].size());
        copy(elements, picks[i], duckdb_list_vector_get_child(lists), start);
        write_entry(lists, first + i, start, picks[i].size());
    }
}

}  // namespace

bool identical(const Cell& a, const Cell& b, const SqlType& type) {
    if (!a.valid() || !b.valid()) return a.valid() == b.valid();
    switch (type.kind) {
        case Kind::array: {
            const ListView x = list_of(a.vector, a.row);
            const ListView y = list_of(b.vector, b.row);
            if (x.count != y.count) return false;
            for (idx_t i = 0; i < x.count; ++i) {
                if (!identical(element(x, i), element(y, i), type.children[0])) return false;
            }
            return true;
        }
        case Kind::map:
            return same_map(list_of(a.vector, a.row), list_of(b.vector, b.row), type);
        case Kind::row:
            for (idx_t i = 0; i < type.children.size(); ++i) {
                if (!identical(field(a, i), field(b, i), type.children[i])) return false;
            }
            return true;
        default:
            return order_leaf(a, b, type, NanOrder::last) == 0;
    }
}

std::uint64_t hash_of(const Cell& cell, const SqlType& type) {
    if (!cell.valid()) return 0;
    switch (type.kind) {
        case Kind::boolean:
            return hash_as<bool>(cell);
        case Kind::tinyint:
            return hash_as<std::int8_t>(cell);
        case Kind::smallint:
            return hash_as<std::int16_t>(cell);
        case Kind::unknown:
        case Kind::integer:
        case Kind::date:
        case Kind::interval_month:
            return hash_as<std::int32_t>(cell);
        case Kind::bigint:
        case Kind::interval_day:
        case Kind::time:
        case Kind::timestamp:
            return hash_as<std::int64_t>(cell);
        case Kind::timestamp_tz:
            return hash_as<std::int64_t>(field(cell, 0));
        case Kind::time_tz:
            return mix(static_cast<std::uint64_t>(time_instant(cell)));
        case Kind::real:
            return hash_floating<float>(cell);
        case Kind::double_:
            return hash_floating<double>(cell);
        case Kind::decimal:
            return hash_huge(decimal_of(cell.vector, cell.row, type));
        case Kind::uuid:
            return hash_huge(huge_of(value_of<duckdb_hugeint>(cell.vector, cell.row)));
        case Kind::array: {
            const ListView list = list_of(cell.vector, cell.row);
            std::uint64_t hash = list.count;
            for (idx_t i = 0; i < list.count; ++i) hash = mix(hash + hash_of(element(list, i), type.children[0]));
            return hash;
        }
        case Kind::map: {
            const ListView map = list_of(cell.vector, cell.row);
            std::uint64_t hash = map.count;
            for (idx_t i = 0; i < map.count; ++i) {
                hash +=
                    mix(hash_of(element(keys_of(map), i), type.children[0]) * 31 + hash_of(element(values_of(map), i), type.children[1]));
            }
            return hash;
        }
        case Kind::row: {
            std::uint64_t hash = type.children.size();
            for (idx_t i = 0; i < type.children.size(); ++i) hash = mix(hash + hash_of(field(cell, i), type.children[i]));
            return hash;
        }
        default:
            return hash_text(text_of(cell.vector, cell.row));
    }
}

std::optional<bool> equal(const Cell& a, const Cell& b, const SqlType& type) {
    Together together;
    switch (type.kind) {
        case Kind::array: {
            const ListView x = list_of(a.vector, a.row);
            const ListView y = list_of(b.vector, b.row);
            if (x.count != y.count) return false;
            for (idx_t i = 0; i < x.count; ++i) {
                if (together.differs(element(x, i), element(y, i), type.children[0])) return false;
            }
            return together.answer();
        }
        case Kind::map: {
            const ListView x = list_of(a.vector, a.row);
            const ListView y = list_of(b.vector, b.row);
            if (x.count != y.count) return false;
            for (idx_t i = 0; i < x.count; ++i) {
                const auto at = find_identical(keys_of(y), element(keys_of(x), i), type.children[0]);
                if (!at || together.differs(element(values_of(x), i), element(values_of(y), *at), type.children[1])) return false;
            }
            return together.answer();
        }
        case Kind::row:
            for (idx_t i = 0; i < type.children.size(); ++i) {
                if (together.differs(field(a, i), field(b, i), type.children[i])) return false;
            }
            return together.answer();
        default:
            return !is_nan(a, type) && order_leaf(a, b, type, NanOrder::last) == 0;
    }
}

std::optional<int> order(const Cell& a, const Cell& b, const SqlType& type, NanOrder nan) {
    if (type.is(Kind::array)) {
        const ListView x = list_of(a.vector, a.row);
        const ListView y = list_of(b.vector, b.row);
        for (idx_t i = 0; i < std::min(x.count, y.count); ++i) {
            if (!element(x, i).valid() || !element(y, i).valid()) return std::nullopt;
            const auto first = order(element(x, i), element(y, i), type.children[0], nan);
            if (!first || *first != 0) return first;
        }
        return sign(x.count <=> y.count);
    }
    if (type.is(Kind::row)) {
        for (idx_t i = 0; i < type.children.size(); ++i) {
            if (!field(a, i).valid() || !field(b, i).valid()) return std::nullopt;
            const auto first = order(field(a, i), field(b, i), type.children[i], nan);
            if (!first || *first != 0) return first;
        }
        return 0;
    }
    return order_leaf(a, b, type, nan);
}

std::string order_message(const SqlType& type) {
    return type.is(Kind::array) ? "ARRAY comparison not supported for arrays with null elements"
                                : "ROW comparison not supported for fields with null elements";
}

std::pair<std::size_t, bool> ValueIndex::add(const Cell& cell) {
    const std::uint64_t hash = hash_of(cell, type_);
    const auto [first, last] = by_hash_.equal_range(hash);
    for (auto at = first; at != last; ++at) {
        if (identical(cells_[at->second], cell, type_)) return {at->second, false};
    }
    by_hash_.emplace(hash, cells_.size());
    cells_.push_back(cell);
    return {cells_.size() - 1, true};
}

bool ValueIndex::contains(const Cell& cell) const {
    const auto [first, last] = by_hash_.equal_range(hash_of(cell, type_));
    return std::any_of(first, last, [&](const auto& entry) { return identical(cells_[entry.second], cell, type_); });
}

void write_null(duckdb_vector vector, idx_t row) {
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
    duckdb_logical_type type = duckdb_vector_get_column_type(vector);
    const duckdb_type id = duckdb_get_type_id(type);
    // A null row's fields are read all the same when chunks are copied.
    if (id == DUCKDB_TYPE_STRUCT) {
        for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) write_null(duckdb_struct_vector_get_child(vector, i), row);
    }
    if (id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_MAP) write_entry(vector, row, 0, 0);
    duckdb_destroy_logical_type(&type);
}

void copy(duckdb_vector from, const Picks& picks, duckdb_vector to, idx_t at) {
    for (std::size_t i = 0; i < picks.size();) {
        if (picks[i] == absent) {
            write_null(to, at + i++);
            continue;
        }
        const auto end =
            static_cast<std::size_t>(std::find(picks.begin() + static_cast<std::ptrdiff_t>(i), picks.end(), absent) - picks.begin());
        copy_run(from, picks.data() + i, end - i, to, at + i);
        i = end;
    }
}

void answer_value(Answer& answer, const Cell& cell) {
    copy(cell.vector, {pick(cell.row)}, answer.vector(), answer.row());
    answer.given();
}

idx_t begin_list(Answer& answer, idx_t count) {
    const idx_t first = extend(answer.vector(), count);
    write_entry(answer.vector(), answer.row(), first, count);
    answer.given();
    return first;
}

void answer_list(Answer& answer, duckdb_vector elements, const Picks& picks) {
    const idx_t first = begin_list(answer, picks.size());
    copy(elements, picks, duckdb_list_vector_get_child(answer.vector()), first);
}

void answer_lists(Answer& answer, duckdb_vector elements, const std::vector<Picks>& lists) {
    const idx_t first = begin_list(answer, lists.size());
    write_lists(duckdb_list_vector_get_child(answer.vector()), first, elements, lists);
}

void answer_map(Answer& answer, duckdb_vector keys, const Picks& key_picks, duckdb_vector values, const Picks& value_picks) {
    const idx_t first = begin_list(answer, key_picks.size());
    const duckdb_vector entries = duckdb_list_vector_get_child(answer.vector());
    copy(keys, key_picks, duckdb_struct_vector_get_child(entries, 0), first);
    copy(values, value_picks, duckdb_struct_vector_get_child(entries, 1), first);
}

Counts counts_of(const ListView& list, const SqlType& element_type) {
    ValueIndex seen(element_type);
    Counts result;
    for (idx_t i = 0; i < list.count; ++i) {
        if (!element(list, i).valid()) continue;
        const auto [number, fresh] = seen.add(element(list, i));
        if (fresh) {
            result.values.push_back(pick(list, i));
            result.counts.push_back(0);
        }
        ++result.counts[number];
    }
    return result;
}

void answer_counts(Answer& answer, duckdb_vector keys, const Picks& key_picks, const std::vector<std::int64_t>& counts) {
    const idx_t first = begin_list(answer, key_picks.size());
    const duckdb_vector entries = duckdb_list_vector_get_child(answer.vector());
    copy(keys, key_picks, duckdb_struct_vector_get_child(entries, 0), first);
    std::ranges::copy(counts, static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_struct_vector_get_child(entries, 1))) + first);
}

void answer_multimap(Answer& answer, duckdb_vector keys, const Picks& key_picks, duckdb_vector values, const std::vector<Picks>& lists) {
    const idx_t first = begin_list(answer, key_picks.size());
    const duckdb_vector entries = duckdb_list_vector_get_child(answer.vector());
    copy(keys, key_picks, duckdb_struct_vector_get_child(entries, 0), first);
    write_lists(duckdb_struct_vector_get_child(entries, 1), first, values, lists);
}

}  // namespace dualstore::sql::athena
