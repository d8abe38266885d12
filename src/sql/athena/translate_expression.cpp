// Expressions: literals, names, predicates, CASE, subqueries, constructors.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

const SqlType boolean = SqlType::of(Kind::boolean);

Term text_literal(std::string_view text) {
    return {fmt::format("CAST({} AS VARCHAR)", quoted_string(text)), SqlType::varchar(static_cast<std::uint32_t>(count_code_points(text)))};
}

Term number_literal(const syntax::Number& number, bool negative, Position at) {
    const std::string text = (negative ? "-" : "") + number.text;
    if (number.kind == syntax::Number::Kind::floating) return {fmt::format("CAST('{}' AS DOUBLE)", text), SqlType::of(Kind::double_)};
    if (number.kind == syntax::Number::Kind::integer) {
        std::int64_t value = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
        if (parsed.ec != std::errc()) refuse("SYNTAX_ERROR", at, "Invalid numeric literal: " + text);
        using Small = std::numeric_limits<std::int32_t>;
        const bool small = value >= Small::min() && value <= Small::max();
        const SqlType type = SqlType::of(small ? Kind::integer : Kind::bigint);
        return {fmt::format("CAST('{}' AS {})", text, duckdb_name(type)), type};
    }
    const auto [precision, scale] = decimal_size(number.text);
    if (precision > 38) refuse("NUMERIC_VALUE_OUT_OF_RANGE", at, "Value exceeds max precision 38: " + text);
    const SqlType type = SqlType::decimal(static_cast<unsigned>(precision), static_cast<unsigned>(scale));
    return {fmt::format("CAST('{}' AS {})", text, duckdb_name(type)), type};
}

// The names of a.b.c, from the left; false: its base is no name.
bool names_of(const syntax::Expression& expression, std::vector<syntax::Name>& names) {
    if (const auto* identifier = std::get_if<syntax::Identifier>(&expression.node)) {
        names.push_back(identifier->name);
        return true;
    }
    const auto* dereference = std::get_if<syntax::Dereference>(&expression.node);
    if (dereference == nullptr || !names_of(*dereference->base, names)) return false;
    names.push_back(dereference->field);
    return true;
}

bool is_named(const Field& field, const std::vector<std::string>& names) {
    const std::size_t count = names.size();
    if (field.name.empty() || lower(field.name) != names.back()) return false;
    if (count > 1 && field.relation != names[count - 2]) return false;
    return count < 3 || field.schema == names[count - 3];
}

// Trino asks a term only where those before it leave the answer open: `x <> 0 AND 10 / x > 1` is no error. DuckDB asks all, in an order of
// its own. So what may fail, which are our own functions, is guarded by the terms before it that cannot.
std::string joined(std::vector<std::string> terms, bool conjunction) {
    const std::string_view separator = conjunction ? " AND " : " OR ";
    std::string guard;
    for (std::string& term : terms) {
        if (term.find("athena_") == std::string::npos) {
            guard += fmt::format("{}{}", guard.empty() ? "" : separator, term);
        } else if (!guard.empty()) {
            term = fmt::format("CASE WHEN ({}) IS DISTINCT FROM {} THEN {} END", guard, conjunction ? "FALSE" : "TRUE", term);
        }
    }
    return fmt::format("({})", fmt::join(terms, separator));
}

Term field_of(const Term& row, const syntax::Name& name, Position at) {
    if (!row.type.is(Kind::row)) refuse("TYPE_MISMATCH", name.at, "Expression is not of type ROW");
    for (std::size_t i = 0; i < row.type.children.size(); ++i) {
        if (lower(row.type.names[i]) == lower(name.text)) return row_field(row, i);
    }
    refuse("INVALID_COLUMN_REFERENCE", at, fmt::format("Column reference '{}' is invalid", name.text));
}

Term row_of_columns(const QueryText& text, const std::string& alias) {
    SqlType type = SqlType::of(Kind::row);
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < text.columns.size(); ++i) {
        fields.push_back(fmt::format("f{0} := {1}.c{0}", i + 1, alias));
        type.children.push_back(text.columns[i].term.type);
        type.names.push_back(text.columns[i].name);
    }
    return {fmt::format("struct_pack({})", fmt::join(fields, ", ")), std::move(type)};
}

std::string negated(std::string condition, bool yes) {
    return yes ? "(NOT " + condition + ")" : condition;
}

}  // namespace

Term row_field(const Term& row, std::size_t index) {
    const SqlType& type = row.type.children[index];
    return {fmt::format("CAST(({}).f{} AS {})", row.sql, index + 1, duckdb_name(type)), type};
}

void refuse(std::string_view kind, Position at, std::string_view message) {
    throw Refusal{error_at(kind, at, message)};
}

// An operand that stands twice in DuckDB's text would make it grow without bound where such ones are nested.
Term Translator::expression(const syntax::Expression& expression, const Scope& scope) {
    constexpr std::size_t longest = 1 << 20;
    Term term = translated(expression, scope);
    if (term.sql.size() > longest) refuse("NOT_SUPPORTED", expression.at, "the expression is too complex");
    return term;
}

Term Translator::translated(const syntax::Expression& expression, const Scope& scope) {
    const Position at = expression.at;
    return std::visit(
        Overloaded{
            [&](const syntax::Null&) { return Term{"CAST(NULL AS INTEGER)", {}}; },
            [&](const syntax::Boolean& literal) { return Term{literal.value ? "true" : "false", boolean}; },
            [&](const syntax::Number& literal) { return number_literal(literal, false, at); },
            [&](const syntax::String& literal) { return text_literal(literal.text); },
            [&](const syntax::Binary& literal) { return Term{fmt::format("unhex('{}')", literal.digits), SqlType::of(Kind::varbinary)}; },
            [&](const syntax::TypedLiteral& literal) { return typed_literal(literal, at); },
            [&](const syntax::IntervalLiteral& literal) { return interval_literal(literal, at); },
            [&](const syntax::Parameter& parameter) {
                const SqlType& type = parameters_[parameter.index];
                return Term{fmt::format("CAST(${} AS {})", parameter.index + 1, duckdb_name(type)), type};
            },
            [&](const syntax::Identifier& identifier) { return this->identifier({identifier.name}, at, scope); },
            [&](const syntax::Dereference& dereference) { return this->dereference(dereference, scope); },
            [&](const syntax::Unary& unary) {
                const auto* number = std::get_if<syntax::Number>(&unary.operand->node);
                if (number != nullptr && unary.op == "-") return number_literal(*number, true, at);
                const Term operand = this->expression(*unary.operand, scope);
                return unary.op == "-" ? negate(operand, at) : operand;
            },
            [&](const syntax::Arithmetic& operation) {
                const Term left = this->expression(*operation.left, scope);
                const Term right = this->expression(*operation.right, scope);
                return operation.op == "||" ? apply("concat", {left, right}, at) : arithmetic(operation.op, left, right, at);
            },
            [&](const syntax::Comparison& comparison) {
                return compare(comparison.op, this->expression(*comparison.left, scope), this->expression(*comparison.right, scope), at);
            },
            [&](const syntax::DistinctFrom& distinct) {
                return compare(distinct.negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", this->expression(*distinct.left, scope),
                               this->expression(*distinct.right, scope), at);
            },
            [&](const syntax::Logical& logical) {
                std::vector<std::string> terms;
                for (const auto& term : logical.terms) terms.push_back(condition(*term, scope).sql);
                return Term{joined(std::move(terms), logical.conjunction), boolean};
            },
            [&](const syntax::Not& negation) { return Term{fmt::format("(NOT {})", condition(*negation.operand, scope).sql), boolean}; },
            [&](const syntax::IsNull& test) {
                return Term{fmt::format("({} IS {}NULL)", this->expression(*test.operand, scope).sql, test.negated ? "NOT " : ""), boolean};
            },
            [&](const syntax::Between& between) {
                const Term value = this->expression(*between.value, scope);
                const std::string low = compare(">=", value, this->expression(*between.low, scope), at).sql;
                const std::string high = compare("<=", value, this->expression(*between.high, scope), at).sql;
                return Term{negated(fmt::format("({} AND {})", low, high), between.negated), boolean};
            },
            [&](const syntax::InList& in) { return in_list(in, at, scope); },
            [&](const syntax::InQuery& in) { return in_query(in, at, scope); },
            [&](const syntax::Like& like) { return this->like(like, scope); },
            [&](const syntax::Quantified& quantified) { return this->quantified(quantified, at, scope); },
            [&](const syntax::Exists& exists) { return Term{fmt::format("EXISTS ({})", query(*exists.query, &scope).sql), boolean}; },
            [&](const syntax::Subquery& subquery) { return scalar_subquery(*subquery.query, scope); },
            [&](const syntax::Subscript& subscript) { return this->subscript(subscript, at, scope); },
            [&](const syntax::AtTimeZone& zoned) {
                return at_time_zone(this->expression(*zoned.value, scope), this->expression(*zoned.zone, scope), at);
            },
            [&](const syntax::Case& branches) { return case_of(branches, at, scope); },
            [&](const syntax::Cast& cast) {
                Term term = this->cast(this->expression(*cast.value, scope), type_of(cast.type), at);
                if (cast.with_try) term.sql = fmt::format("TRY({})", term.sql);
                return term;
            },
            [&](const syntax::Extract& extract) {
                return apply(lower(extract.field.text), {this->expression(*extract.value, scope)}, extract.field.at);
            },
            [&](const syntax::ArrayConstructor& array) { return array_of(array.items, at, scope); },
            [&](const syntax::RowConstructor& row) { return row_of(row, scope); },
            [&](const syntax::Lambda&) -> Term {
                refuse("TYPE_MISMATCH", at, "Lambda expression should always be used inside a function");
            },
            [&](const syntax::Call& call) { return this->call(call, at, scope); },
            [&](const syntax::JsonPathCall& call) { return json_path_call(call, at, scope); },
            [&](const syntax::JsonConstructor& constructor) { return json_constructor(constructor, at, scope); },
        },
        expression.node);
}

Term Translator::condition(const syntax::Expression& expression, const Scope& scope) {
    const Term term = this->expression(expression, scope);
    return {coerce_or_refuse(term, boolean, expression.at, "a condition"), boolean};
}

// From the longest qualified name to the shortest; what is left are fields of a row.
Term Translator::identifier(const std::vector<syntax::Name>& names, Position at, const Scope& scope) {
    std::vector<std::string> folded;
    for (const syntax::Name& name : names) folded.push_back(lower(name.text));
    for (std::size_t count = names.size(); count > 0; --count) {
        const std::vector<std::string> qualified(folded.begin(), folded.begin() + static_cast<std::ptrdiff_t>(count));
        for (const Scope* level = &scope; level != nullptr; level = level->outer) {
            const Field* found = nullptr;
            for (const Field& field : level->fields) {
                if (!is_named(field, qualified)) continue;
                if (found != nullptr) refuse("AMBIGUOUS_NAME", at, fmt::format("Column '{}' is ambiguous", fmt::join(folded, ".")));
                found = &field;
            }
            if (found == nullptr) continue;
            with_path_ = with_path_ || found->hidden;
            Term term = found->term;
            for (std::size_t i = count; i < names.size(); ++i) term = field_of(term, names[i], at);
            return term;
        }
    }
    refuse("COLUMN_NOT_FOUND", at, fmt::format("Column '{}' cannot be resolved", fmt::join(folded, ".")));
}

Term Translator::dereference(const syntax::Dereference& dereference, const Scope& scope) {
    std::vector<syntax::Name> names;
    if (names_of(*dereference.base, names)) {
        names.push_back(dereference.field);
        return identifier(names, names.front().at, scope);
    }
    return field_of(expression(*dereference.base, scope), dereference.field, dereference.base->at);
}

Term Translator::case_of(const syntax::Case& expression, Position at, const Scope& scope) {
    std::optional<Term> operand;
    if (expression.operand) operand = this->expression(*expression.operand, scope);
    std::vector<std::string> conditions;
    std::vector<Term> results;
    for (const auto& [when, then] : expression.branches) {
        conditions.push_back(operand ? compare("=", *operand, this->expression(*when, scope), when->at).sql : condition(*when, scope).sql);
        results.push_back(this->expression(*then, scope));
    }
    if (expression.otherwise) results.push_back(this->expression(*expression.otherwise, scope));
    const SqlType type = common(results, at, "All CASE results must be the same type");
    std::string sql = "CASE";
    for (std::size_t i = 0; i < conditions.size(); ++i) sql += fmt::format(" WHEN {} THEN {}", conditions[i], coerce(results[i], type));
    if (expression.otherwise) sql += " ELSE " + coerce(results.back(), type);
    return {"(" + sql + " END)", type};
}

SqlType Translator::common(const std::vector<Term>& terms, Position at, std::string_view what) {
    SqlType type;
    for (const Term& term : terms) {
        auto joined = common_type(type, term.type);
        if (!joined) refuse("TYPE_MISMATCH", at, fmt::format("{}: {} vs {}", what, name(type), name(term.type)));
        type = std::move(*joined);
    }
    return type;
}

Term Translator::in_list(const syntax::InList& in, Position at, const Scope& scope) {
    std::vector<Term> terms = {expression(*in.value, scope)};
    for (const auto& item : in.items) terms.push_back(expression(*item, scope));
    const SqlType type = common(terms, at, "IN value and list items must be the same type");
    std::vector<std::string> texts;
    if (!type.children.empty()) {  // a NULL inside makes NULL, which DuckDB's IN takes for a value
        for (std::size_t i = 1; i < terms.size(); ++i) texts.push_back(compare("=", terms[0], terms[i], at).sql);
        return {negated(fmt::format("({})", fmt::join(texts, " OR ")), in.negated), boolean};
    }
    for (const Term& term : terms) texts.push_back(comparable_text(coerce(term, type), type));
    const auto items = std::vector<std::string>(texts.begin() + 1, texts.end());
    return {negated(fmt::format("({} IN ({}))", texts[0], fmt::join(items, ", ")), in.negated), boolean};
}

// A subquery with one column of the type that its values and `beside` have in common; several columns make a row.
std::string Translator::single_column(const syntax::Query& query, const Scope& scope, SqlType& type, const Term& beside, Position at) {
    const QueryText text = this->query(query, &scope);
    const std::string alias = next_alias();
    Term column{alias + ".c1", text.columns[0].term.type};
    if (text.columns.size() > 1 || beside.type.is(Kind::row)) column = row_of_columns(text, alias);
    type = common({beside, column}, at, "value and result of subquery must be of the same type");
    return fmt::format("SELECT {} FROM ({}) AS {}", comparable_text(coerce(column, type), type), text.sql, alias);
}

Term Translator::in_query(const syntax::InQuery& in, Position at, const Scope& scope) {
    const Term value = expression(*in.value, scope);
    SqlType type;
    const std::string query = single_column(*in.query, scope, type, value, at);
    return {negated(fmt::format("({} IN ({}))", comparable_text(coerce(value, type), type), query), in.negated), boolean};
}

Term Translator::quantified(const syntax::Quantified& quantified, Position at, const Scope& scope) {
    const Term value = expression(*quantified.value, scope);
    SqlType type;
    const std::string query = single_column(*quantified.query, scope, type, value, at);
    return {
        fmt::format("({} {} {} ({}))", comparable_text(coerce(value, type), type), quantified.op, quantified.all ? "ALL" : "ANY", query),
        boolean};
}

// Several columns make a row.
Term Translator::scalar_subquery(const syntax::Query& query, const Scope& scope) {
    const QueryText text = this->query(query, &scope);
    if (text.columns.size() == 1) return {fmt::format("({})", text.sql), text.columns[0].term.type};
    const std::string alias = next_alias();
    const Term row = row_of_columns(text, alias);
    return {fmt::format("(SELECT {} FROM ({}) AS {})", row.sql, text.sql, alias), row.type};
}

Term Translator::array_of(const std::vector<syntax::ExpressionPtr>& items, Position at, const Scope& scope) {
    std::vector<Term> terms;
    for (const auto& item : items) terms.push_back(expression(*item, scope));
    const SqlType type = common(terms, at, "All ARRAY elements must be the same type");
    std::vector<std::string> texts;
    for (const Term& term : terms) texts.push_back(coerce(term, type));
    const SqlType array = SqlType::array(type);
    if (texts.empty()) return {fmt::format("CAST([] AS {})", duckdb_name(array)), array};
    return {fmt::format("[{}]", fmt::join(texts, ", ")), array};
}

Term Translator::row_of(const syntax::RowConstructor& row, const Scope& scope) {
    SqlType type = SqlType::of(Kind::row);
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < row.items.size(); ++i) {
        Term term = expression(*row.items[i], scope);
        fields.push_back(fmt::format("f{} := {}", i + 1, term.sql));
        type.children.push_back(std::move(term.type));
        type.names.push_back(i < row.names.size() && row.names[i] ? row.names[i]->text : std::string());
    }
    return {fmt::format("struct_pack({})", fmt::join(fields, ", ")), std::move(type)};
}

Term Translator::like(const syntax::Like& like, const Scope& scope) {
    const auto text = [&](const syntax::Expression& expression, std::string_view what) {
        const Term term = this->expression(expression, scope);
        if (!term.type.textual() && !term.type.is(Kind::unknown)) {
            refuse("TYPE_MISMATCH", expression.at, fmt::format("{} of LIKE must be of type varchar, not {}", what, name(term.type)));
        }
        return coerce(term, SqlType::varchar());
    };
    const std::string value = text(*like.value, "value");
    std::string pattern = text(*like.pattern, "pattern");
    if (like.escape) {
        // DuckDB wants a constant behind ESCAPE, and takes what Trino refuses: the checked pattern has a backslash for it.
        const Term escape{text(*like.escape, "escape"), SqlType::varchar()};
        pattern = native("athena_like_pattern", {{pattern, SqlType::varchar()}, escape}, SqlType::varchar()) + " ESCAPE '\\'";
    }
    const std::string sql = fmt::format("{} LIKE {}", value, pattern);
    return {negated("(" + sql + ")", like.negated), boolean};
}

Term Translator::subscript(const syntax::Subscript& subscript, Position at, const Scope& scope) {
    const Term base = expression(*subscript.base, scope);
    if (base.type.is(Kind::row)) {
        const auto* number = std::get_if<syntax::Number>(&subscript.index->node);
        std::size_t index = 0;
        if (number != nullptr) std::from_chars(number->text.data(), number->text.data() + number->text.size(), index);
        if (number == nullptr || index == 0 || index > base.type.children.size()) {
            refuse("INVALID_FUNCTION_ARGUMENT", subscript.index->at, "ROW subscript must be a constant within the row");
        }
        return row_field(base, index - 1);
    }
    const Term index = expression(*subscript.index, scope);
    if (base.type.is(Kind::map)) {
        const std::string key = coerce_or_refuse(index, base.type.children[0], at, "a map's key");
        return {map_value(base, {key, base.type.children[0]}), base.type.children[1]};
    }
    if (!base.type.is(Kind::array)) {
        refuse("TYPE_MISMATCH", at, fmt::format("Cannot apply operator: {}[{}]", name(base.type), name(index.type)));
    }
    const std::string position = coerce_or_refuse(index, SqlType::of(Kind::bigint), at, "a subscript");
    return {fmt::format("CASE WHEN {} THEN ({})[{}] END",
                        native("athena_has_element", {base, {position, SqlType::of(Kind::bigint)}}, boolean), base.sql, position),
            base.type.children[0]};
}

std::string Translator::map_value(const Term& map, const Term& key) {
    const std::string known = native("athena_has_key", {map, key}, boolean);
    return fmt::format("CASE WHEN {2} THEN ({0})[{1}] END", map.sql, key.sql, known);
}

}  // namespace dualstore::sql::athena
