// The parser: the trees it makes, as SQL with all parentheses; what it refuses, where and in which words, as Trino 476 does.
#include "sql/syntax_text.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>

namespace dualstore::sql::athena {
namespace {

std::string error_of(std::string_view sql) {
    const auto statement = parse(sql);
    if (statement) return "accepted: " + SyntaxText::of(*statement);
    EXPECT_EQ(statement.error().code, ErrorCode::query) << sql;
    return statement.error().message;
}

std::string tree_of(std::string_view sql) {
    const auto statement = parse(sql);
    return statement ? SyntaxText::of(*statement) : statement.error().message;
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i) result += text;
    return result;
}

// The one thing that a query selects.
const syntax::Expression& selected(const syntax::Statement& statement) {
    const auto& select = std::get<syntax::Select>(std::get<syntax::QueryPtr>(statement)->body);
    return *std::get<syntax::SelectExpression>(select.items.at(0).node).value;
}

TEST(Parser, MakesTheTreesOfTrino) {
    std::ifstream file(SOURCE_ROOT "/tests/data/sql_trees.txt");
    std::size_t trees = 0;
    std::string sql;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("    ")) {
            sql = line;
            continue;
        }
        const std::string tree = line.substr(4);
        EXPECT_EQ(tree_of(sql), tree) << sql;
        EXPECT_EQ(tree_of(tree), tree) << "the text of the tree of " << sql;
        ++trees;
    }
    EXPECT_GT(trees, 100U);
}

// As Trino's parser says it; the list of what it expects is left out.
TEST(Parser, RefusesWhatTrinoRefusesWhereItDoes) {
    constexpr std::pair<std::string_view, std::string_view> refused[] = {
        {"SELECT", "line 1:7: mismatched input '<EOF>'"},
        {"SELECT ", "line 1:8: mismatched input '<EOF>'"},
        {"SELECT a::varchar", "line 1:9: mismatched input ':'"},
        {"SELECT {'a': 1}", "line 1:8: mismatched input '{'"},
        {"FROM t SELECT a", "line 1:1: mismatched input 'FROM'"},
        {"SELEC 1", "line 1:1: mismatched input 'SELEC'"},
        {";", "line 1:1: mismatched input ';'"},
        {"SELECT count(*) FROM t QUALIFY row_number() OVER () = 1", "line 1:32: mismatched input 'row_number'"},
        {"SELECT * EXCLUDE (a) FROM t", "line 1:10: mismatched input 'EXCLUDE'"},
        {"SELECT * REPLACE (a AS b) FROM t", "line 1:10: mismatched input 'REPLACE'"},
        {"SELECT DISTINCT ON (a) b FROM t", "line 1:17: mismatched input 'ON'"},
        {"SELECT * FROM 'file'", "line 1:15: mismatched input ''file''"},
        {"SELECT a, FROM t", "line 1:11: mismatched input 'FROM'"},
        {"SELECT f(a,) FROM t", "line 1:12: mismatched input ')'"},
        {"SELECT a FROM t GROUP BY a,", "line 1:28: mismatched input '<EOF>'"},
        {"SELECT a == b", "line 1:11: mismatched input '='"},
        {"SELECT `a`", "line 1:8: backquoted identifiers are not supported; use double quotes to quote identifiers"},
        {"SELECT 1a", "line 1:8: identifiers must not start with a digit; surround the identifier with double quotes"},
        {"SELECT 1e", "line 1:8: identifiers must not start with a digit; surround the identifier with double quotes"},
        {R"(SELECT "")", "line 1:8: Zero-length delimited identifier not allowed"},
        {"SELECT * FROM t LIMIT 1+1", "line 1:24: mismatched input '+'"},
        {"SELECT * FROM t LIMIT a", "line 1:23: mismatched input 'a'"},
        {"SELECT * FROM t LIMIT 5 OFFSET 2", "line 1:25: mismatched input 'OFFSET'"},
        {"SELECT x ILIKE 'y'", "line 1:16: mismatched input ''y''"},
        {"SELECT a // b", "line 1:11: mismatched input '/'"},
        {"SELECT a ** b", "line 1:11: mismatched input '*'"},
        {"SELECT a := 1", "line 1:10: mismatched input ':'"},
        {"SELECT a ! b", "line 1:10: mismatched input '!'"},
        {"SELECT a & b", "line 1:10: mismatched input '&'"},
        {"SELECT * FROM t USING SAMPLE 10", "line 1:17: mismatched input 'USING'"},
        {"SELECT * FROM t PIVOT (sum(a) FOR b IN (1))", "line 1:27: mismatched input '('"},
        {"SELECT x IS TRUE", "line 1:13: mismatched input 'TRUE'"},
        {"SELECT a = b = c", "line 1:14: mismatched input '='"},
        {"SELECT a IS NULL IS NULL", "line 1:18: mismatched input 'IS'"},
        {"SELECT a < b < c", "line 1:14: mismatched input '<'"},
        {"SELECT a NOT b", "line 1:14: mismatched input 'b'"},
        {"SELECT NOT", "line 1:11: mismatched input '<EOF>'"},
        {"SELECT (a", "line 1:10: mismatched input '<EOF>'"},
        {"SELECT a)", "line 1:9: mismatched input ')'"},
        {"SELECT a FROM", "line 1:14: mismatched input '<EOF>'"},
        {"SELECT a FROM t WHERE", "line 1:22: mismatched input '<EOF>'"},
        {"SELECT a FROM t ORDER a", "line 1:23: mismatched input 'a'"},
        {"SELECT a FROM t GROUP a", "line 1:23: mismatched input 'a'"},
        {"SELECT a b c FROM t", "line 1:12: mismatched input 'c'"},
        {"SELECT a AS 'x'", "line 1:13: mismatched input ''x''"},
        {"SELECT t.* x FROM t", "line 1:12: mismatched input 'x'"},
        {"SELECT + t.*", "line 1:11: mismatched input '.'"},
        {"SELECT 'it", "line 1:8: mismatched input '''"},
        {R"(SELECT "a)", R"(line 1:8: mismatched input '"')"},
        {"SELECT 1 /* x", "line 1:11: mismatched input '*'"},
        {"SELECT CASE END", "line 1:13: mismatched input 'END'"},
        {"SELECT CASE WHEN a THEN b", "line 1:26: mismatched input '<EOF>'"},
        {"SELECT CAST(a integer)", "line 1:15: mismatched input 'integer'"},
        {"SELECT CAST(a AS )", "line 1:18: mismatched input ')'"},
        {"SELECT EXTRACT(YEAR a)", "line 1:21: mismatched input 'a'"},
        {"SELECT ROW(1 AS a)", "line 1:14: mismatched input 'AS'"},
        {"SELECT f(a => 1)", "line 1:12: mismatched input '=>'"},
        {"SELECT f(x IGNORE NULLS) OVER ()", "line 1:12: mismatched input 'IGNORE'"},
        {"SELECT f(x) IGNORE NULLS", "line 1:25: mismatched input '<EOF>'"},
        {"SELECT a AT TIME ZONE b", "line 1:23: mismatched input 'b'"},
        {"SELECT LISTAGG(a)", "line 1:18: mismatched input '<EOF>'"},
        {"SELECT GROUPING(1)", "line 1:17: mismatched input '1'"},
        {"SELECT CURRENT_DATE()", "line 1:20: mismatched input '('"},
        {"SELECT a FROM t JOIN u", "line 1:23: mismatched input '<EOF>'"},
        {"SELECT a FROM t CROSS JOIN u ON a = b", "line 1:30: mismatched input 'ON'"},
        {"SELECT a FROM t JOIN u USING ()", "line 1:31: mismatched input ')'"},
        {"SELECT a FROM t LEFT u", "line 1:22: mismatched input 'u'"},
        {"SELECT a FROM UNNEST(a) WITH x", "line 1:25: mismatched input 'WITH'"},
        {"SELECT 1 HAVING a GROUP BY b", "line 1:19: mismatched input 'GROUP'"},
        {"SELECT a IN () FROM t", "line 1:10: mismatched input 'IN'"},
        {"SELECT a FROM t WHERE a IN (1, )", "line 1:25: mismatched input 'IN'"},
        {"SELECT a FROM t WHERE (a IN (1, ))", "line 1:33: mismatched input ')'"},
        {"SELECT a FROM t WHERE a = ALL (SELECT FROM t)", "line 1:31: mismatched input '('"},
        {"SELECT a FROM t WHERE f(FROM)", "line 1:24: mismatched input '('"},
        {"SELECT a FROM t WHERE t.", "line 1:24: mismatched input '.'"},
        {"SELECT 1 UNION", "line 1:15: mismatched input '<EOF>'"},
        {"SELECT 1 ORDER BY 1 UNION SELECT 2", "line 1:21: mismatched input 'UNION'"},
        {"(WITH a AS (SELECT 1) SELECT 1) UNION SELECT 1", "line 1:2: mismatched input 'WITH'"},
        {"WITH a SELECT 1", "line 1:8: mismatched input 'SELECT'"},
        {"WITH a AS (SELECT 1)", "line 1:21: mismatched input '<EOF>'"},
        {"VALUES", "line 1:7: mismatched input '<EOF>'"},
        {"SELECT 1 SELECT 2", "line 1:10: mismatched input 'SELECT'"},
        {"SHOW", "line 1:5: mismatched input '<EOF>'"},
        {"SHOW DATABASES", "line 1:6: mismatched input 'DATABASES'"},
        {"SHOW COLUMNS t", "line 1:14: mismatched input 't'"},
        {"EXPLAIN", "line 1:8: mismatched input '<EOF>'"},
        {"EXPLAIN (TYPE FOO) SELECT 1", "line 1:15: mismatched input 'FOO'"},
        {"DESCRIBE", "line 1:9: mismatched input '<EOF>'"},
        {"SELECT 'é',\n  + FROM t", "line 2:5: mismatched input 'FROM'"},
        {"SELECT 1 WHERE;", "line 1:15: mismatched input ';'"},
        {"", "line 1:1: mismatched input '<EOF>'"},
        {" ", "line 1:2: mismatched input '<EOF>'"},
        {"SELECT 'a' 'b'", "line 1:12: mismatched input ''b''"},
        {"SELECT 1 AS select", "line 1:13: mismatched input 'select'"},
        {"SELECT ARRAY[1,2,3][1:2]", "line 1:22: mismatched input ':'"},
        {"SELECT count(*, 1) FROM t", "line 1:15: mismatched input ','"},
        {"SELECT *\nFROM t WHERE", "line 2:13: mismatched input '<EOF>'"},
        {"SELECT * FROM a x JOIN b y (c)", "line 1:31: mismatched input '<EOF>'"},
        {"WITH a AS SELECT 1 SELECT 2", "line 1:11: mismatched input 'SELECT'"},
        {"SELECT 1 LIMIT -1", "line 1:16: mismatched input '-'"},
        {"SELECT 'é' FROM t WHERE 'ü' =", "line 1:30: mismatched input '<EOF>'"},
        {"SELECT 9223372036854775808", "line 1:8: Invalid numeric literal: 9223372036854775808"},
        {"SELECT -9223372036854775809", "line 1:8: Invalid numeric literal: -9223372036854775809"},
        {"SELECT X'0'", "line 1:8: Binary literal must contain an even number of digits"},
        {"SELECT X'0G'", "line 1:8: Binary literal can only contain hexadecimal digits"},
        {"SELECT X 'a'", "line 1:8: Spaces are not allowed between 'X' and the starting quote of a binary literal"},
        {R"(SELECT U&'\00')", "line 1:8: Incomplete escape sequence: 00"},
        {R"(SELECT U&'\D800')", R"(line 1:8: Invalid escaped character: D800. Escaped character is a surrogate. Use '\+123456' instead.)"},
        {R"(SELECT U&'\00zz')", "line 1:8: Incomplete escape sequence: 00"},
        {"SELECT U&'a' UESCAPE '+'", "line 1:8: Invalid Unicode escape character: +"},
        {"SELECT EXTRACT(foo FROM a)", "line 1:8: Invalid EXTRACT field foo"},
        {"SELECT if(1)", "line 1:8: Invalid number of arguments for 'if' function"},
        {"SELECT coalesce(a)", "line 1:8: The 'coalesce' function must have at least two arguments"},
        {"SELECT try(a, b)", "line 1:8: The 'try' function must have exactly one argument"},
        {"SELECT nullif(a, b) OVER ()", "line 1:8: OVER clause not valid for 'nullif' function"},
        {"SELECT trim(FROM a)", "line 1:8: The 'trim' function must have specification, char or both arguments when it takes FROM"},
        {"SELECT 9223372036854775808 FROM FROM", "line 1:33: mismatched input 'FROM'"},
    };
    for (const auto& [sql, message] : refused) {
        const std::string error = error_of(sql);
        EXPECT_TRUE(error.starts_with("SYNTAX_ERROR: " + std::string(message))) << sql << ": " << error;
    }
}

TEST(Parser, SaysWhatItExpects) {
    constexpr std::pair<std::string_view, std::string_view> refused[] = {
        {"SELECT", "line 1:7: mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', <expression>"},
        {"SELECT a FROM 'x'",
         "line 1:15: mismatched input ''x''. Expecting: '(', 'JSON_TABLE', 'LATERAL', 'TABLE', 'UNNEST', <identifier>"},
        {"SELECT CAST(a AS)", "line 1:17: mismatched input ')'. Expecting: <type>"},
        {"SELECT a FROM t ORDER a", "line 1:23: mismatched input 'a'. Expecting: 'BY'"},
        {"SELECT x IS TRUE", "line 1:13: mismatched input 'TRUE'. Expecting: 'DISTINCT', 'NOT', 'NULL'"},
        {"SELECT 1 FROM t FETCH FIRST", "line 1:28: mismatched input '<EOF>'. Expecting: '?', 'ROW', 'ROWS', <integer>"},
        {"SELECT (a",
         "line 1:10: mismatched input '<EOF>'. Expecting: '%', '(', ')', '*', '+', ',', '-', '->', '.', '/', 'AND', 'AT', 'OR', "
         "'OVER', '[', '||', <predicate>, <string>"},
        {"SELECT 1 = 2 = 3",
         "line 1:14: mismatched input '='. Expecting: '%', '*', '+', ',', '-', '.', '/', 'AND', 'AS', 'AT', 'EXCEPT', "
         "'FETCH', 'FROM', 'GROUP', 'HAVING', 'INTERSECT', 'LIMIT', 'OFFSET', 'OR', 'ORDER', 'UNION', 'WHERE', "
         "'WINDOW', '[', '||', <EOF>, <identifier>"},
    };
    for (const auto& [sql, message] : refused) EXPECT_EQ(error_of(sql), "SYNTAX_ERROR: " + std::string(message)) << sql;
}

TEST(Parser, ErrorsAreOneShortLine) {
    EXPECT_TRUE(error_of("SELECT 1 'x\ny'").starts_with("SYNTAX_ERROR: line 1:10: mismatched input ''x'. Expecting: ")) << "a line break";
    const std::string error = error_of("SELECT 1 '" + repeated("é", 100000) + "'");
    EXPECT_TRUE(error.starts_with("SYNTAX_ERROR: line 1:10: mismatched input ''" + repeated("é", 49) + "'. Expecting: ")) << error;
    EXPECT_LT(error_of("SELECT " + repeated("9", 100000)).size(), 200U);
    EXPECT_LT(error_of("SELECT EXTRACT(\"" + repeated("é\n", 100000) + "\" FROM a)").size(), 400U);
}

TEST(Parser, RefusesStatementsThatAreNoQueries) {
    for (const std::string_view word :
         {"INSERT", "UPDATE", "DELETE",  "MERGE",   "CREATE",   "DROP",       "ALTER",   "COPY",    "ATTACH",
          "DETACH", "SET",    "RESET",   "USE",     "PRAGMA",   "CALL",       "PREPARE", "EXECUTE", "GRANT",
          "REVOKE", "DENY",   "ANALYZE", "REFRESH", "TRUNCATE", "COMMENT",    "START",   "COMMIT",  "ROLLBACK",
          "EXPORT", "IMPORT", "INSTALL", "LOAD",    "VACUUM",   "CHECKPOINT", "UNLOAD",  "MSCK",    "DEALLOCATE"}) {
        const std::string refusal = std::string(word) + " is not supported; only queries, SHOW, DESCRIBE and EXPLAIN are";
        EXPECT_EQ(error_of(lower(word) + " x"), "NOT_SUPPORTED: line 1:1: " + refusal);
        EXPECT_EQ(error_of("-- x\n " + std::string(word)), "NOT_SUPPORTED: line 2:2: " + refusal);
        EXPECT_TRUE(error_of("EXPLAIN " + std::string(word)).starts_with("NOT_SUPPORTED: line 1:")) << word;
    }
}

TEST(Parser, RefusesWhatItCannotRun) {
    constexpr std::pair<std::string_view, std::string_view> refused[] = {
        {"SELECT 1; SELECT 2", "1:11: only one statement can be run at a time"},
        {"SELECT 1;;", "1:10: only one statement can be run at a time"},
        {"SHOW STATS FOR t", "1:1: SHOW STATS is not supported"},
        {"SHOW SESSION", "1:1: SHOW SESSION is not supported"},
        {"SHOW CREATE VIEW v", "1:1: SHOW CREATE VIEW is not supported"},
        {"DESCRIBE INPUT x", "1:1: DESCRIBE INPUT is not supported"},
        {"EXPLAIN ANALYZE SELECT 1", "1:1: EXPLAIN ANALYZE is not supported"},
        {"EXPLAIN (TYPE VALIDATE, FORMAT JSON) SELECT 1", "1:1: EXPLAIN with options is not supported"},
        {"EXPLAIN SHOW TABLES", "1:1: EXPLAIN SHOW is not supported"},
        {"WITH FUNCTION f() RETURNS integer RETURN 1 SELECT f()", "1:1: WITH FUNCTION is not supported"},
        {"WITH SESSION a = 1 SELECT 1", "1:1: WITH SESSION is not supported"},
        {"SELECT 1 UNION CORRESPONDING SELECT 1", "1:16: CORRESPONDING is not supported"},
        {"SELECT a FROM t TABLESAMPLE BERNOULLI (10)", "1:17: TABLESAMPLE is not supported"},
        {"SELECT a FROM t x TABLESAMPLE SYSTEM (10)", "1:19: TABLESAMPLE is not supported"},
        {"SELECT a FROM t MATCH_RECOGNIZE (PATTERN (x) DEFINE x AS TRUE)", "1:17: MATCH_RECOGNIZE is not supported"},
        {"SELECT a FROM TABLE(f(1))", "1:15: TABLE(...) is not supported"},
        {"SELECT a FROM JSON_TABLE(a, 'x' COLUMNS (b integer))", "1:15: JSON_TABLE is not supported"},
        {"SELECT a FROM t FOR VERSION AS OF 1", "1:17: FOR VERSION AS OF is not supported"},
        {"SELECT count(t.*) FROM t", "1:14: a call with t.* is not supported"},
        {"SELECT FINAL last(a)", "1:8: row pattern recognition is not supported"},
        {"SELECT a OVER w FROM t", "1:8: row pattern recognition is not supported"},
        {"SELECT a GROUP BY AUTO", "1:19: GROUP BY AUTO is not supported"},
        {"SELECT CAST(a AS integer array[3])", "1:31: the size of an array is not supported"},
        {"SELECT JSON_VALUE(a FORMAT JSON ENCODING UTF8, 'x')", "1:33: ENCODING is not supported"},
        {R"(SELECT U&'\0000')", "1:8: a NUL character is not supported"},
    };
    for (const auto& [sql, message] : refused) EXPECT_EQ(error_of(sql), "NOT_SUPPORTED: line " + std::string(message)) << sql;
    EXPECT_EQ(error_of(std::string_view("SELECT 'a\0b'", 12)), "NOT_SUPPORTED: line 1:10: a NUL character is not supported");
}

TEST(Parser, ReservedWordsAreNamesOnlyInQuotes) {
    for (const std::string_view word : {"alter", "auto", "current_role", "end", "for", "grouping", "left", "listagg", "natural", "on",
                                        "order", "skip", "table", "user_", "values", "when", "with"}) {
        const bool reserved = word != "user_";
        EXPECT_EQ(error_of("SELECT 1 AS " + std::string(word)).starts_with("SYNTAX_ERROR: line 1:13: mismatched input"), reserved) << word;
        EXPECT_EQ(tree_of("SELECT t.\"" + std::string(word) + "\" FROM t"), "SELECT t.\"" + std::string(word) + "\" FROM t");
    }
    for (const std::string_view word :
         {"all",    "any",       "array",  "at",          "count",    "date",  "day",       "execute", "explain",  "fetch",
          "filter", "first",     "if",     "interval",    "json",     "key",   "lateral",   "limit",   "map",      "no",
          "offset", "only",      "over",   "partition",   "position", "range", "row",       "rows",    "set",      "show",
          "some",   "substring", "tables", "tablesample", "text",     "time",  "timestamp", "to",      "try_cast", "type",
          "user",   "value",     "view",   "window",      "year",     "zone"}) {
        const std::string text = "SELECT " + std::string(word) + ", x AS " + std::string(word) + " FROM " + std::string(word);
        EXPECT_EQ(tree_of(text), text);
    }
}

TEST(Parser, NodesStandWhereTrinoSaysTheyDo) {
    constexpr std::pair<std::string_view, std::size_t> columns[] = {
        {"SELECT a.b[1].c", 8},
        {"SELECT a + b * c", 10},
        {"SELECT a || b", 10},
        {"SELECT a = b", 10},
        {"SELECT a AND b", 8},
        {"SELECT a IS NULL", 10},
        {"SELECT a NOT IN (1)", 10},
        {"SELECT a LIKE b", 10},
        {"SELECT a BETWEEN 1 AND 2", 10},
        {"SELECT NOT a", 8},
        {"SELECT -a", 8},
        {"SELECT f(a)", 8},
        {"SELECT (a)", 9},
        {"SELECT (a, b)", 8},
        {"SELECT x -> y", 8},
        {"SELECT a AT TIME ZONE 'x'", 10},
        {"SELECT (SELECT 1)", 8},
        {"SELECT DATE '2024-01-01'", 8},
        {"SELECT TRIM(a)", 8},
    };
    for (const auto& [sql, column] : columns) {
        const auto statement = parse(sql);
        ASSERT_TRUE(statement) << sql;
        EXPECT_EQ(selected(*statement).at.line, 1U) << sql;
        EXPECT_EQ(selected(*statement).at.column, column) << sql;
    }
}

TEST(Parser, ParametersAreCountedInTheOrderOfTheText) {
    const auto statement = parse("SELECT ? + ? FROM t WHERE a = ? LIMIT ?");
    ASSERT_TRUE(statement);
    const auto index = [](const syntax::Expression& expression) { return std::get<syntax::Parameter>(expression.node).index; };
    const auto& sum = std::get<syntax::Arithmetic>(selected(*statement).node);
    EXPECT_EQ(index(*sum.left), 0U);
    EXPECT_EQ(index(*sum.right), 1U);
    EXPECT_EQ(index(*std::get<syntax::QueryPtr>(*statement)->limit), 3U);
}

// What nests, in a query around it.
TEST(Parser, NestingIsBounded) {
    struct Nesting {
        std::string_view before, open, inside, close, behind;
    };
    constexpr Nesting nestings[] = {
        {"SELECT ", "(", "1", ")", ""},
        {"SELECT ", "- ", "1", "", ""},
        {"SELECT ", "NOT ", "a", "", ""},
        {"SELECT ", "CASE WHEN a THEN ", "1", " END", ""},
        {"SELECT ", "f(", "1", ")", ""},
        {"SELECT ", "a[", "1", "]", ""},
        {"SELECT ", "x -> ", "1", "", ""},
        {"SELECT ", "(SELECT ", "1", ")", ""},
        {"SELECT ", "a IN (", "1", ")", ""},
        {"SELECT ", "a IN (SELECT ", "1", ")", ""},
        {"SELECT ", "a = ANY (SELECT ", "1", ")", ""},
        {"SELECT ", "JSON_OBJECT('a' : ", "1", ")", ""},
        {"SELECT ", "f() OVER (PARTITION BY ", "1", ")", ""},
        {"SELECT CAST(a AS ", "array(", "integer", ")", ")"},
        {"SELECT CAST(a AS ", "row(a ", "integer", ")", ")"},
        {"", "(", "SELECT 1", ")", ""},
        {"", "WITH a AS (", "SELECT 1", ") SELECT 1", ""},
        {"SELECT * FROM ", "(", "t", ")", ""},
        {"SELECT * FROM ", "(SELECT * FROM ", "t", ")", ""},
        {"SELECT * FROM ", "a JOIN ", "t", " ON x", ""},
        {"SELECT 1 GROUP BY ", "(", "a", ")", ""},
    };
    for (const auto& [before, open, inside, close, behind] : nestings) {
        const auto nested = [&](std::size_t depth) {
            return std::string(before) + repeated(open, depth) + std::string(inside) + repeated(close, depth) + std::string(behind);
        };
        EXPECT_FALSE(error_of(nested(198)).starts_with("NOT_SUPPORTED")) << before << open;
        for (const std::size_t depth : {201U, 20000U}) {
            const std::string error = error_of(nested(depth));
            EXPECT_TRUE(error.starts_with("NOT_SUPPORTED: line 1:")) << before << open << ": " << error;
            EXPECT_TRUE(error.ends_with(": nested deeper than 200 levels")) << before << open << ": " << error;
        }
    }
}

TEST(Parser, ChainsOfOperatorsAreBounded) {
    struct Repetition {
        std::string_view start, more;
    };
    constexpr Repetition deep[] = {
        {"SELECT 1", " + 1"},
        {"SELECT 1", " * 1"},
        {"SELECT 1", " || 1"},
        {"SELECT a", ".b"},
        {"SELECT a", "[1]"},
        {"SELECT a", " AT TIME ZONE 'x'"},
        {"SELECT 1", " UNION SELECT 1"},
        {"SELECT 1", " INTERSECT SELECT 1"},
        {"SELECT a FROM t", ", t"},
        {"SELECT a FROM t", " JOIN t ON a"},
    };
    for (const auto& [start, more] : deep) {
        const std::string text(start);
        EXPECT_TRUE(parse(text + repeated(more, 1000))) << more;
        for (const std::size_t count : {1001U, 20000U}) {
            EXPECT_TRUE(error_of(text + repeated(more, count)).ends_with(": more than 1000 operators in a row")) << more;
        }
    }
    // The left sides of ((1 + 1) + 1) add up.
    EXPECT_TRUE(parse("SELECT " + repeated("(", 100) + "1" + repeated(repeated(" + 1", 9) + ")", 100)));
    EXPECT_FALSE(parse("SELECT " + repeated("(", 100) + "1" + repeated(repeated(" + 1", 11) + ")", 100)));
    EXPECT_TRUE(parse("SELECT " + repeated("1 + 1, ", 100000) + "1")) << "chains beside each other";
}

TEST(Parser, ListsAndConditionsMayBeLong) {
    for (const std::string_view more : {" AND a", " OR a", ", a"}) EXPECT_TRUE(parse("SELECT a" + repeated(more, 100000))) << more;
    EXPECT_TRUE(parse("SELECT a IN (1" + repeated(", 1", 100000) + ")"));
    EXPECT_TRUE(parse("SELECT CASE" + repeated(" WHEN a THEN 1", 100000) + " END"));
    EXPECT_TRUE(parse("VALUES 1" + repeated(", (1, 2)", 100000)));
}

}  // namespace
}  // namespace dualstore::sql::athena
