// Queries: WITH, set operations, VALUES and TABLE, ORDER BY and limits.
#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

namespace {

QueryPtr at_its_place(Position at) {
    auto query = std::make_unique<Query>();
    query->at = at;
    return query;
}

}  // namespace

bool Parser::starts_query(std::size_t at) const {
    while (tokens_[at].word == "(") ++at;
    const std::string& word = tokens_[at].word;
    // TABLE ( is a call of a table function, which is a relation.
    return word == "SELECT" || word == "VALUES" || word == "WITH" || (word == "TABLE" && tokens_[at + 1].word != "(");
}

// LIMIT, OFFSET and FETCH may be names: of a column, or of what stands in front of them.
bool Parser::starts_row_limit(std::size_t ahead) const {
    const Token::Kind next = token(ahead + 1).kind;
    const bool counts = next == Token::Kind::integer || next == Token::Kind::parameter;
    if (is("LIMIT", ahead)) return counts || is("ALL", ahead + 1);
    if (is("OFFSET", ahead)) return counts;
    return is("FETCH", ahead) && is_any({"FIRST", "NEXT"}, ahead + 1);
}

// So may WINDOW.
bool Parser::starts_clause(std::size_t ahead) const {
    const auto window = [&](std::size_t at) { return is("WINDOW", at) && is_name(at + 1); };
    return starts_row_limit(ahead) || (window(ahead) && !starts_row_limit(ahead + 1) && !window(ahead + 1));
}

bool Parser::continues_query(std::size_t at) const {
    const std::size_t ahead = at - next_;
    return is_any({"UNION", "INTERSECT", "EXCEPT", "ORDER"}, ahead) || starts_row_limit(ahead);
}

// What the parentheses from this one on hold. ((SELECT 1)) is a query in parentheses as well as an expression in them, where a query may be
// one.
Parser::Inside Parser::inside(std::size_t parenthesis) const {
    std::size_t innermost = parenthesis;
    while (tokens_[innermost + 1].word == "(") ++innermost;
    if (!starts_query(innermost)) return Inside::other;
    if (innermost > parenthesis && tokens_[innermost + 1].word == "WITH")
        return Inside::other;  // which no parenthesized operand starts with
    Inside result = Inside::query;
    for (; innermost > parenthesis && closing_[innermost] != 0; --innermost) {
        const std::size_t behind = closing_[innermost] + 1;
        if (continues_query(behind)) {
            result = Inside::query;
        } else if (tokens_[behind].word == ")") {
            result = Inside::query_or_expression;
        } else {
            return Inside::other;
        }
    }
    return result;
}

QueryPtr Parser::query() {
    begin("<query>");
    if (!is("WITH")) return query_without_with();
    const Position start = here();
    ++next_;
    if (is_any({"FUNCTION", "SESSION"}) && is_name(1)) not_supported(start, "WITH " + token().word);
    const bool recursive = take("RECURSIVE");
    std::vector<CommonTable> tables;
    do {
        tables.push_back(common_table());
    } while (take(","));
    QueryPtr result = query_without_with();
    result->at = start;
    result->recursive = recursive;
    result->with = std::move(tables);
    return result;
}

QueryPtr Parser::enclosed_query() {
    expect("(");
    QueryPtr result = query();
    expect(")");
    return result;
}

CommonTable Parser::common_table() {
    const Level level(*this);
    CommonTable table;
    table.name = name();
    if (at("(")) table.columns = names();
    expect("AS");
    table.query = enclosed_query();
    return table;
}

QueryPtr Parser::query_without_with() {
    const Chain chain(*this);
    QueryPtr left = intersection();
    for (;;) {
        if (at("UNION")) {
            left = set_operation(std::move(left), "UNION");
        } else if (at("EXCEPT")) {
            left = set_operation(std::move(left), "EXCEPT");
        } else {
            break;
        }
    }
    order_and_limits(*left);
    return left;
}

QueryPtr Parser::intersection() {
    const Chain chain(*this);
    QueryPtr left = query_primary();
    while (at("INTERSECT")) left = set_operation(std::move(left), "INTERSECT");
    return left;
}

QueryPtr Parser::set_operation(QueryPtr left, std::string_view operation) {
    QueryPtr result = at_its_place(here());
    count_operator();
    ++next_;
    SetOperation both;
    both.op = operation;
    both.all = take("ALL");
    if (!both.all) take("DISTINCT");
    if (at("CORRESPONDING")) not_supported(here(), "CORRESPONDING");
    both.left = std::move(left);
    both.right = operation == "INTERSECT" ? query_primary() : intersection();
    result->body = std::move(both);
    return result;
}

QueryPtr Parser::query_primary() {
    QueryPtr result = at_its_place(here());
    if (at("(")) {
        const Level level(*this);
        ++next_;
        result->body = query_without_with();
        expect(")");
    } else if (take("TABLE")) {
        result->body = TableName{qualified_name()};
    } else if (take("VALUES")) {
        result->body = Values{expressions()};
    } else if (at("SELECT")) {
        result->body = select();
    } else {
        mismatch();
    }
    return result;
}

ExpressionPtr Parser::row_count() {
    note("?");
    note("<integer>");
    if (token().kind == Token::Kind::parameter) return parameter();
    if (token().kind != Token::Kind::integer) mismatch();
    return number();
}

void Parser::order_and_limits(Query& query) {
    if (at("ORDER")) query.order = order_by();
    if (take("OFFSET")) {
        query.offset = row_count();
        if (!take("ROW")) take("ROWS");
    }
    if (take("LIMIT")) {
        if (!take("ALL")) query.limit = row_count();
    } else if (take("FETCH")) {
        query.fetched = true;
        expect_any({"FIRST", "NEXT"});
        query.limit = at("ROW") || at("ROWS") ? make(here(), Number{Number::Kind::integer, "1"}) : row_count();
        expect_any({"ROW", "ROWS"});
        query.with_ties = expect_any({"ONLY", "WITH"}) == "WITH";
        if (query.with_ties) expect("TIES");
    }
}

std::vector<SortItem> Parser::order_by() {
    expect("ORDER");
    expect("BY");
    std::vector<SortItem> items;
    do {
        SortItem item;
        item.key = expression();
        if (!take("ASC")) item.descending = take("DESC");
        if (take("NULLS")) item.nulls_first = expect_any({"FIRST", "LAST"}) == "FIRST";
        items.push_back(std::move(item));
    } while (take(","));
    return items;
}

}  // namespace dualstore::sql::athena
