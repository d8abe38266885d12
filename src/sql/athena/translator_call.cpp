// Function calls: those with a syntax of their own, and those of the list.
#include <fmt/format.h>

#include <algorithm>

#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    std::string out;
    for (const std::string& text : texts) {
        if (!out.empty()) out += separator;
        out += text;
    }
    return out;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string Translator::use(std::string text) {
    constexpr std::string_view prefix = "athena_";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
        auto end = at;
        while (end < text.size() && is_word(text[end])) ++end;
        const Macro* macro = find_macro(std::string_view(text).substr(at, end - at));
        if (macro == nullptr || used_.contains(macro->name)) continue;
        used_.emplace(macro->name);
        std::string body = use(std::string(macro->parameters_and_body));
        prelude_.push_back(fmt::format("CREATE OR REPLACE TEMP MACRO {}{}", macro->name, body));
    }
    return text;
}

// From the name at `at` to behind the call and its FILTER and OVER.
std::string Translator::call(Nodes nodes, std::size_t& at) {
    const Node& name = nodes[at];
    Nodes inside = nodes[at + 1].inside;
    at += 2;
    if (auto special = special_call(name, inside)) return *special;
    Call call;
    call.at = &name;
    call.name = lower(name.token.text);
    if (!inside.empty() && (inside[0].is("DISTINCT") || inside[0].is("ALL"))) {
        if (inside[0].is("DISTINCT")) call.distinct = "DISTINCT ";
        inside = inside.subspan(1);
    }
    const std::size_t order = find_keyword(inside, "ORDER");
    for (const Nodes part : split_at_commas(inside.first(order))) call.arguments.push_back(argument(part));
    if (order < inside.size()) call.order = " " + expressions(inside.subspan(order));
    suffixes(nodes, at, call);
    return apply(call);
}

Translator::Argument Translator::argument(Nodes nodes) {
    Argument result;
    if (nodes.size() < 3 || !nodes[1].symbol("->")) {
        result.text = expression(nodes);
        return result;
    }
    if (nodes[0].parentheses()) {
        for (const Nodes parameter : split_at_commas(nodes[0].inside)) {
            if (parameter.size() != 1 || !parameter[0].name()) refuse("SYNTAX_ERROR", nodes[0], "expected the parameters of a lambda");
            result.parameters.push_back(name_text(parameter[0].token));
        }
    } else {
        result.parameters.push_back(name_text(nodes[0].token));
    }
    result.body = expression(nodes.subspan(2));
    result.text = fmt::format("lambda {}: {}", joined(result.parameters, ", "), result.body);
    return result;
}

void Translator::suffixes(Nodes nodes, std::size_t& at, Call& call) {
    const auto next_is_group = [&](std::size_t ahead) { return at + ahead < nodes.size() && nodes[at + ahead].parentheses(); };
    while (at + 1 < nodes.size()) {
        if (nodes[at].is("WITHIN") && nodes[at + 1].is("GROUP") && next_is_group(2)) {
            call.order = " " + expressions(nodes[at + 2].inside);
            at += 3;
        } else if (nodes[at].is("FILTER") && next_is_group(1)) {
            call.window += " FILTER " + parenthesized(nodes[at + 1]);
            at += 2;
        } else if ((nodes[at].is("IGNORE") || nodes[at].is("RESPECT")) && nodes[at + 1].is("NULLS")) {
            call.order += " " + upper(nodes[at].token.text) + " NULLS";
            at += 2;
        } else if (nodes[at].is("OVER")) {
            call.window += " OVER " + (next_is_group(1) ? parenthesized(nodes[at + 1]) : name_text(nodes[at + 1].token));
            at += 2;
        } else {
            return;
        }
    }
}

std::string Translator::apply(const Call& call) {
    bool known = false;
    const Function* function = find_function(call.name, call.arguments.size(), known);
    if (!known) refuse("FUNCTION_NOT_FOUND", *call.at, "Function '" + call.name + "' not registered");
    if (function == nullptr) refuse("FUNCTION_NOT_FOUND", *call.at, "Unexpected parameters for function " + call.name);
    if (function->text == "!") refuse("NOT_SUPPORTED", *call.at, "function " + call.name + " is not supported yet");
    const std::string same = call.name + "($d$*$o)$w";
    const std::string_view text = function->text.empty() ? std::string_view(same) : function->text;
    const auto lacks = [&](const std::string& part, std::string_view place) {
        return !part.empty() && text.find(place) == std::string_view::npos;
    };
    if (lacks(call.distinct, "$d") || lacks(call.order, "$o")) {
        refuse("NOT_SUPPORTED", *call.at, "DISTINCT, ORDER BY and NULLS are not supported in " + call.name);
    }
    std::string out = fill(use(std::string(text)), call);
    if (text.find("$w") == std::string_view::npos) out += call.window;
    return out;
}

std::string Translator::fill(std::string_view text, const Call& call) {
    const std::string number = std::to_string(++calls_);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$') {
            out += text[i];
            continue;
        }
        const char what = text[++i];
        if (what == 'd') {
            out += call.distinct;
        } else if (what == 'o') {
            out += call.order;
        } else if (what == 'w') {
            out += call.window;
        } else if (what == 'u') {
            out += number;
        } else if (what == '*') {
            std::vector<std::string> all;
            for (const Argument& argument : call.arguments) all.push_back(argument.text);
            out += joined(all, ", ");
        } else {
            const Argument& argument = call.arguments[static_cast<std::size_t>(what - '1')];
            if (i + 1 >= text.size() || text[i + 1] != ':') {
                out += argument.text;
                continue;
            }
            i += 2;
            const auto parameter = static_cast<std::size_t>(text[i] - '1');
            if (text[i] != 'b' && parameter >= argument.parameters.size()) {
                refuse("FUNCTION_NOT_FOUND", *call.at, "Unexpected parameters for function " + call.name);
            }
            out += text[i] == 'b' ? argument.body : argument.parameters[parameter];
        }
    }
    return out;
}

// CAST(x AS type), TRY_CAST
std::string Translator::cast(const Node& name, Nodes inside) {
    const std::size_t as = find_keyword(inside, "AS");
    if (as + 1 >= inside.size()) refuse("SYNTAX_ERROR", name, "expected AS and a type");
    const std::string value = expression(inside.first(as));
    const Nodes target = inside.subspan(as + 1);
    const std::string to = type(target);
    const bool with_try = name.is("TRY_CAST");
    const auto attempt = [&](const std::string& text) { return with_try ? "TRY(" + text + ")" : text; };
    if (to == "JSON") return attempt("to_json(" + value + ")");
    if (to == "VARCHAR") {
        std::string text = use("athena_varchar(" + value + ")");
        if (target.size() > 1 && target[1].parentheses()) text = fmt::format("substr({}, 1, {})", text, expressions(target[1].inside));
        return attempt(text);
    }
    return fmt::format("{}({} AS {})", with_try ? "TRY_CAST" : "CAST", value, to);
}

std::optional<std::string> Translator::special_call(const Node& name, Nodes inside) {
    if (name.token.kind != Token::Kind::identifier) return std::nullopt;
    if (name.is("CAST") || name.is("TRY_CAST")) return cast(name, inside);
    if (name.is("EXTRACT")) {
        if (inside.size() < 3 || !inside[0].name() || !inside[1].is("FROM"))
            refuse("SYNTAX_ERROR", name, "expected EXTRACT(field FROM value)");
        Call field;
        field.at = &inside[0];
        field.name = lower(inside[0].token.text);
        field.arguments.push_back(argument(inside.subspan(2)));
        return apply(field);
    }
    if (name.is("POSITION")) {
        const std::size_t in = find_keyword(inside, "IN");
        const std::string part = expression(inside.first(in));
        const std::string whole = in < inside.size() ? expression(inside.subspan(in + 1)) : std::string();
        return fmt::format("strpos({}, {})", whole, part);
    }
    const std::size_t from = find_keyword(inside, "FROM");
    if (from < inside.size() && name.is("SUBSTRING")) return "substring(" + expression(inside) + ")";
    if (from < inside.size() && name.is("TRIM")) {
        Nodes characters = inside.first(from);
        const bool leading = !characters.empty() && characters[0].is("LEADING");
        const bool trailing = !characters.empty() && characters[0].is("TRAILING");
        if (leading || trailing || (!characters.empty() && characters[0].is("BOTH"))) characters = characters.subspan(1);
        const std::string of = characters.empty() ? std::string() : ", " + expression(characters);
        return fmt::format("{}({}{})", leading ? "ltrim" : trailing ? "rtrim" : "trim", expression(inside.subspan(from + 1)), of);
    }
    if (name.is("ROW")) return "row(" + expressions(inside) + ")";
    const bool greatest = name.is("GREATEST") || name.is("LEAST");
    if (!greatest && !name.is("CONCAT")) return std::nullopt;
    std::vector<std::string> parts;
    for (const Nodes part : split_at_commas(inside)) parts.push_back("(" + expression(part) + ")");
    if (parts.empty()) refuse("FUNCTION_NOT_FOUND", name, "Unexpected parameters for function " + lower(name.token.text));
    // NULL where one of them is: DuckDB's functions of these names skip it.
    if (!greatest) return "(" + joined(parts, " || ") + ")";
    std::vector<std::string> conditions;
    for (const std::string& part : parts) conditions.push_back(part + " IS NOT NULL");
    return fmt::format("CASE WHEN {} THEN {}({}) END", joined(conditions, " AND "), lower(name.token.text), joined(parts, ", "));
}

}  // namespace dualstore::sql::athena
