// The grammar of JSON paths.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "sql/athena/functions/json_path.hpp"
#include "sql/athena/functions/text_value.hpp"

namespace dualstore::sql::athena {
namespace {

using NodeKind = PathNode::Kind;
using PredicateKind = PathPredicate::Kind;

struct Token {
    enum class Kind { end, word, variable, string, number, symbol };
    Kind kind = Kind::end;
    std::string text;
    std::size_t at = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// 1, 1.5, .5, 1e5: how many characters.
std::size_t number_length(std::string_view text) {
    std::size_t length = 0;
    const auto digits = [&] {
        while (length < text.size() && is_digit(text[length])) ++length;
    };
    digits();
    if (text.substr(length).starts_with('.') && !(length > 0 && text.size() > length + 1 && is_letter(text[length + 1]))) {
        ++length;
        digits();
    }
    if (length < text.size() && (text[length] == 'e' || text[length] == 'E')) {
        std::size_t exponent = length + 1;
        if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
        if (exponent < text.size() && is_digit(text[exponent])) {
            length = exponent;
            digits();
        }
    }
    return length;
}

class Parser {
  public:
    explicit Parser(std::string_view text) { split(text); }

    JsonPath path() {
        JsonPath path;
        path.lax = is_word("lax");
        if (!path.lax && !is_word("strict")) expected("{'lax', 'strict'}");
        ++next_;
        path.root = sum();
        if (token().kind != Token::Kind::end) expected("{<EOF>, '+', '*', '/', '%', '.', '..', '[', '?', '-'}");
        path.variables = std::move(variables_);
        return path;
    }

  private:
    void split(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const char c = text[at];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at;
                continue;
            }
            Token token;
            token.at = at;
            const std::string_view rest = text.substr(at);
            if (c == '"') {
                token.kind = Token::Kind::string;
                for (++at;; ++at) {
                    if (at >= text.size()) throw JsonPathFault{"SYNTAX_ERROR", "line 1:1: the string in the path is not closed"};
                    if (text[at] == '"' && !text.substr(at + 1).starts_with('"')) break;
                    if (text[at] == '"') ++at;
                    token.text += text[at];
                }
                ++at;
            } else if (is_letter(c) || (c == '$' && rest.size() > 1 && is_letter(rest[1]))) {
                const bool variable = c == '$';
                const auto* end =
                    std::find_if_not(rest.begin() + 1, rest.end(), [](char letter) { return is_letter(letter) || is_digit(letter); });
                token.kind = variable ? Token::Kind::variable : Token::Kind::word;
                token.text = std::string(rest.begin() + (variable ? 1 : 0), end);
                at += static_cast<std::size_t>(end - rest.begin());
            } else if (is_digit(c) || (c == '.' && rest.size() > 1 && is_digit(rest[1]))) {
                token.kind = Token::Kind::number;
                token.text = rest.substr(0, number_length(rest));
                at += token.text.size();
            } else {
                constexpr std::array<std::string_view, 8> pairs = {"==", "<>", "!=", "<=", ">=", "&&", "||", ".."};
                const bool pair = std::ranges::find(pairs, rest.substr(0, 2)) != pairs.end();
                token.kind = Token::Kind::symbol;
                token.text = rest.substr(0, pair ? 2 : 1);
                at += token.text.size();
            }
            tokens_.push_back(std::move(token));
        }
        Token end;
        end.at = text.size();
        end.text = "<EOF>";
        tokens_.push_back(std::move(end));
    }

    [[nodiscard]] const Token& token() const { return tokens_[next_]; }
    [[nodiscard]] bool is(Token::Kind kind, std::string_view text) const { return token().kind == kind && token().text == text; }
    [[nodiscard]] bool is_word(std::string_view word) const { return is(Token::Kind::word, word); }
    [[nodiscard]] bool is_symbol(std::string_view symbol) const { return is(Token::Kind::symbol, symbol); }
    bool take(std::string_view symbol) {
        if (!is_symbol(symbol)) return false;
        ++next_;
        return true;
    }
    bool take_word(std::string_view word) {
        if (!is_word(word)) return false;
        ++next_;
        return true;
    }
    void expect(std::string_view symbol) {
        if (!take(symbol)) expected(fmt::format("'{}'", symbol));
    }
    void expect_word(std::string_view word) {
        if (!take_word(word)) expected(fmt::format("'{}'", word));
    }
    [[noreturn]] void expected(std::string_view what) const {
        throw JsonPathFault{"SYNTAX_ERROR", fmt::format("mismatched input '{}' at character {} of the JSON path, expecting {}",
                                                        token().text, token().at + 1, what)};
    }

    // Paths nest no deeper than this, so that none can exhaust the stack.
    class Depth {
      public:
        explicit Depth(int& depth) : depth_(depth) {
            if (++depth_ > 200) throw JsonPathFault{"SYNTAX_ERROR", "the JSON path is nested too deeply"};
        }
        ~Depth() { --depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

      private:
        int& depth_;
    };

    static PathNodePtr make(NodeKind kind, PathNodePtr base = nullptr) {
        auto node = std::make_unique<PathNode>();
        node->kind = kind;
        node->base = std::move(base);
        return node;
    }
    static PathNodePtr binary(std::string op, PathNodePtr left, PathNodePtr right) {
        auto node = make(NodeKind::binary, std::move(left));
        node->text = std::move(op);
        node->right = std::move(right);
        return node;
    }

    PathNodePtr sum() {
        const Depth depth(depth_);
        PathNodePtr left = product();
        while (is_symbol("+") || is_symbol("-")) {
            std::string op = tokens_[next_++].text;
            left = binary(std::move(op), std::move(left), product());
        }
        return left;
    }

    PathNodePtr product() {
        PathNodePtr left = signed_path();
        while (is_symbol("*") || is_symbol("/") || is_symbol("%")) {
            std::string op = tokens_[next_++].text;
            left = binary(std::move(op), std::move(left), signed_path());
        }
        return left;
    }

    PathNodePtr signed_path() {
        const Depth depth(depth_);
        if (take("+")) return make(NodeKind::plus, signed_path());
        if (!take("-")) return accessors();
        if (token().kind == Token::Kind::number && token().text == "9223372036854775808") {
            ++next_;
            auto node = make(NodeKind::literal);
            node->literal = JsonScalar::of_integer(INT64_MIN, SqlType::Kind::bigint);
            return node;
        }
        return make(NodeKind::minus, signed_path());
    }

    PathNodePtr accessors() {
        PathNodePtr node = primary();
        while (true) {
            if (take(".")) {
                node = member(std::move(node));
            } else if (take("..")) {
                node = make(NodeKind::descendant, std::move(node));
                node->text = member_name();
            } else if (take("[")) {
                node = items(std::move(node));
            } else if (take("?")) {
                node = make(NodeKind::filter, std::move(node));
                expect("(");
                node->predicate = disjunction();
                expect(")");
            } else {
                return node;
            }
        }
    }

    PathNodePtr member(PathNodePtr base) {
        if (take("*")) return make(NodeKind::all_members, std::move(base));
        constexpr std::array<std::string_view, 8> methods = {"abs", "ceiling", "datetime", "double", "floor", "keyvalue", "size", "type"};
        const bool calls = token().kind == Token::Kind::word && tokens_[next_ + 1].text == "(";
        if (calls && std::ranges::find(methods, token().text) != methods.end()) {
            auto node = make(NodeKind::method, std::move(base));
            node->text = tokens_[next_++].text;
            if (node->text == "datetime") throw JsonPathFault{"NOT_SUPPORTED", "datetime method in JSON path is not yet supported"};
            expect("(");
            expect(")");
            return node;
        }
        auto node = make(NodeKind::member, std::move(base));
        node->text = member_name();
        return node;
    }

    std::string member_name() {
        if (token().kind != Token::Kind::word && token().kind != Token::Kind::string) expected("a member's name");
        return tokens_[next_++].text;
    }

    PathNodePtr items(PathNodePtr base) {
        if (take("*")) {
            expect("]");
            return make(NodeKind::all_items, std::move(base));
        }
        auto node = make(NodeKind::items, std::move(base));
        do {
            PathNodePtr from = sum();
            PathNodePtr to = take_word("to") ? sum() : nullptr;
            node->subscripts.emplace_back(std::move(from), std::move(to));
        } while (take(","));
        expect("]");
        return node;
    }

    PathNodePtr primary() {
        if (take("$")) return make(NodeKind::context);
        if (take("@")) return make(NodeKind::current);
        if (take("(")) {
            PathNodePtr inside = sum();
            expect(")");
            return inside;
        }
        if (token().kind == Token::Kind::variable) return variable();
        if (take_word("last")) return make(NodeKind::last);
        auto node = make(NodeKind::literal);
        if (take_word("null")) return node;
        if (is_word("true") || is_word("false")) {
            node->literal = JsonScalar::of_boolean(tokens_[next_++].text == "true");
        } else if (token().kind == Token::Kind::string) {
            node->literal = JsonScalar::of_text(tokens_[next_++].text);
        } else if (token().kind == Token::Kind::number) {
            node->literal = number(tokens_[next_++].text);
        } else {
            expected(
                "{'+', '(', '$', '@', 'false', 'last', '-', 'null', 'true', DECIMAL_VALUE, DOUBLE_VALUE, INTEGER_VALUE, STRING, "
                "NAMED_VARIABLE}");
        }
        return node;
    }

    PathNodePtr variable() {
        auto node = make(NodeKind::variable);
        node->text = tokens_[next_++].text;
        variables_.push_back(node->text);
        return node;
    }

    static JsonScalar number(const std::string& text) {
        using Kind = SqlType::Kind;
        constexpr unsigned most_digits = 38;
        if (text.find_first_of("eE") != std::string::npos) return JsonScalar::of_double(double_of(text).value_or(0));
        const auto point = text.find('.');
        if (point == std::string::npos) {
            const auto value = integer_of<std::int64_t>(text);
            if (!value) throw JsonPathFault{"SYNTAX_ERROR", "Invalid numeric literal: " + text};
            return JsonScalar::of_integer(*value, *value <= INT32_MAX ? Kind::integer : Kind::bigint);
        }
        const auto scale = static_cast<unsigned>(text.size() - point - 1);
        const auto digits = decimal_of(text, most_digits, scale);
        if (scale > most_digits || !digits) throw JsonPathFault{"SYNTAX_ERROR", "Invalid numeric literal: " + text};
        return JsonScalar::of_decimal(*digits, most_digits, scale);
    }

    static PathPredicatePtr make(PredicateKind kind, PathPredicatePtr first, PathPredicatePtr second = nullptr) {
        auto predicate = std::make_unique<PathPredicate>();
        predicate->kind = kind;
        predicate->first = std::move(first);
        predicate->second = std::move(second);
        return predicate;
    }

    PathPredicatePtr disjunction() {
        const Depth depth(depth_);
        PathPredicatePtr left = conjunction();
        while (take("||")) left = make(PredicateKind::disjunction, std::move(left), conjunction());
        return left;
    }

    PathPredicatePtr conjunction() {
        PathPredicatePtr left = condition();
        while (take("&&")) left = make(PredicateKind::conjunction, std::move(left), condition());
        return left;
    }

    PathPredicatePtr condition() {
        if (take("!")) {
            if (is_word("exists")) return make(PredicateKind::negation, condition());
            expect("(");
            PathPredicatePtr inside = disjunction();
            expect(")");
            return make(PredicateKind::negation, std::move(inside));
        }
        if (take_word("exists")) {
            PathPredicatePtr predicate = make(PredicateKind::exists, nullptr);
            expect("(");
            predicate->left = sum();
            expect(")");
            return predicate;
        }
        if (is_symbol("(") && !paths_.contains(next_)) {
            if (PathPredicatePtr predicate = bracketed()) return predicate;
        }
        return comparison();
    }

    // What stands in brackets may also be a path; then nothing is taken.
    PathPredicatePtr bracketed() {
        const std::size_t start = next_;
        const std::size_t variables = variables_.size();
        try {
            expect("(");
            PathPredicatePtr inside = disjunction();
            expect(")");
            if (!take_word("is")) return inside;
            expect_word("unknown");
            return make(PredicateKind::is_unknown, std::move(inside));
        } catch (const JsonPathFault& fault) {
            if (fault.error != "SYNTAX_ERROR") throw;
            next_ = start;
            paths_.insert(start);
            variables_.resize(variables);
            return nullptr;
        }
    }

    PathPredicatePtr comparison() {
        constexpr std::array<std::string_view, 7> operators = {"==", "<>", "!=", "<", ">", "<=", ">="};
        PathNodePtr left = sum();
        PathPredicatePtr predicate = make(PredicateKind::comparison, nullptr);
        predicate->left = std::move(left);
        if (take_word("starts")) {
            expect_word("with");
            predicate->kind = PredicateKind::starts_with;
            if (token().kind != Token::Kind::string && token().kind != Token::Kind::variable) expected("{STRING, NAMED_VARIABLE}");
            predicate->right = primary();
            return predicate;
        }
        if (is_word("like_regex")) throw JsonPathFault{"NOT_SUPPORTED", "like_regex predicate in JSON path is not yet supported"};
        if (token().kind != Token::Kind::symbol || std::ranges::find(operators, token().text) == operators.end()) expected("a comparison");
        predicate->op = tokens_[next_++].text;
        predicate->right = sum();
        return predicate;
    }

    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    int depth_ = 0;
    std::set<std::size_t> paths_;  // brackets that are known to hold no predicate, lest nested ones be tried again and again
    std::vector<std::string> variables_;
};

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

}  // namespace

std::optional<JsonPath> parse_json_path(std::string_view text, JsonPathFault& fault) {
    try {
        return Parser(text).path();
    } catch (JsonPathFault& caught) {
        fault = std::move(caught);
        return std::nullopt;
    }
}

std::optional<JsonPathFault> json_path_fault(std::string_view path, const std::vector<std::string>& names) {
    JsonPathFault fault;
    const auto parsed = parse_json_path(path, fault);
    if (!parsed) return fault;
    for (const std::string& variable : parsed->variables) {
        if (std::ranges::find(names, variable) != names.end()) continue;
        const bool other_case =
            std::ranges::any_of(names, [&](const std::string& name) { return lower_case(name) == lower_case(variable); });
        const std::string hint = other_case ? fmt::format(". Try quoting \"{}\" in the PASSING clause to match case", variable) : "";
        return JsonPathFault{"INVALID_PATH", fmt::format("no value passed for parameter {}{}", variable, hint)};
    }
    return std::nullopt;
}

}  // namespace dualstore::sql::athena
