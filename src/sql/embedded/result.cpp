#include "sql/embedded/result.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "sql/athena/native.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql {
namespace {

using athena::is_valid;
using athena::SqlType;
using athena::value_of;
using Kind = SqlType::Kind;

// The double that has the float's shortest digits: 0.1, not 0.10000000149011612, and 2147483600, not 2147483648.
double shortest(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
    double result = value;
    std::from_chars(text.data(), end, result);
    return result;
}

Value value_at(const SqlType& type, duckdb_vector vector, idx_t row);

Array array_at(const SqlType& type, duckdb_vector vector, idx_t row) {
    const athena::ListView list = athena::list_of(vector, row);
    Array array;
    array.items.reserve(list.count);
    for (idx_t i = list.first; i < list.first + list.count; ++i) array.items.push_back(value_at(type.children[0], list.elements, i));
    return array;
}

Map map_at(const SqlType& type, duckdb_vector vector, idx_t row) {
    const athena::ListView list = athena::list_of(vector, row);
    const duckdb_vector keys = duckdb_struct_vector_get_child(list.elements, 0);
    const duckdb_vector values = duckdb_struct_vector_get_child(list.elements, 1);
    Map map;
    map.entries.reserve(list.count);
    for (idx_t i = list.first; i < list.first + list.count; ++i) {
        map.entries.emplace_back(value_at(type.children[0], keys, i), value_at(type.children[1], values, i));
    }
    return map;
}

Row row_at(const SqlType& type, duckdb_vector vector, idx_t row) {
    Row result;
    result.fields.reserve(type.children.size());
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        result.fields.emplace_back(type.names[i], value_at(type.children[i], duckdb_struct_vector_get_child(vector, i), row));
    }
    return result;
}

Value value_at(const SqlType& type, duckdb_vector vector, idx_t row) {
    if (!is_valid(vector, row)) return std::monostate{};
    switch (type.kind) {
        case Kind::unknown:
            return std::monostate{};
        case Kind::boolean:
            return value_of<bool>(vector, row);
        case Kind::tinyint:
            return std::int64_t{value_of<std::int8_t>(vector, row)};
        case Kind::smallint:
            return std::int64_t{value_of<std::int16_t>(vector, row)};
        case Kind::integer:
            return std::int64_t{value_of<std::int32_t>(vector, row)};
        case Kind::bigint:
            return value_of<std::int64_t>(vector, row);
        case Kind::real:
            return shortest(value_of<float>(vector, row));
        case Kind::double_:
            return value_of<double>(vector, row);
        case Kind::decimal:
            return Decimal{athena::value_text(vector, row, type)};
        case Kind::varbinary:
            return Binary{std::string(athena::text_of(vector, row))};
        case Kind::array:
            return array_at(type, vector, row);
        case Kind::map:
            return map_at(type, vector, row);
        case Kind::row:
            return row_at(type, vector, row);
        case Kind::date: {
            // Trino shows years beyond 9999 with a sign, but a date that is cast to text has none.
            std::string text = athena::value_text(vector, row, type);
            if (text.find('-') > 4) text.insert(0, 1, '+');
            return text;
        }
        default:
            return athena::value_text(vector, row, type);
    }
}

}  // namespace

QueryResult read_result(Rows rows, const std::vector<athena::ResultColumn>& columns) {
    QueryResult result;
    for (const athena::ResultColumn& column : columns) result.columns.push_back({column.name, athena::name(column.type)});
    // EXPLAIN's text is the last of DuckDB's columns.
    const idx_t first_column = duckdb_column_count(rows.out()) - columns.size();
    for (Chunk chunk = rows.next(); chunk.get() != nullptr; chunk = rows.next()) {
        const idx_t size = duckdb_data_chunk_get_size(chunk.get());
        const std::size_t first = result.rows.size();
        result.rows.resize(first + size);
        for (idx_t column = 0; column < columns.size(); ++column) {
            const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), first_column + column);
            for (idx_t row = 0; row < size; ++row) result.rows[first + row].push_back(value_at(columns[column].type, vector, row));
        }
    }
    return result;
}

}  // namespace dualstore::sql
