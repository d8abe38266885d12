#include "sql/embedded/result.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "record/reader.hpp"

namespace dualstore::sql {
namespace {

using record::Int128;
__extension__ typedef unsigned __int128 UInt128;

// A DuckDB type, looked up once a column.
struct Shape {
    duckdb_type id = DUCKDB_TYPE_INVALID;
    duckdb_type storage = DUCKDB_TYPE_INVALID;  // of a DECIMAL or ENUM: the integer it is kept in
    std::uint8_t precision = 0;
    std::uint8_t scale = 0;
    bool json = false;
    bool beyond_bigint = false;      // a HUGEINT or UBIGINT was met that does not fit Trino's bigint
    std::vector<std::string> names;  // STRUCT: its fields; ENUM: its values
    std::vector<Shape> children;
    idx_t array_size = 0;  // ARRAY only
};

std::string take_string(char* text) {
    std::string taken = text != nullptr ? text : "";
    duckdb_free(text);
    return taken;
}

Shape shape_of(const LogicalType& type) {
    Shape shape;
    const duckdb_logical_type raw = type.get();
    shape.id = duckdb_get_type_id(raw);
    switch (shape.id) {
        case DUCKDB_TYPE_VARCHAR:
            shape.json = take_string(duckdb_logical_type_get_alias(raw)) == "JSON";
            break;
        case DUCKDB_TYPE_DECIMAL:
            shape.storage = duckdb_decimal_internal_type(raw);
            shape.precision = duckdb_decimal_width(raw);
            shape.scale = duckdb_decimal_scale(raw);
            break;
        case DUCKDB_TYPE_ENUM:
            shape.storage = duckdb_enum_internal_type(raw);
            for (idx_t i = 0; i < duckdb_enum_dictionary_size(raw); ++i)
                shape.names.push_back(take_string(duckdb_enum_dictionary_value(raw, i)));
            break;
        case DUCKDB_TYPE_LIST:
            shape.children.push_back(shape_of(LogicalType(duckdb_list_type_child_type(raw))));
            break;
        case DUCKDB_TYPE_ARRAY:
            shape.array_size = duckdb_array_type_array_size(raw);
            shape.children.push_back(shape_of(LogicalType(duckdb_array_type_child_type(raw))));
            break;
        case DUCKDB_TYPE_MAP:
            shape.children.push_back(shape_of(LogicalType(duckdb_map_type_key_type(raw))));
            shape.children.push_back(shape_of(LogicalType(duckdb_map_type_value_type(raw))));
            break;
        case DUCKDB_TYPE_STRUCT:
            for (idx_t i = 0; i < duckdb_struct_type_child_count(raw); ++i) {
                shape.names.push_back(take_string(duckdb_struct_type_child_name(raw, i)));
                shape.children.push_back(shape_of(LogicalType(duckdb_struct_type_child_type(raw, i))));
            }
            break;
        default:
            break;
    }
    return shape;
}

std::string row_type(const Shape& shape);

// Empty: Trino has no such type.
std::string trino_type(const Shape& shape) {
    switch (shape.id) {
        case DUCKDB_TYPE_BOOLEAN:
            return "boolean";
        case DUCKDB_TYPE_TINYINT:
            return "tinyint";
        case DUCKDB_TYPE_SMALLINT:
        case DUCKDB_TYPE_UTINYINT:
            return "smallint";
        case DUCKDB_TYPE_INTEGER:
        case DUCKDB_TYPE_USMALLINT:
            return "integer";
        case DUCKDB_TYPE_BIGINT:
        case DUCKDB_TYPE_UINTEGER:
            return "bigint";
        case DUCKDB_TYPE_UBIGINT:
        case DUCKDB_TYPE_HUGEINT:
            return shape.beyond_bigint ? "decimal(38, 0)" : "bigint";
        case DUCKDB_TYPE_FLOAT:
            return "real";
        case DUCKDB_TYPE_DOUBLE:
            return "double";
        case DUCKDB_TYPE_DECIMAL:
            return fmt::format("decimal({}, {})", shape.precision, shape.scale);
        case DUCKDB_TYPE_VARCHAR:
            return shape.json ? "json" : "varchar";
        case DUCKDB_TYPE_ENUM:
            return "varchar";
        case DUCKDB_TYPE_BLOB:
            return "varbinary";
        case DUCKDB_TYPE_UUID:
            return "uuid";
        case DUCKDB_TYPE_DATE:
            return "date";
        case DUCKDB_TYPE_TIME:
        case DUCKDB_TYPE_TIME_NS:
            return "time(3)";
        case DUCKDB_TYPE_TIMESTAMP:
        case DUCKDB_TYPE_TIMESTAMP_S:
        case DUCKDB_TYPE_TIMESTAMP_MS:
        case DUCKDB_TYPE_TIMESTAMP_NS:
            return "timestamp(3)";
        case DUCKDB_TYPE_TIMESTAMP_TZ:
            return "timestamp(3) with time zone";
        case DUCKDB_TYPE_INTERVAL:
            return "interval day to second";
        case DUCKDB_TYPE_SQLNULL:
            return "unknown";
        case DUCKDB_TYPE_LIST:
        case DUCKDB_TYPE_ARRAY: {
            const std::string element = trino_type(shape.children[0]);
            return element.empty() ? element : "array(" + element + ")";
        }
        case DUCKDB_TYPE_MAP: {
            const std::string key = trino_type(shape.children[0]);
            const std::string value = trino_type(shape.children[1]);
            return key.empty() || value.empty() ? std::string() : fmt::format("map({}, {})", key, value);
        }
        case DUCKDB_TYPE_STRUCT:
            return row_type(shape);
        default:
            return {};
    }
}

// A field's name as Trino writes it in a type: quoted where it is no plain name.
std::string field_name(std::string_view name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_0123456789";
    const bool plain = !name.empty() && name.find_first_not_of(letters) == name.npos && (name.front() < '0' || name.front() > '9');
    if (plain || name.empty()) return std::string(name);
    std::string quoted = "\"";
    for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

std::string row_type(const Shape& shape) {
    std::string fields;
    for (std::size_t i = 0; i < shape.children.size(); ++i) {
        const std::string type = trino_type(shape.children[i]);
        if (type.empty()) return {};
        fields += fmt::format("{}{}{}{}", i == 0 ? "" : ", ", field_name(shape.names[i]), shape.names[i].empty() ? "" : " ", type);
    }
    return "row(" + fields + ")";
}

template <class T>
T stored(duckdb_vector vector, idx_t row) {
    return static_cast<T*>(duckdb_vector_get_data(vector))[row];
}

Int128 wide(duckdb_hugeint value) {
    return static_cast<Int128>((static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower);
}

// The digits of value / 10^scale.
std::string decimal_text(Int128 value, std::uint8_t scale) {
    const bool negative = value < 0;
    auto rest = negative ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
    std::string text;
    while (rest != 0 || text.size() <= scale) {
        if (scale != 0 && text.size() == scale) {
            text += '.';
            break;
        }
        text += static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    }
    if (scale != 0) {
        do {
            text += static_cast<char>('0' + static_cast<int>(rest % 10));
            rest /= 10;
        } while (rest != 0);
    }
    if (negative) text += '-';
    return {text.rbegin(), text.rend()};
}

Value integer_or_decimal(Int128 value, Shape& shape) {
    if (value >= INT64_MIN && value <= INT64_MAX) return static_cast<std::int64_t>(value);
    shape.beyond_bigint = true;
    return Decimal{decimal_text(value, 0)};
}

Int128 decimal_value(const Shape& shape, duckdb_vector vector, idx_t row) {
    switch (shape.storage) {
        case DUCKDB_TYPE_SMALLINT:
            return stored<std::int16_t>(vector, row);
        case DUCKDB_TYPE_INTEGER:
            return stored<std::int32_t>(vector, row);
        case DUCKDB_TYPE_BIGINT:
            return stored<std::int64_t>(vector, row);
        default:
            return wide(stored<duckdb_hugeint>(vector, row));
    }
}

const std::string& enum_value(const Shape& shape, duckdb_vector vector, idx_t row) {
    switch (shape.storage) {
        case DUCKDB_TYPE_UTINYINT:
            return shape.names[stored<std::uint8_t>(vector, row)];
        case DUCKDB_TYPE_USMALLINT:
            return shape.names[stored<std::uint16_t>(vector, row)];
        default:
            return shape.names[stored<std::uint32_t>(vector, row)];
    }
}

std::string bytes(duckdb_vector vector, idx_t row) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

std::string date_text(std::int32_t days) {
    const duckdb_date_struct date = duckdb_from_date({days});
    return fmt::format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", std::abs(date.year), date.month, date.day);
}

// Milliseconds, rounded half up: Trino's precision for what a Hive table holds.
std::string time_text(std::int64_t milliseconds) {
    return fmt::format("{:02}:{:02}:{:02}.{:03}", milliseconds / 3'600'000, milliseconds / 60'000 % 60, milliseconds / 1000 % 60,
                       milliseconds % 1000);
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

std::string timestamp_text(std::int64_t milliseconds) {
    constexpr std::int64_t day = 86'400'000;
    const std::int64_t days = floor_div(milliseconds, day);
    return date_text(static_cast<std::int32_t>(days)) + " " + time_text(milliseconds - days * day);
}

std::int64_t rounded(std::int64_t value, std::int64_t units_a_millisecond) {
    return floor_div(value, units_a_millisecond) +
           (value - floor_div(value, units_a_millisecond) * units_a_millisecond >= units_a_millisecond / 2);
}

// Trino's "1 02:03:04.005"; months, which Trino keeps apart, count where there are no days and no time: "1-2".
std::string interval_text(duckdb_interval interval) {
    if (interval.months != 0 && interval.days == 0 && interval.micros == 0) {
        return fmt::format("{}{}-{}", interval.months < 0 ? "-" : "", std::abs(interval.months) / 12, std::abs(interval.months) % 12);
    }
    constexpr std::int64_t day = 86'400'000;
    const std::int64_t total = (std::int64_t{interval.months} * 30 + interval.days) * day + rounded(interval.micros, 1000);
    return fmt::format("{}{} {}", total < 0 ? "-" : "", std::abs(total) / day, time_text(std::abs(total) % day));
}

// The double that has the float's shortest digits: 0.1, not 0.10000000149011612.
double shortest(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double result = value;
    std::from_chars(text.data(), end, result);
    return result;
}

std::string uuid_text(Int128 value) {
    // DuckDB flips the first bit so that signed integers sort as UUIDs do.
    const auto raw = static_cast<UInt128>(value) ^ (static_cast<UInt128>(1) << 127);
    const std::string digits = fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(raw >> 64), static_cast<std::uint64_t>(raw));
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" + digits.substr(16, 4) + "-" +
           digits.substr(20);
}

Value value_at(Shape& shape, duckdb_vector vector, idx_t row);

Array items_at(Shape& shape, duckdb_vector child, idx_t first, idx_t count) {
    Array array;
    array.items.reserve(count);
    for (idx_t i = first; i < first + count; ++i) array.items.push_back(value_at(shape.children[0], child, i));
    return array;
}

Map map_at(Shape& shape, duckdb_vector vector, idx_t row) {
    const auto entry = stored<duckdb_list_entry>(vector, row);
    const duckdb_vector entries = duckdb_list_vector_get_child(vector);
    const duckdb_vector keys = duckdb_struct_vector_get_child(entries, 0);
    const duckdb_vector values = duckdb_struct_vector_get_child(entries, 1);
    Map map;
    map.entries.reserve(entry.length);
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
        map.entries.emplace_back(value_at(shape.children[0], keys, i), value_at(shape.children[1], values, i));
    }
    return map;
}

Row row_at(Shape& shape, duckdb_vector vector, idx_t row) {
    Row result;
    result.fields.reserve(shape.children.size());
    for (std::size_t i = 0; i < shape.children.size(); ++i) {
        result.fields.emplace_back(shape.names[i], value_at(shape.children[i], duckdb_struct_vector_get_child(vector, i), row));
    }
    return result;
}

Value value_at(Shape& shape, duckdb_vector vector, idx_t row) {
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) return std::monostate{};
    switch (shape.id) {
        case DUCKDB_TYPE_BOOLEAN:
            return stored<bool>(vector, row);
        case DUCKDB_TYPE_TINYINT:
            return std::int64_t{stored<std::int8_t>(vector, row)};
        case DUCKDB_TYPE_SMALLINT:
            return std::int64_t{stored<std::int16_t>(vector, row)};
        case DUCKDB_TYPE_INTEGER:
            return std::int64_t{stored<std::int32_t>(vector, row)};
        case DUCKDB_TYPE_BIGINT:
            return stored<std::int64_t>(vector, row);
        case DUCKDB_TYPE_UTINYINT:
            return std::int64_t{stored<std::uint8_t>(vector, row)};
        case DUCKDB_TYPE_USMALLINT:
            return std::int64_t{stored<std::uint16_t>(vector, row)};
        case DUCKDB_TYPE_UINTEGER:
            return std::int64_t{stored<std::uint32_t>(vector, row)};
        case DUCKDB_TYPE_UBIGINT:
            return integer_or_decimal(stored<std::uint64_t>(vector, row), shape);
        case DUCKDB_TYPE_HUGEINT:
            return integer_or_decimal(wide(stored<duckdb_hugeint>(vector, row)), shape);
        case DUCKDB_TYPE_FLOAT:
            return shortest(stored<float>(vector, row));
        case DUCKDB_TYPE_DOUBLE:
            return stored<double>(vector, row);
        case DUCKDB_TYPE_DECIMAL:
            return Decimal{decimal_text(decimal_value(shape, vector, row), shape.scale)};
        case DUCKDB_TYPE_VARCHAR:
            return bytes(vector, row);
        case DUCKDB_TYPE_ENUM:
            return enum_value(shape, vector, row);
        case DUCKDB_TYPE_BLOB:
            return Binary{bytes(vector, row)};
        case DUCKDB_TYPE_UUID:
            return uuid_text(wide(stored<duckdb_hugeint>(vector, row)));
        case DUCKDB_TYPE_DATE:
            return date_text(stored<std::int32_t>(vector, row));
        case DUCKDB_TYPE_TIME:
            return time_text(rounded(stored<std::int64_t>(vector, row), 1000));
        case DUCKDB_TYPE_TIME_NS:
            return time_text(rounded(stored<std::int64_t>(vector, row), 1'000'000));
        case DUCKDB_TYPE_TIMESTAMP:
            return timestamp_text(rounded(stored<std::int64_t>(vector, row), 1000));
        case DUCKDB_TYPE_TIMESTAMP_S:
            return timestamp_text(stored<std::int64_t>(vector, row) * 1000);
        case DUCKDB_TYPE_TIMESTAMP_MS:
            return timestamp_text(stored<std::int64_t>(vector, row));
        case DUCKDB_TYPE_TIMESTAMP_NS:
            return timestamp_text(rounded(stored<std::int64_t>(vector, row), 1'000'000));
        case DUCKDB_TYPE_TIMESTAMP_TZ:
            return timestamp_text(rounded(stored<std::int64_t>(vector, row), 1000)) + " UTC";
        case DUCKDB_TYPE_INTERVAL:
            return interval_text(stored<duckdb_interval>(vector, row));
        case DUCKDB_TYPE_LIST: {
            const auto entry = stored<duckdb_list_entry>(vector, row);
            return items_at(shape, duckdb_list_vector_get_child(vector), entry.offset, entry.length);
        }
        case DUCKDB_TYPE_ARRAY:
            return items_at(shape, duckdb_array_vector_get_child(vector), row * shape.array_size, shape.array_size);
        case DUCKDB_TYPE_MAP:
            return map_at(shape, vector, row);
        case DUCKDB_TYPE_STRUCT:
            return row_at(shape, vector, row);
        default:
            return std::monostate{};
    }
}

}  // namespace

Result<QueryResult> read_result(Rows rows) {
    QueryResult result;
    std::vector<Shape> shapes;
    for (idx_t i = 0; i < duckdb_column_count(rows.out()); ++i) {
        shapes.push_back(shape_of(LogicalType(duckdb_column_logical_type(rows.out(), i))));
        result.columns.push_back({duckdb_column_name(rows.out(), i), {}});
        if (trino_type(shapes.back()).empty()) {
            return fail(ErrorCode::query,
                        fmt::format("NOT_SUPPORTED: the column {} has a type without a Trino name", result.columns.back().name), "query");
        }
    }
    for (Chunk chunk = rows.next(); chunk.get() != nullptr; chunk = rows.next()) {
        const idx_t size = duckdb_data_chunk_get_size(chunk.get());
        const std::size_t first = result.rows.size();
        result.rows.resize(first + size);
        for (std::size_t column = 0; column < shapes.size(); ++column) {
            const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), column);
            for (idx_t row = 0; row < size; ++row) result.rows[first + row].push_back(value_at(shapes[column], vector, row));
        }
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) result.columns[i].type = trino_type(shapes[i]);
    return result;
}

}  // namespace dualstore::sql
