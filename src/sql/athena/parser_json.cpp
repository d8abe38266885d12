// The JSON functions of the SQL standard.
#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

// FORMAT JSON, which may be left out.
bool Parser::format_json() {
    if (!take("FORMAT")) return false;
    expect("JSON");
    if (at("ENCODING")) not_supported(here(), "ENCODING");
    return true;
}

// RETURNING may be a name.
bool Parser::starts_returning() {
    return at("RETURNING") && is_name(1) && !(is("ABSENT", 1) && is("ON", 2));
}

void Parser::json_returning(std::optional<TypeName>& returning) {
    if (!take("RETURNING")) return;
    returning = type();
    format_json();
}

ExpressionPtr Parser::json_path_call() {
    const Position start = here();
    JsonPathCall call;
    call.function = lower(token().word);
    ++next_;
    expect("(");
    call.input = expression();
    format_json();
    expect(",");
    call.path = string();
    if (take("AS")) name();  // of the path, which nothing refers to
    if (take("PASSING")) {
        do {
            ExpressionPtr value = expression();
            call.passing_json.push_back(format_json());
            expect("AS");
            call.passing.emplace_back(std::move(value), name());
        } while (take(","));
    }
    if (call.function == "json_exists") {
        for (const std::string_view behavior : {"ERROR", "FALSE", "TRUE", "UNKNOWN"}) {
            if (call.on_error.empty() && take(behavior)) call.on_error = lower(behavior);
        }
        if (!call.on_error.empty()) {
            expect("ON");
            expect("ERROR");
        }
    } else {
        if (call.function == "json_query") {
            json_returning(call.returning);
            json_query_options(call);
        } else if (take("RETURNING")) {
            call.returning = type();
        }
        json_behaviors(call);
    }
    expect(")");
    return make(start, std::move(call));
}

void Parser::json_query_options(JsonPathCall& call) {
    if (at("WITH") || at("WITHOUT")) {
        call.wrapper = take("WITHOUT") ? "without" : "unconditional";
        if (take("WITH")) {
            if (take("CONDITIONAL")) {
                call.wrapper = "conditional";
            } else {
                take("UNCONDITIONAL");
            }
        }
        take("ARRAY");
        expect("WRAPPER");
    }
    if (at("KEEP") || at("OMIT")) {
        call.omit_quotes = expect_any({"KEEP", "OMIT"}) == "OMIT";
        expect("QUOTES");
        if (take("ON")) {
            expect("SCALAR");
            expect("STRING");
        }
    }
}

// NULL ON EMPTY DEFAULT 0 ON ERROR: in this order.
void Parser::json_behaviors(JsonPathCall& call) {
    while (call.on_error.empty()) {
        std::string behavior;
        ExpressionPtr otherwise;
        if (take("ERROR")) {
            behavior = "error";
        } else if (take("NULL")) {
            behavior = "null";
        } else if (call.function == "json_query" && take("EMPTY")) {
            behavior = expect_any({"ARRAY", "OBJECT"}) == "ARRAY" ? "empty array" : "empty object";
        } else if (call.function == "json_value" && take("DEFAULT")) {
            behavior = "default";
            otherwise = expression();
        } else {
            return;
        }
        expect("ON");
        if (call.on_empty.empty() && take("EMPTY")) {
            call.on_empty = std::move(behavior);
            call.empty_default = std::move(otherwise);
        } else {
            expect("ERROR");
            call.on_error = std::move(behavior);
            call.error_default = std::move(otherwise);
        }
    }
}

// NULL ON NULL, ABSENT ON NULL
void Parser::json_nulls(JsonConstructor& constructor) {
    if (!at("NULL") && !at("ABSENT")) return;
    constructor.absent_on_null = expect_any({"ABSENT", "NULL"}) == "ABSENT";
    expect("ON");
    expect("NULL");
}

// KEY in front of a key; else a name, as in key : 1 or key(1) : 2.
bool Parser::starts_key() const {
    if (!is("KEY") || !(starts_expression(1) || is_string(1))) return false;
    if (is("VALUE", 1) || is_any({"[", "+", "-"}, 1)) return false;
    return !is("(", 1) || closing_[next_ + 1] == 0 || tokens_[closing_[next_ + 1] + 1].word == "VALUE";
}

ExpressionPtr Parser::json_object() {
    const Position start = here();
    ++next_;
    expect("(");
    JsonConstructor result;
    result.object = true;
    if (!at(")") && !starts_returning()) {
        do {
            note("KEY");
            const bool worded = starts_key();
            if (worded) ++next_;
            Undecided undecided(*this);
            ExpressionPtr key = expression();
            undecided.decide();
            if (worded || !take(":")) expect("VALUE");
            result.members.emplace_back(std::move(key), expression());
            result.format_json.push_back(format_json());
        } while (take(","));
        json_nulls(result);
        if (at("WITH") || at("WITHOUT")) {
            result.unique_keys = expect_any({"WITH", "WITHOUT"}) == "WITH";
            expect("UNIQUE");
            take("KEYS");
        }
    }
    json_returning(result.returning);
    expect(")");
    return make(start, std::move(result));
}

ExpressionPtr Parser::json_array() {
    const Position start = here();
    ++next_;
    expect("(");
    JsonConstructor result;
    result.absent_on_null = true;
    if (!at(")") && !starts_returning()) {
        do {
            result.members.emplace_back(nullptr, expression());
            result.format_json.push_back(format_json());
        } while (take(","));
        json_nulls(result);
    }
    json_returning(result.returning);
    expect(")");
    return make(start, std::move(result));
}

}  // namespace dualstore::sql::athena
