// Expressions by precedence: OR, AND, NOT, one predicate, ||, sums, products, signs, AT TIME ZONE, and what follows a primary.
#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

std::vector<ExpressionPtr> Parser::expressions() {
    std::vector<ExpressionPtr> list;
    do {
        list.push_back(expression());
    } while (take(","));
    return list;
}

ExpressionPtr Parser::expression(ExpressionPtr value) {
    const Position start = value ? value->at : here();
    if (!value) begin("<expression>");
    ExpressionPtr first = conjunction(std::move(value));
    if (!at("OR")) return first;
    Logical logical;
    logical.conjunction = false;
    logical.terms.push_back(std::move(first));
    while (take("OR")) logical.terms.push_back(conjunction(nullptr));
    return make(start, std::move(logical));
}

ExpressionPtr Parser::conjunction(ExpressionPtr value) {
    const Position start = value ? value->at : here();
    ExpressionPtr first = negation(std::move(value));
    if (!at("AND")) return first;
    Logical logical;
    logical.terms.push_back(std::move(first));
    while (take("AND")) logical.terms.push_back(negation(nullptr));
    return make(start, std::move(logical));
}

ExpressionPtr Parser::negation(ExpressionPtr value) {
    if (value) return predicate(std::move(value));
    begin("<expression>");
    if (!is("NOT")) return predicate(value_expression());
    const Level level(*this);
    const Position start = here();
    ++next_;
    return make(start, Not{negation(nullptr)});
}

ExpressionPtr Parser::predicate(ExpressionPtr value) {
    note("<predicate>");
    const Position start = here();
    if (is_any({"=", "<>", "!=", "<", "<=", ">", ">="})) return comparison(std::move(value), is("!=") ? "<>" : std::string(token().word));
    if (is("IS")) {
        ++next_;
        const bool negated = take("NOT");
        if (take("NULL")) return make(start, IsNull{std::move(value), negated});
        expect("DISTINCT");
        expect("FROM");
        return make(start, DistinctFrom{std::move(value), value_expression(), negated});
    }
    const bool negated = is("NOT");
    if (negated) {
        ++next_;
    } else if (!is_any({"BETWEEN", "IN", "LIKE"})) {
        return value;
    }
    const std::string_view operation = expect_any({"BETWEEN", "IN", "LIKE"});
    if (operation == "IN") return in(std::move(value), start, negated);
    if (operation == "LIKE") {
        Like like{std::move(value), value_expression(), nullptr, negated};
        if (take("ESCAPE")) like.escape = value_expression();
        return make(start, std::move(like));
    }
    Between between{std::move(value), value_expression(), nullptr, negated};
    expect("AND");
    between.high = value_expression();
    return make(start, std::move(between));
}

ExpressionPtr Parser::comparison(ExpressionPtr value, std::string_view op) {
    const Position start = here();
    ++next_;
    for (const std::string_view word : {"ALL", "ANY", "SOME"}) note(word);
    // any((SELECT 1)) is a call.
    if (is_any({"ALL", "ANY", "SOME"}) && is("(", 1) && inside(next_ + 1) == Inside::query) {
        const Level level(*this);
        const std::size_t quantifier = next_++;
        const bool all = tokens_[quantifier].word == "ALL";
        QueryPtr query;
        const Undecided certain(*this, starts_query(next_) && is("WITH", 1));
        if (parse_or_return_to(quantifier, [&] { query = enclosed_query(); })) {
            return make(start, Quantified{std::string(op), all, std::move(value), std::move(query)});
        }
        plain_name_ = next_;
    }
    return make(start, Comparison{std::string(op), std::move(value), value_expression()});
}

// False: there is an error in what `rule` reads, and Trino reads on from `token`, as if that were not there.
template <class Rule>
bool Parser::parse_or_return_to(std::size_t token, Rule rule) {
    if (undecided_ > 0) {
        rule();
        return true;
    }
    try {
        rule();
        return true;
    } catch (const Failure& failure) {
        if (!failure.mismatch) throw;
    }
    next_ = token;
    return false;
}

// Behind IN.
ExpressionPtr Parser::in(ExpressionPtr value, Position start, bool negated) {
    const Level level(*this);
    QueryPtr query;
    std::vector<ExpressionPtr> items;
    const auto list_or_query = [&] {
        if (is("(") && inside(next_) == Inside::query) {
            query = enclosed_query();
        } else {
            expect("(");
            note("<query>");
            items = expressions();
            expect(")");
        }
        if (!negated && undecided_ == 0 && is_any({"+", "-", "*", "/", "%", "||", ".", "["})) mismatch();
    };
    if (negated) {
        list_or_query();
    } else if (!parse_or_return_to(next_ - 1, list_or_query)) {
        return value;
    }
    if (query) return make(start, InQuery{std::move(value), std::move(query), negated});
    return make(start, InList{std::move(value), std::move(items), negated});
}

ExpressionPtr Parser::value_expression() {
    begin("<expression>");
    const Chain chain(*this);
    ExpressionPtr left = sum();
    while (at("||")) {
        count_operator();
        const Position start = here();
        ++next_;
        left = make(start, Arithmetic{"||", std::move(left), sum()});
    }
    return left;
}

ExpressionPtr Parser::sum() {
    begin("<expression>");
    const Chain chain(*this);
    ExpressionPtr left = product();
    while (at("+") || at("-")) {
        count_operator();
        const Position start = here();
        std::string op = tokens_[next_++].word;
        left = make(start, Arithmetic{std::move(op), std::move(left), product()});
    }
    return left;
}

ExpressionPtr Parser::product() {
    begin("<expression>");
    const Chain chain(*this);
    ExpressionPtr left = signed_value();
    while (at("*") || at("/") || at("%")) {
        count_operator();
        const Position start = here();
        std::string op = tokens_[next_++].word;
        left = make(start, Arithmetic{std::move(op), std::move(left), signed_value()});
    }
    return left;
}

// AT TIME ZONE binds closer than a sign does.
ExpressionPtr Parser::signed_value() {
    begin("<expression>");
    const Position start = here();
    if (is("-") || is("+")) {
        const Level level(*this);
        std::string op = tokens_[next_++].word;
        if (op == "-") negative_ = next_;
        return make(start, Unary{std::move(op), signed_value()});
    }
    const Chain chain(*this);
    ExpressionPtr value = postfix();
    while (at("AT") && (is("TIME", 1) || (undecided_ > 0 && !is_alias()))) {
        count_operator();
        const Position operation = here();
        ++next_;
        expect("TIME");
        expect("ZONE");
        note("INTERVAL");
        const Position zone = here();
        value = make(operation, AtTimeZone{std::move(value), is("INTERVAL") ? interval() : make(zone, String{string()})});
    }
    return value;
}

ExpressionPtr Parser::postfix() {
    const Chain chain(*this);
    const Position start = here();
    const bool starts_item = next_ == select_item_;
    const Undecided undecided(*this, starts_item);
    ExpressionPtr value = primary();
    for (;;) {
        if (at(".")) {
            if (starts_item && is("*", 1)) {
                star_ = next_;
                return value;
            }
            if (!is_name(1) && undecided_ == 0) return value;
            count_operator();
            ++next_;
            value = make(start, Dereference{std::move(value), name()});
        } else if (take("[")) {
            count_operator();
            const Level level(*this);
            value = make(start, Subscript{std::move(value), value_expression()});
            expect("]");
        } else {
            return value;
        }
    }
}

}  // namespace dualstore::sql::athena
