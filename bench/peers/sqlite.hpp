// SQLite as a durable store of the same records: a table of keys and JSON texts, write-ahead log, synchronous=FULL.
#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "measure.hpp"

namespace dualstore::bench {

class Sqlite {
  public:
    explicit Sqlite(const std::filesystem::path& file) {
        if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) give_up("SQLite cannot open its file");
        sqlite3_busy_timeout(database_, 60'000);
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL");
        run("CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, json TEXT) WITHOUT ROWID");
        put_ = prepared("INSERT INTO records VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET json = excluded.json");
    }
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;
    ~Sqlite() {
        sqlite3_finalize(put_);
        sqlite3_close(database_);
    }

    void run(const char* sql) {
        if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(database_));
    }
    void put(std::string_view key, std::string_view json) {
        bind(1, key);
        bind(2, json);
        if (sqlite3_step(put_) != SQLITE_DONE) give_up(sqlite3_errmsg(database_));
        sqlite3_reset(put_);
    }
    double number(const char* sql) {
        sqlite3_stmt* statement = prepared(sql);
        if (sqlite3_step(statement) != SQLITE_ROW) give_up(sqlite3_errmsg(database_));
        const double value = sqlite3_column_double(statement, 0);
        sqlite3_finalize(statement);
        return value;
    }

  private:
    sqlite3_stmt* prepared(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(database_));
        return statement;
    }
    void bind(int at, std::string_view text) { sqlite3_bind_text(put_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC); }

    sqlite3* database_ = nullptr;
    sqlite3_stmt* put_ = nullptr;
};

}  // namespace dualstore::bench
