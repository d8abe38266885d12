// Any text through the parser and the translator: no crash, no sanitizer's report, at most 50 ms, and what comes out is SQL to DuckDB.
#include <duckdb.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "check.hpp"
#include "dualstore/table.hpp"
#include "sql/athena/dialect.hpp"

namespace {

using namespace dualstore;

// With a sanitizer all takes several times as long. A zone whose rules are read takes some 10 of these, once in a process.
#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
constexpr std::chrono::milliseconds longest{200};
#else
constexpr std::chrono::milliseconds longest{50};
#endif

// Of this thread: other programs on the machine are no fault of the translator's.
std::chrono::nanoseconds cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

using fuzz::check;

duckdb_connection connect() {
    static duckdb_database database;
    static duckdb_connection connection;
    if (connection == nullptr) {
        check(duckdb_open(nullptr, &database) == DuckDBSuccess && duckdb_connect(database, &connection) == DuckDBSuccess, "no DuckDB", "");
    }
    return connection;
}

bool is_sql(const std::string& text) {
    duckdb_extracted_statements statements = nullptr;
    const idx_t count = duckdb_extract_statements(connect(), text.c_str(), &statements);
    duckdb_destroy_extracted(&statements);
    return count == 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<TableDefinition> tables = builtin_tables();
    // The first zone of a process costs more: a database is opened for its rules.
    static const auto first = sql::athena::translate("SELECT TIMESTAMP '2024-01-01 00:00:00 Europe/Paris'", tables, "default", {});
    check(first.has_value(), "no zones", "");
    const std::string_view sql(reinterpret_cast<const char*>(data), size);
    if (size > 4096 || sql.find('\0') != std::string_view::npos) return 0;
    const auto timed = [&] {
        const auto begun = cpu_time();
        auto translation = sql::athena::translate(sql, tables, "default", {});
        return std::pair(std::move(translation), cpu_time() - begun);
    };
    auto [translation, took] = timed();
    // What a hypervisor takes away counts as the thread's time: only what is slow each time is the translator's doing.
    for (int again = 0; again < 2 && took >= longest; ++again) took = std::min(took, timed().second);
    check(took < longest, "it took too long", sql);
    if (!translation) return 0;
    for (const std::string& statement : translation->prelude) check(is_sql(statement), "no SQL in the prelude", statement);
    check(is_sql(translation->sql), "no SQL", sql);
    return 0;
}
