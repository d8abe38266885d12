// DuckDB's C API with owners for its objects.
#pragma once

#include <duckdb.h>

#include <string>
#include <string_view>
#include <utility>

#include "dualstore/error.hpp"

namespace dualstore::sql {

template <class T, auto Release>
class Owned {
  public:
    Owned() = default;
    explicit Owned(T value) : value_(value) {}
    Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, T{})) {}
    Owned& operator=(Owned&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Owned() {
        if (value_ != nullptr) Release(&value_);
    }
    [[nodiscard]] T get() const { return value_; }
    // Where DuckDB puts what it makes; only for an owner that is still empty.
    [[nodiscard]] T* out() { return &value_; }

  private:
    T value_{};
};

using Database = Owned<duckdb_database, duckdb_close>;
using Connection = Owned<duckdb_connection, duckdb_disconnect>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Pending = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using Statements = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
inline void destroy_selection(duckdb_selection_vector* selection) {
    duckdb_destroy_selection_vector(*selection);
}
using Selection = Owned<duckdb_selection_vector, destroy_selection>;
using TableFunction = Owned<duckdb_table_function, duckdb_destroy_table_function>;
using DuckValue = Owned<duckdb_value, duckdb_destroy_value>;

// What a statement gave; chunks are taken one after the other.
class Rows {
  public:
    Rows() = default;
    Rows(Rows&& other) noexcept : result_(std::exchange(other.result_, {})) {}
    Rows& operator=(Rows&& other) noexcept {
        std::swap(result_, other.result_);
        return *this;
    }
    ~Rows() { duckdb_destroy_result(&result_); }
    [[nodiscard]] duckdb_result* out() { return &result_; }
    // The next chunk; its get() is nullptr at the end.
    [[nodiscard]] Chunk next() { return Chunk(duckdb_fetch_chunk(result_)); }

  private:
    duckdb_result result_{};
};

struct OpenedDatabase {
    Database database;
    Connection connection;
};

// `file` empty: in memory; else names are of the file's tables, and what is inserted need not keep its order. No extension is ever
// installed or loaded by itself.
[[nodiscard]] Result<OpenedDatabase> open_database(const std::string& file);

// Runs the engine's own statements (not a user's). An error has operation `mirror_operation`.
[[nodiscard]] Result<Rows> run(const Connection& connection, const std::string& sql);
// The same, of statements that give nothing.
[[nodiscard]] Result<void> statement(const Connection& connection, const std::string& sql);

// A table function without parameters, whose callbacks find `rows` as their extra info.
[[nodiscard]] TableFunction make_table_function(const std::string& name, void* rows, duckdb_table_function_bind_t bind,
                                                duckdb_table_function_init_t begin, duckdb_table_function_t read);
// Makes it known to all connections to the database.
[[nodiscard]] Result<void> show(const Connection& connection, const TableFunction& function);

// Marks errors of the engine's own work, which a rebuilt mirror may mend, apart from those of the store and of the user's SQL.
inline constexpr std::string_view mirror_operation = "mirror";
[[nodiscard]] tl::unexpected<Error> mirror_failure(std::string_view text);
[[nodiscard]] bool is_mirror_failure(const Error& error);
[[nodiscard]] Error query_stopped();  // by who asked it

[[nodiscard]] std::string quote_name(std::string_view name);  // "a""b"
[[nodiscard]] std::string quote_text(std::string_view text);  // 'it''s'

}  // namespace dualstore::sql
