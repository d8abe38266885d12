// Scalar functions for DuckDB, written row by row.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/athena/sql_type.hpp"

namespace dualstore::sql::athena {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

// The elements of one list, in the vector of all elements.
struct ListView {
    duckdb_vector elements = nullptr;
    idx_t first = 0;
    idx_t count = 0;
};

// Reading a value of any vector.
[[nodiscard]] bool is_valid(duckdb_vector vector, idx_t row);
template <class T>
[[nodiscard]] T value_of(duckdb_vector vector, idx_t row) {
    return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}
[[nodiscard]] std::string_view text_of(duckdb_vector vector, idx_t row);  // VARCHAR and BLOB; lives as long as the vector
[[nodiscard]] ListView list_of(duckdb_vector vector, idx_t row);          // LIST, and MAP: of its entries, STRUCT(key, value)
[[nodiscard]] Int128 huge_of(duckdb_hugeint value);
// A DECIMAL's digits without the point, whatever integer DuckDB keeps it in.
[[nodiscard]] Int128 decimal_of(duckdb_vector vector, idx_t row, const SqlType& type);

// What a native function was made for.
struct NativeTypes {
    std::vector<SqlType> arguments;
    SqlType result;
};

// One row of the arguments.
class Arguments {
  public:
    Arguments(duckdb_data_chunk chunk, idx_t row, const NativeTypes& types) : chunk_(chunk), row_(row), types_(types) {}

    [[nodiscard]] bool valid(idx_t index) const { return is_valid(vector(index), row_); }  // not NULL
    template <class T>
    [[nodiscard]] T value(idx_t index) const {
        return value_of<T>(vector(index), row_);
    }
    [[nodiscard]] std::string_view text(idx_t index) const { return text_of(vector(index), row_); }
    [[nodiscard]] ListView list(idx_t index) const { return list_of(vector(index), row_); }
    [[nodiscard]] Int128 decimal(idx_t index) const { return decimal_of(vector(index), row_, type(index)); }

    [[nodiscard]] duckdb_vector vector(idx_t index) const { return duckdb_data_chunk_get_vector(chunk_, index); }
    [[nodiscard]] idx_t row() const { return row_; }
    [[nodiscard]] const SqlType& type(idx_t index) const { return types_.arguments[index]; }
    [[nodiscard]] const SqlType& result_type() const { return types_.result; }
    [[nodiscard]] idx_t size() const { return types_.arguments.size(); }

  private:
    duckdb_data_chunk chunk_;
    idx_t row_;
    const NativeTypes& types_;
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
    void text(std::string_view text);                             // VARCHAR and BLOB
    void texts(const std::vector<std::string>& texts);            // LIST(VARCHAR)
    void decimal(Int128 digits, const SqlType& type);             // checks nothing: |digits| < 10^precision
    void error(std::string_view kind, std::string_view message);  // "INVALID_FUNCTION_ARGUMENT", ...: the query fails
    // The vector and the row, for what the above cannot write; `given` says that they were.
    [[nodiscard]] duckdb_vector vector() const { return vector_; }
    [[nodiscard]] idx_t row() const { return row_; }
    void given() { given_ = true; }

    [[nodiscard]] bool is_given() const { return given_; }
    [[nodiscard]] const std::string& failure() const { return error_; }

  private:
    duckdb_vector vector_;
    idx_t row_;
    bool given_ = false;
    std::string error_;
};

using NativeRow = void (*)(const Arguments& arguments, Answer& answer);

// `row` is called for rows without NULL arguments; the others give NULL. With `nulls` it is called for all.
struct NativeFunction {
    std::string_view name;
    NativeRow row;
    bool nulls = false;
    // For what the text of a Function or a macro calls by name: "(array(T), bigint) -> T", with the variables of the function that calls
    // it; for macros without variables. Without it, only "@name" can call it.
    std::string_view types = {};
};

// What a translated query calls, to be registered once in each connection before it runs.
struct NativeUse {
    std::string name;  // in DuckDB: the function's, and its types
    const NativeFunction* function = nullptr;
    NativeTypes types;
};

}  // namespace dualstore::sql::athena
