// Function calls: which function it is, its arguments in the types that it takes, and its text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "sql/athena/function_index.hpp"
#include "sql/athena/information.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

std::size_t lambda_depth(const Scope& scope) {
    std::size_t depth = 0;
    for (const Scope* level = &scope; level != nullptr; level = level->outer) depth += level->lambda ? 1 : 0;
    return depth;
}

std::string type_list(const std::vector<CallArgument>& arguments) {
    std::vector<std::string> names;
    for (const CallArgument& argument : arguments) names.push_back(argument.lambda ? "function" : name(argument.type));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string json_name(const SqlType& type) {  // typeof's spelling has no blank in decimal(3,2)
    std::string text = name(type);
    for (auto at = text.find("decimal("); at != std::string::npos; at = text.find("decimal(", at + 1)) {
        const auto blank = text.find(' ', at);
        if (blank != std::string::npos) text.erase(blank, 1);
    }
    return text;
}

// NULL, ARRAY[], ...
bool has_unknown(const SqlType& type) {
    return type.is(Kind::unknown) || std::ranges::any_of(type.children, has_unknown);
}

// A frame does not end before it begins, whatever the numbers are.
void check_frame(const syntax::Frame& frame) {
    using Bound = syntax::FrameBound::Kind;
    constexpr std::array order = {Bound::unbounded_preceding, Bound::preceding, Bound::current_row, Bound::following,
                                  Bound::unbounded_following};
    const auto* start = std::ranges::find(order, frame.start.kind);
    const auto* end = std::ranges::find(order, frame.end.kind);
    if (frame.start.kind == Bound::unbounded_following || frame.end.kind == Bound::unbounded_preceding || start > end) {
        refuse("INVALID_WINDOW_FRAME", frame.at, "Window frame starts behind its end");
    }
}

}  // namespace

// What a text for a function is filled with.
struct Translator::Pieces {
    std::vector<std::string> arguments;
    std::vector<std::vector<std::string>> lambda_names;
    std::vector<std::string> bodies;
    std::string distinct, order, window;
};

Translator::LambdaText Translator::lambda(const syntax::Lambda& lambda, const std::vector<SqlType>& parameters, const Scope& scope) {
    Scope inside;
    inside.outer = &scope;
    inside.lambda = true;
    const std::size_t depth = lambda_depth(scope);
    LambdaText text;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        text.names.push_back(fmt::format("l{}_{}", depth, i + 1));
        Field field;
        field.name = lambda.parameters[i].text;
        field.term = {text.names.back(), parameters[i]};
        inside.fields.push_back(std::move(field));
    }
    // Nested lambdas would be translated twice as often with every level otherwise.
    std::string known = fmt::format("{}", static_cast<const void*>(&lambda));
    for (const Scope* level = &inside; level != nullptr; level = level->outer) {
        if (!level->lambda) continue;
        for (const Field& field : level->fields) known += " " + name(field.term.type);
    }
    const auto found = bodies_.find(known);
    text.body = found != bodies_.end() ? found->second : bodies_.emplace(known, expression(*lambda.body, inside)).first->second;
    return text;
}

Term Translator::call(const syntax::Call& call, Position at, const Scope& scope) {
    const std::string name = lower(call.name.back().text);
    if (auto special = special_call(name, call, at, scope)) return *special;
    std::vector<Argument> arguments;
    for (const auto& argument : call.arguments) {
        if (const auto* lambda = std::get_if<syntax::Lambda>(&argument->node)) {
            arguments.push_back({{}, lambda});
        } else {
            arguments.push_back({expression(*argument, scope), nullptr});
        }
    }
    const Choice choice = choose(name, arguments, at, scope);
    Pieces pieces = this->pieces(choice, arguments, scope);
    if (call.distinct) pieces.distinct = "DISTINCT ";
    if (!call.order.empty()) pieces.order = " ORDER BY " + sort_items(call.order, nullptr, scope);
    if (call.ignore_nulls) pieces.order += *call.ignore_nulls ? " IGNORE NULLS" : " RESPECT NULLS";
    if (call.filter) pieces.window += fmt::format(" FILTER (WHERE {})", condition(*call.filter, scope).sql);
    if (call.over) {
        const std::string over = window_text(*call.over, scope);
        if ((name == "lag" || name == "lead") && over.find("ORDER BY ") == std::string::npos) {
            refuse("MISSING_ORDER_BY", at, fmt::format("{} function requires an ORDER BY window clause", name));
        }
        pieces.window += fmt::format(" OVER ({})", over);
    }
    const Use use = choice.function->use;
    if (call.filter && call.over) refuse("NOT_SUPPORTED", at, "Window function with FILTER is not supported");
    const bool of_values = name == "first_value" || name == "last_value" || name == "nth_value";
    if (use == Use::window && call.over && call.over->frame && !of_values) {
        refuse("INVALID_WINDOW_FRAME", at, fmt::format("Cannot specify window frame for {} function", name));
    }
    if (use == Use::window && !call.over) refuse("MISSING_OVER", at, fmt::format("Window function {} requires an OVER clause", name));
    if (use == Use::scalar && (call.over || call.filter || call.distinct || !call.order.empty() || call.ignore_nulls)) {
        refuse("FUNCTION_NOT_AGGREGATE", at, fmt::format("{} is not an aggregation function", name));
    }
    return apply(name, choice, pieces, at);
}

Term Translator::apply(const std::string& name, const std::vector<Term>& terms, Position at) {
    std::vector<Argument> arguments;
    for (const Term& term : terms) arguments.push_back({term, nullptr});
    const Choice choice = choose(name, arguments, at, {});
    return apply(name, choice, pieces(choice, arguments, {}), at);
}

std::optional<Term> Translator::special_call(const std::string& name, const syntax::Call& call, Position at, const Scope& scope) {
    const auto constant = [&](std::string_view text) {
        return Term{fmt::format("CAST({} AS VARCHAR)", quoted_string(text)), SqlType::varchar()};
    };
    if (name == "typeof" && call.arguments.size() == 1) {
        // The argument stays there: an aggregate in it makes one row of all.
        const Term argument = expression(*call.arguments[0], scope);
        const Term type = constant(json_name(argument.type));
        return Term{fmt::format("CASE WHEN {} IS NULL THEN {} ELSE {} END", argument.sql, type.sql, type.sql), type.type};
    }
    if (name == "current_catalog") return constant(catalog_name);
    if (name == "current_schema") return constant(lower(database_));
    if (name == "current_user") return constant("dualstore");
    const bool now = name == "current_time" || name == "current_timestamp" || name == "localtime" || name == "localtimestamp";
    if (now && call.arguments.size() == 1) {
        const auto* digits = std::get_if<syntax::Number>(&call.arguments[0]->node);
        const std::size_t precision = digits != nullptr && digits->text.size() < 3 ? std::stoul(digits->text) : 13;
        if (precision > 12) refuse("INVALID_FUNCTION_ARGUMENT", at, "precision must be in range [0, 12]");
        Term term = apply(name, std::vector<Term>{}, at);
        term.type.precision = static_cast<std::uint8_t>(precision);
        term.sql = use(fmt::format("athena_{}({})", name, std::min<std::size_t>(precision, 6)));
        return term;
    }
    if (name == "grouping") {
        std::vector<std::string> keys;
        for (const auto& argument : call.arguments) keys.push_back(expression(*argument, scope).sql);
        return Term{fmt::format("CAST(GROUPING({}) AS INTEGER)", fmt::join(keys, ", ")), SqlType::of(Kind::integer)};
    }
    if (name == "format" && call.arguments.size() > 1) {
        std::vector<Term> terms;
        for (const auto& argument : call.arguments) terms.push_back(expression(*argument, scope));
        terms[0] = {coerce_or_refuse(terms[0], SqlType::varchar(), call.arguments[0]->at, "a format"), SqlType::varchar()};
        for (std::size_t i = 1; i < terms.size(); ++i) {
            Term& term = terms[i];
            if (!term.type.children.empty() || term.type.is(Kind::varbinary)) {
                refuse("NOT_SUPPORTED", call.arguments[i]->at, "Type not supported for formatting: " + athena::name(term.type));
            }
            if (!term.type.is(Kind::timestamp_tz)) continue;  // which comes in UTC, as local time, and with its zone's name
            const SqlType local = SqlType::timestamp(term.type.precision);
            term.sql = fmt::format("struct_pack(f1 := ({0}).t, f2 := {1}, f3 := ({0}).z)", term.sql,
                                   use(fmt::format("athena_local({})", term.sql)));
            term.type = SqlType::row({local, local, SqlType::varchar()}, {"", "", ""});
        }
        return Term{native("athena_format", terms, SqlType::varchar()), SqlType::varchar()};
    }
    if (name == "try" && call.arguments.size() == 1) {
        Term term = expression(*call.arguments[0], scope);
        term.sql = fmt::format("TRY({})", term.sql);
        return term;
    }
    if (name == "nullif" && call.arguments.size() == 2) {
        const Term first = expression(*call.arguments[0], scope);
        const Term equal = compare("=", first, expression(*call.arguments[1], scope), at);
        return Term{fmt::format("CASE WHEN {} THEN NULL ELSE {} END", equal.sql, first.sql), first.type};
    }
    return std::nullopt;
}

// Of several that are as specific where an argument has no type of its own, those that convert nothing else; they must agree in their
// result.
void Translator::narrow(const std::vector<CallArgument>& call, const std::vector<Choice>& fitting, std::vector<std::size_t>& chosen,
                        Position at) {
    const auto is_untyped = [](const CallArgument& argument) { return !argument.lambda && argument.type.is(Kind::unknown); };
    if (std::ranges::none_of(call, [](const CallArgument& argument) { return !argument.lambda && has_unknown(argument.type); })) return;
    std::vector<std::size_t> exact;
    for (std::size_t choice = 0; choice < fitting.size(); ++choice) {
        bool converts = false;
        for (std::size_t i = 0; i < call.size(); ++i) {
            converts = converts || (!call[i].lambda && !is_untyped(call[i]) && fitting[choice].fit.arguments[i] != call[i].type);
        }
        if (!converts) exact.push_back(choice);
    }
    if (!exact.empty()) chosen = std::move(exact);
    const SqlType& result = fitting[chosen[0]].fit.result;
    if (std::ranges::any_of(chosen, [&](std::size_t choice) { return fitting[choice].fit.result != result; })) {
        refuse("AMBIGUOUS_FUNCTION_CALL", at, "Could not choose a best candidate function. Explicit type casts must be added.");
    }
}

Translator::Choice Translator::choose(const std::string& name, const std::vector<Argument>& arguments, Position at, const Scope& scope) {
    const auto& candidates = functions_named(name);
    if (candidates.empty()) {
        const std::string near = nearest_function(name);
        refuse("FUNCTION_NOT_FOUND", at,
               fmt::format("Function '{}' not registered{}", name, near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    }
    std::vector<CallArgument> call;
    for (const Argument& argument : arguments) {
        call.push_back({argument.term.type, argument.lambda != nullptr ? std::optional(argument.lambda->parameters.size()) : std::nullopt});
    }
    const BodyType body_type = [&](std::size_t index, const std::vector<SqlType>& parameters) {
        return lambda(*arguments[index].lambda, parameters, scope).body.type;
    };
    std::vector<Choice> fitting;
    std::optional<Refusal> inside;  // of a lambda's body, which is more telling where nothing fits
    for (const Function* function : candidates) {
        std::optional<Fit> fits;
        try {
            fits = fit(parse_signature(function->signature), call, body_type);
        } catch (Refusal& refusal) {
            inside = std::move(refusal);
        }
        if (!fits) continue;
        if (fits->coercions == 0) return Choice{function, std::move(*fits)};
        fitting.push_back(Choice{function, std::move(*fits)});
    }
    // One is more specific than another that could take its arguments.
    const auto more_specific = [&](const Choice& a, const Choice& b) {
        std::vector<CallArgument> formal = call;
        for (std::size_t i = 0; i < formal.size(); ++i) {
            if (!formal[i].lambda) formal[i].type = a.fit.arguments[i];
        }
        return fit(parse_signature(b.function->signature), formal, body_type).has_value();
    };
    std::vector<std::size_t> most_specific;
    for (std::size_t i = 0; i < fitting.size(); ++i) {
        const bool beaten = std::ranges::any_of(fitting, [&](const Choice& other) {
            return &other != &fitting[i] && more_specific(other, fitting[i]) && !more_specific(fitting[i], other);
        });
        if (!beaten) most_specific.push_back(i);
    }
    if (most_specific.size() > 1) narrow(call, fitting, most_specific, at);
    if (!most_specific.empty()) {
        return std::move(fitting[*std::ranges::min_element(most_specific, {}, [&](std::size_t i) { return fitting[i].fit.coercions; })]);
    }
    if (inside) throw std::move(*inside);
    std::vector<std::string_view> expected;
    for (const Function* function : candidates) expected.push_back(function->signature);
    refuse("FUNCTION_NOT_FOUND", at,
           fmt::format("Unexpected parameters ({}) for function {}. Expected: {}", type_list(call), name, fmt::join(expected, ", ")));
}

Translator::Pieces Translator::pieces(const Choice& choice, const std::vector<Argument>& arguments, const Scope& scope) {
    Pieces pieces;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::vector<std::string> names;
        std::string body;
        if (arguments[i].lambda == nullptr) {
            pieces.arguments.push_back(coerce(arguments[i].term, choice.fit.arguments[i]));
        } else {
            LambdaText text = lambda(*arguments[i].lambda, choice.fit.parameters[i], scope);
            body = coerce(text.body, choice.fit.arguments[i]);
            pieces.arguments.push_back(fmt::format("lambda {}: {}", fmt::join(text.names, ", "), body));
            names = std::move(text.names);
        }
        pieces.lambda_names.push_back(std::move(names));
        pieces.bodies.push_back(std::move(body));
    }
    return pieces;
}

Term Translator::apply(const std::string& name, const Choice& choice, const Pieces& pieces, Position at) {
    const std::string_view text = choice.function->text;
    const SqlType& result = choice.fit.result;
    if (result.is(Kind::char_) && result.length > SqlType::longest_char)
        refuse("TYPE_NOT_FOUND", at, "Unknown type: " + athena::name(result));
    // What has a syntax of its own, but was written as a call.
    if (text == "=") refuse("FUNCTION_NOT_FOUND", at, fmt::format("Function '{}' not registered", name));
    if (text.starts_with('!')) refuse("NOT_SUPPORTED", at, fmt::format("function {} is not supported: {}", name, text.substr(1)));
    if (text.starts_with('@')) {
        std::vector<Term> terms;
        for (std::size_t i = 0; i < pieces.arguments.size(); ++i) terms.push_back({pieces.arguments[i], choice.fit.arguments[i]});
        return {native(text.substr(1), terms, result), result};
    }
    const std::string same = name + "($d$*$o)$w";
    const std::string_view shape = text.empty() ? std::string_view(same) : text;
    const auto lacks = [&](const std::string& piece, std::string_view place) {
        return !piece.empty() && shape.find(place) == std::string_view::npos;
    };
    if (lacks(pieces.distinct, "$d") || lacks(pieces.order, "$o")) {
        refuse("NOT_SUPPORTED", at, "DISTINCT, ORDER BY and NULLS are not supported in " + name);
    }
    return {fill(use(shape, choice.fit.bindings), choice, pieces), result};
}

std::string Translator::fill(std::string_view text, const Choice& choice, const Pieces& pieces) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$') {
            out += text[i];
            continue;
        }
        const char what = text[++i];
        if (what == '{') {
            const auto end = text.find('}', i);
            const std::string_view variable = text.substr(i + 1, end - i - 1);
            i = end;
            const auto& [types, numbers] = choice.fit.bindings;
            if (const auto type = types.find(variable); type != types.end()) {
                out += duckdb_name(type->second);
            } else if (const auto number = numbers.find(variable); number != numbers.end()) {
                out += std::to_string(number->second);
            } else if (variable == "R") {
                out += duckdb_name(choice.fit.result);
            } else {
                out += '0';  // a length of which NULL says nothing
            }
        } else if (what == 'd') {
            out += pieces.distinct;
        } else if (what == 'o') {
            out += pieces.order;
        } else if (what == 'w') {
            out += pieces.window;
        } else if (what == '*') {
            out += fmt::format("{}", fmt::join(pieces.arguments, ", "));
        } else {
            const auto index = static_cast<std::size_t>(what - '1');
            const char next = i + 1 < text.size() ? text[i + 1] : ' ';
            if (next == '*') {
                ++i;
                out += fmt::format("{}",
                                   fmt::join(pieces.arguments.begin() + static_cast<std::ptrdiff_t>(index), pieces.arguments.end(), ", "));
            } else if (next == ':' && i + 2 < text.size() && !pieces.lambda_names[index].empty()) {
                i += 2;
                out += text[i] == 'b' ? pieces.bodies[index] : pieces.lambda_names[index][static_cast<std::size_t>(text[i] - '1')];
            } else {
                out += pieces.arguments[index];
            }
        }
    }
    return out;
}

std::string Translator::window_text(const syntax::Window& window, const Scope& scope) {
    const syntax::Window* base = nullptr;
    if (window.base) {
        for (const auto& [name, definition] : *windows_) {
            if (lower(name.text) == lower(window.base->text)) base = &definition;
        }
        if (base == nullptr) refuse("INVALID_WINDOW_REFERENCE", window.base->at, "Cannot resolve WINDOW name " + window.base->text);
        if (window.partition.empty() && window.order.empty() && !window.frame) return window_text(*base, scope);
        if (!window.partition.empty())
            refuse("INVALID_PARTITION_BY", window.partition[0]->at,
                   "WINDOW specification with named WINDOW reference cannot specify PARTITION BY");
        if (base->frame)
            refuse("INVALID_WINDOW_REFERENCE", window.base->at, "Cannot reference named WINDOW containing frame specification");
    }
    const syntax::Window& partition = base != nullptr && !base->partition.empty() ? *base : window;
    const syntax::Window& order = base != nullptr && !base->order.empty() ? *base : window;
    std::vector<std::string> keys;
    for (const auto& key : partition.partition) keys.push_back(expression(*key, scope).sql);
    std::string text;
    if (!keys.empty()) text += fmt::format("PARTITION BY {} ", fmt::join(keys, ", "));
    if (!order.order.empty()) text += fmt::format("ORDER BY {} ", sort_items(order.order, nullptr, scope));
    if (window.frame) {
        const SqlType key = order.order.empty() ? SqlType{} : expression(*order.order[0].key, scope).type;
        text += frame_text(*window.frame, key, scope);
    }
    return text;
}

std::string Translator::frame_text(const syntax::Frame& frame, const SqlType& key, const Scope& scope) {
    check_frame(frame);
    const auto text_of = [&](const syntax::FrameBound& bound) -> std::string {
        using BoundKind = syntax::FrameBound::Kind;
        const bool before = bound.kind == BoundKind::preceding;
        if (bound.kind == BoundKind::unbounded_preceding) return "UNBOUNDED PRECEDING";
        if (bound.kind == BoundKind::unbounded_following) return "UNBOUNDED FOLLOWING";
        if (bound.kind == BoundKind::current_row) return "CURRENT ROW";
        const auto* sign = std::get_if<syntax::Unary>(&bound.offset->node);
        if (sign != nullptr && sign->op == "-" && std::holds_alternative<syntax::Number>(sign->operand->node)) {
            refuse("INVALID_WINDOW_FRAME", bound.offset->at, "Window frame offset value must not be negative or null");
        }
        const Term offset = expression(*bound.offset, scope);
        std::string text = offset.sql;
        if (offset.type.is(Kind::interval_day)) text = fmt::format("to_microseconds({} * 1000)", text);
        if (offset.type.is(Kind::interval_month)) text = fmt::format("to_months({})", text);
        if (offset.type.numeric() && frame.unit == "RANGE" && key.numeric()) text = coerce(offset, key);
        return text + (before ? " PRECEDING" : " FOLLOWING");
    };
    return fmt::format("{} BETWEEN {} AND {}", frame.unit, text_of(frame.start), text_of(frame.end));
}

}  // namespace dualstore::sql::athena
