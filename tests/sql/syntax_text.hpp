// A syntax tree as SQL with all of its parentheses, which parses into the same tree.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sql/athena/keywords.hpp"
#include "sql/athena/syntax.hpp"

namespace dualstore::sql::athena {

class SyntaxText {
  public:
    static std::string of(const syntax::Statement& statement) {
        return std::visit([](const auto& node) { return of(node); }, statement);
    }
    static std::string of(const syntax::QueryPtr& query) { return of(*query); }
    static std::string of(const syntax::Query& query) {
        std::string text;
        for (const auto& table : query.with) {
            text += text.empty() ? query.recursive ? "WITH RECURSIVE " : "WITH " : ", ";
            text += of(table.name) + columns(table.columns) + " AS (" + of(table.query) + ")";
        }
        if (!text.empty()) text += ' ';
        text += std::visit([](const auto& body) { return body_of(body); }, query.body);
        if (!query.order.empty()) text += " ORDER BY " + list(query.order);
        if (query.offset) text += " OFFSET " + of(query.offset);
        if (query.with_ties) return text + " FETCH FIRST " + of(query.limit) + " ROWS WITH TIES";
        return query.limit ? text + " LIMIT " + of(query.limit) : text;
    }

    static std::string of(const syntax::ExpressionPtr& expression) { return of(*expression); }
    static std::string of(const syntax::Expression& expression) {
        return std::visit([](const auto& node) { return of(node); }, expression.node);
    }

  private:
    static std::string quoted(std::string_view text, char quote) {
        std::string result(1, quote);
        for (const char c : text) result.append(c == quote ? 2 : 1, c);
        return result + quote;
    }
    static std::string of(const syntax::Name& name) { return name.quoted ? quoted(name.text, '"') : name.text; }
    static std::string of(const syntax::QualifiedName& name) {
        std::string text;
        for (const auto& part : name) text += (text.empty() ? "" : ".") + of(part);
        return text;
    }
    template <class Item>
    static std::string list(const std::vector<Item>& items) {
        std::string text;
        for (const auto& item : items) text += (&item == items.data() ? "" : ", ") + of(item);
        return text;
    }
    static std::string columns(const std::vector<syntax::Name>& names) { return names.empty() ? "" : " (" + list(names) + ")"; }

    static std::string type_name(std::string_view name) {
        bool plain = !is_reserved(upper(name)) && !(name[0] >= '0' && name[0] <= '9');
        for (const char c : name) plain = plain && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
        return plain ? std::string(name) : quoted(name, '"');
    }
    static std::string of(const syntax::TypeField& field) { return (field.name ? of(*field.name) + " " : "") + of(field.type); }
    static std::string of(const syntax::TypeName& type) {
        if (type.name.starts_with("interval ")) return type.name;
        constexpr std::string_view zoned = " with time zone";
        const bool with_zone = type.name.ends_with(zoned);
        std::string text = type_name(with_zone ? std::string_view(type.name).substr(0, type.name.size() - zoned.size()) : type.name);
        std::string parameters = list(type.types);
        for (auto number = type.numbers.rbegin(); number != type.numbers.rend(); ++number) {
            parameters.insert(0, *number + (parameters.empty() ? "" : ", "));
        }
        if (!parameters.empty()) text += "(" + parameters + ")";
        return with_zone ? text + std::string(zoned) : text;
    }

    static std::string of(const syntax::SortItem& item) {
        std::string text = of(item.key) + (item.descending ? " DESC" : "");
        return item.nulls_first ? text + (*item.nulls_first ? " NULLS FIRST" : " NULLS LAST") : text;
    }

    // Literals and names
    static std::string of(const syntax::Null&) { return "NULL"; }
    static std::string of(const syntax::Boolean& boolean) { return boolean.value ? "TRUE" : "FALSE"; }
    static std::string of(const syntax::Number& number) { return number.text; }
    static std::string of(const syntax::String& string) { return quoted(string.text, '\''); }
    static std::string of(const syntax::Binary& binary) { return "X'" + binary.digits + "'"; }
    static std::string of(const syntax::TypedLiteral& literal) { return type_name(literal.type.name) + " " + quoted(literal.text, '\''); }
    static std::string of(const syntax::IntervalLiteral& interval) {
        return std::string("INTERVAL ") + (interval.negative ? "-" : "") + quoted(interval.text, '\'') + " " + upper(interval.from) +
               (interval.to.empty() ? "" : " TO " + upper(interval.to));
    }
    static std::string of(const syntax::Parameter&) { return "?"; }
    static std::string of(const syntax::Identifier& identifier) { return of(identifier.name); }
    static std::string of(const syntax::Dereference& dereference) {
        const bool number = std::holds_alternative<syntax::Number>(dereference.base->node);
        const std::string base = of(dereference.base);
        return (number ? "(" + base + ")" : base) + "." + of(dereference.field);
    }

    // Operators
    static std::string binary(const syntax::ExpressionPtr& left, std::string_view op, const syntax::ExpressionPtr& right) {
        return "(" + of(left) + " " + std::string(op) + " " + of(right) + ")";
    }
    static std::string of(const syntax::Unary& unary) { return "(" + unary.op + " " + of(unary.operand) + ")"; }
    static std::string of(const syntax::Arithmetic& arithmetic) { return binary(arithmetic.left, arithmetic.op, arithmetic.right); }
    static std::string of(const syntax::Comparison& comparison) { return binary(comparison.left, comparison.op, comparison.right); }
    static std::string of(const syntax::DistinctFrom& distinct) {
        return binary(distinct.left, distinct.negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", distinct.right);
    }
    static std::string of(const syntax::Logical& logical) {
        std::string text = "(" + of(logical.terms[0]);
        for (std::size_t i = 1; i < logical.terms.size(); ++i) text += (logical.conjunction ? " AND " : " OR ") + of(logical.terms[i]);
        return text + ")";
    }
    static std::string of(const syntax::Not& negation) { return "(NOT " + of(negation.operand) + ")"; }
    static std::string of(const syntax::IsNull& is) { return "(" + of(is.operand) + (is.negated ? " IS NOT NULL)" : " IS NULL)"); }
    static std::string predicate(const syntax::ExpressionPtr& value, bool negated, std::string_view rest) {
        return "(" + of(value) + (negated ? " NOT " : " ") + std::string(rest) + ")";
    }
    static std::string of(const syntax::Between& between) {
        return predicate(between.value, between.negated, "BETWEEN " + of(between.low) + " AND " + of(between.high));
    }
    // IN ((SELECT 1)) is a list.
    static std::string query_alone(const syntax::QueryPtr& query) {
        const std::string text = of(query);
        const bool parentheses = std::holds_alternative<syntax::QueryPtr>(query->body) && text.ends_with(')');
        return parentheses ? text + " LIMIT ALL" : text;
    }
    static std::string of(const syntax::InList& in) { return predicate(in.value, in.negated, "IN (" + list(in.items) + ")"); }
    static std::string of(const syntax::InQuery& in) { return predicate(in.value, in.negated, "IN (" + query_alone(in.query) + ")"); }
    static std::string of(const syntax::Like& like) {
        return predicate(like.value, like.negated, "LIKE " + of(like.pattern) + (like.escape ? " ESCAPE " + of(like.escape) : ""));
    }
    static std::string of(const syntax::Quantified& quantified) {
        return predicate(quantified.value, false,
                         quantified.op + (quantified.all ? " ALL (" : " ANY (") + query_alone(quantified.query) + ")");
    }
    static std::string of(const syntax::Exists& exists) { return "EXISTS (" + of(exists.query) + ")"; }
    static std::string of(const syntax::Subquery& subquery) { return "(" + of(subquery.query) + ")"; }
    static std::string of(const syntax::Subscript& subscript) { return of(subscript.base) + "[" + of(subscript.index) + "]"; }
    static std::string of(const syntax::AtTimeZone& at) { return binary(at.value, "AT TIME ZONE", at.zone); }
    static std::string of(const syntax::Case& choice) {
        std::string text = "CASE" + (choice.operand ? " " + of(choice.operand) : "");
        for (const auto& [condition, result] : choice.branches) text += " WHEN " + of(condition) + " THEN " + of(result);
        return text + (choice.otherwise ? " ELSE " + of(choice.otherwise) : "") + " END";
    }
    static std::string of(const syntax::Cast& cast) {
        return std::string(cast.with_try ? "TRY_CAST(" : "CAST(") + of(cast.value) + " AS " + of(cast.type) + ")";
    }
    static std::string of(const syntax::Extract& extract) { return "EXTRACT(" + of(extract.field) + " FROM " + of(extract.value) + ")"; }
    static std::string of(const syntax::ArrayConstructor& array) { return "ARRAY[" + list(array.items) + "]"; }
    static std::string of(const syntax::RowConstructor& row) { return "ROW(" + list(row.items) + ")"; }
    static std::string of(const syntax::Lambda& lambda) { return "((" + list(lambda.parameters) + ") -> " + of(lambda.body) + ")"; }

    // Calls
    static std::string of(const syntax::FrameBound& bound) {
        using enum syntax::FrameBound::Kind;
        switch (bound.kind) {
            case unbounded_preceding:
                return "UNBOUNDED PRECEDING";
            case preceding:
                return of(bound.offset) + " PRECEDING";
            case current_row:
                return "CURRENT ROW";
            case following:
                return of(bound.offset) + " FOLLOWING";
            case unbounded_following:
                break;
        }
        return "UNBOUNDED FOLLOWING";
    }
    static std::string of(const syntax::Window& window) {
        std::vector<std::string> parts;
        if (window.base) parts.push_back(of(*window.base));
        if (!window.partition.empty()) parts.push_back("PARTITION BY " + list(window.partition));
        if (!window.order.empty()) parts.push_back("ORDER BY " + list(window.order));
        if (window.frame) parts.push_back(window.frame->unit + " BETWEEN " + of(window.frame->start) + " AND " + of(window.frame->end));
        std::string text;
        for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
        return "(" + text + ")";
    }
    static std::string of(const syntax::Call& call) {
        std::string name = of(call.name);
        if (call.name.size() == 1 && !call.name[0].quoted && is_reserved(upper(name))) name = upper(name);
        if (name.starts_with("CURRENT_") || name.starts_with("LOCALTIME")) {
            return call.arguments.empty() ? name : name + "(" + list(call.arguments) + ")";
        }
        std::string text = name + "(" + (call.star ? "*" : call.distinct ? "DISTINCT " : "");
        if (name == "NORMALIZE") {
            text += of(call.arguments[0]) + ", " + std::get<syntax::String>(call.arguments[1]->node).text;
        } else {
            text += list(call.arguments);
        }
        if (call.listagg_overflow && *call.listagg_overflow == "error") {
            text += " ON OVERFLOW ERROR";
        } else if (call.listagg_overflow) {
            text +=
                " ON OVERFLOW TRUNCATE " + quoted(*call.listagg_overflow, '\'') + (call.listagg_count ? " WITH COUNT" : " WITHOUT COUNT");
        }
        const std::string order = call.order.empty() ? "" : "ORDER BY " + list(call.order);
        if (call.within_group) {
            text += ") WITHIN GROUP (" + order + ")";
        } else {
            text += (order.empty() || call.arguments.empty() ? order : " " + order) + ")";
        }
        if (call.filter) text += " FILTER (WHERE " + of(call.filter) + ")";
        if (call.ignore_nulls) text += *call.ignore_nulls ? " IGNORE NULLS" : " RESPECT NULLS";
        if (!call.over) return text;
        const bool named = call.over->base && call.over->partition.empty() && call.over->order.empty() && !call.over->frame;
        return text + " OVER " + (named ? of(*call.over->base) : of(*call.over));
    }
    static std::string behavior(const std::string& on, const syntax::ExpressionPtr& otherwise, std::string_view when) {
        if (on.empty()) return "";
        return " " + upper(on) + (otherwise ? " " + of(otherwise) : "") + " ON " + std::string(when);
    }
    static std::string of(const syntax::JsonPathCall& call) {
        std::string text = upper(call.function) + "(" + of(call.input) + ", " + quoted(call.path, '\'');
        for (std::size_t i = 0; i < call.passing.size(); ++i) {
            text += i == 0 ? " PASSING " : ", ";
            text += of(call.passing[i].first) + (call.passing_json[i] ? " FORMAT JSON" : "") + " AS " + of(call.passing[i].second);
        }
        if (call.returning) text += " RETURNING " + of(*call.returning);
        if (!call.wrapper.empty()) {
            text += (call.wrapper == "without" ? " WITHOUT" : " WITH " + upper(call.wrapper)) + " ARRAY WRAPPER";
        }
        if (call.omit_quotes) text += " OMIT QUOTES";
        return text + behavior(call.on_empty, call.empty_default, "EMPTY") + behavior(call.on_error, call.error_default, "ERROR") + ")";
    }
    static std::string of(const syntax::JsonConstructor& constructor) {
        std::string text = constructor.object ? "JSON_OBJECT(" : "JSON_ARRAY(";
        for (std::size_t i = 0; i < constructor.members.size(); ++i) {
            const auto& [key, value] = constructor.members[i];
            text += (i == 0 ? "" : ", ") + (key ? of(key) + " : " : "") + of(value) + (constructor.format_json[i] ? " FORMAT JSON" : "");
        }
        if (!constructor.members.empty()) {
            text += constructor.absent_on_null ? " ABSENT ON NULL" : " NULL ON NULL";
            if (constructor.object) text += constructor.unique_keys ? " WITH UNIQUE KEYS" : " WITHOUT UNIQUE KEYS";
        }
        const std::string returning = constructor.returning ? "RETURNING " + of(*constructor.returning) : "";
        return text + (constructor.members.empty() || returning.empty() ? "" : " ") + returning + ")";
    }

    // Relations
    static std::string of(const syntax::RelationPtr& relation) {
        return std::visit([](const auto& node) { return of(node); }, relation->node);
    }
    static std::string of(const syntax::TableName& table) { return of(table.name); }
    static std::string of(const syntax::DerivedTable& table) { return (table.lateral ? "LATERAL (" : "(") + of(table.query) + ")"; }
    static std::string of(const syntax::Unnest& unnest) {
        return "UNNEST(" + list(unnest.arrays) + ")" + (unnest.ordinality ? " WITH ORDINALITY" : "");
    }
    static std::string of(const syntax::Join& join) {
        constexpr std::string_view kinds[] = {" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " CROSS JOIN "};
        std::string text = "(" + of(join.left) + (join.natural ? " NATURAL" : "");
        text += std::string(kinds[static_cast<std::size_t>(join.kind)]) + of(join.right);
        if (join.on) text += " ON " + of(join.on);
        return text + (join.columns.empty() ? "" : " USING (" + list(join.columns) + ")") + ")";
    }
    static std::string of(const syntax::Aliased& aliased) {
        const bool nested = std::holds_alternative<syntax::Aliased>(aliased.relation->node);
        const std::string inner = of(aliased.relation);
        return (nested ? "(" + inner + ")" : inner) + " AS " + of(aliased.name) + columns(aliased.columns);
    }

    // Queries
    static std::string of(const syntax::SelectItem& item) {
        if (const auto* all = std::get_if<syntax::SelectAll>(&item.node)) {
            if (!all->of) return "*";
            const bool number = std::holds_alternative<syntax::Number>(all->of->node);
            const std::string base = of(all->of);
            return (number ? "(" + base + ")" : base) + ".*" + (all->names.empty() ? "" : " AS" + columns(all->names));
        }
        const auto& selected = std::get<syntax::SelectExpression>(item.node);
        return of(selected.value) + (selected.alias ? " AS " + of(*selected.alias) : "");
    }
    static std::string of(const std::vector<syntax::ExpressionPtr>& set) {
        const bool subquery = set.size() == 1 && std::holds_alternative<syntax::Subquery>(set[0]->node);
        return subquery ? of(set[0]) : "(" + list(set) + ")";
    }
    static std::string of(const syntax::GroupingElement& element) {
        constexpr std::string_view kinds[] = {"", "ROLLUP ", "CUBE ", "GROUPING SETS "};
        const std::string sets = list(element.sets);
        if (element.kind == syntax::GroupingElement::Kind::simple) return sets;
        return std::string(kinds[static_cast<std::size_t>(element.kind)]) + "(" + sets + ")";
    }
    static std::string of(const std::pair<syntax::Name, syntax::Window>& window) { return of(window.first) + " AS " + of(window.second); }
    static std::string body_of(const syntax::Select& select) {
        std::string text = std::string("SELECT ") + (select.distinct ? "DISTINCT " : "") + list(select.items);
        if (select.from) text += " FROM " + of(select.from);
        if (select.where) text += " WHERE " + of(select.where);
        if (select.grouped) text += std::string(" GROUP BY ") + (select.group_distinct ? "DISTINCT " : "") + list(select.group_by);
        if (select.having) text += " HAVING " + of(select.having);
        return select.windows.empty() ? text : text + " WINDOW " + list(select.windows);
    }
    static std::string operand(const syntax::QueryPtr& query) {
        const bool nested = std::holds_alternative<syntax::SetOperation>(query->body);
        return nested ? "(" + of(query) + ")" : of(query);
    }
    static std::string body_of(const syntax::SetOperation& operation) {
        return operand(operation.left) + " " + operation.op + (operation.all ? " ALL " : " ") + operand(operation.right);
    }
    static std::string body_of(const syntax::Values& values) { return "VALUES " + list(values.rows); }
    static std::string body_of(const syntax::TableName& table) { return "TABLE " + of(table.name); }
    static std::string body_of(const syntax::QueryPtr& query) { return "(" + of(query) + ")"; }

    // Statements
    static std::string pattern(const std::optional<std::string>& like, const std::optional<std::string>& escape) {
        if (!like) return "";
        return " LIKE " + quoted(*like, '\'') + (escape ? " ESCAPE " + quoted(*escape, '\'') : "");
    }
    static std::string of(const syntax::ShowTables& show) {
        return "SHOW TABLES" + (show.schema ? " FROM " + of(*show.schema) : "") + pattern(show.like, show.escape);
    }
    static std::string of(const syntax::ShowSchemas& show) {
        return "SHOW SCHEMAS" + (show.catalog ? " FROM " + of(*show.catalog) : "") + pattern(show.like, show.escape);
    }
    static std::string of(const syntax::ShowCatalogs& show) { return "SHOW CATALOGS" + pattern(show.like, show.escape); }
    static std::string of(const syntax::ShowColumns& show) {
        return "SHOW COLUMNS FROM " + of(show.table) + pattern(show.like, show.escape);
    }
    static std::string of(const syntax::ShowCreateTable& show) { return "SHOW CREATE TABLE " + of(show.table); }
    static std::string of(const syntax::ShowFunctions& show) {
        return "SHOW FUNCTIONS" + (show.schema ? " FROM " + of(*show.schema) : "") + pattern(show.like, show.escape);
    }
    static std::string of(const syntax::Explain& explain) { return "EXPLAIN " + of(explain.query); }
};

}  // namespace dualstore::sql::athena
