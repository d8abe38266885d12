// Scalar functions for DuckDB, written row by row.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore::sql::athena {

// One row of the arguments; none of them is NULL.
class Arguments {
  public:
    Arguments(duckdb_data_chunk chunk, idx_t row) : chunk_(chunk), row_(row) {}

    template <class T>
    [[nodiscard]] T value(idx_t index) const {
        return static_cast<const T*>(duckdb_vector_get_data(vector(index)))[row_];
    }
    [[nodiscard]] std::string_view text(idx_t index) const;  // VARCHAR and BLOB
    [[nodiscard]] duckdb_vector vector(idx_t index) const { return duckdb_data_chunk_get_vector(chunk_, index); }
    [[nodiscard]] idx_t row() const { return row_; }

  private:
    duckdb_data_chunk chunk_;
    idx_t row_;
};

// Where one row's answer goes: at most one call. Without any the answer is NULL.
class Answer {
  public:
    Answer(duckdb_vector vector, idx_t row) : vector_(vector), row_(row) {}

    template <class T>
    void value(T value) {
        static_cast<T*>(duckdb_vector_get_data(vector_))[row_] = value;
        given_ = true;
    }
    void text(std::string_view text);                                 // VARCHAR and BLOB
    void error(std::string message) { error_ = std::move(message); }  // "INVALID_FUNCTION_ARGUMENT: ...": the query fails

    [[nodiscard]] bool given() const { return given_; }
    [[nodiscard]] const std::string& failure() const { return error_; }

  private:
    duckdb_vector vector_;
    idx_t row_;
    bool given_ = false;
    std::string error_;
};

struct NativeFunction {
    const char* name;
    std::vector<duckdb_type> parameters;
    duckdb_type result;
    void (*row)(const Arguments& arguments, Answer& answer);
    bool json = false;  // the result is a VARCHAR of type JSON
};

// The lists; each lives as long as the program.
[[nodiscard]] std::span<const NativeFunction> value_functions();  // operators, elements, casts to text
[[nodiscard]] std::span<const NativeFunction> text_functions();   // patterns of dates, addresses, checksums
[[nodiscard]] std::span<const NativeFunction> json_functions();

}  // namespace dualstore::sql::athena
