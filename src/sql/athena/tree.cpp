#include "sql/athena/tree.hpp"

#include <utility>

namespace dualstore::sql::athena {
namespace {

constexpr std::size_t depth_limit = 200;

bool opens(const Token& token) {
    return is_symbol(token, "(") || is_symbol(token, "[");
}
bool closes(const Token& token) {
    return is_symbol(token, ")") || is_symbol(token, "]");
}

}  // namespace

Result<std::vector<Node>> match_brackets(std::vector<Token> tokens) {
    std::vector<Node> open(1);  // the groups around the current token; the first is the whole text
    for (Token& token : tokens) {
        if (opens(token)) {
            if (open.size() > depth_limit) return fail(error_at("SYNTAX_ERROR", token.position, "nested too deeply"));
            open.push_back({std::move(token), true, {}});
        } else if (closes(token)) {
            const bool fits = open.size() > 1 && (open.back().token.text == "(") == (token.text == ")");
            if (!fits) return fail(error_at("SYNTAX_ERROR", token.position, "mismatched input '" + token.text + "'"));
            Node group = std::move(open.back());
            open.pop_back();
            open.back().inside.push_back(std::move(group));
        } else {
            open.back().inside.push_back({std::move(token), false, {}});
        }
    }
    if (open.size() > 1) return fail(error_at("SYNTAX_ERROR", open.back().token.position, "a bracket is not closed"));
    return std::move(open.front().inside);
}

std::vector<Nodes> split_at_commas(Nodes nodes) {
    std::vector<Nodes> parts;
    if (nodes.empty()) return parts;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= nodes.size(); ++i) {
        if (i < nodes.size() && !nodes[i].symbol(",")) continue;
        parts.push_back(nodes.subspan(begin, i - begin));
        begin = i + 1;
    }
    return parts;
}

std::size_t find_keyword(Nodes nodes, std::string_view keyword, std::size_t start) {
    while (start < nodes.size() && !nodes[start].is(keyword)) ++start;
    return start;
}

}  // namespace dualstore::sql::athena
