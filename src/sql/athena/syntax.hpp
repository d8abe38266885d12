// The syntax tree of Trino's SQL: statements that a query engine may run. Text is kept as it was written; names are folded to lower case by
// whoever compares them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sql/athena/lexer.hpp"

namespace dualstore::sql::athena::syntax {

struct Expression;
struct Query;
struct Relation;
using ExpressionPtr = std::unique_ptr<Expression>;
using QueryPtr = std::unique_ptr<Query>;
using RelationPtr = std::unique_ptr<Relation>;

struct Name {
    std::string text;  // without the quotes
    bool quoted = false;
    Position at;
};
using QualifiedName = std::vector<Name>;  // catalog, schema, table: at least one part

struct TypeField;

// varchar(10), array(row(a integer)), timestamp(3) with time zone
struct TypeName {
    std::string name;  // in lower case and with single spaces: "double", "timestamp with time zone", "interval day to second"
    std::vector<std::string> numbers;  // of varchar, char, decimal, time, timestamp
    std::vector<TypeField> types;      // of array and map (without names) and row
    Position at;
};

struct TypeField {
    std::optional<Name> name;
    TypeName type;
};

struct SortItem {
    ExpressionPtr key;
    bool descending = false;
    std::optional<bool> nulls_first;
};

// Literals
struct Null {};
struct Boolean {
    bool value = false;
};
struct Number {
    enum class Kind { integer, decimal, floating };
    Kind kind = Kind::integer;
    std::string text;  // without a sign
};
struct String {
    std::string text;
};
struct Binary {
    std::string digits;  // hexadecimal, an even number of them
};
struct TypedLiteral {  // DATE '2024-01-01'
    TypeName type;
    std::string text;
};
struct IntervalLiteral {  // INTERVAL -'1-2' YEAR TO MONTH
    bool negative = false;
    std::string text;
    std::string from;  // "year", "month", "week", "day", "hour", "minute", "second"
    std::string to;    // empty: one field
};
struct Parameter {
    std::size_t index = 0;  // from 0, in the order of the text
};

// Names
struct Identifier {
    Name name;
};
struct Dereference {  // base.field: a column of a table, or a field of a row
    ExpressionPtr base;
    Name field;
};

// Operators
struct Unary {  // - +
    std::string op;
    ExpressionPtr operand;
};
struct Arithmetic {  // + - * / % ||
    std::string op;
    ExpressionPtr left, right;
};
struct Comparison {  // = <> < <= > >=; != is <>
    std::string op;
    ExpressionPtr left, right;
};
struct DistinctFrom {
    ExpressionPtr left, right;
    bool negated = false;  // IS NOT DISTINCT FROM
};
struct Logical {
    bool conjunction = true;           // AND; else OR
    std::vector<ExpressionPtr> terms;  // two or more
};
struct Not {
    ExpressionPtr operand;
};
struct IsNull {
    ExpressionPtr operand;
    bool negated = false;
};
struct Between {
    ExpressionPtr value, low, high;
    bool negated = false;
};
struct InList {
    ExpressionPtr value;
    std::vector<ExpressionPtr> items;
    bool negated = false;
};
struct InQuery {
    ExpressionPtr value;
    QueryPtr query;
    bool negated = false;
};
struct Like {
    ExpressionPtr value, pattern;
    ExpressionPtr escape;  // may be nullptr
    bool negated = false;
};
struct Quantified {  // x > ALL (SELECT ...)
    std::string op;
    bool all = false;  // else ANY or SOME
    ExpressionPtr value;
    QueryPtr query;
};
struct Exists {
    QueryPtr query;
};
struct Subquery {
    QueryPtr query;
};
struct Subscript {
    ExpressionPtr base, index;
};
struct AtTimeZone {
    ExpressionPtr value, zone;
};
struct Case {
    ExpressionPtr operand;  // nullptr: CASE WHEN condition
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> branches;
    ExpressionPtr otherwise;  // may be nullptr
};
struct Cast {
    ExpressionPtr value;
    TypeName type;
    bool with_try = false;
};
struct Extract {
    Name field;
    ExpressionPtr value;
};
struct ArrayConstructor {
    std::vector<ExpressionPtr> items;
};
struct RowConstructor {  // ROW(1, 2), (1, 2), ROW(1 AS a)
    std::vector<ExpressionPtr> items;
    std::vector<std::optional<Name>> names;  // as many as items
};
struct Lambda {
    std::vector<Name> parameters;
    ExpressionPtr body;
};

// Calls
struct FrameBound {
    enum class Kind { unbounded_preceding, preceding, current_row, following, unbounded_following };
    Kind kind = Kind::current_row;
    ExpressionPtr offset;  // of preceding and following
};
struct Frame {
    Position at;
    std::string unit;  // "ROWS", "RANGE", "GROUPS"
    FrameBound start, end;
};
struct Window {
    std::optional<Name> base;  // an existing window's name; alone in OVER w
    std::vector<ExpressionPtr> partition;
    std::vector<SortItem> order;
    std::optional<Frame> frame;
};
// Also what has a syntax of its own but is a function: TRIM(BOTH 'x' FROM y) is trim(y, 'x') (ltrim, rtrim), SUBSTRING(x FROM 2 FOR 3)
// substr, POSITION(a IN b) strpos(b, a), CURRENT_DATE current_date(), NORMALIZE(x, NFD) normalize(x, 'NFD'), IF, COALESCE, NULLIF, TRY,
// GROUPING.
struct Call {
    QualifiedName name;
    std::vector<ExpressionPtr> arguments;
    bool star = false;  // count(*)
    bool distinct = false;
    std::vector<SortItem> order;  // inside the parentheses, or of WITHIN GROUP
    bool within_group = false;
    std::optional<std::string> listagg_overflow;  // "error", or the filler of ON OVERFLOW TRUNCATE
    bool listagg_count = false;                   // TRUNCATE ... WITH COUNT
    ExpressionPtr filter;                         // may be nullptr
    std::optional<bool> ignore_nulls;             // IGNORE NULLS, RESPECT NULLS
    std::optional<Window> over;
};
// JSON_EXISTS, JSON_VALUE, JSON_QUERY
struct JsonPathCall {
    std::string function;  // "json_exists", "json_value", "json_query"
    ExpressionPtr input;
    std::string path;  // a literal
    std::vector<std::pair<ExpressionPtr, Name>> passing;
    std::vector<bool> passing_json;  // FORMAT JSON, of each
    std::optional<TypeName> returning;
    std::string wrapper;       // json_query: "", "without", "conditional", "unconditional"
    bool omit_quotes = false;  // json_query
    // "", "null", "error", "true", "false", "unknown", "empty array", "empty object", "default": then the expression
    std::string on_empty, on_error;
    ExpressionPtr empty_default, error_default;
};
// JSON_OBJECT('a' : 1 NULL ON NULL), JSON_ARRAY(1, 2 ABSENT ON NULL)
struct JsonConstructor {
    bool object = false;
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> members;  // of an array: the first is nullptr
    std::vector<bool> format_json;                                 // of each member's value
    bool absent_on_null = false;
    bool unique_keys = false;
    std::optional<TypeName> returning;
};

struct Expression {
    using Variant = std::variant<Null, Boolean, Number, String, Binary, TypedLiteral, IntervalLiteral, Parameter, Identifier, Dereference,
                                 Unary, Arithmetic, Comparison, DistinctFrom, Logical, Not, IsNull, Between, InList, InQuery, Like,
                                 Quantified, Exists, Subquery, Subscript, AtTimeZone, Case, Cast, Extract, ArrayConstructor, RowConstructor,
                                 Lambda, Call, JsonPathCall, JsonConstructor>;
    Position at;  // of its first token; of a binary operator: of the operator, as Trino reports it
    Variant node;
};

// Relations
struct TableName {
    QualifiedName name;
};
struct DerivedTable {  // (SELECT ...)
    QueryPtr query;
    bool lateral = false;
};
struct Unnest {
    std::vector<ExpressionPtr> arrays;
    bool ordinality = false;
};
struct Join {
    enum class Kind { inner, left, right, full, cross };
    Kind kind = Kind::inner;
    RelationPtr left, right;
    ExpressionPtr on;  // of all but cross joins, where there is no USING and no NATURAL
    std::vector<Name> columns;
    bool natural = false;
};
struct Aliased {
    RelationPtr relation;
    Name name;
    std::vector<Name> columns;
};
struct Relation {
    Position at;
    std::variant<TableName, DerivedTable, Unnest, Join, Aliased> node;
};

// Queries
struct SelectAll {     // *, t.*, row.* AS (a, b)
    ExpressionPtr of;  // nullptr: of everything
    std::vector<Name> names;
};
struct SelectExpression {
    ExpressionPtr value;
    std::optional<Name> alias;
};
struct SelectItem {
    Position at;
    std::variant<SelectAll, SelectExpression> node;
};
struct GroupingElement {
    enum class Kind { simple, rollup, cube, sets };
    Kind kind = Kind::simple;
    std::vector<std::vector<ExpressionPtr>> sets;  // simple: one set; of (a, b) it has two expressions, of () none
};
struct Select {
    bool distinct = false;
    std::vector<SelectItem> items;
    RelationPtr from;     // may be nullptr; a comma is a cross join
    ExpressionPtr where;  // may be nullptr
    bool grouped = false;
    bool group_distinct = false;
    std::vector<GroupingElement> group_by;
    ExpressionPtr having;  // may be nullptr
    std::vector<std::pair<Name, Window>> windows;
};
struct SetOperation {
    std::string op;  // "UNION", "INTERSECT", "EXCEPT"
    bool all = false;
    QueryPtr left, right;
};
struct Values {
    std::vector<ExpressionPtr> rows;  // each a RowConstructor, or one value
};
struct CommonTable {
    Name name;
    std::vector<Name> columns;
    QueryPtr query;
};
// (SELECT ...), TABLE t
struct Query {
    Position at;
    bool recursive = false;
    std::vector<CommonTable> with;
    std::variant<Select, SetOperation, Values, TableName, QueryPtr> body;
    std::vector<SortItem> order;
    ExpressionPtr offset;  // an integer literal or a parameter; may be nullptr
    ExpressionPtr limit;   // the same; nullptr also for LIMIT ALL
    bool fetched = false;  // by FETCH FIRST, which takes no 0
    bool with_ties = false;
};

// Statements
struct ShowTables {
    std::optional<QualifiedName> schema;
    std::optional<std::string> like, escape;
};
struct ShowSchemas {
    std::optional<Name> catalog;
    std::optional<std::string> like, escape;
};
struct ShowCatalogs {
    std::optional<std::string> like, escape;
};
struct ShowColumns {  // DESCRIBE too
    QualifiedName table;
    std::optional<std::string> like, escape;
};
struct ShowCreateTable {
    QualifiedName table;
};
struct ShowFunctions {
    std::optional<std::string> like, escape;
    std::optional<QualifiedName> schema;
};
struct Explain {
    QueryPtr query;
};
using Statement = std::variant<QueryPtr, ShowTables, ShowSchemas, ShowCatalogs, ShowColumns, ShowCreateTable, ShowFunctions, Explain>;

}  // namespace dualstore::sql::athena::syntax

namespace dualstore::sql::athena {

// One statement, with at most one semicolon behind it. Never looks at data or tables; bounded time and stack for any text.
// query: "SYNTAX_ERROR: line 1:8: mismatched input 'x'. Expecting: ...", what Trino does not take; "NOT_SUPPORTED: ...", a statement that
// writes or changes settings, several statements, and what is nested deeper than 200 levels.
[[nodiscard]] Result<syntax::Statement> parse(std::string_view sql);
// With what tokenize(sql) gave.
[[nodiscard]] Result<syntax::Statement> parse(std::string_view sql, std::vector<Token> tokens);

}  // namespace dualstore::sql::athena
