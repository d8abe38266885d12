// SQL's own JSON functions: JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT, JSON_ARRAY.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

Term constant(std::string_view text) {
    return {fmt::format("CAST({} AS VARCHAR)", quoted_string(text)), SqlType::varchar()};
}

Term behaviour(const std::string& written, std::string_view otherwise) {
    return constant(written.empty() ? otherwise : std::string_view(written));
}

// What makes JSON text is taken as JSON, and not as a text.
bool makes_json(const syntax::Expression& expression) {
    const auto* call = std::get_if<syntax::JsonPathCall>(&expression.node);
    return std::holds_alternative<syntax::JsonConstructor>(expression.node) || (call != nullptr && call->function == "json_query");
}

}  // namespace

// A member, an element or a value of PASSING, with the type that the native functions tell JSON from text by.
Term Translator::json_item(const syntax::Expression& expression, bool format_json, const Scope& scope) {
    Term term = this->expression(expression, scope);
    if (format_json || makes_json(expression))
        return {coerce_or_refuse(term, SqlType::varchar(), expression.at, "JSON"), SqlType::of(Kind::json)};
    if (term.type.is(Kind::varchar)) return {coerce(term, SqlType::varchar()), SqlType::varchar()};
    const bool plain = term.type.numeric() || term.type.is(Kind::boolean) || term.type.is(Kind::json) || term.type.is(Kind::unknown);
    if (plain) return term;
    return cast(term, SqlType::varchar(), expression.at);
}

Term Translator::json_path_call(const syntax::JsonPathCall& call, Position at, const Scope& scope) {
    const Term input = expression(*call.input, scope);
    std::vector<std::string> names;
    std::vector<Term> values;
    for (std::size_t i = 0; i < call.passing.size(); ++i) {
        const auto& [value, name] = call.passing[i];
        names.push_back(name.quoted ? name.text : upper(name.text));
        values.push_back(json_item(*value, i < call.passing_json.size() && call.passing_json[i], scope));
    }
    if (const auto fault = json_path_fault(call.path, names)) refuse(fault->error, at, fault->message);
    const SqlType text_type = input.type.is(Kind::varbinary) ? input.type : SqlType::varchar();
    std::vector<Term> arguments = {{coerce_or_refuse(input, text_type, call.input->at, "JSON"), text_type}, constant(call.path)};
    SqlType result = call.returning ? type_of(*call.returning) : SqlType::varchar();
    if (call.function == "json_exists") {
        result = SqlType::of(Kind::boolean);
        arguments.push_back(behaviour(call.on_error, "false"));
    } else if (call.function == "json_value") {
        const auto otherwise = [&](const syntax::ExpressionPtr& value) {
            if (!value) return Term{fmt::format("CAST(NULL AS {})", duckdb_name(result)), result};
            return Term{coerce_or_refuse(expression(*value, scope), result, value->at, "the default"), result};
        };
        arguments.push_back(behaviour(call.on_empty, "null"));
        arguments.push_back(behaviour(call.on_error, "null"));
        arguments.push_back(otherwise(call.empty_default));
        arguments.push_back(otherwise(call.error_default));
    } else {
        if (!result.textual())
            refuse("TYPE_MISMATCH", at, fmt::format("Cannot output JSON value as {} using formatting JSON", name(result)));
        arguments.push_back(behaviour(call.wrapper, "without"));
        arguments.push_back(constant(call.omit_quotes ? "omit" : "keep"));
        arguments.push_back(behaviour(call.on_empty, "null"));
        arguments.push_back(behaviour(call.on_error, "null"));
    }
    arguments.push_back(constant(fmt::format("{}", fmt::join(names, ","))));
    std::ranges::move(values, std::back_inserter(arguments));
    if (call.function != "json_query") return {native("athena_" + call.function, arguments, result), result};
    const Term text{native("athena_json_query", arguments, SqlType::varchar()), SqlType::varchar()};
    return {coerce(text, result), result};
}

Term Translator::json_constructor(const syntax::JsonConstructor& constructor, Position at, const Scope& scope) {
    if (constructor.unique_keys) refuse("NOT_SUPPORTED", at, "WITH UNIQUE KEYS is not supported");
    const SqlType result = constructor.returning ? type_of(*constructor.returning) : SqlType::varchar();
    if (!result.textual()) refuse("TYPE_MISMATCH", at, fmt::format("Cannot output JSON value as {} using formatting JSON", name(result)));
    std::vector<Term> arguments = {constant(constructor.absent_on_null ? "absent" : "null")};
    for (std::size_t i = 0; i < constructor.members.size(); ++i) {
        const auto& [key, value] = constructor.members[i];
        if (key) arguments.push_back({coerce_or_refuse(expression(*key, scope), SqlType::varchar(), key->at, "a key"), SqlType::varchar()});
        arguments.push_back(json_item(*value, constructor.format_json[i], scope));
    }
    const std::string text = native(constructor.object ? "athena_json_object" : "athena_json_array", arguments, SqlType::varchar());
    return {coerce({text, SqlType::varchar()}, result), result};
}

}  // namespace dualstore::sql::athena
