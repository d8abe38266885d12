// Expressions: operands, operators, literals and types.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

template <std::size_t N>
bool one_of(const Node& node, const std::array<std::string_view, N>& keywords) {
    return std::ranges::any_of(keywords, [&](std::string_view keyword) { return node.is(keyword); });
}

// 0.50 is a decimal(2, 2) in Trino; DuckDB counts the zero before the point.
std::string decimal(const std::string& digits) {
    const auto point = digits.find('.');
    const auto first = digits.find_first_not_of('0');
    if (first < point || point + 1 == digits.size()) return digits;
    const auto scale = digits.size() - point - 1;
    return fmt::format("CAST({} AS DECIMAL({}, {}))", digits, scale, scale);
}

}  // namespace

void refuse(std::string_view kind, const Node& at, std::string_view message) {
    throw Refusal{error_at(kind, at.token.position, message)};
}

std::string quoted_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + "\"";
}

std::string quoted_string(std::string_view value) {
    std::string text = "'";
    for (const char c : value) text.append(c == '\'' ? 2 : 1, c);
    return text + "'";
}

std::string name_text(const Token& token) {
    if (token.kind == Token::Kind::quoted) return quoted_name(token.text);
    constexpr std::array<std::string_view, 42> reserved_in_duckdb = {
        "ANALYSE",   "ANALYZE",      "ANTI",      "ASOF",       "ASYMMETRIC", "AT",      "BOTH",    "CHECK",      "COLLATE",
        "COLUMN",    "CONCURRENTLY", "DEFAULT",   "DEFERRABLE", "DO",         "FOREIGN", "FREEZE",  "GLOB",       "ILIKE",
        "INITIALLY", "ISNULL",       "LAMBDA",    "LEADING",    "NOTNULL",    "PIVOT",   "PLACING", "POSITIONAL", "PRIMARY",
        "QUALIFY",   "REFERENCES",   "RETURNING", "SAMPLE",     "SEMI",       "SHOW",    "SIMILAR", "SUMMARIZE",  "SYMMETRIC",
        "TRAILING",  "UNIQUE",       "UNPACK",    "UNPIVOT",    "VARIADIC",   "VERBOSE"};
    const bool reserved = std::ranges::find(reserved_in_duckdb, upper(token.text)) != reserved_in_duckdb.end();
    return reserved ? quoted_name(token.text) : token.text;
}

bool expects_operand(const Token& token) {
    if (token.kind != Token::Kind::identifier) return false;
    constexpr std::array<std::string_view, 42> keywords = {
        "ALL",    "AND",    "ANY",   "AS",     "BETWEEN", "BY",    "CASE",   "CUBE",   "DISTINCT",  "ELSE",      "ESCAPE",
        "EXCEPT", "EXISTS", "FETCH", "FOR",    "FROM",    "GROUP", "GROUPS", "HAVING", "IN",        "INTERSECT", "IS",
        "LIKE",   "LIMIT",  "NOT",   "OFFSET", "ON",      "OR",    "ORDER",  "OVER",   "PARTITION", "RANGE",     "ROLLUP",
        "ROWS",   "SELECT", "SETS",  "SOME",   "THEN",    "UNION", "USING",  "WHEN",   "WHERE"};
    return std::ranges::find(keywords, upper(token.text)) != keywords.end();
}

// Written from left to right; the last part may be an operand that what follows still belongs to.
class Translator::Expression {
  public:
    Expression(Translator& translator, Nodes nodes) : translator_(translator), nodes_(nodes) {}

    std::string text() {
        while (at_ < nodes_.size()) next();
        std::string out;
        for (const std::string& part : parts_) {
            if (!out.empty()) out += " ";
            out += part;
        }
        return out;
    }

  private:
    const Node* ahead(std::size_t count) const { return at_ + count < nodes_.size() ? &nodes_[at_ + count] : nullptr; }

    void operand(std::string text) {
        parts_.push_back(std::move(text));
        after_operand_ = true;
    }

    void operation(std::string text) {
        parts_.push_back(std::move(text));
        after_operand_ = false;
    }

    void next() {
        const Node& node = nodes_[at_];
        if (node.group) return group(node);
        switch (node.token.kind) {
            case Token::Kind::symbol:
                return symbol(node);
            case Token::Kind::identifier:
            case Token::Kind::quoted:
                return name(node);
            // With its type, so that DuckDB compares it as text only.
            case Token::Kind::string:
                operand("CAST(" + quoted_string(node.token.text) + " AS VARCHAR)");
                break;
            case Token::Kind::binary:
                operand("unhex('" + node.token.text + "')");
                break;
            case Token::Kind::decimal:
                operand(decimal(node.token.text));
                break;
            case Token::Kind::integer:
            case Token::Kind::floating:
                operand(node.token.text);
                break;
            case Token::Kind::parameter:
                operand(fmt::format("${}", ++translator_.parameters_));
                break;
        }
        ++at_;
    }

    void group(const Node& node) {
        ++at_;
        if (node.parentheses()) return operand(translator_.parenthesized(node));
        if (!after_operand_) refuse("SYNTAX_ERROR", node, "mismatched input '['");
        const std::string index = translator_.expressions(node.inside);
        parts_.back() = translator_.use(fmt::format("athena_subscript({}, {})", parts_.back(), index));
    }

    void symbol(const Node& node) {
        ++at_;
        const std::string& text = node.token.text;
        if (text == "." && after_operand_ && at_ < nodes_.size() && nodes_[at_].name()) {
            parts_.back() += "." + name_text(nodes_[at_++].token);
            return;
        }
        if (text == "->") refuse("SYNTAX_ERROR", node, "mismatched input '->'");
        const bool adds = text == "+" || text == "-";
        if (adds && after_operand_ && at_ < nodes_.size() && nodes_[at_].is("INTERVAL") && !after_product()) {
            const std::string interval = this->interval();
            parts_.back() =
                translator_.use(fmt::format("{}({}, {})", text == "+" ? "athena_add" : "athena_subtract", parts_.back(), interval));
            return;
        }
        operation(text);
    }

    bool after_product() const {
        if (parts_.size() < 2) return false;
        const std::string& before = parts_[parts_.size() - 2];
        return before == "*" || before == "/" || before == "%";
    }

    // INTERVAL [sign] 'n' UNIT
    std::string interval() {
        const Node& first = nodes_[at_++];
        const bool minus = at_ < nodes_.size() && nodes_[at_].symbol("-");
        if (minus || (at_ < nodes_.size() && nodes_[at_].symbol("+"))) ++at_;
        if (at_ + 1 >= nodes_.size() || nodes_[at_].token.kind != Token::Kind::string)
            refuse("SYNTAX_ERROR", first, "expected INTERVAL 'n' UNIT");
        constexpr std::array<std::string_view, 6> units = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
        const std::string value = quoted_string(nodes_[at_].token.text);
        const Node& unit = nodes_[at_ + 1];
        if (!one_of(unit, units)) refuse("SYNTAX_ERROR", unit, "expected a unit of INTERVAL");
        at_ += 2;
        if (at_ < nodes_.size() && nodes_[at_].is("TO")) refuse("NOT_SUPPORTED", first, "INTERVAL ... TO ... is not supported");
        return fmt::format("{}INTERVAL {} {}", minus ? "-" : "", value, upper(unit.token.text));
    }

    void name(const Node& node) {
        const Node* second = ahead(1);
        if (second != nullptr && !expects_operand(node.token)) {
            if (node.is("INTERVAL") && (second->token.kind == Token::Kind::string || second->token.kind == Token::Kind::symbol)) {
                return operand(interval());
            }
            if (node.is("AT") && after_operand_) return time_zone(node);
            if (node.is("ARRAY") && second->brackets()) {
                operand("[" + translator_.expressions(second->inside) + "]");
                at_ += 2;
                return;
            }
            if (second->token.kind == Token::Kind::string && node.token.kind == Token::Kind::identifier)
                return typed_literal(node, *second);
            if (second->parentheses()) return operand(translator_.call(nodes_, at_));
        }
        ++at_;
        if (expects_operand(node.token)) return operation(upper(node.token.text));
        operand(name_text(node.token));
    }

    // Only UTC: a value with another zone cannot be shown.
    void time_zone(const Node& node) {
        const bool well_formed = at_ + 3 < nodes_.size() && nodes_[at_ + 1].is("TIME") && nodes_[at_ + 2].is("ZONE");
        if (!well_formed) refuse("SYNTAX_ERROR", node, "expected AT TIME ZONE and a zone");
        if (upper(nodes_[at_ + 3].token.text) != "UTC")
            refuse("NOT_SUPPORTED", nodes_[at_ + 3], "time zones other than UTC are not supported");
        parts_.back() = translator_.use("athena_utc(" + parts_.back() + ")");
        at_ += 4;
    }

    void typed_literal(const Node& type, const Node& value) {
        const std::string& text = value.token.text;
        at_ += 2;
        if (type.is("TIMESTAMP")) {
            // A zone follows the time: +02:00, Z or a name.
            const auto zone = text.find_first_of("+Z", 10);
            const bool zoned = zone != std::string::npos ||
                               std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z' && c != 'T'; }) || text.rfind('-') > 10;
            const bool has_zone = zoned && text.size() > 10;
            return operand(fmt::format("CAST({} AS {})", quoted_string(text), has_zone ? "TIMESTAMPTZ" : "TIMESTAMP"));
        }
        if (type.is("DECIMAL")) return operand(decimal(text));
        if (type.is("JSON")) return operand(translator_.use("athena_json_parse(" + quoted_string(text) + ")"));
        operand(fmt::format("CAST({} AS {})", quoted_string(text), translator_.type(Nodes(&type, 1))));
    }

    Translator& translator_;
    Nodes nodes_;
    std::size_t at_ = 0;
    std::vector<std::string> parts_;
    bool after_operand_ = false;
};

std::string Translator::expression(Nodes nodes) {
    return Expression(*this, nodes).text();
}

std::string Translator::expressions(Nodes nodes) {
    std::string out;
    bool first = true;
    for (const Nodes part : split_at_commas(nodes)) {
        out += (first ? "" : ", ") + expression(part);
        first = false;
    }
    return out;
}

std::string Translator::parenthesized(const Node& group) {
    return "(" + (is_query(group.inside) ? query(group.inside) : expressions(group.inside)) + ")";
}

std::string Translator::type(Nodes nodes) {
    if (nodes.empty() || !nodes[0].name()) refuse("SYNTAX_ERROR", nodes.empty() ? Node{} : nodes[0], "expected a type");
    const std::string name = upper(nodes[0].token.text);
    const bool arguments = nodes.size() > 1 && nodes[1].parentheses();
    const Nodes inside = arguments ? Nodes(nodes[1].inside) : Nodes();
    const Nodes rest = nodes.subspan(arguments ? 2 : 1);
    if (name == "ARRAY" && arguments) return type(inside) + "[]";
    if (name == "MAP" && arguments) {
        const auto parts = split_at_commas(inside);
        if (parts.size() == 2) return fmt::format("MAP({}, {})", type(parts[0]), type(parts[1]));
    }
    if (name == "ROW" && arguments) {
        std::string fields;
        for (const Nodes field : split_at_commas(inside)) {
            const bool named = field.size() > 1 && field[1].name() && !field[1].is("WITH") && !field[1].is("PRECISION");
            if (!named) refuse("NOT_SUPPORTED", nodes[0], "ROW types without field names are not supported");
            fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", name_text(field[0].token), type(field.subspan(1)));
        }
        return "STRUCT(" + fields + ")";
    }
    if (name == "TIMESTAMP") return !rest.empty() && rest[0].is("WITH") ? "TIMESTAMPTZ" : "TIMESTAMP";
    if (name == "DECIMAL" || name == "NUMERIC") {
        const auto parts = split_at_commas(inside);
        if (parts.empty()) return "DECIMAL(38, 0)";
        return fmt::format("DECIMAL({}, {})", parts[0][0].token.text, parts.size() > 1 ? parts[1][0].token.text : "0");
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 15> scalars = {{{"BOOLEAN", "BOOLEAN"},
                                                                                        {"TINYINT", "TINYINT"},
                                                                                        {"SMALLINT", "SMALLINT"},
                                                                                        {"INTEGER", "INTEGER"},
                                                                                        {"INT", "INTEGER"},
                                                                                        {"BIGINT", "BIGINT"},
                                                                                        {"REAL", "FLOAT"},
                                                                                        {"DOUBLE", "DOUBLE"},
                                                                                        {"VARCHAR", "VARCHAR"},
                                                                                        {"CHAR", "VARCHAR"},
                                                                                        {"VARBINARY", "BLOB"},
                                                                                        {"DATE", "DATE"},
                                                                                        {"TIME", "TIME"},
                                                                                        {"JSON", "JSON"},
                                                                                        {"UUID", "UUID"}}};
    const auto* found = std::ranges::find(scalars, name, &std::pair<std::string_view, std::string_view>::first);
    if (found == scalars.end()) refuse("TYPE_NOT_FOUND", nodes[0], "Unknown type: " + lower(nodes[0].token.text));
    return std::string(found->second);
}

}  // namespace dualstore::sql::athena
