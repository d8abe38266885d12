// From the syntax tree to DuckDB's SQL: names are resolved, types are known, conversions are written out. DuckDB decides nothing by itself.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/table.hpp"
#include "sql/athena/dialect.hpp"
#include "sql/athena/function_list.hpp"
#include "sql/athena/signature.hpp"
#include "sql/athena/sql_type.hpp"
#include "sql/athena/syntax.hpp"

namespace dualstore::sql::athena {

// Thrown inside this folder only; translate() turns it into a result.
struct Refusal {
    Error error;
};
[[noreturn]] void refuse(std::string_view kind, Position at, std::string_view message);

// DuckDB's text for a value, and its type.
struct Term {
    std::string sql;
    SqlType type;
};

// A row's field by its place, from 0. Cast to its type, which DuckDB forgets where the row is a constant NULL.
[[nodiscard]] Term row_field(const Term& row, std::size_t index);

// A column of a relation, or a lambda's parameter.
struct Field {
    std::string relation;  // the table's name or alias, in lower case; empty: none
    std::string schema;    // of a table without an alias
    std::string name;      // as it is shown; empty: it cannot be named
    Term term;
    bool hidden = false;  // "$path": no star shows it
};

// What names mean at a place. The outer one is asked where this one does not know.
struct Scope {
    std::vector<Field> fields;
    const Scope* outer = nullptr;
    bool lambda = false;
};

struct RelationText {
    std::string sql;
    std::vector<Field> fields;
};

// A SELECT whose columns are named c1, c2, ...
struct QueryText {
    std::string sql;
    std::vector<Field> columns;  // their terms are c1, c2, ...
};

class Translator {
  public:
    Translator(const std::vector<TableDefinition>& tables, std::string_view database, std::span<const SqlType> parameters)
        : tables_(tables), database_(database), parameters_(parameters) {}

    // Throws Refusal.
    QueryText query(const syntax::Query& query, const Scope* outer = nullptr);

    // What the text so far needs of the connection; moved out.
    Translation take(QueryText text);

  private:
    // translate_query.cpp
    QueryText body(const syntax::Query& query, const Scope* outer);
    QueryText select(const syntax::Select& select, const syntax::Query& query, const Scope* outer);
    QueryText set_operation(const syntax::SetOperation& operation, const Scope* outer);
    QueryText values(const syntax::Values& values, const Scope* outer);
    QueryText ordered(QueryText text, const syntax::Query& query, const Scope* outer);
    std::string limits(const syntax::Query& query);
    static std::string sort_suffix(const syntax::SortItem& item);
    std::string row_limit(const syntax::Query& query);
    std::string row_count(const syntax::Expression& count);
    void with(const syntax::Query& query, const Scope* outer, std::vector<std::string>& out);
    void name_columns(const syntax::CommonTable& table, std::vector<Field>& columns);
    bool recursive(const syntax::CommonTable& table, const Scope* outer, std::vector<std::string>& out);
    static std::string common_table(const std::string& name, const QueryText& text);
    std::vector<Field> select_items(const std::vector<syntax::SelectItem>& items, const Scope& scope);
    void select_all(const syntax::SelectItem& item, const Scope& scope, std::vector<Field>& out);
    std::string group_by(const syntax::Select& select, const std::vector<Field>& items, const Scope& scope);
    std::string grouping_key(const syntax::Expression& key, bool only_columns, const std::vector<Field>& items, const Scope& scope);
    std::string sort_items(const std::vector<syntax::SortItem>& items, const std::vector<Field>* output, const Scope& scope);

    // translate_relation.cpp
    RelationText relation(const syntax::Relation& relation, const Scope* outer);
    RelationText table(const syntax::QualifiedName& name, Position at);
    RelationText derived(const QueryText& text);
    RelationText unnest(const syntax::Unnest& unnest, const Scope& scope);
    RelationText join(const syntax::Join& join, Position at, const Scope* outer);
    RelationText join_using(const syntax::Join& join, Position at, RelationText left, RelationText right);
    RelationText aliased(const syntax::Aliased& aliased, const Scope* outer);
    const TableDefinition* find_table(std::string_view schema, std::string_view name) const;

    // translate_expression.cpp
    Term expression(const syntax::Expression& expression, const Scope& scope);
    Term translated(const syntax::Expression& expression, const Scope& scope);
    SqlType common(const std::vector<Term>& terms, Position at, std::string_view what);
    Term condition(const syntax::Expression& expression, const Scope& scope);  // a boolean
    Term identifier(const std::vector<syntax::Name>& names, Position at, const Scope& scope);
    Term dereference(const syntax::Dereference& dereference, const Scope& scope);
    Term case_of(const syntax::Case& expression, Position at, const Scope& scope);
    Term in_list(const syntax::InList& in, Position at, const Scope& scope);
    Term in_query(const syntax::InQuery& in, Position at, const Scope& scope);
    Term quantified(const syntax::Quantified& quantified, Position at, const Scope& scope);
    Term scalar_subquery(const syntax::Query& query, const Scope& scope);
    std::string single_column(const syntax::Query& query, const Scope& scope, SqlType& type, const Term& beside, Position at);
    Term array_of(const std::vector<syntax::ExpressionPtr>& items, Position at, const Scope& scope);
    Term row_of(const syntax::RowConstructor& row, const Scope& scope);
    Term like(const syntax::Like& like, const Scope& scope);
    Term subscript(const syntax::Subscript& subscript, Position at, const Scope& scope);
    std::string map_value(const Term& map, const Term& key);

    // translate_json.cpp
    Term json_item(const syntax::Expression& expression, bool format_json, const Scope& scope);
    Term json_path_call(const syntax::JsonPathCall& call, Position at, const Scope& scope);
    Term json_constructor(const syntax::JsonConstructor& constructor, Position at, const Scope& scope);

    // translate_literal.cpp
    Term typed_literal(const syntax::TypedLiteral& literal, Position at);
    Term time_literal(const syntax::TypedLiteral& literal, Position at);
    Term interval_literal(const syntax::IntervalLiteral& literal, Position at);
    std::string text_to_time(const std::string& sql, const SqlType& to);

    // translate_operator.cpp
    // Of a value whose type has an order of its own: times with zones compare by their instants.
    std::string comparable_text(const std::string& sql, const SqlType& type);
    Term compare(std::string_view op, const Term& left, const Term& right, Position at);
    Term compare_rows(std::string_view op, const Term& left, const Term& right, Position at);
    Term arithmetic(std::string_view op, const Term& left, const Term& right, Position at);
    Term decimal_arithmetic(std::string_view op, const Term& left, const Term& right);
    std::optional<Term> time_arithmetic(std::string_view op, const Term& left, const Term& right);
    Term negate(const Term& operand, Position at);
    Term at_time_zone(const Term& value, const Term& zone, Position at);

    // translate_cast.cpp
    std::string coerce(const Term& term, const SqlType& to);
    std::string coerce_or_refuse(const Term& term, const SqlType& to, Position at, std::string_view what);
    Term cast(const Term& term, const SqlType& to, Position at);
    std::string convert(const std::string& sql, const SqlType& from, const SqlType& to, Position at);
    std::string convert_nested(const std::string& sql, const SqlType& from, const SqlType& to, Position at);
    std::string convert_children(const std::string& sql, const std::string& item, const SqlType& from, const SqlType& to, Position at);
    std::string number_to_number(const std::string& sql, const SqlType& from, const SqlType& to);
    std::string time_to_time(const std::string& sql, const SqlType& from, const SqlType& to, Position at);
    std::string to_text(const std::string& sql, const SqlType& from, const SqlType& to, Position at);
    std::string from_text(const std::string& sql, const SqlType& from, const SqlType& to, Position at);

    // translate_call.cpp
    struct Argument {
        Term term;
        const syntax::Lambda* lambda = nullptr;  // then there is no term
    };
    struct Choice {
        const Function* function = nullptr;
        Fit fit;
    };
    struct LambdaText {
        std::vector<std::string> names;
        Term body;
    };
    struct Pieces;
    Term call(const syntax::Call& call, Position at, const Scope& scope);
    std::optional<Term> special_call(const std::string& name, const syntax::Call& call, Position at, const Scope& scope);
    LambdaText lambda(const syntax::Lambda& lambda, const std::vector<SqlType>& parameters, const Scope& scope);
    Choice choose(const std::string& name, const std::vector<Argument>& arguments, Position at, const Scope& scope);
    static void narrow(const std::vector<CallArgument>& call, const std::vector<Choice>& fitting, std::vector<std::size_t>& chosen,
                       Position at);
    Pieces pieces(const Choice& choice, const std::vector<Argument>& arguments, const Scope& scope);
    Term apply(const std::string& name, const Choice& choice, const Pieces& pieces, Position at);
    Term apply(const std::string& name, const std::vector<Term>& terms, Position at);  // a scalar function of values
    std::string fill(std::string_view text, const Choice& choice, const Pieces& pieces);
    std::string window_text(const syntax::Window& window, const Scope& scope);
    std::string frame_text(const syntax::Frame& frame, const SqlType& key, const Scope& scope);

    // translate_native.cpp: macros and native functions that a text needs
    std::string use(std::string_view text, const Bindings& bindings = {});
    std::string used_name(std::string_view name, const Bindings& bindings);
    std::string registered(std::string_view name, const NativeFunction* function, NativeTypes types);
    std::string native(std::string_view name, const std::vector<Term>& arguments, const SqlType& result);

    SqlType type_of(const syntax::TypeName& type);
    std::string next_alias() { return "r" + std::to_string(++relations_); }
    std::string next_with_name() {
        ++common_tables_;
        return with_name();
    }
    [[nodiscard]] std::string with_name() const { return "w" + std::to_string(common_tables_) + "_"; }  // none is the beginning of another

    const std::vector<TableDefinition>& tables_;
    std::string_view database_;
    std::span<const SqlType> parameters_;
    std::vector<std::map<std::string, std::pair<std::string, std::vector<Field>>>> with_;  // by name: DuckDB's name and the columns
    const std::vector<std::pair<syntax::Name, syntax::Window>>* windows_ = nullptr;
    std::set<std::string, std::less<>> used_;
    std::vector<std::string> prelude_;
    std::vector<NativeUse> natives_;
    std::set<const TableDefinition*> read_;
    bool with_path_ = false;
    std::map<std::string, Term> bodies_;  // of lambdas that were translated, by their parameters' types
    std::size_t relations_ = 0;
    std::size_t common_tables_ = 0;
    std::size_t conversion_depth_ = 0;
};

// SQL text for a name and a string.
[[nodiscard]] std::string quoted_name(std::string_view name);
[[nodiscard]] std::string quoted_string(std::string_view text);

}  // namespace dualstore::sql::athena
