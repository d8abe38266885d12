// Text cut at delimiters.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sql/athena/functions/string.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

struct Entry {
    std::string_view key, value;
};

// "a=1;b=2": false where it is not well-formed, and the answer says so.
bool parse_entries(const Arguments& arguments, Answer& answer, std::string_view quote, std::vector<Entry>& entries) {
    std::string_view rest = arguments.text(0);
    const std::string_view between = arguments.text(1);
    const std::string_view inside = arguments.text(2);
    const auto fail = [&](std::string message) {
        answer.error(invalid, message);
        return false;
    };
    if (between.empty()) return fail("entryDelimiter is empty");
    if (inside.empty()) return fail("keyValueDelimiter is empty");
    if (between == inside) return fail("entryDelimiter and keyValueDelimiter must not be the same");
    while (!rest.empty()) {
        const auto end = std::min(rest.find(between), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + between.size(), rest.size()));
        const auto equals = pair.find(inside);
        const std::string_view value = equals == std::string_view::npos ? pair : pair.substr(equals + inside.size());
        if (equals == std::string_view::npos || value.find(inside) != std::string_view::npos) {
            return fail(fmt::format("Key-value delimiter must appear exactly once in each entry. Bad input: {0}{1}{0}", quote, pair));
        }
        entries.push_back({pair.substr(0, equals), value});
    }
    return true;
}

void assign(duckdb_vector vector, idx_t row, std::string_view text) {
    duckdb_vector_assign_string_element_len(vector, row, text.data(), text.size());
}

// Room in a list's elements for one answer; the first one's row.
idx_t extend(duckdb_vector list, idx_t count) {
    const idx_t first = duckdb_list_vector_get_size(list);
    duckdb_list_vector_reserve(list, first + count);
    duckdb_list_vector_set_size(list, first + count);
    return first;
}

}  // namespace

void split(const Arguments& arguments, Answer& answer) {
    std::string_view text = arguments.text(0);
    const std::string_view delimiter = arguments.text(1);
    const auto limit = arguments.size() > 2 ? arguments.value<std::int64_t>(2) : std::int64_t{std::numeric_limits<std::int32_t>::max()};
    if (limit <= 0) return answer.error(invalid, "Limit must be positive");
    if (limit > std::numeric_limits<std::int32_t>::max()) return answer.error(invalid, "Limit is too large");
    if (delimiter.empty()) return answer.error(invalid, "The delimiter may not be the empty string");
    std::vector<std::string> parts;
    while (static_cast<std::int64_t>(parts.size()) + 1 < limit) {
        const auto end = text.find(delimiter);
        if (end == std::string_view::npos) break;
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end + delimiter.size());
    }
    parts.emplace_back(text);
    answer.texts(parts);
}

// Parts are counted from 1. Without a delimiter they are the characters.
void split_part(const Arguments& arguments, Answer& answer) {
    std::string_view text = arguments.text(0);
    const std::string_view delimiter = arguments.text(1);
    auto index = arguments.value<std::int64_t>(2);
    if (index <= 0) return answer.error(invalid, "Index must be greater than zero");
    if (delimiter.empty()) {
        if (index > static_cast<std::int64_t>(text.size())) return;
        const auto at = code_point_offset(text, static_cast<std::size_t>(index) - 1);
        if (at < text.size()) answer.text(text.substr(at, utf8_length(text[at])));
        return;
    }
    for (; index > 1; --index) {
        const auto end = text.find(delimiter);
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + delimiter.size());
    }
    answer.text(text.substr(0, text.find(delimiter)));
}

void split_to_map(const Arguments& arguments, Answer& answer) {
    std::vector<Entry> entries;
    if (!parse_entries(arguments, answer, "'", entries)) return;
    std::unordered_set<std::string_view> seen;
    for (const Entry& entry : entries) {
        if (!seen.insert(entry.key).second) {
            return answer.error(invalid, fmt::format("Duplicate keys ({}) are not allowed", entry.key));
        }
    }
    const idx_t first = extend(answer.vector(), entries.size());
    const duckdb_vector pairs = duckdb_list_vector_get_child(answer.vector());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        assign(duckdb_struct_vector_get_child(pairs, 0), first + i, entries[i].key);
        assign(duckdb_struct_vector_get_child(pairs, 1), first + i, entries[i].value);
    }
    answer.value(duckdb_list_entry{first, entries.size()});
}

void split_to_multimap(const Arguments& arguments, Answer& answer) {
    std::vector<Entry> entries;
    if (!parse_entries(arguments, answer, "", entries)) return;
    std::vector<std::string_view> keys;
    std::unordered_map<std::string_view, std::vector<std::string_view>> values;
    for (const Entry& entry : entries) {
        auto& list = values[entry.key];
        if (list.empty()) keys.push_back(entry.key);
        list.push_back(entry.value);
    }
    const idx_t first = extend(answer.vector(), keys.size());
    const duckdb_vector pairs = duckdb_list_vector_get_child(answer.vector());
    const duckdb_vector lists = duckdb_struct_vector_get_child(pairs, 1);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& list = values[keys[i]];
        assign(duckdb_struct_vector_get_child(pairs, 0), first + i, keys[i]);
        const idx_t start = extend(lists, list.size());
        for (std::size_t j = 0; j < list.size(); ++j) assign(duckdb_list_vector_get_child(lists), start + j, list[j]);
        static_cast<duckdb_list_entry*>(duckdb_vector_get_data(lists))[first + i] = {start, list.size()};
    }
    answer.value(duckdb_list_entry{first, keys.size()});
}

}  // namespace dualstore::sql::athena
