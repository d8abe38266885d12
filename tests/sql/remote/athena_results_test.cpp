// What comes out of a query: types, NULL, headers, pages and result objects.
#include <cmath>
#include <cstdlib>

#include "sql/remote/athena_fixture.hpp"
#include "sql/remote/athena_result_file.hpp"

namespace dualstore::sql::remote {
namespace {

template <class T>
T get(const QueryResult& result, std::size_t row, std::size_t column) {
    const auto* value = std::get_if<T>(&result.rows.at(row).at(column));
    EXPECT_NE(value, nullptr) << "row " << row << ", column " << column;
    return value != nullptr ? *value : T{};
}

bool is_null(const QueryResult& result, std::size_t row, std::size_t column) {
    return std::holds_alternative<std::monostate>(result.rows.at(row).at(column));
}

QueryResult answer(FakeAthena& athena, QueryEngine& engine, ScriptedQuery query) {
    athena.script(std::move(query));
    auto result = engine.execute("SELECT 1", {});
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : QueryResult{};
}

TEST_F(AthenaTest, ColumnsOfEveryTypeComeTyped) {
    ScriptedQuery query;
    const std::vector<std::vector<json>> columns = {{"b", "boolean"},
                                                    {"i1", "tinyint"},
                                                    {"i2", "smallint"},
                                                    {"i4", "integer"},
                                                    {"i8", "bigint"},
                                                    {"f", "float"},
                                                    {"d", "double"},
                                                    {"n", "decimal", 10, 2},
                                                    {"s", "varchar", 2147483647, 0},
                                                    {"s3", "varchar", 3, 0},
                                                    {"c", "char", 4, 0},
                                                    {"day", "date"},
                                                    {"t", "time"},
                                                    {"at", "timestamp"},
                                                    {"z", "timestamp with time zone"},
                                                    {"x", "varbinary"},
                                                    {"a", "array"},
                                                    {"m", "map"},
                                                    {"r", "row"},
                                                    {"j", "json"}};
    query.results = result_set(
        columns,
        {row({"b", "i1", "i2", "i4", "i8", "f", "d", "n", "s", "s3", "c", "day", "t", "at", "z", "x", "a", "m", "r", "j"}),
         row({"true",
              "-128",
              "7",
              "2147483647",
              "-9223372036854775808",
              "0.1",
              "1.7976931348623157E308",
              "-12345678.90",
              "é, \"q\"",
              "abc",
              "ab  ",
              "2024-02-29",
              "01:02:03.456",
              "2024-02-29 23:59:59.999",
              "2024-02-29 23:59:59.999 UTC",
              "68 65 00 ff",
              "[a, b]",
              "{a=1, b=null}",
              "{x=1}",
              "{\"a\":1}"}),
         row({"false", "0", "0", "0", "0", "NaN", "-Infinity", "0.00", "", "", "", "", "", "", "", "", "[]", "{}", "{}", "null"})});
    const auto opened = engine();
    const QueryResult result = answer(athena_, *opened, query);
    std::vector<std::string> types;
    for (const auto& column : result.columns) types.push_back(column.type);
    EXPECT_EQ(types, (std::vector<std::string>{"boolean",
                                               "tinyint",
                                               "smallint",
                                               "integer",
                                               "bigint",
                                               "real",
                                               "double",
                                               "decimal(10, 2)",
                                               "varchar",
                                               "varchar(3)",
                                               "char(4)",
                                               "date",
                                               "time(3)",
                                               "timestamp(3)",
                                               "timestamp(3) with time zone",
                                               "varbinary",
                                               "array",
                                               "map",
                                               "row",
                                               "json"}));
    ASSERT_EQ(result.rows.size(), 2U);
    EXPECT_EQ(get<bool>(result, 0, 0), true);
    EXPECT_EQ(get<std::int64_t>(result, 0, 1), -128);
    EXPECT_EQ(get<std::int64_t>(result, 0, 4), INT64_MIN);
    EXPECT_EQ(get<double>(result, 0, 5), 0.1);
    EXPECT_EQ(get<double>(result, 0, 6), 1.7976931348623157e308);
    EXPECT_EQ(get<Decimal>(result, 0, 7).digits, "-12345678.90");
    EXPECT_EQ(get<std::string>(result, 0, 8), "é, \"q\"");
    EXPECT_EQ(get<std::string>(result, 0, 10), "ab  ");
    EXPECT_EQ(get<std::string>(result, 0, 13), "2024-02-29 23:59:59.999");
    EXPECT_EQ(get<Binary>(result, 0, 15).bytes, std::string("he\0\xff", 4));
    EXPECT_EQ(get<std::string>(result, 0, 16), "[a, b]") << "as Athena gives it: a string may hold a comma";
    EXPECT_TRUE(std::isnan(get<double>(result, 1, 5)));
    EXPECT_EQ(get<double>(result, 1, 6), -HUGE_VAL);
    EXPECT_EQ(get<Binary>(result, 1, 15).bytes, "");
}

TEST_F(AthenaTest, NullAndTheEmptyStringAreKeptApart) {
    ScriptedQuery query;
    query.results = result_set({{"a", "varchar"}, {"b", "integer"}}, {row({"a", "b"}), row({"", nullptr}), row({nullptr, "1"})});
    const auto opened = engine();
    const QueryResult result = answer(athena_, *opened, query);
    EXPECT_EQ(get<std::string>(result, 0, 0), "");
    EXPECT_TRUE(is_null(result, 0, 1));
    EXPECT_TRUE(is_null(result, 1, 0));
}

TEST_F(AthenaTest, AFirstRowThatEqualsTheHeaderIsData) {
    ScriptedQuery query;
    query.results = result_set({{"name", "varchar"}}, {row({"name"}), row({"name"}), row({"name"})});
    const auto opened = engine();
    EXPECT_EQ(answer(athena_, *opened, query).rows.size(), 2U);
}

TEST_F(AthenaTest, WhatIsNoQueryHasNoHeader) {
    const auto opened = engine();
    ScriptedQuery tables;
    tables.statement_type = "UTILITY";
    tables.results = result_set({{"tab_name", "string"}}, {row({"tab_name"}), row({"feedback"})});
    const QueryResult shown = answer(athena_, *opened, tables);
    ASSERT_EQ(shown.rows.size(), 2U);
    EXPECT_EQ(get<std::string>(shown, 0, 0), "tab_name");

    ScriptedQuery described;
    described.statement_type = "UTILITY";
    described.results = result_set({{"col_name", "string"}, {"data_type", "string"}, {"comment", "string"}},
                                   {row({"brandid             \tint                 \t                    "})});
    const QueryResult columns = answer(athena_, *opened, described);
    EXPECT_EQ(get<std::string>(columns, 0, 0), "brandid");
    EXPECT_EQ(get<std::string>(columns, 0, 1), "int");
    EXPECT_EQ(get<std::string>(columns, 0, 2), "");
}

TEST_F(AthenaTest, AnInsertTellsHowManyRowsItWrote) {
    ScriptedQuery query;
    query.results = result_set({{"rows", "bigint"}}, json::array());
    query.results["UpdateCount"] = 42;
    const auto opened = engine();
    EXPECT_EQ(get<std::int64_t>(answer(athena_, *opened, query), 0, 0), 42);
}

TEST_F(AthenaTest, ACellThatIsNotOfItsColumnsTypeIsAnError) {
    ScriptedQuery query;
    query.results = result_set({{"n", "integer"}}, {row({"n"}), row({"seven"})});
    athena_.script(query);
    const Error error = refused(*engine(), "SELECT n FROM t");
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.message, "Athena gave 'seven' for the column n of type integer");
}

// 4,999 rows behind a header: row i is (i, "text i"), every tenth text NULL, every eleventh empty.
Cell text_of(std::size_t i) {
    if (i % 10 == 0) return std::nullopt;
    return i % 11 == 0 ? "" : "text \"" + std::to_string(i) + "\",\n";
}

ScriptedQuery many_rows() {
    ScriptedQuery query;
    const std::vector<std::vector<json>> columns = {{"i", "bigint"}, {"s", "varchar"}};
    std::vector<json> pages;
    for (std::size_t i = 0; i < 5000; ++i) {
        if (i % 1000 == 0) pages.push_back(json::array());
        if (i == 0) {
            pages.back().push_back(row({"i", "s"}));
        } else {
            const Cell text = text_of(i);
            pages.back().push_back(row({std::to_string(i), text ? json(*text) : json()}));
        }
    }
    query.results = result_set(columns, pages[0], "0");
    for (std::size_t page = 1; page < pages.size(); ++page) {
        query.pages.push_back(result_set(columns, pages[page], page + 1 < pages.size() ? std::to_string(page) : ""));
    }
    return query;
}

std::string many_rows_as_csv() {
    std::string csv = "\"i\",\"s\"\n";
    for (std::size_t i = 1; i < 5000; ++i) {
        csv += "\"" + std::to_string(i) + "\",";
        if (const Cell text = text_of(i)) {
            csv += '"';
            for (const char c : *text) csv.append(c == '"' ? 2 : 1, c);
            csv += '"';
        }
        csv += '\n';
    }
    return csv;
}

void expect_many_rows(const QueryResult& result) {
    ASSERT_EQ(result.rows.size(), 4999U);
    for (std::size_t i = 1; i < 5000; ++i) {
        ASSERT_EQ(get<std::int64_t>(result, i - 1, 0), static_cast<std::int64_t>(i));
        const Cell text = text_of(i);
        ASSERT_EQ(is_null(result, i - 1, 1), !text) << i;
        if (text) {
            ASSERT_EQ(get<std::string>(result, i - 1, 1), *text);
        }
    }
}

TEST_F(AthenaTest, ManyRowsComePageByPageWhereTheirObjectCannotBeRead) {
    const auto opened = engine();
    expect_many_rows(answer(athena_, *opened, many_rows()));
    EXPECT_EQ(athena_.asked("GetQueryResults").size(), 5U);
    EXPECT_EQ(athena_.asked("GetQueryResults")[0]["MaxResults"], 1000);
}

class AthenaWithResultObjects : public AthenaTest {
  protected:
    void SetUp() override {
        AthenaTest::SetUp();
        ::setenv("AWS_ENDPOINT_URL_S3", athena_.endpoint().c_str(), 1);
    }
    void TearDown() override { ::unsetenv("AWS_ENDPOINT_URL_S3"); }
};

TEST_F(AthenaWithResultObjects, ManyRowsComeFromTheirObject) {
    athena_.object("/results/q.csv", many_rows_as_csv());
    const auto opened = engine();
    expect_many_rows(answer(athena_, *opened, many_rows()));
    EXPECT_EQ(athena_.asked("GetQueryResults").size(), 1U);
}

TEST_F(AthenaWithResultObjects, ARoleThatMayNotReadResultObjectsIsAskedOnce) {
    const auto opened = engine();
    expect_many_rows(answer(athena_, *opened, many_rows()));
    expect_many_rows(answer(athena_, *opened, many_rows()));
    std::size_t reads = 0;
    for (const auto& request : athena_.requests()) reads += request.method == "GET" ? 1U : 0U;
    EXPECT_EQ(reads, 1U);
}

TEST_F(AthenaWithResultObjects, AnObjectThatIsNotTheResultIsPassedOver) {
    std::string cut = many_rows_as_csv();
    cut.resize(cut.size() - 3);
    const auto opened = engine();
    for (const std::string& other : {cut, std::string("\"x\",\"y\"\n\"1\",\"2\"\n"), std::string("i,s\n1,2\n"), std::string()}) {
        athena_.object("/results/q.csv", other);
        expect_many_rows(answer(athena_, *opened, many_rows()));
    }
}

TEST(ResultCsv, KeepsNullAndTheEmptyStringApart) {
    ResultCsv csv("\"a\"\n\n\"\"\n\"x\"\"y\"\n");
    std::vector<Cell> row;
    std::vector<Cell> cells;
    while (csv.next(row)) {
        ASSERT_EQ(row.size(), 1U);
        cells.push_back(row[0]);
    }
    EXPECT_FALSE(csv.malformed());
    EXPECT_EQ(cells, (std::vector<Cell>{"a", std::nullopt, "", "x\"y"}));
}

TEST(ResultCsv, EndsInAnEmptyCell) {
    ResultCsv csv("\"a\",\n,\"b\"");
    std::vector<Cell> row;
    ASSERT_TRUE(csv.next(row));
    EXPECT_EQ(row, (std::vector<Cell>{"a", std::nullopt}));
    ASSERT_TRUE(csv.next(row));
    EXPECT_EQ(row, (std::vector<Cell>{std::nullopt, "b"}));
    EXPECT_FALSE(csv.next(row));
    EXPECT_FALSE(csv.malformed());
}

}  // namespace
}  // namespace dualstore::sql::remote
