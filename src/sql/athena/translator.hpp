// Rewrites one query, clause by clause and call by call, into DuckDB's text. What it does not know passes as it is.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/table.hpp"
#include "sql/athena/dialect.hpp"
#include "sql/athena/function_list.hpp"
#include "sql/athena/tree.hpp"

namespace dualstore::sql::athena {

// Thrown inside this folder only; translate() turns it into a result.
struct Refusal {
    Error error;
};

[[noreturn]] void refuse(std::string_view kind, const Node& at, std::string_view message);

class Translator {
  public:
    Translator(const std::vector<TableDefinition>& tables, std::string_view database) : tables_(tables), database_(database) {}

    // A query without its closing semicolon. Throws Refusal.
    std::string query(Nodes nodes);
    // The macros that the queries so far need, those first that others are made of.
    [[nodiscard]] const std::vector<std::string>& prelude() const { return prelude_; }

  private:
    struct Argument {
        std::string text;
        std::vector<std::string> parameters;  // of a lambda
        std::string body;
    };
    struct Call {
        const Node* at = nullptr;
        std::string name;  // in lower case
        std::vector<Argument> arguments;
        std::string distinct, order, window;
    };
    class Expression;

    // translator_query.cpp
    std::string select_list(Nodes nodes);
    std::string select_item(Nodes nodes, std::size_t number);
    std::string values(Nodes nodes);
    std::string from(Nodes nodes);
    std::size_t relation(Nodes nodes, std::size_t at, std::string& out);
    std::string table(Nodes chain);
    std::string unnest(Nodes arguments, bool ordinality);
    bool is_map(Nodes argument) const;
    std::string with(Nodes nodes, std::size_t& at);
    const TableDefinition* find_table(std::string_view schema, std::string_view name) const;

    // translator_expression.cpp
    std::string expression(Nodes nodes);
    std::string expressions(Nodes nodes);  // with commas
    std::string parenthesized(const Node& group);
    std::string type(Nodes nodes);

    // translator_call.cpp
    std::string call(Nodes nodes, std::size_t& at);
    std::string cast(const Node& name, Nodes inside);
    std::optional<std::string> special_call(const Node& name, Nodes inside);
    Argument argument(Nodes nodes);
    void suffixes(Nodes nodes, std::size_t& at, Call& call);
    std::string apply(const Call& call);
    std::string fill(std::string_view text, const Call& call);
    std::string use(std::string text);  // returns the text, and notes the macros that it names

    const std::vector<TableDefinition>& tables_;
    std::string_view database_;
    std::set<std::string> with_names_;  // in lower case
    std::set<std::string, std::less<>> used_;
    std::vector<std::string> prelude_;
    std::size_t parameters_ = 0;
    std::size_t calls_ = 0;
};

// Whether these nodes, the inside of parentheses, are a query and not an expression or a join.
[[nodiscard]] bool is_query(Nodes nodes);
// SQL text for a name and a string.
[[nodiscard]] std::string quoted_name(std::string_view name);
[[nodiscard]] std::string quoted_string(std::string_view text);
// A name as it stands in a query: unquoted ones as they are, unless DuckDB reserves them.
[[nodiscard]] std::string name_text(const Token& token);
// A keyword after which an operand begins: AND, WHEN, BY, ...
[[nodiscard]] bool expects_operand(const Token& token);

}  // namespace dualstore::sql::athena
