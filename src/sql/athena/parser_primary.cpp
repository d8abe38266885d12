// Names, constructors, and what has a syntax of its own.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

namespace {

Call plain_call(std::string_view function, Position at) {
    Call call;
    call.name.push_back({std::string(function), false, at});
    return call;
}

}  // namespace

ExpressionPtr Parser::primary() {
    const Level level(*this);
    begin("<expression>");
    const Position start = here();
    using Kind = Token::Kind;
    switch (token().kind) {
        case Kind::string:
        case Kind::unicode:
            return make(start, String{string()});
        case Kind::binary:
            return binary();
        case Kind::integer:
        case Kind::decimal:
        case Kind::floating:
            return number();
        case Kind::parameter:
            return parameter();
        case Kind::reserved:
            return reserved_word();
        case Kind::symbol:
            if (is("(")) return starts_lambda() ? lambda() : parenthesized();
            if (is("[")) return array();
            mismatch();
        case Kind::end:
            mismatch();
        default:
            return named();
    }
}

ExpressionPtr Parser::reserved_word() {
    using Rule = std::pair<std::string_view, ExpressionPtr (Parser::*)()>;
    static constexpr auto rules = std::to_array<Rule>({
        {"NULL", &Parser::constant},
        {"TRUE", &Parser::constant},
        {"FALSE", &Parser::constant},
        {"CASE", &Parser::case_expression},
        {"CAST", &Parser::cast},
        {"EXISTS", &Parser::exists},
        {"EXTRACT", &Parser::extract},
        {"TRIM", &Parser::trim},
        {"NORMALIZE", &Parser::normalize},
        {"LISTAGG", &Parser::listagg},
        {"GROUPING", &Parser::grouping},
        {"JSON_EXISTS", &Parser::json_path_call},
        {"JSON_VALUE", &Parser::json_path_call},
        {"JSON_QUERY", &Parser::json_path_call},
        {"JSON_OBJECT", &Parser::json_object},
        {"JSON_ARRAY", &Parser::json_array},
        {"CURRENT_DATE", &Parser::current},
        {"CURRENT_TIME", &Parser::current},
        {"CURRENT_TIMESTAMP", &Parser::current},
        {"LOCALTIME", &Parser::current},
        {"LOCALTIMESTAMP", &Parser::current},
        {"CURRENT_USER", &Parser::current},
        {"CURRENT_CATALOG", &Parser::current},
        {"CURRENT_SCHEMA", &Parser::current},
        {"CURRENT_PATH", &Parser::current},
    });
    for (const auto& [word, rule] : rules) {
        if (is(word)) return (this->*rule)();
    }
    mismatch();
}

// What starts with a name: some names start more where the right thing follows them.
ExpressionPtr Parser::named() {
    const Position start = here();
    if (starts_interval()) return interval();
    const bool precision = is("DOUBLE") && is("PRECISION", 1) && (is_string(2) || undecided_ > item_undecided_);
    if (is_string(1) || precision) return typed_literal();
    if (is("->", 1)) return lambda();
    if (is("ARRAY") && is("[", 1)) return array();
    if (is("(", 1) && starts_arguments(2)) {
        if (starts_row()) return row();
        if (is("POSITION") || is("SUBSTRING")) return position_or_substring();
        if (is("TRY_CAST")) return try_cast();
    }
    if (is_any({"RUNNING", "FINAL"}) && is_name(1) && (is("(", 2) || is(".", 2))) not_supported(start, "row pattern recognition");
    if (starts_over(1)) not_supported(start, "row pattern recognition");
    std::size_t behind = 1;
    while (is(".", behind) && is_name(behind + 1)) behind += 2;
    if (is("(", behind) && plain_name_ != next_ && starts_arguments(behind + 1)) return call();
    const bool item = next_ == select_item_;
    ExpressionPtr column = make(start, Identifier{name()});
    if (undecided_ > 0 && !item) {
        for (const std::string_view word : {"(", "->", "OVER", "<string>"}) note(word);
    }
    return column;
}

bool Parser::starts_lambda() const {
    std::size_t ahead = 1;
    while (is_name(ahead) && is(",", ahead + 1)) ahead += 2;
    if (is_name(ahead)) ++ahead;
    if (ahead == 1) return is(")", 1);
    return is(")", ahead) && is("->", ahead + 1) && !is(",", ahead - 1);
}

// () is the start of nothing else. x -> ..., (x, y) -> ..., () -> ...
ExpressionPtr Parser::lambda() {
    const Position start = here();
    Lambda result;
    if (is("(") && is(")", 1)) {
        next_ += 2;
    } else if (is("(")) {
        result.parameters = names();
    } else {
        result.parameters.push_back(name());
    }
    expect("->");
    result.body = expression();
    return make(start, std::move(result));
}

ExpressionPtr Parser::parenthesized() {
    const Position start = here();
    Undecided undecided(*this, !is("SELECT", 1));
    if (inside(next_) != Inside::other) return make(start, Subquery{enclosed_query()});
    ++next_;
    note("<query>");
    ExpressionPtr first = expression();
    undecided.decide();
    if (!at(",")) {
        expect(")");
        return first;
    }
    RowConstructor row;
    row.items.push_back(std::move(first));
    while (take(",")) row.items.push_back(expression());
    row.names.resize(row.items.size());
    expect(")");
    return make(start, std::move(row));
}

// Else it is a call of a function that is named so.
bool Parser::starts_row() const {
    if (!is("ROW") || is_any({")", "*", "DISTINCT", "ORDER"}, 2) || (is("ALL", 2) && starts_expression(3))) return false;
    const std::size_t closing = closing_[next_ + 1];
    return closing == 0 || !starts_over(closing + 1 - next_);
}

ExpressionPtr Parser::row() {
    const Position start = here();
    next_ += 2;
    RowConstructor result;
    result.items = expressions();
    result.names.resize(result.items.size());
    expect(")");
    return make(start, std::move(result));
}

// ARRAY[...], [...]
ExpressionPtr Parser::array() {
    const Position start = here();
    take("ARRAY");
    expect("[");
    ArrayConstructor result;
    if (!take("]")) {
        result.items = expressions();
        expect("]");
    }
    return make(start, std::move(result));
}

ExpressionPtr Parser::case_expression() {
    const Position start = here();
    ++next_;
    Case result;
    if (!at("WHEN")) result.operand = expression();
    if (!at("WHEN")) mismatch();
    while (take("WHEN")) {
        ExpressionPtr condition = expression();
        expect("THEN");
        result.branches.emplace_back(std::move(condition), expression());
    }
    if (take("ELSE")) result.otherwise = expression();
    expect("END");
    return make(start, std::move(result));
}

ExpressionPtr Parser::exists() {
    const Position start = here();
    ++next_;
    return make(start, Exists{enclosed_query()});
}

ExpressionPtr Parser::cast() {
    const Position start = here();
    ++next_;
    expect("(");
    Cast result;
    result.value = expression();
    expect("AS");
    result.type = type();
    expect(")");
    return make(start, std::move(result));
}

ExpressionPtr Parser::extract() {
    static constexpr auto fields =
        std::to_array<std::string_view>({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAY_OF_MONTH", "DAY_OF_WEEK", "DOW", "DAY_OF_YEAR",
                                         "DOY", "YEAR_OF_WEEK", "YOW", "HOUR", "MINUTE", "SECOND", "TIMEZONE_MINUTE", "TIMEZONE_HOUR"});
    const Position start = here();
    ++next_;
    expect("(");
    Extract result;
    result.field = name();
    if (std::ranges::find(fields, upper(result.field.text)) == fields.end()) {
        refuse_at_last(start,
                       fmt::format("Invalid EXTRACT field {}, valid fields are: {}", shown(result.field.text), fmt::join(fields, ", ")));
    }
    expect("FROM");
    result.value = value_expression();
    expect(")");
    return make(start, std::move(result));
}

// FROM stands between this token and the next closing parenthesis, outside of further parentheses.
bool Parser::from_follows() const {
    std::size_t at = next_;
    while (at < tokens_.size() && tokens_[at].word != "FROM" && tokens_[at].word != ")") {
        if (closing_[at] != 0) at = closing_[at];
        ++at;
    }
    return at < tokens_.size() && tokens_[at].word == "FROM";
}

// TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] text), TRIM(text, characters)
ExpressionPtr Parser::trim() {
    const Position start = here();
    ++next_;
    expect("(");
    for (const std::string_view word : {"BOTH", "FROM", "LEADING", "TRAILING"}) note(word);
    Undecided undecided(*this);
    std::string_view function = "trim";
    const bool sided =
        is_any({"LEADING", "TRAILING", "BOTH"}) &&
        (is("FROM", 1) || (starts_expression(1) && ((token(1).kind != Token::Kind::symbol && !is("AT", 1)) || from_follows())));
    if (sided) {
        if (!is("BOTH")) function = is("LEADING") ? "ltrim" : "rtrim";
        ++next_;
    }
    Call call = plain_call(function, start);
    const bool nothing_to_trim = take("FROM");
    if (nothing_to_trim && !sided) {
        refuse_at_last(start, "The 'trim' function must have specification, char or both arguments when it takes FROM");
    }
    if (nothing_to_trim) undecided.decide();
    call.arguments.push_back(value_expression());
    undecided.decide();
    if (!nothing_to_trim) {
        if (sided && !at("FROM")) mismatch();
        if (take("FROM")) {
            call.arguments.insert(call.arguments.begin(), value_expression());
        } else if (take(",")) {
            call.arguments.push_back(value_expression());
        }
    }
    expect(")");
    return make(start, std::move(call));
}

ExpressionPtr Parser::normalize() {
    const Position start = here();
    ++next_;
    expect("(");
    Call call = plain_call("normalize", start);
    call.arguments.push_back(value_expression());
    std::string_view form = "NFC";
    const Position form_at = here();
    if (take(",")) form = expect_any({"NFC", "NFD", "NFKC", "NFKD"});
    expect(")");
    call.arguments.push_back(make(form_at, String{std::string(form)}));
    return make(start, std::move(call));
}

ExpressionPtr Parser::grouping() {
    const Position start = here();
    ++next_;
    expect("(");
    Call call = plain_call("grouping", start);
    if (take(")")) {
        refuse_at_last(start, "grouping operation columns cannot be empty");
    } else {
        do {
            const Position column_at = here();
            ExpressionPtr column = make(column_at, Identifier{name()});
            const Chain chain(*this);
            while (take(".")) {
                count_operator();
                column = make(column_at, Dereference{std::move(column), name()});
            }
            call.arguments.push_back(std::move(column));
        } while (take(","));
        expect(")");
    }
    return make(start, std::move(call));
}

// CURRENT_DATE and the like; some have a precision.
ExpressionPtr Parser::current() {
    const Position start = here();
    const std::string word = token().word;
    ++next_;
    Call call = plain_call(lower(word), start);
    const bool precise = word == "CURRENT_TIME" || word == "CURRENT_TIMESTAMP" || word == "LOCALTIME" || word == "LOCALTIMESTAMP";
    if (precise && at("(") && (undecided_ > 0 || token(1).kind == Token::Kind::integer)) {
        ++next_;
        note("<integer>");
        if (token().kind != Token::Kind::integer) mismatch();
        call.arguments.push_back(number());
        expect(")");
    }
    return make(start, std::move(call));
}

}  // namespace dualstore::sql::athena
