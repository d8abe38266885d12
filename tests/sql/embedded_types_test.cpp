// Every column type, from a record to an answer.
#include <fmt/format.h>

#include <type_traits>

#include "sql/embedded_fixture.hpp"

namespace dualstore::sql {
namespace {

std::string show(const Value& value) {
    return std::visit(
        [](const auto& held) -> std::string {
            using T = std::decay_t<decltype(held)>;
            std::string text;
            if constexpr (std::is_same_v<T, std::monostate>) return "null";
            if constexpr (std::is_same_v<T, bool>) return held ? "true" : "false";
            if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>) return fmt::format("{}", held);
            if constexpr (std::is_same_v<T, std::string>) return "'" + held + "'";
            if constexpr (std::is_same_v<T, Decimal>) return held.digits + "d";
            if constexpr (std::is_same_v<T, Binary>) return fmt::format("{} bytes", held.bytes.size());
            if constexpr (std::is_same_v<T, Array>) {
                for (const Value& item : held.items) text += (text.empty() ? "" : ", ") + show(item);
                return "[" + text + "]";
            }
            if constexpr (std::is_same_v<T, Map>) {
                for (const auto& [key, item] : held.entries) text += (text.empty() ? "" : ", ") + show(key) + ": " + show(item);
                return "{" + text + "}";
            }
            if constexpr (std::is_same_v<T, Row>) {
                for (const auto& [name, item] : held.fields) text += (text.empty() ? "" : ", ") + name + "=" + show(item);
                return "(" + text + ")";
            }
        },
        static_cast<const std::variant<std::monostate, bool, std::int64_t, double, std::string, Decimal, Binary, Array, Map, Row>&>(value));
}

class TypesTest : public EmbeddedTest {
  protected:
    // What a column of this type shows for each JSON value, and its type's name.
    void expect_values(const std::string& type, const std::string& trino, const std::vector<std::pair<std::string, std::string>>& cases) {
        SCOPED_TRACE(type);
        store_ = std::make_shared<MemoryStore>();
        for (std::size_t i = 0; i < cases.size(); ++i) {
            put(fmt::format("t/{:03}.json", i), fmt::format("{{\"n\":{},\"v\":{}}}\n", i, cases[i].first));
        }
        auto sql = engine("CREATE EXTERNAL TABLE t (n INT, v " + type +
                          ") ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/t/' "
                          "TBLPROPERTIES ('dualstore.key' = '{n}.json');");
        const QueryResult result = ask(*sql, "SELECT v FROM t ORDER BY n");
        ASSERT_EQ(result.rows.size(), cases.size());
        EXPECT_EQ(result.columns.at(0).type, trino);
        for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(show(result.rows[i][0]), cases[i].second) << cases[i].first;
    }
};

TEST_F(TypesTest, ScalarsComeBackExactly) {
    expect_values("BOOLEAN", "boolean", {{"true", "true"}, {"false", "false"}, {"null", "null"}});
    expect_values("TINYINT", "tinyint", {{"-128", "-128"}, {"127", "127"}, {"null", "null"}});
    expect_values("SMALLINT", "smallint", {{"-32768", "-32768"}, {"32767", "32767"}});
    expect_values("INT", "integer", {{"-2147483648", "-2147483648"}, {"2147483647", "2147483647"}});
    expect_values("BIGINT", "bigint", {{"-9223372036854775808", "-9223372036854775808"}, {"9223372036854775807", "9223372036854775807"}});
    expect_values("FLOAT", "real", {{"0.1", "0.1"}, {"-2.5", "-2.5"}, {"16777216", "16777216"}});
    expect_values("DOUBLE", "double", {{"0.30000000000000004", "0.30000000000000004"}, {"-1e300", "-1e+300"}});
    expect_values("STRING", "varchar", {{"\"\"", "''"}, {"\"it's\\n\\u0041 \\ud83d\\udc4d\"", "'it's\nA 👍'"}, {"null", "null"}});
    expect_values("DATE", "date", {{"\"2024-02-29\"", "'2024-02-29'"}, {"\"1969-12-31\"", "'1969-12-31'"}});
    expect_values(
        "TIMESTAMP", "timestamp(3)",
        {{"\"2024-01-02 03:04:05.678\"", "'2024-01-02 03:04:05.678'"}, {"\"1969-12-31 23:59:59.999\"", "'1969-12-31 23:59:59.999'"}});
}

TEST_F(TypesTest, DecimalsOfEveryWidthComeBackExactly) {
    expect_values("DECIMAL(4,2)", "decimal(4, 2)", {{"-99.99", "-99.99d"}, {"0.5", "0.50d"}, {"null", "null"}});
    expect_values("DECIMAL(9,0)", "decimal(9, 0)", {{"999999999", "999999999d"}, {"0", "0d"}});
    expect_values("DECIMAL(18,18)", "decimal(18, 18)", {{"0.123456789012345678", "0.123456789012345678d"}});
    expect_values("DECIMAL(38,3)", "decimal(38, 3)",
                  {{"-12345678901234567890123456789012345.678", "-12345678901234567890123456789012345.678d"}});
}

TEST_F(TypesTest, NestedValuesComeBackWhole) {
    expect_values("ARRAY<INT>", "array(integer)", {{"[1,null,3]", "[1, null, 3]"}, {"[]", "[]"}, {"null", "null"}, {"[4]", "[4]"}});
    expect_values("ARRAY<ARRAY<STRING>>", "array(array(varchar))",
                  {{"[[\"a long enough string\"],[],null]", "[['a long enough string'], [], null]"}, {"[[\"b\",null]]", "[['b', null]]"}});
    expect_values("MAP<STRING,DECIMAL(10,2)>", "map(varchar, decimal(10, 2))",
                  {{"{\"a\":1.25,\"b\":null}", "{'a': 1.25d, 'b': null}"}, {"{}", "{}"}, {"null", "null"}});
    expect_values("STRUCT<a:INT,b:ARRAY<STRUCT<c:STRING>>>", "row(a integer, b array(row(c varchar)))",
                  {{"{\"a\":1,\"b\":[{\"c\":\"x\"},null,{}]}", "(a=1, b=[(c='x'), null, (c=null)])"},
                   {"{\"b\":null}", "(a=null, b=null)"},
                   {"null", "null"},
                   {"{\"a\":2,\"b\":[]}", "(a=2, b=[])"}});
}

TEST_F(TypesTest, ListsLongerThanAVectorComeBackWhole) {
    std::string items;
    for (int i = 0; i < 10'000; ++i)
        items += fmt::format("{}{}", i == 0 ? "" : ",", i % 7 == 0 ? "null" : fmt::format("\"item number {}\"", i));
    put("t/1.json", "{\"n\":1,\"v\":[" + items + "]}\n");
    put("t/2.json", "{\"n\":2,\"v\":[null]}\n");
    auto sql = engine(
        "CREATE EXTERNAL TABLE t (n INT, v ARRAY<STRING>) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/t/' "
        "TBLPROPERTIES ('dualstore.key' = '{n}.json');");
    const QueryResult result = ask(*sql, "SELECT v FROM t ORDER BY n");
    ASSERT_EQ(result.rows.size(), 2U);
    const auto& list = std::get<Array>(result.rows[0][0]).items;
    ASSERT_EQ(list.size(), 10'000U);
    for (std::size_t i = 0; i < list.size(); ++i) {
        ASSERT_EQ(show(list[i]), i % 7 == 0 ? "null" : fmt::format("'item number {}'", i));
    }
    EXPECT_EQ(show(result.rows[1][0]), "[null]");
}

TEST_F(TypesTest, AnswersHaveTrinosTypes) {
    auto sql = engine();
    const std::vector<std::vector<std::string>> cases{
        {"SELECT sum(id) FROM fruit", "bigint", "null"},
        {"SELECT count(*) FROM fruit", "bigint", "0"},
        {"SELECT CAST('2024-05-01 00:00:00.5' AS timestamp)", "timestamp(3)", "'2024-05-01 00:00:00.500'"},
        {"SELECT X'00ff'", "varbinary", "2 bytes"},
        {"SELECT CAST('123.40' AS decimal(10, 2))", "decimal(10, 2)", "123.40d"},
        {"SELECT CAST(0.1 AS real)", "real", "0.1"},
        {"SELECT ARRAY[1, 2]", "array(integer)", "[1, 2]"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one[0]);
        const QueryResult result = ask(*sql, one[0]);
        ASSERT_EQ(result.rows.size(), 1U);
        EXPECT_EQ(result.columns[0].type, one[1]);
        EXPECT_EQ(show(result.rows[0][0]), one[2]);
    }
}

}  // namespace
}  // namespace dualstore::sql
