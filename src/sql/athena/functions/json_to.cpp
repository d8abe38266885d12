// CAST(... AS JSON)
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/functions/json_reader.hpp"
#include "sql/athena/functions/json_value.hpp"
#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

std::string floating_text(duckdb_vector vector, idx_t row, const SqlType& type) {
    return type.is(Kind::real) ? java_text(value_of<float>(vector, row)) : java_text(value_of<double>(vector, row));
}

std::string key_text(duckdb_vector vector, idx_t row, const SqlType& type) {
    return type.is(Kind::real) || type.is(Kind::double_) ? floating_text(vector, row, type) : value_text(vector, row, type);
}

void append(std::string& out, duckdb_vector vector, idx_t row, const SqlType& type);

void append_array(std::string& out, const ListView& list, const SqlType& type) {
    out += '[';
    for (idx_t i = 0; i < list.count; ++i) {
        if (i > 0) out += ',';
        append(out, list.elements, list.first + i, type.children[0]);
    }
    out += ']';
}

void append_map(std::string& out, const ListView& entries, const SqlType& type) {
    const duckdb_vector keys = duckdb_struct_vector_get_child(entries.elements, 0);
    const duckdb_vector values = duckdb_struct_vector_get_child(entries.elements, 1);
    std::vector<std::pair<std::string, idx_t>> order;
    for (idx_t i = entries.first; i < entries.first + entries.count; ++i) order.emplace_back(key_text(keys, i, type.children[0]), i);
    std::ranges::sort(order, [](const auto& a, const auto& b) { return java_less(a.first, b.first); });
    char before = '{';
    for (const auto& [key, place] : order) {
        out += before;
        append_json_text(out, key);
        out += ':';
        append(out, values, place, type.children[1]);
        before = ',';
    }
    if (order.empty()) out += before;
    out += '}';
}

void append_row(std::string& out, duckdb_vector vector, idx_t row, const SqlType& type) {
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        out += i == 0 ? '{' : ',';
        append_json_text(out, type.names[i]);
        out += ':';
        append(out, duckdb_struct_vector_get_child(vector, i), row, type.children[i]);
    }
    out += '}';
}

void append(std::string& out, duckdb_vector vector, idx_t row, const SqlType& type) {
    if (type.is(Kind::unknown) || !is_valid(vector, row)) {
        out += "null";
        return;
    }
    switch (type.kind) {
        case Kind::real:
        case Kind::double_: {
            const std::string text = floating_text(vector, row, type);
            const bool quoted = text.ends_with('N') || text.ends_with('y');  // NaN, Infinity
            out += quoted ? '"' + text + '"' : text;
            return;
        }
        case Kind::json:
            out += text_of(vector, row);
            return;
        case Kind::varchar:
            return append_json_text(out, text_of(vector, row));
        case Kind::array:
            return append_array(out, list_of(vector, row), type);
        case Kind::map:
            return append_map(out, list_of(vector, row), type);
        case Kind::row:
            return append_row(out, vector, row, type);
        default:
            break;
    }
    const std::string text = value_text(vector, row, type);
    if (type.is(Kind::boolean) || type.numeric()) {
        out += text;
    } else {
        append_json_text(out, text);
    }
}

}  // namespace

void json_to(const Arguments& arguments, Answer& answer) {
    std::string out;
    append(out, arguments.vector(0), arguments.row(), arguments.type(0));
    answer.text(out);
}

}  // namespace dualstore::sql::athena
