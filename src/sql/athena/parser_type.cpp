// Types.
#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using syntax::TypeName;

TypeName Parser::type() {
    const Level level(*this);
    begin("<type>");
    const Chain chain(*this);
    TypeName result = plain_type();
    while (at("ARRAY")) {  // integer ARRAY
        count_operator();
        ++next_;
        TypeName array;
        array.name = "array";
        array.at = result.at;
        array.types.push_back({std::nullopt, std::move(result)});
        result = std::move(array);
        if (at("[")) not_supported(here(), "the size of an array");
    }
    return result;
}

TypeName Parser::plain_type() {
    if (is("ROW") && is("(", 1)) return row_type();
    if (is("INTERVAL") && is_any({"DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"}, 1)) return interval_type();
    TypeName result;
    result.at = here();
    if (is("DOUBLE") && is("PRECISION", 1)) {
        result.name = "double";
        next_ += 2;
        return result;
    }
    const bool array = is("ARRAY");
    if ((array || is("MAP")) && is("<", 1)) {
        result.name = array ? "array" : "map";
        next_ += 2;
        result.types.push_back({std::nullopt, type()});
        if (!array) {
            expect(",");
            result.types.push_back({std::nullopt, type()});
        }
        expect(">");
        return result;
    }
    const bool time = is_any({"TIME", "TIMESTAMP"});
    result.name = lower(name().text);
    if (at("(")) type_parameters(result);
    // JSON_QUERY(... RETURNING time WITH WRAPPER)
    const bool wrapper = is_any({"ARRAY", "CONDITIONAL", "UNCONDITIONAL", "WRAPPER"}, 1);
    if (time && (at("WITH") || at("WITHOUT")) && (is("TIME", 1) || (undecided_ > 0 && !wrapper))) {
        if (expect_any({"WITH", "WITHOUT"}) == "WITH") result.name += " with time zone";
        expect("TIME");
        expect("ZONE");
    }
    return result;
}

void Parser::type_parameters(TypeName& type) {
    expect("(");
    do {
        note("<integer>");
        if (token().kind == Token::Kind::integer) {
            syntax::ExpressionPtr digits = number();
            type.numbers.push_back(std::move(std::get<syntax::Number>(digits->node).text));
        } else {
            type.types.push_back({std::nullopt, this->type()});
        }
    } while (take(","));
    expect(")");
}

// In row(...): a name and its type, where the type alone does not reach as far.
bool Parser::starts_named_field() const {
    if (!is_name() || !is_name(1)) return false;
    if (is("ARRAY", 1)) return is_any({"(", "<"}, 2);
    if (is("DOUBLE") && is("PRECISION", 1)) return is("(", 2);
    if (is("INTERVAL") && is_any({"DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"}, 1)) return is("(", 2);
    return !(is_any({"TIME", "TIMESTAMP"}) && is("WITHOUT", 1) && is("TIME", 2));
}

TypeName Parser::row_type() {
    TypeName result;
    result.name = "row";
    result.at = here();
    next_ += 2;
    do {
        std::optional<syntax::Name> field;
        note("<identifier>");
        if (starts_named_field()) field = name();
        result.types.push_back({std::move(field), type()});
    } while (take(","));
    expect(")");
    return result;
}

TypeName Parser::interval_type() {
    TypeName result;
    result.at = here();
    ++next_;
    result.name = "interval " + lower(tokens_[next_++].word);
    if (take("TO")) result.name += " to " + lower(expect_any({"DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"}));
    return result;
}

}  // namespace dualstore::sql::athena
