// The engine on a real Trino.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>

#include "record/table.hpp"
#include "shown_value.hpp"
#include "sql/conformance.hpp"
#include "sql/remote/trino_server.hpp"

namespace dualstore::sql::remote {
namespace {

using nlohmann::json;
using servers::Trino;

const std::filesystem::path data = std::filesystem::path(TEST_DATA);

json answer_of(QueryEngine& engine, const std::string& sql, const std::vector<Value>& parameters = {}) {
    const auto result = engine.execute(sql, parameters);
    EXPECT_TRUE(result) << sql << ": " << result.error().message;
    json rows = json::array();
    if (!result) return rows;
    for (const auto& row : result->rows) {
        json values = json::array();
        for (const Value& value : row) values.push_back(shown(value));
        rows.push_back(std::move(values));
    }
    return rows;
}

// A table by a name of its own: the conformance cases ask information_schema for the built-in ones in all schemas.
TableDefinition renamed(TableDefinition table) {
    table.name += "_copy";
    return table;
}

// As Trino keeps it.
TableDefinition kept(TableDefinition table, const std::string& schema, const std::string& bucket_name) {
    table.database = schema;
    table.location = "s3://" + bucket_name + "/" + table.location;
    table.serde_properties.clear();
    table.properties.clear();
    std::ranges::sort(table.automatic, {}, &AutomaticField::name);
    return table;
}

TEST(TrinoServer, TablesAreDescribedAsTheyWereCreated) {
    const auto engine = trino_engine("definitions");
    bucket("definitions");
    std::vector<TableDefinition> tables;
    for (const TableDefinition& table : builtin_tables()) tables.push_back(renamed(table));
    tables.push_back(
        parse_ddl(
            R"(CREATE EXTERNAL TABLE odd (`order` INT COMMENT 'it''s – "ours"', `1a` STRUCT<`select`:STRING, `b c`:ARRAY<MAP<STRING,DECIMAL(38,0)>>>,
        b BOOLEAN, t TINYINT, s SMALLINT, g BIGINT, f FLOAT, d DOUBLE, y DATE, at TIMESTAMP) COMMENT 'it''s – "odd"'
        ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' LOCATION 'odd folder/%41+é/'
        TBLPROPERTIES ('dualstore.key' = '{order}/{name=it''s}.json', 'dualstore.auto.name' = 'it''s'))",
            "odd.sql")
            .value()
            .front());
    for (const TableDefinition& table : tables) {
        const auto none = engine->describe(table.name);
        ASSERT_TRUE(none) << none.error().message;
        EXPECT_FALSE(*none);
        for (int i = 0; i < 2; ++i) {
            const auto created = engine->create(table, "definitions");
            ASSERT_TRUE(created) << created.error().message;
        }
        const auto described = engine->describe(table.name);
        ASSERT_TRUE(described) << described.error().message;
        EXPECT_EQ(**described, kept(table, "definitions", "definitions")) << to_ddl(**described, {});
        EXPECT_EQ(answer_of(*engine, "SELECT count(*) FROM " + table.name), json({{0}})) << "an empty location is an empty table";
    }
}

TEST(TrinoServer, AMissingBucketIsHintedAt) {
    const auto made = trino_engine("no_bucket")->create(builtin_tables()[0], "no-such-bucket");
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("is there a bucket no-such-bucket that Trino may read?"), std::string::npos)
        << made.error().message;
}

TEST(TrinoServer, ValuesOfEveryType) {
    const auto engine = trino_engine("default");
    struct Case {
        const char* expression;
        const char* type;
        const char* value;
    };
    const Case cases[] = {
        {"true", "boolean", "true"},
        {"tinyint '-1'", "tinyint", "-1"},
        {"bigint '-9223372036854775808'", "bigint", "-9223372036854775808"},
        {"real '0.1'", "real", "0.1"},
        {"-1e-300", "double", "-1e-300"},
        {"decimal '-12345678901234567890123456789012345.678'", "decimal(38, 3)",
         R"({"decimal":"-12345678901234567890123456789012345.678"})"},
        {"'é' || chr(0) || chr(128512)", "varchar", R"("é\u0000😀")"},
        {"cast('ab' AS char(4))", "char(4)", R"("ab  ")"},
        {"json '{\"b\":[1, null]}'", "json", R"("{\"b\":[1,null]}")"},
        {"X'00FF'", "varbinary", R"({"hex":"00ff"})"},
        {"date '-0001-02-03'", "date", R"("-0001-02-03")"},
        {"time '01:02:03.123456'", "time(6)", R"("01:02:03.123456")"},
        {"cast(timestamp '2024-01-02 03:04:05.6789' AS timestamp)", "timestamp(3)", R"("2024-01-02 03:04:05.679")"},
        {"timestamp '2024-01-02 03:04:05.123456789'", "timestamp(9)", R"("2024-01-02 03:04:05.123456789")"},
        {"from_unixtime(0.5)", "timestamp(3) with time zone", R"("1970-01-01 00:00:00.500 UTC")"},
        {"interval '-1 02:03:04.5' day to second", "interval day to second", R"("-1 02:03:04.500")"},
        {"interval '14' month", "interval year to month", R"("1-2")"},
        {"uuid '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "uuid", R"("12151fd2-7586-11e9-8f9e-2a86e4085a59")"},
        {"ipaddress '::1'", "ipaddress", R"("::1")"},
        {"NULL", "unknown", "null"},
        {"ARRAY[ARRAY[1], NULL, ARRAY[]]", "array(array(integer))", "[[1],null,[]]"},
        {"map(ARRAY[2, 1], ARRAY['b', NULL])", "map(integer, varchar(1))", R"({"map":{"1":null,"2":"b"}})"},
        {"map(ARRAY[DATE '2024-01-02'], ARRAY[map(ARRAY[true], ARRAY[1e0])])", "map(date, map(boolean, double))",
         R"({"map":{"2024-01-02":{"map":{"true":1.0}}}})"},
        {"CAST(ROW(1, X'AB', NULL) AS ROW(a integer, \"b c\" varbinary, d double))", "row(a integer, \"b c\" varbinary, d double)",
         R"({"row":[1,{"hex":"ab"},null]})"},
        {"ROW(1, 'x')", "row(integer, varchar(1))", R"({"row":[1,"x"]})"},
    };
    for (const Case& one : cases) {
        const auto result = engine->execute(fmt::format("SELECT {} AS v", one.expression), {});
        ASSERT_TRUE(result) << one.expression << ": " << result.error().message;
        EXPECT_EQ(result->columns[0].type, one.type) << one.expression;
        EXPECT_EQ(shown(result->rows[0][0]), json::parse(one.value)) << one.expression;
    }
    const auto odd = engine->execute("SELECT nan(), infinity(), -infinity(), CAST(nan() AS real)", {});
    ASSERT_TRUE(odd) << odd.error().message;
    EXPECT_TRUE(std::isnan(std::get<double>(odd->rows[0][0])));
    EXPECT_EQ(std::get<double>(odd->rows[0][1]), INFINITY);
    EXPECT_EQ(std::get<double>(odd->rows[0][2]), -INFINITY);
    EXPECT_TRUE(std::isnan(std::get<double>(odd->rows[0][3])));
}

TEST(TrinoServer, ParametersKeepTheirTypes) {
    const auto engine = trino_engine("default");
    const std::vector<std::pair<Value, json>> parameters = {
        {std::monostate{}, "unknown"},
        {true, "boolean"},
        {std::int64_t{-5}, "integer"},
        {std::int64_t{5'000'000'000}, "bigint"},
        {-0.5, "double"},
        {1e300, "double"},
        {std::string("it's ? -- é\n"), "varchar(12)"},
        {Decimal{"-1.50"}, "decimal(3,2)"},
        {Binary{std::string("\0\xff", 2)}, "varbinary"},
        {Array{{std::int64_t{1}, std::monostate{}}}, "array(integer)"},
        {Map{{{std::string("k"), 1.5}}}, "map(varchar(1), double)"},
        {Row{{{"a", std::int64_t{1}}, {"b", true}}}, "row(integer, boolean)"},
    };
    std::vector<Value> values;
    json types = json::array();
    std::string marks;
    for (const auto& [value, type] : parameters) {
        values.push_back(value);
        types.push_back(type);
        marks += marks.empty() ? "?" : ", ?";
    }
    json given = json::array();
    for (const Value& value : values) given.push_back(shown(value));
    EXPECT_EQ(answer_of(*engine, "SELECT " + marks, values), json({given}));
    std::string typeofs;
    for (std::size_t i = 0; i < values.size(); ++i) typeofs += typeofs.empty() ? "typeof(?)" : ", typeof(?)";
    EXPECT_EQ(answer_of(*engine, "SELECT " + typeofs, values), json({types}));
    EXPECT_EQ(answer_of(*engine, "SELECT 5-?, '?' || ? -- ?", {std::int64_t{-5}, std::string("?")}), json({{10, "??"}}));
}

TEST(TrinoServer, ErrorsNameTheirPlaceWithParametersAndWithout) {
    Trino::shared().query("CREATE SCHEMA IF NOT EXISTS hive.errors");
    const auto engine = trino_engine("errors");
    for (const auto& [sql, message] : std::initializer_list<std::pair<std::string, std::string>>{
             {"SELECT 'it''s', nosuch({})", "FUNCTION_NOT_FOUND: line 1:17: Function 'nosuch' not registered"},
             {"SELECT {},\n  nosuch(1)", "FUNCTION_NOT_FOUND: line 2:3: Function 'nosuch' not registered"},
             {"SELECT a FROM (VALUES {}) t(b)", "COLUMN_NOT_FOUND: line 1:8: Column 'a' cannot be resolved"},
             {"SELECT {} + 'a'", "TYPE_MISMATCH: line 1:10: Cannot apply operator: integer + varchar(1)"},
             {"SELECT {} FROM nosuch", "TABLE_NOT_FOUND: line 1:15: Table 'hive.errors.nosuch' does not exist"},
             {"SELECT 1 / ({} - 1)", "DIVISION_BY_ZERO: Division by zero"}}) {
        const auto plain = engine->execute(fmt::format(fmt::runtime(sql), 1), {});
        const std::vector<Value> one = {std::int64_t{1}};
        const auto bound = engine->execute(fmt::format(fmt::runtime(sql), "?"), one);
        ASSERT_FALSE(plain);
        ASSERT_FALSE(bound);
        EXPECT_EQ(plain.error().code, ErrorCode::query);
        EXPECT_EQ(plain.error().message, message);
        EXPECT_EQ(bound.error().message, message);
    }
    const std::vector<Value> one = {std::int64_t{1}};
    EXPECT_EQ(engine->execute("SELECT 1 FROM", one).error().message.substr(0, 24), "SYNTAX_ERROR: line 1:14:");
    EXPECT_EQ(engine->execute("SELECT ?, ?", one).error().message,
              "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected 2 but found 1");
}

TEST(TrinoServer, AnObjectThatCannotBeReadIsNamed) {
    const auto engine = trino_engine("unreadable");
    const auto store = bucket("unreadable");
    const TableDefinition table = renamed(builtin_tables()[0]);
    ASSERT_TRUE(engine->create(table, "unreadable"));
    put_all(*store, {{table.location + "good.json", "{}\n"}, {table.location + "b a%d+ é.json", "{\n}\n"}});
    const auto result = engine->execute("SELECT * FROM " + table.name, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::corrupt);
    EXPECT_TRUE(result.error().message.starts_with(
        fmt::format("HIVE_CURSOR_ERROR: Failed to read file at s3://unreadable/{}b a%d+ é.json: ", table.location)))
        << result.error().message;
}

TEST(TrinoServer, RecordsUnderOddKeysAreFoundByTheirPath) {
    const auto engine = trino_engine("paths");
    const auto store = bucket("paths");
    const auto executions = std::ranges::find(builtin_tables(), "workflow_executions", &TableDefinition::name);
    const record::Table table(renamed(*executions));  // its ids are any text
    ASSERT_TRUE(engine->create(table.definition(), "paths"));
    std::vector<std::string> ids = {"a b",  "100%", "%41",  "a#b", "a?b", "a+b",   "it's",  "\"q\"",
                                    "日本", "_led", ".led", "a/b", "..",  "a&b=c", "a;b,c", "\n"};
    ids.emplace_back(245, 'l');  // SeaweedFS takes no name of more than 255 bytes
    std::vector<std::pair<std::string, std::string>> objects;
    for (const std::string& id : ids) {
        auto encoded = table.encode(json{{"execution_arn", id}}.dump(), Environment::system(), {});
        ASSERT_TRUE(encoded) << encoded.error().message;
        objects.emplace_back(std::move(encoded->key), std::move(encoded->bytes));
    }
    ASSERT_NO_FATAL_FAILURE(put_all(*store, objects));
    const std::string select = "SELECT execution_arn, \"$path\" FROM " + table.definition().name;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string path = "s3://paths/" + objects[i].first;
        EXPECT_EQ(answer_of(*engine, select + " WHERE \"$path\" = ?", {path}), json::array({json::array({ids[i], path})}));
    }
    EXPECT_EQ(answer_of(*engine, select).size(), ids.size());
}

TEST(TrinoServer, LargeResultsComeWhole) {
    const auto engine = trino_engine("default");
    const auto result = engine->execute(
        "SELECT a * 1000 + b AS n, rpad('x', 100, 'y') AS t FROM UNNEST(sequence(0, 199)) t(a), UNNEST(sequence(0, 999)) u(b) ORDER BY n",
        {});
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->rows.size(), 200'000U);
    for (std::size_t i = 0; i < result->rows.size(); ++i)
        ASSERT_EQ(std::get<std::int64_t>(result->rows[i][0]), static_cast<std::int64_t>(i));
}

TEST(TrinoServer, ManyThreadsAskAtOnce) {
    const auto engine = trino_engine("default");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&engine, i] {
            for (int n = 0; n < 5; ++n) EXPECT_EQ(answer_of(*engine, fmt::format("SELECT {}", i * 100 + n)), json({{i * 100 + n}}));
        });
    }
}

TEST(TrinoServer, AStoppedQueryEndsInTrinoToo) {
    const auto engine = trino_engine("default");
    std::stop_source source;
    QueryOptions options;
    options.stop = source.get_token();
    options.progress = [&](const QueryProgress& progress) {
        if (progress.state == "RUNNING") source.request_stop();
    };
    const auto result = engine->execute(
        "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a, UNNEST(sequence(1, 10000)) b, UNNEST(sequence(1, 10000)) c", {}, options);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message.starts_with("USER_CANCELED: ")) << result.error().message;
    ASSERT_FALSE(result.error().key.empty()) << "the query's id";
    const json canceled = json::array({json::array({"FAILED", "USER_CANCELED"})});
    json state;
    for (int i = 0; i < 50 && state != canceled; ++i) {
        state = answer_of(*engine,
                          fmt::format("SELECT state, error_code FROM system.runtime.queries WHERE query_id = '{}'", result.error().key));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(state, canceled);
}

// What makes it safe to hand any statement in again after a lost answer.
TEST(TrinoServer, AStatementBeginsOnlyWhenItsAnswerIsAskedFor) {
    httplib::Client client(Trino::shared().endpoint());
    const auto posted = client.Post("/v1/statement", {{"X-Trino-User", "ann"}}, "CREATE SCHEMA hive.never_asked_for", "text/plain");
    ASSERT_TRUE(posted);
    ASSERT_EQ(posted->status, 200);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    EXPECT_EQ(Trino::shared().query("SHOW SCHEMAS FROM hive LIKE 'never%'"), json::array());
}

// The sample records, a table's in one object, so that it takes seconds and not minutes.
TEST(TrinoServer, AnswersEveryCaseThatWasMeasured) {
    const auto store = bucket("samples");
    const auto engine = trino_engine("brand_metadata_generator_db");
    for (const TableDefinition& table : builtin_tables()) {
        ASSERT_TRUE(engine->create(table, "samples"));
        std::string all;
        for (const auto& line : conformance::read_lines(data / "records" / (table.name + ".ndjson"))) all += line + '\n';
        ASSERT_NO_FATAL_FAILURE(put_all(*store, {{table.location + "all.json", all}}));
    }
    const auto measured =
        conformance::ask_all([&](const std::string& sql) { return engine->execute(sql, {}); }, data / "conformance" / "sql.jsonl");
    EXPECT_EQ(measured.cases, 65U);
    EXPECT_EQ(measured.agree, measured.cases);
    EXPECT_EQ(measured.error_names, measured.errors);
}

}  // namespace
}  // namespace dualstore::sql::remote
