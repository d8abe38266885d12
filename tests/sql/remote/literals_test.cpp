// Parameters as SQL text: literals by type, and the places of `?`.
#include "sql/remote/literals.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "dualstore/parameters.hpp"
#include "sql/remote/statement.hpp"

namespace dualstore::sql::remote {
namespace {

std::string literal(const Value& value) {
    const auto text = sql_literal(value);
    return text ? *text : text.error().message;
}

TEST(Literals, AreWrittenByType) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(literal({}), "NULL");
    EXPECT_EQ(literal(true), "true");
    EXPECT_EQ(literal(std::int64_t{42}), "42");
    EXPECT_EQ(literal(std::numeric_limits<std::int64_t>::min()), "(-9223372036854775808)");
    EXPECT_EQ(literal(1.0), "1e0") << "1 would be an integer, 1.0 a decimal";
    EXPECT_EQ(literal(-0.1), "(-0.1e0)");
    EXPECT_EQ(literal(1e300), "1e+300");
    EXPECT_EQ(literal(-infinity), "(-infinity())");
    EXPECT_EQ(literal(std::numeric_limits<double>::quiet_NaN()), "nan()");
    EXPECT_EQ(literal(std::string("it's; -- \\ \"x\" ?")), "'it''s; -- \\ \"x\" ?'");
    EXPECT_EQ(literal(Decimal{"-1.50"}), "DECIMAL '-1.50'");
    EXPECT_EQ(literal(Binary{std::string("\0\xff", 2)}), "X'00FF'");
    EXPECT_EQ(literal(Array{{std::int64_t{1}, Value()}}), "ARRAY[1, NULL]");
    EXPECT_EQ(literal(Map{{{std::string("a"), Array{}}}}), "MAP(ARRAY['a'], ARRAY[ARRAY[]])");
    EXPECT_EQ(literal(Row{{{"a", std::int64_t{1}}, {"b", std::string("x")}}}), "ROW(1, 'x')");
}

TEST(Literals, AreRefusedWhereSqlHasNone) {
    for (const Value& value : std::vector<Value>{std::string("\xff"), Decimal{"1'; DROP"}, Decimal{""}, Decimal{"1.2.3"}, Row{}}) {
        const auto text = sql_literal(value);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code, ErrorCode::query);
        EXPECT_TRUE(text.error().message.starts_with("INVALID_PARAMETER_USAGE: ")) << text.error().message;
    }
}

TEST(Literals, StandWhereAQuestionMarkIsAParameter) {
    const std::vector<Value> one = {std::int64_t{-1}};
    EXPECT_EQ(with_literals("SELECT a-? FROM \"t?\" WHERE b = 'x''?' -- ?\n AND /* ? */ c", one).value(),
              "SELECT a-(-1) FROM \"t?\" WHERE b = 'x''?' -- ?\n AND /* ? */ c");
    EXPECT_EQ(with_literals("SELECT?", std::vector<Value>{true}).value(), "SELECT true");
    EXPECT_EQ(with_literals("SELECT 'a'?FROM t", std::vector<Value>{std::string("b")}).value(), "SELECT 'a' 'b' FROM t")
        << "two strings side by side would be one with a quote inside";
}

TEST(Literals, AreNeverLookedAtForQuestionMarks) {
    const std::vector<Value> two = {std::string("?"), std::string("' OR ?")};
    EXPECT_EQ(with_literals("SELECT ?, ?", two).value(), "SELECT '?', ''' OR ?'");
}

TEST(Literals, MustBeAsManyAsTheQuestionMarks) {
    const auto text = with_literals("SELECT ?, '?'", {});
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().message, "INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 1 but found 0");
}

TEST(Statement, QuantifiersOfRowPatternsAreNoParameters) {
    EXPECT_EQ(placeholders("SELECT * FROM t MATCH_RECOGNIZE (ORDER BY a PATTERN (A B? (C D?)*) DEFINE B AS B.x > ?)").size(), 1U);
}

TEST(Statement, UnfinishedTextIsTaken) {
    for (const char* sql : {"SELECT '?", "SELECT \"?", "/* ?", "-- ?", "`?"}) EXPECT_TRUE(placeholders(sql).empty()) << sql;
}

TEST(Statement, WhatReadsIsKnownByItsFirstWord) {
    for (const char* sql : {"SELECT 1", "  (select 1)", "/* x */ with a as (SELECT 1) SELECT 1", "VALUES 1", "-- SELECT\ntable t"}) {
        EXPECT_TRUE(reads_only(sql)) << sql;
    }
    for (const char* sql :
         {"INSERT INTO t SELECT 1", "CREATE TABLE t AS SELECT 1", "UNLOAD (SELECT 1) TO 's3://b/'", "-- SELECT", "", "EXECUTE p"}) {
        EXPECT_FALSE(reads_only(sql)) << sql;
    }
}

TEST(Statement, WhereClausesAreTold) {
    EXPECT_TRUE(parameters_in_where("SELECT a FROM t WHERE a = ? AND (b IN (?, ?) OR c BETWEEN ? AND ?)"));
    EXPECT_TRUE(parameters_in_where("INSERT INTO t SELECT a FROM u WHERE a = ?"));
    for (const char* sql : {"SELECT ? FROM t WHERE a = 1", "SELECT a FROM t WHERE a = ? LIMIT ?", "SELECT a FROM t WHERE a IN (SELECT ?)",
                            "SELECT a FROM t JOIN u ON t.a = ?", "SELECT a FROM t WHERE a = 1",
                            "CREATE TABLE x AS SELECT a FROM t WHERE a = ?", "DELETE FROM t WHERE a = ?"}) {
        EXPECT_FALSE(parameters_in_where(sql)) << sql;
    }
}

using Named = std::vector<std::pair<std::string, Value>>;

TEST(BindNames, EachNameBecomesAParameterInItsPlace) {
    const Named named{{"b", std::int64_t{7}}, {"a_1", std::string("x")}, {"unused", true}};
    const auto bound = bind_names("SELECT :a_1, f(x)[:b] FROM t WHERE b=:b", named);
    ASSERT_TRUE(bound) << bound.error().message;
    EXPECT_EQ(bound->sql, "SELECT ?, f(x)[?] FROM t WHERE b=?");
    ASSERT_EQ(bound->parameters.size(), 3U);
    EXPECT_EQ(std::get<std::string>(bound->parameters[0]), "x");
    EXPECT_EQ(std::get<std::int64_t>(bound->parameters[1]), 7);
    EXPECT_EQ(std::get<std::int64_t>(bound->parameters[2]), 7);
}

TEST(BindNames, WhatIsNoNameStays) {
    for (const char* sql : {"SELECT ':a' -- :a\n, \":a\" /* :a */", "SELECT a::varchar", "SELECT JSON_OBJECT('k' : b)", "SELECT x[1:2]",
                            "SELECT TIMESTAMP '2024-01-02 03:04:05'", ""}) {
        const auto bound = bind_names(sql, Named{{"a", true}});
        ASSERT_TRUE(bound) << sql << ": " << bound.error().message;
        EXPECT_EQ(bound->sql, sql);
        EXPECT_TRUE(bound->parameters.empty()) << sql;
    }
}

TEST(BindNames, WhatCannotBeBoundIsNamed) {
    EXPECT_EQ(bind_names("SELECT :missing", Named{{"Missing", true}}).error().message,
              "INVALID_PARAMETER_USAGE: there is no value for :missing");
    EXPECT_EQ(bind_names("SELECT :a, ?", Named{{"a", true}}).error().code, ErrorCode::query);
}

}  // namespace
}  // namespace dualstore::sql::remote
