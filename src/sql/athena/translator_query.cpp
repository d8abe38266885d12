// Clauses: SELECT lists and their names, FROM and its tables, WITH.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/athena/information.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::array<std::string_view, 14> clause_keywords = {"SELECT", "FROM",      "WHERE", "GROUP", "HAVING", "WINDOW", "UNION",
                                                              "EXCEPT", "INTERSECT", "ORDER", "LIMIT", "OFFSET", "FETCH",  "VALUES"};

bool starts_clause(Nodes nodes, std::size_t at) {
    if (at > 0 && nodes[at - 1].symbol(".")) return false;
    if (nodes[at].is("FROM") && at > 0 && nodes[at - 1].is("DISTINCT")) return false;  // IS DISTINCT FROM
    if (nodes[at].is("GROUP") && at > 0 && nodes[at - 1].is("WITHIN")) return false;   // listagg(...) WITHIN GROUP (...)
    return std::ranges::any_of(clause_keywords, [&](std::string_view keyword) { return nodes[at].is(keyword); });
}

std::size_t end_of_clause(Nodes nodes, std::size_t at) {
    while (at < nodes.size() && !starts_clause(nodes, at)) ++at;
    return at;
}

bool starts_join(const Node& node) {
    constexpr std::array<std::string_view, 7> keywords = {"JOIN", "CROSS", "INNER", "LEFT", "RIGHT", "FULL", "NATURAL"};
    return node.symbol(",") || std::ranges::any_of(keywords, [&](std::string_view keyword) { return node.is(keyword); });
}

// a, t.a, s.t.a
bool is_column(Nodes nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (i % 2 == 0 ? !nodes[i].name() : !nodes[i].symbol(".")) return false;
    }
    return nodes.size() % 2 == 1;
}

bool is_constant_keyword(const Node& node) {
    constexpr std::array<std::string_view, 9> keywords = {
        "NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_TIME", "CURRENT_USER", "LOCALTIME"};
    return std::ranges::any_of(keywords, [&](std::string_view keyword) { return node.is(keyword); });
}

bool has_alias(Nodes nodes) {
    if (nodes.size() < 2 || !nodes.back().name() || nodes.back().is("END") || is_constant_keyword(nodes.back())) return false;
    const Node& before = nodes[nodes.size() - 2];
    if (before.is("AS")) return true;
    if (before.group || before.is("END") || is_constant_keyword(before)) return true;
    if (before.token.kind == Token::Kind::symbol) return false;
    // DATE '...' and such end in a string; a name after a unit, as in INTERVAL '1' DAY, is the unit.
    if (before.token.kind == Token::Kind::string && nodes.size() >= 3 && nodes[nodes.size() - 3].is("INTERVAL")) return false;
    return !expects_operand(before.token);
}

}  // namespace

bool is_query(Nodes nodes) {
    if (nodes.empty()) return false;
    const Node& first = nodes.front();
    if (first.is("SELECT") || first.is("WITH") || first.is("VALUES")) return true;
    if (!first.parentheses()) return false;
    return is_query(first.inside) && (nodes.size() == 1 || starts_clause(nodes, 1));
}

std::string Translator::query(Nodes nodes) {
    std::string out;
    std::size_t at = 0;
    if (!nodes.empty() && nodes[0].is("WITH")) out = with(nodes, at);
    while (at < nodes.size()) {
        const Node& node = nodes[at];
        if (node.parentheses() && is_query(node.inside)) {
            out += " (" + query(node.inside) + ")";
            ++at;
            continue;
        }
        if (!starts_clause(nodes, at)) refuse("SYNTAX_ERROR", node, "mismatched input '" + node.token.text + "'");
        const std::size_t end = end_of_clause(nodes, at + 1);
        const Nodes clause = nodes.subspan(at + 1, end - at - 1);
        out += node.is("VALUES") ? " " : " " + upper(node.token.text) + " ";
        at = end;
        if (node.is("SELECT")) {
            out += select_list(clause);
        } else if (node.is("FROM")) {
            out += from(clause);
        } else if (node.is("VALUES")) {
            out += values(clause);
        } else if (node.is("UNION") || node.is("EXCEPT") || node.is("INTERSECT")) {
            // ALL or DISTINCT, and perhaps a query in parentheses.
            for (const Node& part : clause) out += part.parentheses() ? "(" + query(part.inside) + ") " : part.token.text + " ";
        } else {
            out += expressions(clause);
        }
    }
    return out.empty() ? out : out.substr(1);
}

// Rows without parentheses have one column; Trino's names for the columns are those of a SELECT without any.
std::string Translator::values(Nodes nodes) {
    std::string rows;
    std::string names;
    for (const Nodes row : split_at_commas(nodes)) {
        const bool bare = row.size() != 1 || !row[0].parentheses();
        if (rows.empty()) {
            const std::size_t count = bare ? 1 : split_at_commas(row[0].inside).size();
            for (std::size_t i = 0; i < count; ++i) names += fmt::format("{}\"_col{}\"", i == 0 ? "" : ", ", i);
        }
        rows += (rows.empty() ? "" : ", ") + (bare ? "(" + expression(row) + ")" : expression(row));
    }
    return fmt::format("SELECT * FROM (VALUES {}) AS \"values\"({})", rows, names);
}

std::string Translator::with(Nodes nodes, std::size_t& at) {
    std::string out = " WITH ";
    at = 1;
    if (at < nodes.size() && nodes[at].is("RECURSIVE")) {
        out += "RECURSIVE ";
        ++at;
    }
    for (;; ++at) {
        if (at >= nodes.size() || !nodes[at].name()) refuse("SYNTAX_ERROR", nodes[at == 0 ? 0 : at - 1], "expected a name of a WITH query");
        with_names_.insert(lower(nodes[at].token.text));
        out += name_text(nodes[at++].token);
        if (at < nodes.size() && nodes[at].parentheses()) out += "(" + expressions(nodes[at++].inside) + ")";
        if (at + 1 >= nodes.size() || !nodes[at].is("AS") || !nodes[at + 1].parentheses()) {
            refuse("SYNTAX_ERROR", nodes[std::min(at, nodes.size() - 1)], "expected AS and a query in parentheses");
        }
        out += " AS (" + query(nodes[at + 1].inside) + ")";
        at += 2;
        if (at >= nodes.size() || !nodes[at].symbol(",")) return out;
        out += ", ";
    }
}

std::string Translator::select_list(Nodes nodes) {
    std::string out;
    if (!nodes.empty() && (nodes[0].is("DISTINCT") || nodes[0].is("ALL"))) {
        out = upper(nodes[0].token.text) + " ";
        nodes = nodes.subspan(1);
    }
    std::size_t number = 0;
    for (const Nodes item : split_at_commas(nodes)) {
        if (item.empty()) refuse("SYNTAX_ERROR", nodes[0], "an expression is missing in the SELECT list");
        if (number > 0) out += ", ";
        out += select_item(item, number++);
    }
    return out;
}

// Trino names a column as the query writes it, and an expression without a name by its place.
std::string Translator::select_item(Nodes nodes, std::size_t number) {
    if (nodes.back().symbol("*")) return expression(nodes);
    if (has_alias(nodes)) {
        const bool as = nodes[nodes.size() - 2].is("AS");
        return expression(nodes.first(nodes.size() - (as ? 2 : 1))) + " AS " + quoted_name(nodes.back().token.text);
    }
    std::string text = expression(nodes);
    const std::string& last = nodes.back().token.text;
    if (is_column(nodes)) {
        if (is_constant_keyword(nodes[0]) && nodes.size() == 1) return fmt::format("{} AS \"_col{}\"", text, number);
        return lower(last) == last ? text : text + " AS " + quoted_name(last);
    }
    if (nodes.size() > 2 && nodes.back().name() && nodes[nodes.size() - 2].symbol(".")) return text + " AS " + quoted_name(last);
    return fmt::format("{} AS \"_col{}\"", text, number);
}

std::string Translator::from(Nodes nodes) {
    std::string out;
    std::size_t at = 0;
    while (at < nodes.size()) {
        at = relation(nodes, at, out);
        std::size_t end = at;
        while (end < nodes.size() && !starts_join(nodes[end])) ++end;
        if (end > at) {
            if (!nodes[at].is("ON") && !nodes[at].is("USING")) {
                refuse("SYNTAX_ERROR", nodes[at], "mismatched input '" + nodes[at].token.text + "'");
            }
            out += " " + expressions(nodes.subspan(at, end - at));
            at = end;
        }
        while (at < nodes.size() && (starts_join(nodes[at]) || nodes[at].is("OUTER"))) {
            const bool complete = nodes[at].symbol(",") || nodes[at].is("JOIN");
            out += nodes[at].symbol(",") ? "," : " " + upper(nodes[at].token.text);
            ++at;
            if (complete) break;
        }
        out += " ";
    }
    return out;
}

// One table, subquery, UNNEST or nested join with its alias; returns what follows it.
std::size_t Translator::relation(Nodes nodes, std::size_t at, std::string& out) {
    const Node& first = nodes[at];
    std::string alias;
    if (first.parentheses()) {
        out += "(" + (is_query(first.inside) ? query(first.inside) : from(first.inside)) + ")";
        ++at;
    } else if (first.is("LATERAL") && at + 1 < nodes.size() && nodes[at + 1].parentheses()) {
        out += "LATERAL (" + query(nodes[at + 1].inside) + ")";
        at += 2;
    } else if (first.is("UNNEST") && at + 1 < nodes.size() && nodes[at + 1].parentheses()) {
        const Nodes arguments = nodes[at + 1].inside;
        at += 2;
        const bool ordinality = at + 1 < nodes.size() && nodes[at].is("WITH") && nodes[at + 1].is("ORDINALITY");
        if (ordinality) at += 2;
        out += unnest(arguments, ordinality);
    } else if (first.is("TABLE") && at + 1 < nodes.size() && nodes[at + 1].parentheses()) {
        refuse("NOT_SUPPORTED", first, "table functions are not supported");
    } else if (first.name()) {
        std::size_t end = at + 1;
        while (end + 1 < nodes.size() && nodes[end].symbol(".") && nodes[end + 1].name()) end += 2;
        if (end < nodes.size() && nodes[end].parentheses())
            refuse("FUNCTION_NOT_FOUND", first, "Table function '" + first.token.text + "' not registered");
        const Nodes chain = nodes.subspan(at, end - at);
        out += table(chain);
        alias = chain.back().token.text;
        at = end;
    } else {
        refuse("SYNTAX_ERROR", first, "mismatched input '" + first.token.text + "'");
    }
    const bool as = at < nodes.size() && nodes[at].is("AS");
    if (as) ++at;
    const bool named = at < nodes.size() && nodes[at].name() && (as || (!starts_join(nodes[at]) && !expects_operand(nodes[at].token)));
    if (named) {
        out += " AS " + name_text(nodes[at++].token);
        if (at < nodes.size() && nodes[at].parentheses()) out += "(" + expressions(nodes[at++].inside) + ")";
    } else if (!alias.empty()) {
        out += " AS " + quoted_name(alias);
    }
    return at;
}

const TableDefinition* Translator::find_table(std::string_view schema, std::string_view name) const {
    for (const TableDefinition& table : tables_) {
        const std::string_view home = table.database.empty() ? database_ : std::string_view(table.database);
        if (table.name == name && lower(home) == schema) return &table;
    }
    return nullptr;
}

std::string Translator::table(Nodes chain) {
    const std::string name = lower(chain.back().token.text);
    if (chain.size() == 1 && with_names_.contains(name)) return name_text(chain[0].token);
    const std::string schema = chain.size() >= 3 ? lower(chain[chain.size() - 3].token.text) : lower(database_);
    const bool catalog = chain.size() <= 3 || (chain.size() == 5 && lower(chain[0].token.text) == "awsdatacatalog");
    if (catalog && schema == "information_schema") {
        if (auto rows = information_schema(name, tables_, database_)) return "(" + *rows + ")";
    }
    if (!catalog || find_table(schema, name) == nullptr) {
        std::string hint;
        for (const TableDefinition& other : tables_) {
            if (other.name == name && !other.database.empty()) hint = fmt::format("; there is {}.{}", other.database, name);
        }
        refuse("TABLE_NOT_FOUND", chain[0], fmt::format("Table 'awsdatacatalog.{}.{}' does not exist{}", schema, name, hint));
    }
    return quoted_name(schema) + "." + quoted_name(name);
}

// Whether an argument of UNNEST is a map, as far as its text and the tables' columns tell.
bool Translator::is_map(Nodes argument) const {
    if (argument.empty()) return false;
    if (!is_column(argument)) {
        constexpr std::array<std::string_view, 9> functions = {
            "map",       "map_agg",        "map_concat",       "map_filter",  "map_from_entries",
            "histogram", "transform_keys", "transform_values", "split_to_map"};
        const Node& last = argument.back();
        if (argument[0].is("CAST") && last.parentheses()) {
            const std::size_t as = find_keyword(last.inside, "AS");
            return as + 1 < last.inside.size() && last.inside[as + 1].is("MAP");
        }
        return argument.size() == 2 && std::ranges::find(functions, lower(argument[0].token.text)) != functions.end();
    }
    const std::string name = lower(argument.back().token.text);
    for (const TableDefinition& table : tables_) {
        for (const Column& column : table.columns) {
            if (column.name == name && column.type.kind == Type::Kind::map) return true;
        }
    }
    return false;
}

// Several arrays side by side, the shorter ones filled with NULL; a map is its keys and its values.
std::string Translator::unnest(Nodes arguments, bool ordinality) {
    std::string columns;
    std::string lengths;
    const auto add = [&](const std::string& list) {
        columns += fmt::format("{}unnest({})", columns.empty() ? "" : ", ", list);
        lengths += fmt::format("{}coalesce(len({}), 0)", lengths.empty() ? "" : ", ", list);
    };
    const auto parts = split_at_commas(arguments);
    for (const Nodes part : parts) {
        const std::string text = expression(part);
        if (parts.size() == 1 && !is_map(part)) return fmt::format("UNNEST({}){}", text, ordinality ? " WITH ORDINALITY" : "");
        if (is_map(part)) {
            add("map_keys(" + text + ")");
            add("map_values(" + text + ")");
        } else {
            add(text);
        }
    }
    if (ordinality) columns += fmt::format(", unnest(range(1, greatest({}) + 1))", lengths);
    return "LATERAL (SELECT " + columns + ")";
}

}  // namespace dualstore::sql::athena
