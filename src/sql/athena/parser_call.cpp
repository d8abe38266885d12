// Calls of functions: what stands in their parentheses and behind them.
#include <fmt/format.h>

#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

ExpressionPtr Parser::call() {
    const Position start = here();
    Call call;
    call.name = qualified_name();
    expect("(");
    return call_of(std::move(call), start);
}

// POSITION(a IN b), SUBSTRING(a FROM b FOR c); else a call of a function that is named so.
ExpressionPtr Parser::position_or_substring() {
    const Position start = here();
    const bool position = is("POSITION");
    Call call;
    call.name.push_back(name());
    expect("(");
    if (!starts_expression(0) || is("NOT") || (is("ALL") && starts_expression(1))) return call_of(std::move(call), start);
    Undecided undecided(*this);
    ExpressionPtr value = value_expression();
    undecided.decide();
    // position(a IN (b), c)
    const bool plain = position && is("(", 1) && closing_[next_ + 1] != 0 && tokens_[closing_[next_ + 1] + 1].word == ",";
    if (!at(position ? "IN" : "FROM") || plain) return call_of(std::move(call), start, std::move(value));
    ++next_;
    call.name[0].text = position ? "strpos" : "substr";
    if (position) call.arguments.push_back(value_expression());
    call.arguments.push_back(std::move(value));
    if (!position) {
        call.arguments.push_back(value_expression());
        if (take("FOR")) call.arguments.push_back(value_expression());
    }
    expect(")");
    return make(start, std::move(call));
}

// try_cast(a) is a call too.
ExpressionPtr Parser::try_cast() {
    const Position start = here();
    Call call;
    call.name.push_back(name());
    expect("(");
    if (!starts_expression(0) || (is("ALL") && starts_expression(1))) return call_of(std::move(call), start);
    Undecided undecided(*this);
    ExpressionPtr value = expression();
    undecided.decide();
    if (!take("AS")) return call_of(std::move(call), start, std::move(value));
    Cast cast{std::move(value), type(), true};
    expect(")");
    return make(start, std::move(cast));
}

ExpressionPtr Parser::call_of(Call call, Position start, ExpressionPtr value) {
    if (!value && is_name() && is(".", 1) && is("*", 2)) not_supported(here(), "a call with " + std::string(shown(token().text)) + ".*");
    call.star = !value && take("*");
    if (!call.star) arguments(call, std::move(value));
    expect(")");
    filter(call);
    if (!call.star && (at("IGNORE") || at("RESPECT")) && (is("NULLS", 1) || (undecided_ > 0 && !is_alias()))) {
        call.ignore_nulls = expect_any({"IGNORE", "RESPECT"}) == "IGNORE";
        expect("NULLS");
        if (!at("OVER")) mismatch();
    }
    over(call);
    check_special_form(call, start);
    return make(start, std::move(call));
}

// `value`: the first argument, as far as it has been read.
void Parser::arguments(Call& call, ExpressionPtr value) {
    if (!value && at(")")) return;
    if (value) {
        call.arguments.push_back(expression(std::move(value)));
        while (take(",")) call.arguments.push_back(expression());
    } else {
        call.distinct = quantifier({});
        if (call.distinct || !at("ORDER")) call.arguments = expressions();
    }
    if (at("ORDER")) call.order = order_by();
}

ExpressionPtr Parser::listagg() {
    const Position start = here();
    Call call;
    call.name.push_back({token().text, false, start});
    ++next_;
    expect("(");
    call.distinct = quantifier({});
    call.arguments.push_back(expression());
    if (take(",")) {
        const Position separator = here();
        call.arguments.push_back(make(separator, String{string()}));
    }
    if (take("ON")) {
        expect("OVERFLOW");
        if (expect_any({"ERROR", "TRUNCATE"}) == "ERROR") {
            call.listagg_overflow = "error";
        } else {
            note("<string>");
            call.listagg_overflow = is_string() ? string() : "...";
            call.listagg_count = expect_any({"WITH", "WITHOUT"}) == "WITH";
            expect("COUNT");
        }
    }
    expect(")");
    expect("WITHIN");
    expect("GROUP");
    expect("(");
    call.order = order_by();
    call.within_group = true;
    expect(")");
    filter(call);
    over(call);
    return make(start, std::move(call));
}

void Parser::filter(Call& call) {
    if (!at("FILTER") || !((is("(", 1) && is("WHERE", 2)) || (undecided_ > 0 && !is_alias()))) return;
    ++next_;
    expect("(");
    expect("WHERE");
    call.filter = expression();
    expect(")");
}

// Trino takes name( for a name where this is not so.
bool Parser::starts_arguments(std::size_t ahead) const {
    return undecided_ > 0 || starts_expression(ahead) || is_any({")", "*", "ALL", "DISTINCT", "ORDER"}, ahead);
}

// OVER may be an alias.
bool Parser::starts_over(std::size_t ahead) const {
    return is("OVER", ahead) && (is("(", ahead + 1) || (is_name(ahead + 1) && !starts_clause(ahead + 1)));
}

void Parser::over(Call& call) {
    if (!at("OVER") || !(starts_over(0) || call.ignore_nulls || (undecided_ > 0 && !is_alias()))) return;
    ++next_;
    if (take("(")) {
        call.over = window_specification();
    } else {
        call.over.emplace();
        call.over->base = name();
    }
}

// What Trino takes for a call but makes an expression of its own.
void Parser::check_special_form(const Call& call, Position start) {
    if (call.name.size() != 1) return;
    const std::string name = lower(call.name[0].text);
    const std::size_t count = call.arguments.size();
    std::string problem;
    if ((name == "if" && count != 2 && count != 3) || (name == "nullif" && count != 2)) {
        problem = fmt::format("Invalid number of arguments for '{}' function", name);
    } else if ((name == "coalesce" || name == "format") && count < 2) {
        problem = fmt::format("The '{}' function must have at least two arguments", name);
    } else if (name == "try" && count != 1) {
        problem = "The 'try' function must have exactly one argument";
    } else if (name == "if" || name == "nullif" || name == "coalesce" || name == "format" || name == "try") {
        const std::string_view clause = call.over           ? "OVER clause"
                                        : call.distinct     ? "DISTINCT"
                                        : call.ignore_nulls ? "Null treatment clause"
                                                            : "FILTER";
        if (call.over || call.distinct || call.ignore_nulls || call.filter)
            problem = fmt::format("{} not valid for '{}' function", clause, name);
    }
    if (!problem.empty()) refuse_at_last(start, std::move(problem));
}

}  // namespace dualstore::sql::athena
