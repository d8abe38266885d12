// Tokens and errors.
#include "sql/athena/parser.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace dualstore::sql::athena {
namespace {

constexpr std::size_t deepest = 200;
constexpr std::size_t longest_chain = 1000;
constexpr std::size_t longest_shown = 100;

}  // namespace

Parser::Parser(std::string_view sql, std::vector<Token> tokens) : sql_(sql), tokens_(std::move(tokens)), closing_(tokens_.size()) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        if (tokens_[i].word == "(") {
            open.push_back(i);
        } else if (tokens_[i].word == ")" && !open.empty()) {
            closing_[open.back()] = i;
            open.pop_back();
        }
    }
}

Parser::Level::Level(Parser& parser) : parser_(parser) {
    if (parser_.depth_ >= deepest) parser_.refuse("NOT_SUPPORTED", parser_.here(), fmt::format("nested deeper than {} levels", deepest));
    ++parser_.depth_;
}

void Parser::count_operator() {
    if (++operators_ > longest_chain) refuse("NOT_SUPPORTED", here(), fmt::format("more than {} operators in a row", longest_chain));
}

const Token& Parser::token(std::size_t ahead) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

bool Parser::is_any(std::initializer_list<std::string_view> words, std::size_t ahead) const {
    return std::ranges::find(words, token(ahead).word) != words.end();
}

bool Parser::is_name(std::size_t ahead) const {
    using enum Token::Kind;
    const Token::Kind kind = token(ahead).kind;
    return kind == identifier || kind == quoted || kind == digit_identifier || kind == backquoted;
}

bool Parser::is_string(std::size_t ahead) const {
    return token(ahead).kind == Token::Kind::string || token(ahead).kind == Token::Kind::unicode;
}

void Parser::note(std::string_view expected) {
    if (rule_at_ == next_) return;
    if (expected_at_ != next_) expected_.clear();
    expected_at_ = next_;
    expected_.push_back(expected);
}

void Parser::begin(std::string_view rule) {
    note(rule);
    rule_at_ = next_;
}

// Of a word that may be one: the next token may stand behind a select item.
bool Parser::is_alias() const {
    if (undecided_ > item_undecided_) return false;
    return token(1).kind == Token::Kind::end || starts_clause(1) ||
           is_any({",", ")", ";", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "UNION", "INTERSECT", "EXCEPT"}, 1);
}

bool Parser::at(std::string_view word) {
    note(word);
    return is(word);
}

bool Parser::take(std::string_view word) {
    if (!at(word)) return false;
    ++next_;
    return true;
}

void Parser::expect(std::string_view word) {
    if (!take(word)) mismatch();
}

std::string_view Parser::expect_any(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        if (take(word)) return word;
    }
    mismatch();
}

std::string_view Parser::shown(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    if (text.size() <= longest_shown) return text;
    std::size_t end = longest_shown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
    return text.substr(0, end);
}

void Parser::mismatch() const {
    std::set<std::string> expected;
    if (expected_at_ == next_) {
        for (const std::string_view word : expected_) {
            const bool rule = word.size() > 2 && word.front() == '<' && word.back() == '>';
            expected.insert(rule ? std::string(word) : fmt::format("'{}'", word));
        }
    }
    const Token& found = token();
    const std::string_view text = found.kind == Token::Kind::end ? found.text : sql_.substr(found.begin, found.end - found.begin);
    const std::string message = fmt::format("mismatched input '{}'. Expecting: {}", shown(text), fmt::join(expected, ", "));
    throw Failure{error_at("SYNTAX_ERROR", here(), message), true};
}

void Parser::refuse(std::string_view kind, Position at, std::string_view message) const {
    throw Failure{error_at(kind, at, message), false};
}

void Parser::not_supported(Position at, std::string_view what) const {
    refuse("NOT_SUPPORTED", at, fmt::format("{} is not supported", what));
}

void Parser::refuse_at_last(Position at, std::string message) {
    if (!last_) last_ = error_at("SYNTAX_ERROR", at, message);
}

syntax::Name Parser::name() {
    begin("<identifier>");
    if (!is_name()) mismatch();
    const Token& found = tokens_[next_];
    if (found.kind == Token::Kind::digit_identifier) {
        refuse("SYNTAX_ERROR", here(), "identifiers must not start with a digit; surround the identifier with double quotes");
    }
    if (found.kind == Token::Kind::backquoted) {
        refuse("SYNTAX_ERROR", here(), "backquoted identifiers are not supported; use double quotes to quote identifiers");
    }
    if (found.text.empty()) refuse("SYNTAX_ERROR", here(), "Zero-length delimited identifier not allowed");
    ++next_;
    return {found.text, found.kind == Token::Kind::quoted, found.position};
}

std::vector<syntax::Name> Parser::names() {
    std::vector<syntax::Name> list;
    expect("(");
    do {
        list.push_back(name());
    } while (take(","));
    expect(")");
    return list;
}

syntax::QualifiedName Parser::qualified_name() {
    syntax::QualifiedName parts;
    do {
        parts.push_back(name());
    } while (take("."));
    return parts;
}

syntax::Statement Parser::single_statement() {
    syntax::Statement result = statement();
    if (is(";")) {
        ++next_;
        if (token().kind != Token::Kind::end) refuse("NOT_SUPPORTED", here(), "only one statement can be run at a time");
    }
    note("<EOF>");
    if (token().kind != Token::Kind::end) mismatch();
    if (last_) throw Failure{*std::move(last_), false};
    return result;
}

Result<syntax::Statement> parse(std::string_view sql) {
    auto tokens = tokenize(sql);
    if (!tokens) return fail(std::move(tokens.error()));
    return parse(sql, std::move(*tokens));
}

Result<syntax::Statement> parse(std::string_view sql, std::vector<Token> tokens) {
    try {
        return Parser(sql, std::move(tokens)).single_statement();
    } catch (Parser::Failure& failure) {
        return fail(std::move(failure.error));
    }
}

}  // namespace dualstore::sql::athena
