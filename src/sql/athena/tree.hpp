// Tokens with their brackets matched: enough of a syntax tree to tell calls, subqueries, lists and clauses apart.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sql/athena/lexer.hpp"

namespace dualstore::sql::athena {

struct Node {
    Token token;               // of a group: its opening bracket
    bool group = false;        // "( ... )" or "[ ... ]"
    std::vector<Node> inside;  // group only

    [[nodiscard]] bool is(std::string_view keyword) const { return is_keyword(token, keyword); }
    [[nodiscard]] bool symbol(std::string_view text) const { return !group && is_symbol(token, text); }
    [[nodiscard]] bool parentheses() const { return group && token.text == "("; }
    [[nodiscard]] bool brackets() const { return group && token.text == "["; }
    [[nodiscard]] bool name() const { return token.kind == Token::Kind::identifier || token.kind == Token::Kind::quoted; }
};

using Nodes = std::span<const Node>;

// query: brackets that do not match, or nest deeper than 200.
[[nodiscard]] Result<std::vector<Node>> match_brackets(std::vector<Token> tokens);

// The parts between commas; none where there is nothing.
[[nodiscard]] std::vector<Nodes> split_at_commas(Nodes nodes);

// The index of the first node that is this keyword, from `start` on; nodes.size() where there is none.
[[nodiscard]] std::size_t find_keyword(Nodes nodes, std::string_view keyword, std::size_t start = 0);

}  // namespace dualstore::sql::athena
