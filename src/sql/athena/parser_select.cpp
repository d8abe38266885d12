// SELECT and its clauses, and windows.
#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

bool Parser::starts_expression(std::size_t ahead) const {
    using enum Token::Kind;
    switch (token(ahead).kind) {
        case end:
            return false;
        case symbol:
            return is_any({"(", "[", "+", "-"}, ahead);
        case reserved:
            if (is("NOT", ahead)) return !is_any({"BETWEEN", "IN", "LIKE"}, ahead + 1);
            return is_any({"NULL",
                           "TRUE",
                           "FALSE",
                           "CASE",
                           "CAST",
                           "EXISTS",
                           "EXTRACT",
                           "TRIM",
                           "NORMALIZE",
                           "LISTAGG",
                           "GROUPING",
                           "JSON_EXISTS",
                           "JSON_VALUE",
                           "JSON_QUERY",
                           "JSON_OBJECT",
                           "JSON_ARRAY",
                           "CURRENT_DATE",
                           "CURRENT_TIME",
                           "CURRENT_TIMESTAMP",
                           "CURRENT_USER",
                           "CURRENT_PATH",
                           "CURRENT_SCHEMA",
                           "CURRENT_CATALOG",
                           "LOCALTIME",
                           "LOCALTIMESTAMP"},
                          ahead);
        default:
            return !starts_row_limit(ahead) && !(is("WINDOW", ahead) && is("AS", ahead + 2) && is("(", ahead + 3));
    }
}

// True for DISTINCT. ALL is a name where neither an expression nor one of these words follows, and in ALL * 2.
bool Parser::quantifier(std::initializer_list<std::string_view> words) {
    if (take("DISTINCT")) return true;
    if (at("ALL") && (starts_expression(1) || (is_any(words, 1) && !(is("*", 1) && starts_expression(2))))) ++next_;
    return false;
}

Select Parser::select() {
    expect("SELECT");
    Select result;
    result.distinct = quantifier({"*"});
    do {
        result.items.push_back(select_item());
    } while (take(","));
    if (take("FROM")) result.from = relations();
    if (take("WHERE")) result.where = expression();
    if (at("GROUP")) group_by(result);
    if (take("HAVING")) result.having = expression();
    if (take("WINDOW")) {
        do {
            Name window = name();
            expect("AS");
            expect("(");
            result.windows.emplace_back(std::move(window), window_specification());
        } while (take(","));
    }
    return result;
}

SelectItem Parser::select_item() {
    SelectItem item{here(), SelectAll{}};
    if (take("*")) return item;
    const std::size_t outer = std::exchange(select_item_, next_);
    const std::size_t outer_undecided = std::exchange(item_undecided_, undecided_ + 1);
    SelectExpression selected{expression(), {}};
    select_item_ = outer;
    item_undecided_ = outer_undecided;
    if (is(".") && star_ == next_) {
        next_ += 2;
        SelectAll all{std::move(selected.value), {}};
        if (take("AS")) all.names = names();
        item.node = std::move(all);
        return item;
    }
    if (take("AS") || starts_alias()) selected.alias = name();
    item.node = std::move(selected);
    return item;
}

// A name that does not start the next clause.
bool Parser::starts_alias() {
    note("<identifier>");
    return is_name() && !starts_clause(0);
}

void Parser::group_by(Select& select) {
    expect("GROUP");
    expect("BY");
    select.grouped = true;
    select.group_distinct = quantifier({"AUTO", "CUBE", "ROLLUP"});
    do {
        select.group_by.push_back(grouping_element());
    } while (take(","));
}

GroupingElement Parser::grouping_element() {
    GroupingElement element;
    for (const std::string_view word : {"(", "AUTO", "CUBE", "GROUPING", "ROLLUP"}) note(word);
    if (is("AUTO")) not_supported(here(), "GROUP BY AUTO");
    const Position start = here();
    if (is("ROLLUP") || is("CUBE")) {
        element.kind = is("CUBE") ? GroupingElement::Kind::cube : GroupingElement::Kind::rollup;
        ++next_;
    } else if (is("GROUPING") && !is("(", 1)) {
        element.kind = GroupingElement::Kind::sets;
        ++next_;
        expect("SETS");
    } else {
        element.sets.push_back(grouping_set());
        return element;
    }
    expect("(");
    if (element.kind != GroupingElement::Kind::sets && take(")")) {
        refuse_at_last(start, "grouping sets cannot be empty");
        return element;
    }
    do {
        note("(");
        element.sets.push_back(grouping_set());
    } while (take(","));
    expect(")");
    return element;
}

// (a, b) is a set of two where it is the whole element; (a, b) = c is an expression.
std::vector<ExpressionPtr> Parser::grouping_set() {
    std::vector<ExpressionPtr> set;
    const std::size_t behind = closing_[next_] == 0 ? 0 : closing_[next_] + 1 - next_;
    const bool continues = is_any({"+",  "-", "*", "/",  "%",   "||", "=",  "<>",  "!=",      "<",  "<=",   ">",
                                   ">=", ".", "[", "->", "AND", "OR", "IS", "NOT", "BETWEEN", "IN", "LIKE", "AT"},
                                  behind);
    if (!is("(") || (behind != 0 && continues) || inside(next_) != Inside::other) {
        set.push_back(expression());
        return set;
    }
    const Undecided undecided(*this);
    ++next_;
    if (take(")")) return set;
    set = expressions();
    expect(")");
    return set;
}

// PARTITION, ROWS, RANGE and GROUPS may be names too.
bool Parser::starts_window_name() {
    note("<identifier>");
    if (!is_name() || (is("PARTITION") && is("BY", 1))) return false;
    if (!is_any({"ROWS", "RANGE", "GROUPS"})) return true;
    return is_any({")", "ORDER"}, 1) || (is("PARTITION", 1) && is("BY", 2));
}

// Behind the opening parenthesis, with the closing one.
Window Parser::window_specification() {
    Window window;
    if (is("MEASURES")) not_supported(here(), "row pattern recognition");
    if (starts_window_name()) window.base = name();
    if (take("PARTITION")) {
        expect("BY");
        window.partition = expressions();
    }
    if (at("ORDER")) window.order = order_by();
    for (const std::string_view unit : {"GROUPS", "RANGE", "ROWS"}) {
        const Position begin = here();
        if (window.frame || !take(unit)) continue;
        Frame frame;
        frame.at = begin;
        frame.unit = unit;
        const bool between = take("BETWEEN");
        frame.start = frame_bound();
        if (between) {
            expect("AND");
            frame.end = frame_bound();
        }
        window.frame = std::move(frame);
    }
    if (is_any({"MEASURES", "AFTER", "INITIAL", "SEEK", "PATTERN", "SUBSET", "DEFINE"})) not_supported(here(), "row pattern recognition");
    expect(")");
    return window;
}

FrameBound Parser::frame_bound() {
    using enum FrameBound::Kind;
    FrameBound bound;
    note("CURRENT");
    note("UNBOUNDED");
    if (is("UNBOUNDED") && is_any({"PRECEDING", "FOLLOWING"}, 1)) {
        bound.kind = is("PRECEDING", 1) ? unbounded_preceding : unbounded_following;
        next_ += 2;
    } else if (is("CURRENT") && is("ROW", 1)) {
        next_ += 2;
    } else {
        bound.offset = expression();
        bound.kind = expect_any({"FOLLOWING", "PRECEDING"}) == "PRECEDING" ? preceding : following;
    }
    return bound;
}

}  // namespace dualstore::sql::athena
