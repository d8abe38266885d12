#include "sql/athena/functions.hpp"

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {
namespace {

bool any_null(duckdb_data_chunk input, idx_t row) {
    for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(input); ++i) {
        std::uint64_t* validity = duckdb_vector_get_validity(duckdb_data_chunk_get_vector(input, i));
        if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) return true;
    }
    return false;
}

void execute(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    const auto* function = static_cast<const NativeFunction*>(duckdb_scalar_function_get_extra_info(info));
    const idx_t size = duckdb_data_chunk_get_size(input);
    for (idx_t row = 0; row < size; ++row) {
        Answer answer(output, row);
        if (!any_null(input, row)) function->row(Arguments(input, row), answer);
        if (!answer.failure().empty()) return duckdb_scalar_function_set_error(info, answer.failure().c_str());
        if (answer.given()) continue;
        duckdb_vector_ensure_validity_writable(output);
        duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
    }
}

bool register_function(duckdb_connection connection, const NativeFunction& native) {
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, native.name);
    for (const duckdb_type parameter : native.parameters) {
        duckdb_logical_type type = duckdb_create_logical_type(parameter);
        duckdb_scalar_function_add_parameter(function, type);
        duckdb_destroy_logical_type(&type);
    }
    duckdb_logical_type result = duckdb_create_logical_type(native.result);
    if (native.json) duckdb_logical_type_set_alias(result, "JSON");
    duckdb_scalar_function_set_return_type(function, result);
    duckdb_destroy_logical_type(&result);
    duckdb_scalar_function_set_extra_info(function, const_cast<NativeFunction*>(&native), nullptr);
    duckdb_scalar_function_set_function(function, execute);
    const bool done = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&function);
    return done;
}

}  // namespace

std::string_view Arguments::text(idx_t index) const {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector(index)));
    return {duckdb_string_t_data(&strings[row_]), duckdb_string_t_length(strings[row_])};
}

void Answer::text(std::string_view text) {
    duckdb_vector_assign_string_element_len(vector_, row_, text.data(), text.size());
    given_ = true;
}

Result<void> register_functions(duckdb_connection connection) {
    for (const auto functions : {value_functions(), text_functions(), json_functions()}) {
        for (const NativeFunction& function : functions) {
            if (!register_function(connection, function)) {
                return fail(ErrorCode::unavailable, std::string("DuckDB refuses the function ") + function.name, "query");
            }
        }
    }
    return {};
}

}  // namespace dualstore::sql::athena
