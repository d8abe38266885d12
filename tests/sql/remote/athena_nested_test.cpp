// ARRAY, MAP and ROW columns by way of JSON.
#include "sql/remote/athena_nested.hpp"

#include <gtest/gtest.h>

namespace dualstore::sql::remote {
namespace {

TableDefinition table() {
    return parse_ddl(R"(CREATE EXTERNAL TABLE t (id INT, tags ARRAY<STRING>, m MAP<STRING,BIGINT>,
s STRUCT<a:DECIMAL(5,2),`on`:TIMESTAMP,n:ARRAY<DOUBLE>,ok:BOOLEAN>, name STRING)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 't/' TBLPROPERTIES ('dualstore.key' = '{id}.json'))",
                     "test")
        .value()
        .front();
}

TEST(NestedSelect, WrapsNestedColumnsUnderTheirOwnNames) {
    const auto all = select_nested_as_json(table(), " * ");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->columns, R"("id", CAST("tags" AS JSON) AS "tags", CAST("m" AS JSON) AS "m", CAST("s" AS JSON) AS "s", "name")");
    ASSERT_EQ(all->types.size(), 5U);
    EXPECT_FALSE(all->types[0]);
    EXPECT_TRUE(all->types[1]);
    const auto some = select_nested_as_json(table(), "Name, \"TAGS\" ,\"$path\"");
    ASSERT_TRUE(some);
    EXPECT_EQ(some->columns, R"("Name", CAST("TAGS" AS JSON) AS "TAGS", "$path")");
}

TEST(NestedSelect, LeavesAloneWhatItCannotTell) {
    for (const char* columns :
         {"id, name", "count(*)", "tags AS x", "tags, count(*)", "t.tags", "*, tags", "", "tags,", "\"a\"\"b\"", "1"}) {
        EXPECT_FALSE(select_nested_as_json(table(), columns)) << columns;
    }
}

QueryResult read(std::vector<std::string> json, bool& read_all) {
    const auto select = select_nested_as_json(table(), "tags, m, s").value();
    QueryResult result;
    result.columns = {{"tags", "json"}, {"m", "json"}, {"s", "json"}};
    auto& row = result.rows.emplace_back();
    for (auto& text : json) row.emplace_back(std::move(text));
    read_all = read_nested_json(result, select.types).has_value();
    return result;
}

TEST(NestedJson, BecomesValuesOfTheColumnsTypes) {
    bool read_all = false;
    const QueryResult result = read({R"(["a, b", null, "]"])", R"({"x": 9223372036854775807, "y": null})",
                                     R"({"a": 1.5, "on": "2024-01-02 03:04:05.678", "n": [1, 0.1, "NaN"], "ok": true})"},
                                    read_all);
    ASSERT_TRUE(read_all);
    EXPECT_EQ(result.columns[0].type, "array(varchar)");
    EXPECT_EQ(result.columns[1].type, "map(varchar, bigint)");
    const auto& tags = std::get<Array>(result.rows[0][0]);
    ASSERT_EQ(tags.items.size(), 3U);
    EXPECT_EQ(std::get<std::string>(tags.items[0]), "a, b");
    EXPECT_TRUE(std::holds_alternative<std::monostate>(tags.items[1]));
    const auto& map = std::get<Map>(result.rows[0][1]);
    ASSERT_EQ(map.entries.size(), 2U);
    EXPECT_EQ(std::get<std::int64_t>(map.entries[0].second), INT64_MAX);
    const auto& row = std::get<Row>(result.rows[0][2]);
    ASSERT_EQ(row.fields.size(), 4U);
    EXPECT_EQ(std::get<Decimal>(row.fields[0].second).digits, "1.50");
    EXPECT_EQ(std::get<std::string>(row.fields[1].second), "2024-01-02 03:04:05.678");
    EXPECT_EQ(std::get<double>(std::get<Array>(row.fields[2].second).items[0]), 1.0);
    EXPECT_EQ(std::get<bool>(row.fields[3].second), true);
}

TEST(NestedJson, TakesRowsAsArraysToo) {
    bool read_all = false;
    const QueryResult result = read({"[]", "{}", R"([12, null, [], false])"}, read_all);
    ASSERT_TRUE(read_all);
    EXPECT_EQ(std::get<Decimal>(std::get<Row>(result.rows[0][2]).fields[0].second).digits, "12.00");
}

TEST(NestedJson, OfAnotherTypeIsAnError) {
    for (const char* tags : {"{}", "[1]", "not JSON", "[\"a\""}) {
        bool read_all = true;
        read({tags, "{}", "{}"}, read_all);
        EXPECT_FALSE(read_all) << tags;
    }
    bool read_all = true;
    read({"[]", R"({"x": 1.5})", R"([1, null, [], false])"}, read_all);
    EXPECT_FALSE(read_all) << "1.5 is no bigint";
}

}  // namespace
}  // namespace dualstore::sql::remote
