#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dualstore/table.hpp"

namespace dualstore {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TableDefinition read(std::string_view ddl) {
    auto parsed = parse_ddl(ddl, "t.sql");
    if (!parsed) ADD_FAILURE() << parsed.error().message;
    return parsed ? parsed->at(0) : TableDefinition();
}

std::string error(std::string_view ddl) {
    auto parsed = parse_ddl(ddl, "t.sql");
    return parsed ? "none" : parsed.error().message;
}

const char* const whole = R"(
-- A table with everything.
CREATE EXTERNAL TABLE IF NOT EXISTS shop.`Orders` (
    `id` STRING COMMENT 'it''s \'the\' key',
    Total DECIMAL(10, 2), /* over
    lines */ `date` date, small tinyint, s smallint, n INT, i integer, b bigint, f float, d double, ok boolean, at timestamp,
    tags array<string>,
    counts map<string,array<int>>,
    lines array<struct<sku:string, `odd name`:map<string,decimal(38,38)>>>
)
COMMENT 'Orders'
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://a-bucket/shop/orders'
TBLPROPERTIES ('classification' = 'json', 'dualstore.key' = '{id}.json', 'dualstore.auto.id' = 'uuid', 'dualstore.auto.state' = 'new');
)";

TEST(Ddl, ReadsEveryPartOfAStatement) {
    const auto table = read(whole);
    EXPECT_EQ(table.database, "shop");
    EXPECT_EQ(table.name, "orders");
    EXPECT_EQ(table.location, "shop/orders/");
    EXPECT_EQ(table.serde, SerDe::hive);
    EXPECT_EQ(table.comment, "Orders");
    EXPECT_EQ(table.key_template, "{id}.json");
    ASSERT_EQ(table.columns.size(), 15U);
    EXPECT_EQ(table.columns[0].comment, "it's 'the' key");
    EXPECT_EQ(table.columns[1].name, "total");
    EXPECT_EQ(hive_name(table.columns[1].type), "decimal(10,2)");
    EXPECT_EQ(hive_name(table.columns[14].type), "array<struct<sku:string,`odd name`:map<string,decimal(38,38)>>>");
    EXPECT_EQ(trino_name(table.columns[14].type), "array(row(sku varchar, \"odd name\" map(varchar, decimal(38, 38))))");
    ASSERT_EQ(table.automatic.size(), 2U);
    EXPECT_EQ(table.automatic[0].source, AutomaticField::Source::uuid);
    EXPECT_EQ(table.automatic[1].literal, "new");
    EXPECT_THAT(table.properties, testing::ElementsAre(testing::Pair("classification", "json")));
    EXPECT_THAT(table.serde_properties, testing::ElementsAre(testing::Pair("ignore.malformed.json", "true")));
}

TEST(Ddl, WritesBackWhatItRead) {
    const auto table = read(whole);
    EXPECT_EQ(read(to_ddl(table, "some-bucket")), table);
    EXPECT_EQ(read(to_ddl(table, "")), table);
    EXPECT_THAT(to_ddl(table, "some-bucket"), HasSubstr("LOCATION 's3://some-bucket/shop/orders/'"));
    for (const auto& builtin : builtin_tables()) EXPECT_EQ(read(to_ddl(builtin, "b")), builtin);
}

TEST(Ddl, BuiltInTablesAreTheFourOfTheDesign) {
    std::vector<std::string> names;
    for (const auto& table : builtin_tables()) names.push_back(table.name + " " + table.location + table.key_template);
    EXPECT_THAT(names, testing::UnorderedElementsAre("generated_metadata metadata/brand_{brandid}.json",
                                                     "feedback_history feedback/brand_{brandid}_{feedback_id}.json",
                                                     "workflow_executions workflow-executions/{execution_arn:last}.json",
                                                     "escalations escalations/brand_{brandid=unknown}_{escalation_id}.json"));
    EXPECT_TRUE(check_together(builtin_tables()));
}

// A statement with these columns and the rest as it should be.
std::string with_columns(const std::string& columns) {
    return "CREATE EXTERNAL TABLE t (" + columns +
           ")\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION 't/'\nTBLPROPERTIES ('dualstore.key'='{id}.json')";
}

TEST(Ddl, ErrorsNameFileLineAndWhatWasExpected) {
    EXPECT_THAT(error("\n\nCREATE TABEL t"), StartsWith("t.sql:3: expected EXTERNAL TABLE, found 'TABEL'"));
    EXPECT_THAT(error("SELECT 1"), HasSubstr("expected CREATE EXTERNAL TABLE"));
    EXPECT_THAT(error(with_columns("id string,\n n nteger")), StartsWith("t.sql:2: expected a column type (boolean"));
    EXPECT_THAT(error(with_columns("id string, n decimal(39,2)")), HasSubstr("a precision from 1 to 38, found '39'"));
    EXPECT_THAT(error(with_columns("id string, n decimal(3,4)")), HasSubstr("a scale from 0 to 3"));
    EXPECT_THAT(error(with_columns("id string, n array<int")), HasSubstr("expected '>', found ')'"));
    EXPECT_THAT(error(with_columns("id string, n map<int,int>")), HasSubstr("string as a map's key type"));
    EXPECT_THAT(error(with_columns("id string, n struct<a int>")), HasSubstr("expected ':', found 'int'"));
    EXPECT_THAT(error(with_columns("id string, ID int")), HasSubstr("the name id stands twice"));
    EXPECT_THAT(error(with_columns("id string n int")), HasSubstr("expected ',' or ')', found 'n'"));
    EXPECT_THAT(error(with_columns("id string COMMENT 'x")), HasSubstr("found the end of the file"));
    EXPECT_THAT(error(with_columns("")), HasSubstr("expected a column name"));
    EXPECT_THAT(error(with_columns("id double")), HasSubstr("only integers and strings can be part of a key"));
    EXPECT_THAT(error(with_columns("id string") + " 'x'"), HasSubstr("expected ROW FORMAT SERDE"));
    EXPECT_THAT(error("CREATE EXTERNAL TABLE t (id string)\nPARTITIONED BY (day string)"),
                StartsWith("t.sql:2: PARTITIONED BY is not supported yet"));
    EXPECT_THAT(error("CREATE EXTERNAL TABLE t (id string) LOCATION 't/'"), HasSubstr("expected ROW FORMAT SERDE"));
    EXPECT_THAT(error("CREATE EXTERNAL TABLE t (id string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"),
                HasSubstr("expected the SerDe org.openx.data.jsonserde.JsonSerDe or org.apache.hive.hcatalog.data.JsonSerDe"));
    EXPECT_THAT(error("/* never closed"), HasSubstr("expected */"));
}

std::string with_tail(const std::string& location, const std::string& properties) {
    return "CREATE EXTERNAL TABLE t (id string, n int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '" + location +
           "' TBLPROPERTIES (" + properties + ")";
}

TEST(Ddl, RefusesLocationsAndPropertiesThatCannotWork) {
    const std::string key = "'dualstore.key'='{id}.json'";
    for (const char* location :
         {"s3://bucket", "s3://bucket/", "/", "", "a//b/", "../x/", ".hidden/", "hdfs://x/y/", "dualstore-set-aside/x/"}) {
        EXPECT_THAT(error(with_tail(location, key)), StartsWith("t.sql:1: ")) << location;
    }
    EXPECT_THAT(error(with_tail("t/", "'a'='b'")), HasSubstr("has no key"));
    EXPECT_THAT(error(with_tail("t/", "'dualstore.key'='x.json'")), HasSubstr("it has no field"));
    EXPECT_THAT(error(with_tail("t/", key + ",'dualstore.kye'='x'")), HasSubstr("unknown property 'dualstore.kye'"));
    EXPECT_THAT(error(with_tail("t/", key + ",'dualstore.auto.n'='now'")), HasSubstr("does not fit the column's type int"));
}

TEST(Tables, MayNotRepeatOrNest) {
    auto one = read(with_tail("a/", "'dualstore.key'='{id}.json'"));
    auto other = one;
    EXPECT_THAT(check_together({one, other}).error().message, HasSubstr("defined twice"));
    other.name = "u";
    other.location = "a/b/";
    EXPECT_THAT(check_together({one, other}).error().message, HasSubstr("lies in the location"));
    other.location = "ab/";
    EXPECT_TRUE(check_together({one, other}));
}

}  // namespace
}  // namespace dualstore
