// The embedded engine as its users see it: the tables are the objects, and SQL reaches nothing else.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <stop_token>
#include <thread>

#include "sql/embedded_fixture.hpp"

namespace dualstore::sql {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(EmbeddedTest, AnswersFromTheObjectsOfTheStore) {
    put("fruit/1.json", "{\"id\":1,\"name\":\"apple\",\"weight\":0.25}\n");
    put("fruit/2.json", "{\"id\":2,\"name\":null}\n");
    auto sql = engine();
    const QueryResult result = ask(*sql, "SELECT * FROM fruit ORDER BY id");
    ASSERT_EQ(result.columns.size(), 3U);
    EXPECT_EQ(result.columns[0].name, "id");
    EXPECT_EQ(result.columns[0].type, "integer");
    EXPECT_EQ(result.columns[1].type, "varchar");
    EXPECT_EQ(result.columns[2].type, "double");
    ASSERT_EQ(result.rows.size(), 2U);
    EXPECT_EQ(std::get<std::int64_t>(result.rows[0][0]), 1);
    EXPECT_EQ(std::get<std::string>(result.rows[0][1]), "apple");
    EXPECT_EQ(std::get<double>(result.rows[0][2]), 0.25);
    EXPECT_EQ(std::get<std::int64_t>(result.rows[1][0]), 2);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.rows[1][1]));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.rows[1][2]));
}

TEST_F(EmbeddedTest, TheNextQuerySeesWhatOthersAddChangeAndRemove) {
    auto sql = engine();
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 0);
    put("fruit/1.json", "{\"id\":1,\"name\":\"apple\"}\n");
    put("fruit/2.json", "{\"id\":2,\"name\":\"pear\"}\n");
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 2);
    put("fruit/1.json", "{\"id\":1,\"name\":\"quince\"}\n");
    EXPECT_EQ(ask_text(*sql, "SELECT name FROM fruit WHERE id = 1"), "quince");
    remove("fruit/1.json");
    EXPECT_EQ(ask_text(*sql, "SELECT name FROM fruit"), "pear");
}

// With nothing but a file where the folder of snapshots would be, all rows stay in memory.
TEST_F(EmbeddedTest, ManyChangesLeaveWhatTheObjectsSay) {
    EmbeddedOptions held = options(R"(
CREATE EXTERNAL TABLE nested (id INT, tags ARRAY<STRING>, at STRUCT<x: INT, y: MAP<STRING, INT>>)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/nested/' TBLPROPERTIES ('dualstore.key' = '{id}.json');
)");
    held.mirror = folder_ / "file" / "mirror";
    std::ofstream(folder_ / "file") << "no folder";
    auto sql = make_embedded_engine(held);
    std::map<int, std::int64_t> lines;  // of each object
    std::mt19937 random(7);
    for (int round = 0; round < 60; ++round) {
        const int changes = round % 10 == 0 ? 3000 : 1 + static_cast<int>(random() % 100);
        for (int i = 0; i < changes; ++i) {
            const int id = static_cast<int>(random() % 6000);
            const std::string key = fmt::format("nested/{}.json", id);
            const auto count = static_cast<std::int64_t>(random() % 4);
            if (count == 0 && lines.erase(id) > 0) {
                remove(key);
            } else if (count > 0) {
                std::string text;
                for (int line = 0; line < count; ++line) {
                    text += fmt::format(R"({{"id":{0},"tags":["a string of some length {0}","{1}"],"at":{{"x":{1},"y":{{"k{0}":{1}}}}}}})",
                                        id, line);
                    text += "\n";
                }
                put(key, text);
                lines[id] = count;
            }
        }
        std::int64_t rows = 0;
        std::int64_t numbers = 0;
        for (const auto& [id, count] : lines) {
            rows += count;
            numbers += id * count + count * (count - 1) / 2;
        }
        EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM nested"), rows) << round;
        EXPECT_EQ(ask_number(*sql, "SELECT sum(id + at.x) FROM nested"), numbers) << round;
        EXPECT_EQ(ask_number(*sql,
                             "SELECT count(*) FROM nested WHERE tags[1] = 'a string of some length ' || CAST(id AS varchar) "
                             "AND tags[2] = CAST(at.x AS varchar) AND at.y['k' || CAST(id AS varchar)] = at.x"),
                  rows)
            << round;
    }
}

TEST_F(EmbeddedTest, AQueryThatIsAskedAgainIsAnsweredAnew) {
    put("fruit/1.json", "{\"id\":1,\"name\":\"apple\"}\n");
    auto sql = engine();
    const std::string now = ask_text(*sql, "SELECT CAST(current_timestamp(6) AS varchar)");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_NE(ask_text(*sql, "SELECT CAST(current_timestamp(6) AS varchar)"), now);
    const std::string drawn = ask_text(*sql, "SELECT CAST(uuid() AS varchar)");
    EXPECT_NE(ask_text(*sql, "SELECT CAST(uuid() AS varchar)"), drawn);
    // What a plan could have taken from the rows there were.
    const std::string above = "SELECT count(*) FROM fruit WHERE id > 5";
    EXPECT_EQ(ask_number(*sql, above), 0);
    put("fruit/9.json", "{\"id\":9}\n");
    EXPECT_EQ(ask_number(*sql, above), 1);
    put_fruit(10, 2010);  // a snapshot
    EXPECT_EQ(ask_number(*sql, above), 2001);
    remove("fruit/10.json");
    EXPECT_EQ(ask_number(*sql, above), 2000);
    remove("fruit/11.json");
    put("fruit/12.json", "{\"id\":-1}\n");
    EXPECT_EQ(ask_number(*sql, above), 1998);
    EXPECT_EQ(ask_number(*sql, "SELECT min(id) FROM fruit"), -1);
}

TEST_F(EmbeddedTest, AParameterMayHaveAnotherTypeTheNextTime) {
    auto sql = engine();
    const std::string text = "SELECT CAST(? AS varchar)";
    for (const Value& value : {Value(std::int64_t{7}), Value(std::string("seven")), Value(7.5), Value(std::int64_t{8})}) {
        const Value parameters[] = {value};
        const auto answer = sql->execute(text, parameters, {});
        ASSERT_TRUE(answer) << answer.error().message;
        const std::string shown = std::get<std::string>(answer->rows.at(0).at(0));
        EXPECT_EQ(shown, std::holds_alternative<double>(value)        ? "7.5E0"
                         : std::holds_alternative<std::string>(value) ? std::get<std::string>(value)
                                                                      : std::to_string(std::get<std::int64_t>(value)));
    }
}

TEST_F(EmbeddedTest, EveryLineOfAnObjectIsARow) {
    put("fruit/many.json", "{\"id\":1}\n\n{\"id\":2}\r\n{\"id\":3}");
    put("fruit/empty.json", "");
    auto sql = engine();
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), 6);
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 3);
}

TEST_F(EmbeddedTest, HiddenObjectsAreNoRows) {
    put("fruit/1.json", "{\"id\":1}\n");
    put("fruit/_temporary/2.json", "{\"id\":2}\n");
    put("fruit/.3.json", "not even JSON");
    put("fruit/deep/4.json", "{\"id\":4}\n");
    EXPECT_EQ(ask_number(*engine(), "SELECT sum(id) FROM fruit"), 5);
}

TEST_F(EmbeddedTest, AnObjectThatCannotBeReadIsNamedAndFailsItsOwnTableOnly) {
    put("fruit/1.json", "{\"id\":1}\n");
    put("fruit/bad.json", "{\n  \"id\": 2\n}\n");
    put("colours/1.json", "{\"id\":1,\"colour\":\"red\"}\n");
    auto sql = engine();
    const auto refused = sql->execute("SELECT count(*) FROM fruit", {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
    EXPECT_THAT(refused.error().message, HasSubstr("fruit/bad.json"));
    EXPECT_THAT(refused.error().message, HasSubstr("dualstore check fruit"));
    EXPECT_EQ(ask_text(*sql, "SELECT colour FROM colours"), "red");
    EXPECT_EQ(ask_number(*sql, "SELECT id AS fruit FROM colours WHERE colour <> 'fruit'"), 1);
    for (const char* query :
         {"SELECT 1 FROM colours, fruit", "SELECT (SELECT max(id) FROM db.\"FRUIT\")", "SELECT 1 FROM colours c\nJOIN(fruit) ON TRUE"}) {
        EXPECT_FALSE(sql->execute(query, {})) << query;
    }
    put("fruit/bad.json", "{\"id\":2}\n");
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 2);
}

TEST_F(EmbeddedTest, NoRowOfAnUnreadableObjectRemainsOnceItIsMended) {
    put("fruit/many.json", "{\"id\":1}\n{\"id\":2}\n[]\n");
    auto sql = engine();
    EXPECT_FALSE(sql->execute("SELECT count(*) FROM fruit", {}));
    put("fruit/many.json", "{\"id\":3}\n");
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), 3);
}

TEST_F(EmbeddedTest, ThePathIsThereWhenItIsNamedAndHiddenOtherwise) {
    put("fruit/1.json", "{\"id\":1}\n");
    put("fruit/2.json", "{\"id\":2}\n");
    put("colours/2.json", "{\"id\":2,\"colour\":\"red\"}\n");
    auto sql = engine();
    EXPECT_EQ(ask_text(*sql, "SELECT \"$path\" FROM fruit WHERE id = 2"), "memory:fruit/2.json");
    EXPECT_EQ(ask_number(*sql, "SELECT id FROM fruit WHERE \"$path\" = 'memory:fruit/1.json'"), 1);
    EXPECT_EQ(ask(*sql, "SELECT * FROM fruit").columns.size(), 3U);
    EXPECT_EQ(ask(*sql, "SELECT * FROM fruit WHERE \"$path\" LIKE '%2.json'").columns.size(), 3U);
    const QueryResult joined = ask(*sql, "SELECT f.*, f.\"$path\" FROM fruit f JOIN colours c ON f.id = c.id");
    ASSERT_EQ(joined.columns.size(), 4U);
    EXPECT_EQ(joined.columns[3].name, "$path");
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) * 3 FROM fruit WHERE \"$path\" IS NOT NULL"), 6);
}

TEST_F(EmbeddedTest, TablesAreFoundByDatabaseAndCatalogInAnyCase) {
    put("fruit/1.json", "{\"id\":1}\n");
    auto sql = engine();
    EXPECT_EQ(ask_number(*sql, "SELECT ID FROM db.Fruit"), 1);
    EXPECT_EQ(ask_number(*sql, "SELECT id FROM \"awsdatacatalog\".\"db\".\"fruit\""), 1);
}

TEST_F(EmbeddedTest, ParametersAreBoundByTheirTypes) {
    put("fruit/1.json", "{\"id\":1,\"name\":\"it's; -- 'quoted'\",\"weight\":1.5}\n");
    auto sql = engine();
    EXPECT_EQ(ask_number(*sql, "SELECT id FROM fruit WHERE name = ?", {std::string("it's; -- 'quoted'")}), 1);
    EXPECT_EQ(ask_number(*sql, "SELECT id FROM fruit WHERE id = ? AND weight > ?", {std::int64_t{1}, 1.25}), 1);
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit WHERE name = ?", {std::monostate{}}), 0);
    const QueryResult result = ask(*sql, "SELECT ?, ?", {Decimal{"-1.50"}, true});
    EXPECT_EQ(std::get<Decimal>(result.rows[0][0]).digits, "-1.50");
    EXPECT_EQ(std::get<bool>(result.rows[0][1]), true);
    const auto missing = sql->execute("SELECT id FROM fruit WHERE id = ?", {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::query);
    EXPECT_THAT(missing.error().message, StartsWith("INVALID_PARAMETER_USAGE"));
}

TEST_F(EmbeddedTest, OneQueryAfterTheOtherAfterAnError) {
    put("fruit/1.json", "{\"id\":1}\n");
    auto sql = engine();
    EXPECT_FALSE(sql->execute("SELECT nothing FROM fruit", {}));
    EXPECT_FALSE(sql->execute("SELECT FROM WHERE", {}));
    EXPECT_FALSE(sql->execute("", {}));
    EXPECT_EQ(ask_number(*sql, "SELECT id FROM fruit"), 1);
}

// Lists everything; gives what it is told to.
class FaultyStore : public MemoryStore {
  public:
    std::vector<Result<std::optional<Object>>> get(std::span<const std::string> keys) override {
        if (reading) reading();
        auto objects = MemoryStore::get(keys);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] == vanished) objects[i] = std::optional<Object>();
            if (keys[i] == failing) objects[i] = fail(code, "of the test's making", "get", keys[i]);
        }
        return objects;
    }

    std::function<void()> reading;
    std::string vanished;
    std::string failing;
    ErrorCode code = ErrorCode::unavailable;
};

TEST_F(EmbeddedTest, AStoreThatFailsFailsTheQueryAndNothingElse) {
    auto faulty = std::make_shared<FaultyStore>();
    store_ = faulty;
    auto sql = engine();
    put("fruit/1.json", "{\"id\":1}\n");
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), 1);
    put("fruit/1.json", "{\"id\":2}\n");
    put("fruit/2.json", "{\"id\":3}\n");
    faulty->failing = "fruit/2.json";
    const auto failed = sql->execute("SELECT sum(id) FROM fruit", {});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
    EXPECT_EQ(failed.error().key, "fruit/2.json");
    faulty->code = ErrorCode::permission_denied;
    const auto unreadable = sql->execute("SELECT sum(id) FROM fruit", {});
    ASSERT_FALSE(unreadable);
    EXPECT_EQ(unreadable.error().code, ErrorCode::corrupt);
    faulty->failing.clear();
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), 5);
}

TEST_F(EmbeddedTest, AnObjectThatVanishesWhileItIsReadIsNoRow) {
    auto faulty = std::make_shared<FaultyStore>();
    store_ = faulty;
    faulty->vanished = "fruit/1.json";
    put("fruit/1.json", "{\"id\":1}\n");
    put("fruit/2.json", "{\"id\":2}\n");
    auto sql = engine();
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), 2);
    faulty->vanished.clear();
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), 3);
}

TEST_F(EmbeddedTest, AStoppedQueryReadsNoMoreObjects) {
    auto store = std::make_shared<FaultyStore>();
    store_ = store;
    put_fruit(0, 3000);
    auto sql = engine();
    for (const int objects : {3000, 500}) {  // of a first build, and into memory
        std::stop_source stop;
        std::atomic<int> reads = 0;
        store->reading = [&] {
            ++reads;
            stop.request_stop();
        };
        const auto stopped = sql->execute("SELECT count(*) FROM fruit", {}, {.stop = stop.get_token()});
        ASSERT_FALSE(stopped);
        EXPECT_EQ(stopped.error().code, ErrorCode::query);
        EXPECT_TRUE(stopped.error().message.starts_with("USER_CANCELED: ")) << stopped.error().message;
        EXPECT_LE(reads, 2) << "of " << objects << " objects";
        store->reading = nullptr;
        EXPECT_GE(ask_number(*sql, "SELECT count(*) FROM fruit"), 3000);
        put_fruit(5000, 5500);
    }
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 3500);
    EXPECT_EQ(snapshots().size(), 1U);
}

TEST_F(EmbeddedTest, AStoppedQueryEndsWhereItRuns) {
    auto sql = engine();
    const std::string_view long_one =
        "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(x), "
        "UNNEST(sequence(1, 10000)) c(x) WHERE a.x * b.x % 7 = c.x % 11";
    for (const int milliseconds : {0, 1, 20, 200}) {
        std::stop_source stop;
        const std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
            stop.request_stop();
        });
        const auto stopped = sql->execute(long_one, {}, {.stop = stop.get_token()});
        ASSERT_FALSE(stopped);
        EXPECT_TRUE(stopped.error().message.starts_with("USER_CANCELED: ")) << stopped.error().message;
    }
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 0);
}

// A first build of many objects goes straight into the snapshot's file, where DuckDB's threads read them.
TEST_F(EmbeddedTest, AFirstBuildHasTheRowsThatMemoryWouldHave) {
    auto faulty = std::make_shared<FaultyStore>();
    store_ = faulty;
    const std::string_view ddl = R"(
CREATE EXTERNAL TABLE nested (id INT, line INT, tags ARRAY<STRING>, at STRUCT<x: INT, y: MAP<STRING, INT>>)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/nested/' TBLPROPERTIES ('dualstore.key' = '{id}.json');
)";
    std::mt19937 random(11);
    for (int id = 0; id < 1500; ++id) {
        std::string text;
        const int lines = id % 700 == 77 ? 5000 : static_cast<int>(random() % 4);
        for (int line = 0; line < lines; ++line) {
            std::string tags;
            for (std::uint32_t tag = id == 77 && line % 1000 == 1 ? 3000 : random() % 4; tag > 0; --tag)
                tags += fmt::format(R"("tag {} of {}",)", tag, id);
            if (!tags.empty()) tags.pop_back();
            text += fmt::format(R"({{"id":{},"line":{},"tags":{},"at":{}}})", id, line, random() % 5 == 0 ? "null" : "[" + tags + "]",
                                random() % 5 == 0 ? "null" : fmt::format(R"({{"x":{},"y":{{"k{}":null}}}})", line, id));
            text += "\n";
        }
        put(fmt::format("nested/{}.json", id), text);
    }
    faulty->vanished = "nested/1477.json";
    EmbeddedOptions held = options(ddl);
    held.mirror = folder_ / "file" / "mirror";
    std::ofstream(folder_ / "file") << "no folder";
    auto in_memory = make_embedded_engine(held);
    auto built = engine(ddl);
    const std::string all =
        "SELECT array_join(array_agg(json_format(CAST(ROW(id, line, tags, at, \"$path\") AS JSON)) ORDER BY id, line), ' ') FROM nested";
    const std::string expected = ask_text(*in_memory, all);
    EXPECT_EQ(ask_number(*in_memory, "SELECT max(cardinality(tags)) FROM nested"), 3000);
    EXPECT_GT(ask_number(*in_memory, "SELECT count(*) FROM nested"), 10'000);
    EXPECT_EQ(ask_text(*built, all), expected);
    EXPECT_EQ(snapshots().size(), 1U);

    const auto build_again = [&] {
        built.reset();
        std::filesystem::remove_all(folder_ / "mirror");
        built = engine(ddl);
        return built->execute(all, {});
    };
    faulty->failing = "nested/1200.json";
    const auto failed = build_again();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
    EXPECT_EQ(failed.error().key, "nested/1200.json");
    faulty->failing.clear();
    EXPECT_EQ(ask_text(*built, all), expected);
    put("nested/5000.json", "{\"id\":1}\n{\"id\":\"no number\"}\n");
    const auto unreadable = build_again();
    ASSERT_FALSE(unreadable);
    EXPECT_EQ(unreadable.error().code, ErrorCode::corrupt);
    remove("nested/5000.json");
    EXPECT_EQ(ask_text(*built, all), expected);
}

TEST_F(EmbeddedTest, OnlyQueriesRunAndTheyReachNothingButTheTables) {
    put("fruit/1.json", "{\"id\":1}\n");
    auto sql = engine();
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 1);
    const std::string out = (folder_ / "out").string();
    const std::vector<std::string> forbidden{
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM glob('/*')",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_settings()",
        "SELECT current_setting('threads')",
        "ATTACH '" + out + "'",
        "COPY (SELECT 1) TO '" + out + "'",
        "COPY fruit TO '" + out + "'",
        "EXPORT DATABASE '" + out + "'",
        "SET threads = 1",
        "RESET threads",
        "PRAGMA enable_profiling",
        "PRAGMA version",
        "INSERT INTO fruit VALUES (2, 'x', 1.0)",
        "DELETE FROM fruit",
        "UPDATE fruit SET id = 2",
        "DROP VIEW fruit",
        "DROP TABLE fruit",
        "CREATE TABLE x (a INTEGER)",
        "CREATE TABLE x AS SELECT 1 AS a",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "CHECKPOINT",
        "BEGIN",
        "USE memory",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW fruit",
        "EXPLAIN ANALYZE DROP VIEW fruit",
        "WITH x AS (SELECT 1) DELETE FROM dualstore_changes.main.rows_0",
        "SELECT * FROM dualstore_changes.main.rows_0",
        "SELECT * FROM query('SELECT * FROM dualstore_changes.main.rows_0')",
        "SELECT * FROM changes_0()",
        "SELECT * FROM TABLE(changes_0())",
        "SELECT * FROM query('SELECT * FROM changes_0()')",
        "SELECT * FROM query_table('fruit')",
    };
    for (const std::string& statement : forbidden) {
        SCOPED_TRACE(statement);
        const auto refused = sql->execute(statement, {});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::query) << refused.error().message;
        EXPECT_EQ(refused.error().message.find('\n'), std::string::npos);
        EXPECT_FALSE(std::filesystem::exists(out));
        EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 1);
    }
}

}  // namespace
}  // namespace dualstore::sql
