#include "sql/athena/native.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

#include "sql/athena/native_registration.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

struct LogicalTypeDeleter {
    void operator()(duckdb_logical_type type) const { duckdb_destroy_logical_type(&type); }
};
using LogicalType = std::unique_ptr<std::remove_pointer_t<duckdb_logical_type>, LogicalTypeDeleter>;

LogicalType scalar(duckdb_type id) {
    return LogicalType(duckdb_create_logical_type(id));
}

LogicalType logical_type(const SqlType& type);

LogicalType structure(std::vector<LogicalType> fields, std::vector<std::string> names) {
    std::vector<duckdb_logical_type> types;
    std::vector<const char*> texts;
    for (const LogicalType& field : fields) types.push_back(field.get());
    for (const std::string& name : names) texts.push_back(name.c_str());
    return LogicalType(duckdb_create_struct_type(types.data(), texts.data(), types.size()));
}

LogicalType row_type(const SqlType& type) {
    std::vector<LogicalType> fields;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        fields.push_back(logical_type(type.children[i]));
        names.push_back(fmt::format("f{}", i + 1));
    }
    return structure(std::move(fields), std::move(names));
}

LogicalType zoned_type(duckdb_type time, duckdb_type zone) {
    std::vector<LogicalType> fields;
    fields.push_back(scalar(time));
    fields.push_back(scalar(zone));
    return structure(std::move(fields), {"t", "z"});
}

// As duckdb_name() says.
LogicalType logical_type(const SqlType& type) {
    switch (type.kind) {
        case Kind::boolean:
            return scalar(DUCKDB_TYPE_BOOLEAN);
        case Kind::tinyint:
            return scalar(DUCKDB_TYPE_TINYINT);
        case Kind::smallint:
            return scalar(DUCKDB_TYPE_SMALLINT);
        case Kind::unknown:
        case Kind::integer:
        case Kind::interval_month:
            return scalar(DUCKDB_TYPE_INTEGER);
        case Kind::bigint:
        case Kind::interval_day:
            return scalar(DUCKDB_TYPE_BIGINT);
        case Kind::real:
            return scalar(DUCKDB_TYPE_FLOAT);
        case Kind::double_:
            return scalar(DUCKDB_TYPE_DOUBLE);
        case Kind::decimal:
            return LogicalType(duckdb_create_decimal_type(type.precision, type.scale));
        case Kind::varchar:
        case Kind::char_:
        case Kind::json:
            return scalar(DUCKDB_TYPE_VARCHAR);
        case Kind::varbinary:
            return scalar(DUCKDB_TYPE_BLOB);
        case Kind::date:
            return scalar(DUCKDB_TYPE_DATE);
        case Kind::time:
            return scalar(DUCKDB_TYPE_TIME);
        case Kind::time_tz:
            return zoned_type(DUCKDB_TYPE_TIME, DUCKDB_TYPE_INTEGER);
        case Kind::timestamp:
            return scalar(DUCKDB_TYPE_TIMESTAMP);
        case Kind::timestamp_tz:
            return zoned_type(DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_VARCHAR);
        case Kind::uuid:
            return scalar(DUCKDB_TYPE_UUID);
        case Kind::array:
            return LogicalType(duckdb_create_list_type(logical_type(type.children[0]).get()));
        case Kind::map:
            return LogicalType(duckdb_create_map_type(logical_type(type.children[0]).get(), logical_type(type.children[1]).get()));
        case Kind::row:
            return row_type(type);
    }
    return scalar(DUCKDB_TYPE_INVALID);
}

struct Instance {
    const NativeFunction* function;
    NativeTypes types;
};

void execute(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    const auto& instance = *static_cast<const Instance*>(duckdb_scalar_function_get_extra_info(info));
    const idx_t size = duckdb_data_chunk_get_size(input);
    const idx_t columns = duckdb_data_chunk_get_column_count(input);
    const auto has_null = [&](idx_t row) {
        for (idx_t i = 0; i < columns; ++i) {
            if (!is_valid(duckdb_data_chunk_get_vector(input, i), row)) return true;
        }
        return false;
    };
    for (idx_t row = 0; row < size; ++row) {
        Answer answer(output, row);
        if (instance.function->nulls || !has_null(row)) instance.function->row(Arguments(input, row, instance.types), answer);
        if (!answer.failure().empty()) return duckdb_scalar_function_set_error(info, answer.failure().c_str());
        if (answer.is_given()) continue;
        duckdb_vector_ensure_validity_writable(output);
        duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
    }
}

}  // namespace

bool is_valid(duckdb_vector vector, idx_t row) {
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    return validity == nullptr || duckdb_validity_row_is_valid(validity, row);
}

std::string_view text_of(duckdb_vector vector, idx_t row) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

ListView list_of(duckdb_vector vector, idx_t row) {
    const auto entry = value_of<duckdb_list_entry>(vector, row);
    return {duckdb_list_vector_get_child(vector), entry.offset, entry.length};
}

Int128 huge_of(duckdb_hugeint value) {
    return static_cast<Int128>((static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower);
}

Int128 decimal_of(duckdb_vector vector, idx_t row, const SqlType& type) {
    if (type.precision <= 4) return value_of<std::int16_t>(vector, row);
    if (type.precision <= 9) return value_of<std::int32_t>(vector, row);
    if (type.precision <= 18) return value_of<std::int64_t>(vector, row);
    return huge_of(value_of<duckdb_hugeint>(vector, row));
}

void Answer::text(std::string_view text) {
    duckdb_vector_assign_string_element_len(vector_, row_, text.data(), text.size());
    given_ = true;
}

void Answer::texts(const std::vector<std::string>& texts) {
    const idx_t first = duckdb_list_vector_get_size(vector_);
    duckdb_list_vector_reserve(vector_, first + texts.size());
    duckdb_list_vector_set_size(vector_, first + texts.size());
    const duckdb_vector elements = duckdb_list_vector_get_child(vector_);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        duckdb_vector_assign_string_element_len(elements, first + i, texts[i].data(), texts[i].size());
    }
    value(duckdb_list_entry{first, texts.size()});
}

void Answer::decimal(Int128 digits, const SqlType& type) {
    if (type.precision <= 4) return value(static_cast<std::int16_t>(digits));
    if (type.precision <= 9) return value(static_cast<std::int32_t>(digits));
    if (type.precision <= 18) return value(static_cast<std::int64_t>(digits));
    value(duckdb_hugeint{static_cast<std::uint64_t>(digits), static_cast<std::int64_t>(digits >> 64)});
}

void Answer::error(std::string_view kind, std::string_view message) {
    error_ = fmt::format("{}: {}", kind, message);
}

Result<void> register_native(duckdb_connection connection, const NativeUse& use) {
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, use.name.c_str());
    for (const SqlType& argument : use.types.arguments) duckdb_scalar_function_add_parameter(function, logical_type(argument).get());
    duckdb_scalar_function_set_return_type(function, logical_type(use.types.result).get());
    duckdb_scalar_function_set_special_handling(function);  // NULL arguments reach it
    duckdb_scalar_function_set_extra_info(function, new Instance{use.function, use.types},
                                          [](void* instance) { delete static_cast<Instance*>(instance); });
    duckdb_scalar_function_set_function(function, execute);
    const bool done = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&function);
    if (!done) return fail(ErrorCode::unavailable, fmt::format("DuckDB refuses the function {}", use.name), "query");
    return {};
}

}  // namespace dualstore::sql::athena
