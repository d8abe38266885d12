#include "sql/embedded/column_types.hpp"

#include <fmt/format.h>

#include <vector>

#include "record/reader.hpp"

namespace dualstore::sql {
namespace {

template <class T>
void store(duckdb_vector vector, idx_t row, T value) {
    static_cast<T*>(duckdb_vector_get_data(vector))[row] = value;
}

void write_null(duckdb_vector vector, idx_t row, const Type& type) {
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
    switch (type.kind) {
        case Type::Kind::array:
        case Type::Kind::map:
            store(vector, row, duckdb_list_entry{duckdb_list_vector_get_size(vector), 0});
            break;
        case Type::Kind::structure:
            // A null row's fields are read all the same when chunks are copied.
            for (idx_t i = 0; i < type.children.size(); ++i)
                write_null(duckdb_struct_vector_get_child(vector, i), row, type.children[i].type);
            break;
        default:
            break;
    }
}

// DuckDB keeps a decimal in the smallest integer that holds its precision.
void write_decimal(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value) {
    const record::Int128 digits = record::decimal_value(value, type.scale);
    if (type.precision <= 4) {
        store(vector, row, static_cast<std::int16_t>(digits));
    } else if (type.precision <= 9) {
        store(vector, row, static_cast<std::int32_t>(digits));
    } else if (type.precision <= 18) {
        store(vector, row, static_cast<std::int64_t>(digits));
    } else {
        store(vector, row, duckdb_hugeint{static_cast<std::uint64_t>(digits), static_cast<std::int64_t>(digits >> 64)});
    }
}

// Makes room for `count` more elements and returns where the first one goes.
idx_t extend_list(duckdb_vector vector, idx_t row, idx_t count) {
    const idx_t first = duckdb_list_vector_get_size(vector);
    duckdb_list_vector_reserve(vector, first + count);
    duckdb_list_vector_set_size(vector, first + count);
    store(vector, row, duckdb_list_entry{first, count});
    return first;
}

void write_array(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value) {
    idx_t at = extend_list(vector, row, yyjson_arr_size(value));
    const duckdb_vector child = duckdb_list_vector_get_child(vector);
    yyjson_arr_iter iter = yyjson_arr_iter_with(value);
    while (yyjson_val* element = yyjson_arr_iter_next(&iter)) write_value(child, at++, type.children[0].type, element);
}

void write_map(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value) {
    idx_t at = extend_list(vector, row, yyjson_obj_size(value));
    const duckdb_vector entries = duckdb_list_vector_get_child(vector);
    const duckdb_vector keys = duckdb_struct_vector_get_child(entries, 0);
    const duckdb_vector values = duckdb_struct_vector_get_child(entries, 1);
    yyjson_obj_iter iter = yyjson_obj_iter_with(value);
    while (yyjson_val* key = yyjson_obj_iter_next(&iter)) {
        write_value(keys, at, type.children[0].type, key);
        write_value(values, at++, type.children[1].type, yyjson_obj_iter_get_val(key));
    }
}

void write_structure(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value) {
    for (idx_t i = 0; i < type.children.size(); ++i) {
        const Column& child = type.children[i];
        write_value(duckdb_struct_vector_get_child(vector, i), row, child.type, record::field(value, child.name));
    }
}

duckdb_type scalar_id(Type::Kind kind) {
    switch (kind) {
        case Type::Kind::boolean:
            return DUCKDB_TYPE_BOOLEAN;
        case Type::Kind::tinyint:
            return DUCKDB_TYPE_TINYINT;
        case Type::Kind::smallint:
            return DUCKDB_TYPE_SMALLINT;
        case Type::Kind::integer:
            return DUCKDB_TYPE_INTEGER;
        case Type::Kind::bigint:
            return DUCKDB_TYPE_BIGINT;
        case Type::Kind::real:
            return DUCKDB_TYPE_FLOAT;
        case Type::Kind::double_:
            return DUCKDB_TYPE_DOUBLE;
        case Type::Kind::date:
            return DUCKDB_TYPE_DATE;
        case Type::Kind::timestamp:
            return DUCKDB_TYPE_TIMESTAMP;
        default:
            return DUCKDB_TYPE_VARCHAR;
    }
}

const char* scalar_name(Type::Kind kind) {
    switch (kind) {
        case Type::Kind::boolean:
            return "BOOLEAN";
        case Type::Kind::tinyint:
            return "TINYINT";
        case Type::Kind::smallint:
            return "SMALLINT";
        case Type::Kind::integer:
            return "INTEGER";
        case Type::Kind::bigint:
            return "BIGINT";
        case Type::Kind::real:
            return "FLOAT";
        case Type::Kind::double_:
            return "DOUBLE";
        case Type::Kind::date:
            return "DATE";
        case Type::Kind::timestamp:
            return "TIMESTAMP";
        default:
            return "VARCHAR";
    }
}

}  // namespace

std::string duckdb_name(const Type& type) {
    switch (type.kind) {
        case Type::Kind::decimal:
            return fmt::format("DECIMAL({}, {})", type.precision, type.scale);
        case Type::Kind::array:
            return duckdb_name(type.children[0].type) + "[]";
        case Type::Kind::map:
            return fmt::format("MAP({}, {})", duckdb_name(type.children[0].type), duckdb_name(type.children[1].type));
        case Type::Kind::structure: {
            std::string fields;
            for (const Column& child : type.children) {
                fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", quote_name(child.name), duckdb_name(child.type));
            }
            return "STRUCT(" + fields + ")";
        }
        default:
            return scalar_name(type.kind);
    }
}

LogicalType logical_type(const Type& type) {
    switch (type.kind) {
        case Type::Kind::decimal:
            return LogicalType(duckdb_create_decimal_type(type.precision, type.scale));
        case Type::Kind::array:
            return LogicalType(duckdb_create_list_type(logical_type(type.children[0].type).get()));
        case Type::Kind::map:
            return LogicalType(
                duckdb_create_map_type(logical_type(type.children[0].type).get(), logical_type(type.children[1].type).get()));
        case Type::Kind::structure: {
            std::vector<LogicalType> owned;
            std::vector<duckdb_logical_type> types;
            std::vector<const char*> names;
            for (const Column& child : type.children) {
                types.push_back(owned.emplace_back(logical_type(child.type)).get());
                names.push_back(child.name.c_str());
            }
            return LogicalType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
        }
        default:
            return LogicalType(duckdb_create_logical_type(scalar_id(type.kind)));
    }
}

std::vector<RowColumn> row_columns(const TableDefinition& table) {
    std::vector<RowColumn> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) columns.push_back({fmt::format("c{}", i), logical_type(table.columns[i].type)});
    columns.push_back({"key", LogicalType(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR))});
    columns.push_back(object_column());
    return columns;
}

RowColumn object_column() {
    return {"object", LogicalType(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT))};
}

std::string row_definition(const TableDefinition& table) {
    std::string columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) columns += fmt::format("c{} {}, ", i, duckdb_name(table.columns[i].type));
    return columns + "key VARCHAR, object BIGINT";
}

Chunk make_chunk(std::span<const RowColumn> columns) {
    std::vector<duckdb_logical_type> types;
    for (const RowColumn& column : columns) types.push_back(column.type.get());
    return Chunk(duckdb_create_data_chunk(types.data(), types.size()));
}

void write_text(duckdb_vector vector, idx_t row, std::string_view text) {
    duckdb_vector_assign_string_element_len(vector, row, text.data(), text.size());
}

void write_value(duckdb_vector vector, idx_t row, const Type& type, yyjson_val* value) {
    if (value == nullptr || yyjson_is_null(value)) return write_null(vector, row, type);
    switch (type.kind) {
        case Type::Kind::boolean:
            return store(vector, row, yyjson_get_bool(value));
        case Type::Kind::tinyint:
            return store(vector, row, static_cast<std::int8_t>(record::integer_value(value)));
        case Type::Kind::smallint:
            return store(vector, row, static_cast<std::int16_t>(record::integer_value(value)));
        case Type::Kind::integer:
            return store(vector, row, static_cast<std::int32_t>(record::integer_value(value)));
        case Type::Kind::bigint:
            return store(vector, row, record::integer_value(value));
        case Type::Kind::real:
            return store(vector, row, record::float_value(value));
        case Type::Kind::double_:
            return store(vector, row, record::double_value(value));
        case Type::Kind::decimal:
            return write_decimal(vector, row, type, value);
        case Type::Kind::string:
            return write_text(vector, row, {yyjson_get_str(value), yyjson_get_len(value)});
        case Type::Kind::date:
            return store(vector, row, record::date_value(value));
        case Type::Kind::timestamp:
            return store(vector, row, record::timestamp_value(value));
        case Type::Kind::array:
            return write_array(vector, row, type, value);
        case Type::Kind::map:
            return write_map(vector, row, type, value);
        case Type::Kind::structure:
            return write_structure(vector, row, type, value);
    }
}

}  // namespace dualstore::sql
