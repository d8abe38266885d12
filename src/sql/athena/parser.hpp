// The parser of Trino's query language, by recursive descent: a method a rule of Trino's grammar (core/trino-grammar, SqlBase.g4).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/athena/syntax.hpp"

namespace dualstore::sql::athena {

class Parser {
  public:
    // As tokenize() gives them for `sql`, which must live as long as the parser.
    Parser(std::string_view sql, std::vector<Token> tokens);

    // Throws Failure.
    syntax::Statement single_statement();

    struct Failure {
        Error error;
        bool mismatch = false;
    };

  private:
    // parser.cpp: tokens. A word is a keyword in upper case or a symbol. Those that note() are what an error at this token expects.
    [[nodiscard]] const Token& token(std::size_t ahead = 0) const;
    [[nodiscard]] Position here() const { return token().position; }
    [[nodiscard]] bool is(std::string_view word, std::size_t ahead = 0) const { return token(ahead).word == word; }
    [[nodiscard]] bool is_any(std::initializer_list<std::string_view> words, std::size_t ahead = 0) const;
    [[nodiscard]] bool is_name(std::size_t ahead = 0) const;
    [[nodiscard]] bool is_string(std::size_t ahead = 0) const;
    void note(std::string_view expected);
    void begin(std::string_view rule);  // what this rule notes at its first token is noted as the rule, "<expression>"
    [[nodiscard]] bool is_alias() const;
    bool at(std::string_view word);
    bool take(std::string_view word);
    void expect(std::string_view word);
    std::string_view expect_any(std::initializer_list<std::string_view> words);
    [[noreturn]] void mismatch() const;
    [[nodiscard]] static std::string_view shown(std::string_view text);  // what a message has of a part of the query: one short line
    [[noreturn]] void refuse(std::string_view kind, Position at, std::string_view message) const;
    [[noreturn]] void not_supported(Position at, std::string_view what) const;
    void refuse_at_last(Position at, std::string message);  // where nothing else is wrong: what Trino finds behind its grammar
    syntax::Name name();
    std::vector<syntax::Name> names();  // with their parentheses
    syntax::QualifiedName qualified_name();

    // parser_statement.cpp
    syntax::Statement statement();
    syntax::Statement show();
    syntax::Statement describe();
    syntax::Statement explain();
    void explain_options();
    void patterns(std::optional<std::string>& like, std::optional<std::string>& escape);
    void refuse_other_statements(Position at);

    // parser_query.cpp
    enum class Inside { query, query_or_expression, other };
    [[nodiscard]] Inside inside(std::size_t parenthesis) const;
    [[nodiscard]] bool starts_query(std::size_t at) const;
    [[nodiscard]] bool starts_row_limit(std::size_t ahead) const;
    [[nodiscard]] bool starts_clause(std::size_t ahead) const;
    [[nodiscard]] bool continues_query(std::size_t at) const;
    syntax::QueryPtr query();
    syntax::QueryPtr enclosed_query();
    syntax::CommonTable common_table();
    syntax::QueryPtr query_without_with();
    syntax::QueryPtr set_operation(syntax::QueryPtr left, std::string_view operation);
    syntax::QueryPtr intersection();
    syntax::QueryPtr query_primary();
    void order_and_limits(syntax::Query& query);
    std::vector<syntax::SortItem> order_by();
    syntax::ExpressionPtr row_count();

    // parser_select.cpp
    bool quantifier(std::initializer_list<std::string_view> words);
    [[nodiscard]] bool starts_expression(std::size_t ahead) const;
    syntax::Select select();
    syntax::SelectItem select_item();
    [[nodiscard]] bool starts_alias();
    void group_by(syntax::Select& select);
    syntax::GroupingElement grouping_element();
    std::vector<syntax::ExpressionPtr> grouping_set();
    syntax::Window window_specification();
    [[nodiscard]] bool starts_window_name();
    syntax::FrameBound frame_bound();

    // parser_relation.cpp
    syntax::RelationPtr relations();  // with commas between them
    syntax::RelationPtr relation();
    syntax::Join join();
    syntax::RelationPtr aliased_relation();
    syntax::RelationPtr relation_primary();

    // parser_expression.cpp. `value`: what has been read of it, or nullptr.
    syntax::ExpressionPtr expression(syntax::ExpressionPtr value = nullptr);
    syntax::ExpressionPtr conjunction(syntax::ExpressionPtr value);
    syntax::ExpressionPtr negation(syntax::ExpressionPtr value);
    syntax::ExpressionPtr predicate(syntax::ExpressionPtr value);
    syntax::ExpressionPtr comparison(syntax::ExpressionPtr value, std::string_view op);
    syntax::ExpressionPtr in(syntax::ExpressionPtr value, Position at, bool negated);
    template <class Rule>
    bool parse_or_return_to(std::size_t token, Rule rule);
    syntax::ExpressionPtr value_expression();
    syntax::ExpressionPtr sum();
    syntax::ExpressionPtr product();
    syntax::ExpressionPtr signed_value();
    syntax::ExpressionPtr postfix();
    std::vector<syntax::ExpressionPtr> expressions();

    // parser_primary.cpp
    syntax::ExpressionPtr primary();
    syntax::ExpressionPtr reserved_word();
    syntax::ExpressionPtr named();
    [[nodiscard]] bool starts_lambda() const;
    syntax::ExpressionPtr lambda();
    syntax::ExpressionPtr parenthesized();
    [[nodiscard]] bool starts_row() const;
    syntax::ExpressionPtr row();
    syntax::ExpressionPtr array();
    syntax::ExpressionPtr case_expression();
    syntax::ExpressionPtr exists();
    syntax::ExpressionPtr cast();
    syntax::ExpressionPtr extract();
    [[nodiscard]] bool from_follows() const;
    syntax::ExpressionPtr trim();
    syntax::ExpressionPtr normalize();
    syntax::ExpressionPtr grouping();
    syntax::ExpressionPtr current();

    // parser_literal.cpp
    std::string string();
    std::string unicode_string();
    syntax::ExpressionPtr constant();  // NULL, TRUE, FALSE
    syntax::ExpressionPtr binary();
    syntax::ExpressionPtr number();
    syntax::ExpressionPtr parameter();
    syntax::ExpressionPtr typed_literal();
    [[nodiscard]] bool starts_interval() const;
    syntax::ExpressionPtr interval();

    // parser_call.cpp
    syntax::ExpressionPtr call();
    syntax::ExpressionPtr position_or_substring();
    syntax::ExpressionPtr try_cast();
    syntax::ExpressionPtr listagg();
    syntax::ExpressionPtr call_of(syntax::Call call, Position at, syntax::ExpressionPtr value = nullptr);  // behind the opening parenthesis
    void arguments(syntax::Call& call, syntax::ExpressionPtr value);
    void filter(syntax::Call& call);
    [[nodiscard]] bool starts_arguments(std::size_t ahead) const;
    [[nodiscard]] bool starts_over(std::size_t ahead) const;
    void over(syntax::Call& call);
    void check_special_form(const syntax::Call& call, Position at);

    // parser_json.cpp
    syntax::ExpressionPtr json_path_call();
    void json_query_options(syntax::JsonPathCall& call);
    void json_behaviors(syntax::JsonPathCall& call);
    syntax::ExpressionPtr json_object();
    syntax::ExpressionPtr json_array();
    bool starts_returning();
    void json_returning(std::optional<syntax::TypeName>& returning);
    void json_nulls(syntax::JsonConstructor& constructor);
    bool format_json();
    [[nodiscard]] bool starts_key() const;

    // parser_type.cpp
    syntax::TypeName type();
    syntax::TypeName plain_type();
    syntax::TypeName row_type();
    syntax::TypeName interval_type();
    void type_parameters(syntax::TypeName& type);
    [[nodiscard]] bool starts_named_field() const;

    // Bounds how deep rules nest, and with it the stack.
    class Level;
    // While Trino looks ahead to tell what it reads.
    class Undecided;

    // Bounds how deep the tree gets where it grows on its left side, which takes no stack: count_operator() for each node on top of what
    // has been read since the chain began.
    class Chain;
    void count_operator();

    std::string_view sql_;
    std::vector<Token> tokens_;
    std::vector<std::size_t> closing_;  // of the token of an opening parenthesis: that of its closing one; else 0
    std::size_t next_ = 0;
    std::size_t depth_ = 0;
    std::size_t operators_ = 0;
    std::size_t undecided_ = 0;
    std::size_t item_undecided_ = 0;  // the most that it is in a select item, outside of its parentheses
    std::size_t parameters_ = 0;
    std::size_t plain_name_ = 0;   // the token that is a name whatever follows
    std::size_t negative_ = 0;     // the token behind the last sign that is a minus
    std::size_t select_item_ = 0;  // the token that a select item starts with
    std::size_t star_ = 0;         // the dot of the .* behind what it started
    std::vector<std::string_view> expected_;
    std::size_t expected_at_ = 0;
    std::size_t rule_at_ = static_cast<std::size_t>(-1);
    std::optional<Error> last_;
};

class Parser::Level {
  public:
    explicit Level(Parser& parser);
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

  private:
    Parser& parser_;
};

class Parser::Chain {
  public:
    explicit Chain(Parser& parser) : parser_(parser), others_(std::exchange(parser.operators_, 0)) {}
    ~Chain() { parser_.operators_ = std::max(parser_.operators_, others_); }
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;

  private:
    Parser& parser_;
    std::size_t others_;
};

// Trino's parser looks ahead where several rules start alike: it reads (a + 1 to its end to tell an expression from a row. An error that it
// finds on the way is reported where it stands. Elsewhere one in something optional, such as a predicate, is reported where that starts, as
// if it were not there.
class Parser::Undecided {
  public:
    explicit Undecided(Parser& parser, bool undecided = true) : parser_(parser), count_(undecided ? 1 : 0) { parser_.undecided_ += count_; }
    ~Undecided() { decide(); }
    Undecided(const Undecided&) = delete;
    Undecided& operator=(const Undecided&) = delete;
    void decide() { parser_.undecided_ -= std::exchange(count_, 0); }

  private:
    Parser& parser_;
    std::size_t count_;
};

template <class Node>
syntax::ExpressionPtr make(Position at, Node node) {
    return std::make_unique<syntax::Expression>(syntax::Expression{at, std::move(node)});
}

}  // namespace dualstore::sql::athena
