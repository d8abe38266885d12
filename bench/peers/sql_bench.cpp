// SQL by number of records: the embedded engine of an open client after one more write, beside DuckDB's own table, DuckDB's read_json over
// the same files, and SQLite's JSON functions. Then the cost of each call on stores of that size.
//
//     sql_bench FOLDER ROUNDS RECORDS…
#include <duckdb.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "dualstore/client.hpp"
#include "measure.hpp"
#include "sqlite.hpp"

namespace {

using namespace dualstore;
using namespace dualstore::bench;
namespace fs = std::filesystem;

constexpr const char* table = "generated_metadata";
constexpr const char* columns =
    "{brandid: 'INTEGER', brandname: 'VARCHAR', regex: 'VARCHAR', mccids: 'INTEGER[]', confidence_score: 'DOUBLE', version: 'INTEGER', "
    "generated_at: 'TIMESTAMP', evaluator_issues: 'VARCHAR[]', coverage_narratives_matched: 'DOUBLE', coverage_false_positives: 'DOUBLE'}";

std::string question_of(std::string_view source) {
    return fmt::format("SELECT CAST(sum(version) AS DOUBLE) + avg(confidence_score) FROM {} WHERE brandname LIKE 'Harbour Pets 1%'",
                       source);
}

Client open(const fs::path& root) {
    auto client = Client::open({.store = "file:" + root.string()});
    if (!client) give_up(client.error().message);
    return *client;
}

double milliseconds(const std::function<void()>& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return 1000 * seconds_since(begun);
}

class Duck {
  public:
    Duck() {
        if (duckdb_open(nullptr, &database_) != DuckDBSuccess || duckdb_connect(database_, &connection_) != DuckDBSuccess) {
            give_up("DuckDB does not open");
        }
        run("SET threads = 2");
    }
    Duck(const Duck&) = delete;
    Duck& operator=(const Duck&) = delete;
    ~Duck() {
        duckdb_disconnect(&connection_);
        duckdb_close(&database_);
    }
    void run(const std::string& sql) {
        duckdb_result result;
        if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) give_up(duckdb_result_error(&result));
        duckdb_destroy_result(&result);
    }

  private:
    duckdb_database database_ = nullptr;
    duckdb_connection connection_ = nullptr;
};

void fill(Client& client, std::uint64_t count) {
    constexpr std::uint64_t batch = 1000;
    for (std::uint64_t from = 0; from < count; from += batch) {
        std::vector<std::string> texts;
        for (std::uint64_t id = from; id < std::min(from + batch, count); ++id) texts.push_back(record(id, id % 10));
        for (const auto& stored : client.put_many(table, std::vector<std::string_view>(texts.begin(), texts.end()))) {
            if (!stored) give_up(stored.error().message);
        }
    }
}

void ask(Client& client, const std::string& question = question_of(table)) {
    if (const auto answer = client.query(question); !answer) give_up(answer.error().message);
}

void first_builds(const fs::path& root, std::uint64_t count) {
    ::sync();  // else the disk still writes what was put, on the same cores
    compare("first build of the mirror, records a second", count, 3, {{"dualstore", [&] {
                                                                           fs::remove_all(root / ".dualstore/mirror");
                                                                           Client client = open(root);
                                                                           const auto begun = std::chrono::steady_clock::now();
                                                                           ask(client);
                                                                           return static_cast<double>(count) / seconds_since(begun);
                                                                       }}});
}

void queries(const fs::path& root, std::uint64_t count, int rounds) {
    Client client = open(root);
    ask(client);
    Duck duck;
    const std::string files =
        fmt::format("read_json('{}/metadata/*.json', format = 'newline_delimited', columns = {})", root.string(), columns);
    const fs::path exported = root / "exported.ndjson";
    if (!client.export_table(table, ExportFormat::ndjson, exported.string())) give_up("export");
    duck.run(fmt::format("CREATE TABLE native AS SELECT * FROM read_json('{}', format = 'newline_delimited', columns = {})",
                         exported.string(), columns));
    fs::remove(exported);
    Sqlite sqlite(root / "sqlite.db");
    sqlite.run("BEGIN");
    for (std::uint64_t id = 0; id < count; ++id) sqlite.put(std::to_string(id), record(id, id % 10));
    sqlite.run("COMMIT");
    std::uint64_t next = 10'000'000;
    const std::string json =
        "(SELECT json ->> 'version' AS version, json ->> 'confidence_score' AS confidence_score, "
        "json ->> 'brandname' AS brandname FROM records)";
    const auto put = [&] {
        if (const auto stored = client.put(table, record(next++, 1)); !stored) give_up(stored.error().message);
    };
    compare("SQL after one more write, records", count, rounds,
            {{"dualstore",
              [&] {
                  put();
                  return milliseconds([&] { ask(client); });
              }},
             {"dualstore, a statement not asked before",
              [&] {
                  put();
                  const std::string question = fmt::format("{} AND brandid <> -{}", question_of(table), next);
                  return milliseconds([&] { ask(client, question); });
              }},
             {"DuckDB, its own table",
              [&] {
                  duck.run(fmt::format("INSERT INTO native (brandid, brandname, version) VALUES ({}, 'Harbour Pets 1', 1)", next++));
                  return milliseconds([&] { duck.run(question_of("native")); });
              }},
             {"SQLite, JSON functions", [&] {
                  sqlite.put(std::to_string(next++), record(1, 1));
                  return milliseconds([&] { sqlite.number(question_of(json).c_str()); });
              }}});
    compare("SQL after one more write, records", count, count > 100'000 ? 1 : 3,
            {{"DuckDB, read_json", [&] { return milliseconds([&] { duck.run(question_of(files)); }); }}});
    fs::remove(root / "sqlite.db");
}

void growth(const fs::path& root, std::uint64_t count, int rounds) {
    Client client = open(root);
    ask(client);
    std::uint64_t next = 20'000'000;
    compare("put, milliseconds, records", count, rounds * 10, {{"dualstore", [&] {
                                                                    const std::string text = record(next++, 1);
                                                                    return milliseconds([&] {
                                                                        if (!client.put(table, text)) give_up("put");
                                                                    });
                                                                }}});
    compare("get, milliseconds, records", count, rounds * 10, {{"dualstore", [&] {
                                                                    const std::string id = std::to_string(next * 7919 % count);
                                                                    ++next;
                                                                    return milliseconds([&] {
                                                                        if (!client.get(table, {id}).value()) give_up("get");
                                                                    });
                                                                }}});
    compare("ls, milliseconds, records", count, rounds, {{"dualstore", [&] {
                                                              return milliseconds([&] {
                                                                  if (!list_all(*client.objects(), "metadata/")) give_up("ls");
                                                              });
                                                          }}});
    compare("opening, milliseconds, records", count, rounds, {{"dualstore", [&] { return milliseconds([&] { open(root); }); }}});
    compare("opening and a first query, milliseconds, records", count, rounds, {{"dualstore", [&] {
                                                                                     return milliseconds([&] {
                                                                                         Client other = open(root);
                                                                                         ask(other);
                                                                                     });
                                                                                 }}});
    compare("check, milliseconds, records", count, count > 100'000 ? 1 : 3, {{"dualstore", [&] {
                                                                                  return milliseconds([&] {
                                                                                      if (!client.check(table)) give_up("check");
                                                                                  });
                                                                              }}});
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) give_up("name a folder on the disk to measure, the rounds, and numbers of records");
    const fs::path folder = arguments[1];
    const int rounds = std::atoi(arguments[2]);
    for (int i = 3; i < count; ++i) {
        const std::uint64_t records = std::strtoull(arguments[i], nullptr, 10);
        const fs::path root = folder / fmt::format("records-{}", records);
        {
            Client client = open(root);
            fill(client, records);
        }
        first_builds(root, records);
        queries(root, records, rounds);
        growth(root, records, rounds);
        fs::remove_all(root);
    }
    return 0;
}
