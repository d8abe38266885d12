// Tables in Trino's SQL. The statements that are read here are as Trino 476 gave them.
#include "sql/remote/trino_table.hpp"

#include <fmt/format.h>

#include "sql/remote/trino_fixture.hpp"

namespace dualstore::sql::remote {
namespace {

const std::string varchar_type = R"({"rawType":"varchar","arguments":[{"kind":"LONG","value":2147483647}]})";

const std::string created = R"(CREATE TABLE hive.brands.t1 (
   a integer COMMENT 'x''y',
   "b c" array(ROW("c d" varchar, e decimal(10, 2), "order" map(varchar, real))),
   t timestamp(3)
)
COMMENT 'my ''t'
WITH (
   external_location = 's3://bkt/my folder/%41+é',
   format = 'OPENX_JSON'
))";

TableDefinition as_defined() {
    return parse_ddl(R"(CREATE EXTERNAL TABLE t1 (a INT COMMENT 'x''y',
        `b c` ARRAY<STRUCT<`c d`:STRING, e:DECIMAL(10,2), `order`:MAP<STRING,FLOAT>>>, t TIMESTAMP) COMMENT 'my ''t'
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 'my folder/%41+é/'
        TBLPROPERTIES ('dualstore.key' = '{a}.json', 'dualstore.auto.t' = 'now', 'dualstore.auto.x' = 'it''s'))",
                     "t1.sql")
        .value()
        .front();
}

TEST(TrinoTable, IsCreatedWithAllThatTrinoKeeps) {
    EXPECT_EQ(trino_create_table(as_defined(), R"("hive"."brands"."t1")", "bkt"), R"(CREATE TABLE IF NOT EXISTS "hive"."brands"."t1" (
   "a" integer COMMENT 'x''y',
   "b c" array(row("c d" varchar, "e" decimal(10, 2), "order" map(varchar, real))),
   "t" timestamp(3)
)
COMMENT 'my ''t'
WITH (
   external_location = 's3://bkt/my folder/%41+é/',
   format = 'OPENX_JSON',
   extra_properties = MAP(ARRAY['dualstore.key', 'dualstore.auto.t', 'dualstore.auto.x'], ARRAY['{a}.json', 'now', 'it''s'])
))");
}

TEST(TrinoTable, IsReadAsItWasDefined) {
    TableDefinition table = read_trino_table(created, "t1").value();
    EXPECT_EQ(table.location, "s3://bkt/my folder/%41+é/");
    table.location = "my folder/%41+é/";
    QueryResult properties;
    properties.columns = {
        {"external", "varchar"}, {"dualstore.auto.t", "varchar"}, {"dualstore.auto.x", "varchar"}, {"dualstore.key", "varchar"}};
    properties.rows = {{std::string("TRUE"), std::string("now"), std::string("it's"), std::string("{a}.json")}};
    ASSERT_TRUE(read_trino_properties(properties, table));
    EXPECT_EQ(table, as_defined());
}

TEST(TrinoTable, WithoutDualstoresPropertiesHasNoKey) {
    TableDefinition table = read_trino_table(created, "t1").value();
    QueryResult properties;
    properties.columns = {{"external", "varchar"}};
    properties.rows = {{std::string("TRUE")}};
    EXPECT_TRUE(read_trino_properties(properties, table));
    EXPECT_TRUE(table.key_template.empty());
    properties.columns = {{"dualstore.key", "varchar"}};
    properties.rows = {{std::string("{nosuch")}};
    EXPECT_EQ(read_trino_properties(properties, table).error().code, ErrorCode::corrupt);
}

TEST(TrinoTable, WhatDualstoreCannotUseIsSaid) {
    struct Case {
        const char* columns;
        const char* properties;
        const char* why;
    };
    for (const Case& one :
         {Case{"a integer", "external_location = 's3://b/t6', format = 'JSON', partitioned_by = ARRAY['b']", "it is partitioned"},
          Case{"a integer", "format = 'ORC'", "its format is ORC and not OPENX_JSON or JSON"},
          Case{"a varchar(20)", "format = 'JSON'", "column a: the type varchar(…) is not one of dualstore's"},
          Case{"a array(varbinary)", "format = 'JSON'", "column a: the type varbinary is not one of dualstore's"},
          Case{"a integer NOT NULL", "format = 'JSON'", "expected ',' or ')', found 'not'"},
          Case{"a integer", "format = 'JSON", "expected ',' or ')', found ''"}}) {
        const auto table =
            read_trino_table(std::string("CREATE TABLE hive.db.t (\n   ") + one.columns + "\n)\nWITH (\n   " + one.properties + "\n)", "t");
        ASSERT_FALSE(table) << one.columns;
        EXPECT_EQ(table.error().code, ErrorCode::conflict);
        EXPECT_EQ(
            table.error().message,
            fmt::format("Trino knows t as a table that dualstore cannot use: {}; choose another name or schema, or drop it", one.why));
    }
    EXPECT_FALSE(read_trino_table("", "t"));
}

class TrinoEngineTables : public TrinoProtocol {
  protected:
    static Answer text_rows(const std::vector<std::string>& columns, const std::vector<std::string>& row) {
        json described = json::array();
        for (const auto& name : columns) described.push_back(trino_column_json(name, "varchar", varchar_type));
        return answer(page("FINISHED", "", {{"columns", described}, {"data", {row}}}));
    }
    static Answer failure(std::string_view name, std::string_view message) {
        return answer(page("FAILED", "", error_json(name, "USER_ERROR", message)));
    }
};

TEST_F(TrinoEngineTables, DescribesByTwoStatements) {
    ScriptedServer server;
    server.answer(text_rows({"Create Table"}, {created}));
    server.answer(text_rows({"dualstore.auto.t", "dualstore.auto.x", "dualstore.key"}, {"now", "it's", "{a}.json"}));
    const auto described = engine(options(server))->describe("T1");
    ASSERT_TRUE(described) << described.error().message;
    TableDefinition expected = as_defined();
    expected.database = "brands";
    expected.location = "s3://bkt/my folder/%41+é/";
    EXPECT_EQ(*described, expected);
    EXPECT_EQ(server.requests().at(0).body, R"(SHOW CREATE TABLE "hive"."brands"."t1")");
    EXPECT_EQ(server.requests().at(1).body, R"(SELECT * FROM "hive"."brands"."t1$properties")");
}

TEST_F(TrinoEngineTables, ATableThatIsNotThereIsNone) {
    for (const char* name : {"TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND"}) {
        ScriptedServer server;
        server.answer(failure(name, "it is not there"));
        const auto described = engine(options(server))->describe("t1");
        ASSERT_TRUE(described) << described.error().message;
        EXPECT_FALSE(*described);
    }
    ScriptedServer server;
    server.answer(failure("CATALOG_NOT_FOUND", "it is not there"));
    EXPECT_EQ(engine(options(server))->describe("t1").error().code, ErrorCode::query);
}

TEST_F(TrinoEngineTables, TheSchemaIsMadeWhereItIsMissing) {
    ScriptedServer server;
    server.answer(failure("NOT_FOUND", "Schema brands not found"));
    server.answer(answer(page("FINISHED", "")));
    server.answer(answer(page("FINISHED", "")));
    const auto made = engine(options(server))->create(as_defined(), "bkt");
    EXPECT_TRUE(made) << made.error().message;
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[1].body, R"(CREATE SCHEMA IF NOT EXISTS "hive"."brands")");
    EXPECT_EQ(requests[2].body, requests[0].body);
}

TEST_F(TrinoEngineTables, AMissingBucketIsHintedAt) {
    ScriptedServer server;
    server.answer(failure("INVALID_TABLE_PROPERTY", "External location is not a valid file system URI: s3://bkt/x/"));
    const auto made = engine(options(server))->create(as_defined(), "bkt");
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().message.ends_with("; is there a bucket bkt that Trino may read?")) << made.error().message;
    EXPECT_EQ(engine(options(server))->create(as_defined(), "").error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace dualstore::sql::remote
