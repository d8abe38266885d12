#include "sql/embedded/duckdb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace dualstore::sql {
namespace {

// Rows of a snapshot file that are compressed together.
constexpr idx_t row_group_rows = 16'384;

std::string quote(std::string_view text, char mark) {
    std::string quoted(1, mark);
    for (const char c : text) {
        if (c == mark) quoted += mark;
        quoted += c;
    }
    quoted += mark;
    return quoted;
}

}  // namespace

std::string quote_name(std::string_view name) {
    return quote(name, '"');
}
std::string quote_text(std::string_view text) {
    return quote(text, '\'');
}

tl::unexpected<Error> mirror_failure(std::string_view text) {
    return fail(ErrorCode::unavailable, fmt::format("the embedded engine failed: {}", text.substr(0, text.find('\n'))),
                std::string(mirror_operation));
}

bool is_mirror_failure(const Error& error) {
    return error.operation == mirror_operation;
}

Error query_stopped() {
    return {ErrorCode::query, Retry::never, "query", {}, "USER_CANCELED: the query was stopped"};
}

Result<OpenedDatabase> open_database(const std::string& file) {
    Owned<duckdb_config, duckdb_destroy_config> config;
    duckdb_create_config(config.out());
    duckdb_set_config(config.get(), "autoinstall_known_extensions", "false");
    duckdb_set_config(config.get(), "autoload_known_extensions", "false");
    if (!file.empty()) {
        // A commit writes the file itself and no log beside it: where the log's file cannot be looked at, undoing a commit ends the
        // process.
        duckdb_set_config(config.get(), "checkpoint_threshold", "1B");
        duckdb_set_config(config.get(), "auto_checkpoint_skip_wal_threshold", "0");
        duckdb_set_config(config.get(), "preserve_insertion_order", "false");  // all threads insert, and compress, side by side
    }
    duckdb_set_config(config.get(), "threads", std::thread::hardware_concurrency() > 1 ? "2" : "1");
    OpenedDatabase opened;
    char* error = nullptr;
    if (duckdb_open_ext(nullptr, opened.database.out(), config.get(), &error) != DuckDBSuccess) {
        const std::string text = error != nullptr ? error : "out of memory";
        duckdb_free(error);
        return mirror_failure(text);
    }
    if (duckdb_connect(opened.database.get(), opened.connection.out()) != DuckDBSuccess) return mirror_failure("no connection");
    if (!file.empty()) {
        auto attached =
            run(opened.connection, fmt::format("ATTACH {} AS file (ROW_GROUP_SIZE {}); USE file", quote_text(file), row_group_rows));
        if (!attached) return fail(std::move(attached.error()));
    }
    return opened;
}

Result<Rows> run(const Connection& connection, const std::string& sql) {
    Rows rows;
    if (duckdb_query(connection.get(), sql.c_str(), rows.out()) != DuckDBSuccess) {
        const char* error = duckdb_result_error(rows.out());
        return mirror_failure(error != nullptr ? error : "out of memory");
    }
    return rows;
}

Result<void> statement(const Connection& connection, const std::string& sql) {
    auto done = run(connection, sql);
    if (!done) return fail(std::move(done.error()));
    return {};
}

TableFunction make_table_function(const std::string& name, void* rows, duckdb_table_function_bind_t bind,
                                  duckdb_table_function_init_t begin, duckdb_table_function_t read) {
    TableFunction function(duckdb_create_table_function());
    duckdb_table_function_set_name(function.get(), name.c_str());
    duckdb_table_function_set_extra_info(function.get(), rows, nullptr);
    duckdb_table_function_set_bind(function.get(), bind);
    duckdb_table_function_set_init(function.get(), begin);
    duckdb_table_function_set_function(function.get(), read);
    return function;
}

Result<void> show(const Connection& connection, const TableFunction& function) {
    if (duckdb_register_table_function(connection.get(), function.get()) == DuckDBSuccess) return {};
    return mirror_failure("cannot make a table function");
}

}  // namespace dualstore::sql
