// Queries: SELECT, set operations, VALUES, WITH, ORDER BY and what limits rows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

std::string column_name(std::size_t index) {
    return fmt::format("c{}", index + 1);
}

// An integer literal is the number of a column.
std::optional<std::size_t> ordinal(const syntax::Expression& expression) {
    const auto* number = std::get_if<syntax::Number>(&expression.node);
    if (number == nullptr || number->kind != syntax::Number::Kind::integer) return std::nullopt;
    std::size_t value = 0;
    const char* end = number->text.data() + number->text.size();
    return std::from_chars(number->text.data(), end, value).ptr == end ? value : 0;
}

const Field& at_ordinal(std::size_t number, const std::vector<Field>& items, Position at, std::string_view clause) {
    if (number == 0 || number > items.size()) {
        refuse("INVALID_COLUMN_REFERENCE", at, fmt::format("{} position {} is not in select list", clause, number));
    }
    return items[number - 1];
}

// What a column is named by itself.
std::string name_of(const syntax::SelectExpression& item) {
    if (item.alias) return item.alias->text;
    if (const auto* identifier = std::get_if<syntax::Identifier>(&item.value->node)) return identifier->name.text;
    // a.b.c, but not (a).b
    const auto* outermost = std::get_if<syntax::Dereference>(&item.value->node);
    for (const auto* dereference = outermost; dereference != nullptr;) {
        const syntax::Expression& base = *dereference->base;
        if (std::holds_alternative<syntax::Identifier>(base.node)) return outermost->field.text;
        dereference = std::get_if<syntax::Dereference>(&base.node);
    }
    return {};
}

std::string select_list(const std::vector<Field>& items) {
    std::string list;
    for (std::size_t i = 0; i < items.size(); ++i) list += fmt::format("{}{} AS {}", i == 0 ? "" : ", ", items[i].term.sql, column_name(i));
    return list;
}

// The columns of a text as others see them.
std::vector<Field> output_columns(std::vector<Field> items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i].relation.clear();
        items[i].schema.clear();
        items[i].hidden = false;
        items[i].term.sql = column_name(i);
    }
    return items;
}

using GroupingSets = std::vector<std::vector<std::string>>;

constexpr std::size_t most_grouping_sets = 2048;

std::vector<std::string> joined(const GroupingSets& sets, std::size_t mask) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if ((mask >> i & 1) != 0) keys.insert(keys.end(), sets[i].begin(), sets[i].end());
    }
    return keys;
}

// What ROLLUP and CUBE stand for.
GroupingSets expanded(syntax::GroupingElement::Kind kind, const GroupingSets& sets) {
    using Kind = syntax::GroupingElement::Kind;
    GroupingSets result;
    if (kind == Kind::rollup) {
        for (std::size_t count = sets.size() + 1; count-- > 0;) result.push_back(joined(sets, (std::size_t{1} << count) - 1));
    } else if (kind == Kind::cube && sets.size() < 12) {
        for (std::size_t mask = std::size_t{1} << sets.size(); mask-- > 0;) result.push_back(joined(sets, mask));
    } else if (kind == Kind::cube) {
        result.resize(most_grouping_sets + 1);
    } else {
        result = sets;
    }
    return result;
}

// Of equal sets, whatever their order, the first one.
void keep_first(const GroupingSets& sets, std::vector<std::string>& texts) {
    std::set<std::set<std::string>> seen;
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (seen.insert({sets[i].begin(), sets[i].end()}).second) kept.push_back(std::move(texts[i]));
    }
    texts = std::move(kept);
}

bool is_limited(const syntax::Query& query) {
    return !query.order.empty() || query.offset || query.limit;
}

}  // namespace

QueryText Translator::query(const syntax::Query& query, const Scope* outer) {
    std::vector<std::string> tables;
    with_.emplace_back();
    with(query, outer, tables);
    QueryText text = body(query, outer);
    with_.pop_back();
    if (!tables.empty()) text.sql = fmt::format("WITH {} {}", fmt::join(tables, ", "), text.sql);
    return text;
}

QueryText Translator::body(const syntax::Query& query, const Scope* outer) {
    if (const auto* select = std::get_if<syntax::Select>(&query.body)) return this->select(*select, query, outer);
    if (const auto* operation = std::get_if<syntax::SetOperation>(&query.body)) {
        return ordered(set_operation(*operation, outer), query, outer);
    }
    if (const auto* values = std::get_if<syntax::Values>(&query.body)) return ordered(this->values(*values, outer), query, outer);
    if (const auto* nested = std::get_if<syntax::QueryPtr>(&query.body)) return ordered(this->query(**nested, outer), query, outer);
    RelationText relation = table(std::get<syntax::TableName>(query.body).name, query.at);
    std::erase_if(relation.fields, &Field::hidden);
    QueryText text{fmt::format("SELECT {} FROM {}", select_list(relation.fields), relation.sql), output_columns(relation.fields)};
    return ordered(std::move(text), query, outer);
}

void Translator::with(const syntax::Query& query, const Scope* outer, std::vector<std::string>& out) {
    constexpr std::size_t most_tables = 500;  // recursive ones in recursive ones multiply
    for (const syntax::CommonTable& table : query.with) {
        if (common_tables_ > most_tables) refuse("NOT_SUPPORTED", table.name.at, "too many WITH queries");
        const std::string known_as = lower(table.name.text);
        if (with_.back().contains(known_as)) {
            refuse("DUPLICATE_NAMED_QUERY", table.name.at, fmt::format("WITH query name '{}' specified more than once", table.name.text));
        }
        const auto* operation = std::get_if<syntax::SetOperation>(&table.query->body);
        if (query.recursive && operation != nullptr && operation->op == "UNION" && recursive(table, outer, out)) continue;
        QueryText inner = this->query(*table.query, outer);
        name_columns(table, inner.columns);
        out.push_back(common_table(next_with_name(), inner));
        with_.back()[known_as] = {with_name(), std::move(inner.columns)};
    }
}

void Translator::name_columns(const syntax::CommonTable& table, std::vector<Field>& columns) {
    if (table.columns.empty()) return;
    if (table.columns.size() != columns.size()) {
        refuse("MISMATCHED_COLUMN_ALIASES", table.columns[0].at,
               fmt::format("Column alias list has {} entries but relation has {} columns", table.columns.size(), columns.size()));
    }
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].name = table.columns[i].text;
}

// As Trino does it: the step is written out as often as it may run, and what is left then is an error. false: the query does not name
// itself.
bool Translator::recursive(const syntax::CommonTable& table, const Scope* outer, std::vector<std::string>& out) {
    constexpr int most_steps = 10;
    const auto& operation = std::get<syntax::SetOperation>(table.query->body);
    const std::string known_as = lower(table.name.text);
    QueryText base = query(*operation.left, outer);
    if (!table.columns.empty()) name_columns(table, base.columns);
    std::vector<std::string> levels = {next_with_name()};
    out.push_back(common_table(levels[0], base));
    for (int step = 0; step <= most_steps; ++step) {
        with_.back()[known_as] = {levels.back(), base.columns};
        QueryText next = query(*operation.right, outer);
        if (step == 0 && next.sql.find(levels[0]) == std::string::npos) {
            with_.back().erase(known_as);
            out.pop_back();
            return false;
        }
        if (table.columns.empty()) refuse("MISSING_COLUMN_ALIASES", table.name.at, "missing column aliases in recursive WITH query");
        if (next.columns.size() != base.columns.size()) {
            refuse("TYPE_MISMATCH", table.query->at,
                   fmt::format("base and step relations of recursion have different number of fields: {}, {}", base.columns.size(),
                               next.columns.size()));
        }
        std::vector<Field> items = next.columns;
        for (std::size_t i = 0; i < items.size(); ++i) {
            items[i].term.sql = coerce_or_refuse(items[i].term, base.columns[i].term.type, table.query->at, "a recursion's step");
        }
        levels.push_back(next_with_name());
        out.push_back(
            common_table(levels.back(), {fmt::format("SELECT {} FROM ({}) AS {}", select_list(items), next.sql, next_alias()), items}));
    }
    std::vector<Field> failing = base.columns;
    for (Field& column : failing) column.term.sql = fmt::format("CAST(NULL AS {})", duckdb_name(column.term.type));
    failing[0].term.sql = fmt::format("CAST(error('NOT_SUPPORTED: Recursion depth limit exceeded ({}).') AS {})", most_steps,
                                      duckdb_name(failing[0].term.type));
    const std::string failure = fmt::format("SELECT {} FROM {}", select_list(failing), levels.back());
    levels.pop_back();
    std::vector<std::string> parts;
    for (const std::string& level : levels) parts.push_back("SELECT * FROM " + level);
    parts.push_back(failure);
    QueryText all{fmt::format("{}", fmt::join(parts, operation.all ? " UNION ALL " : " UNION ")), base.columns};
    out.push_back(common_table(next_with_name(), all));
    with_.back()[known_as] = {with_name(), std::move(all.columns)};
    return true;
}

std::string Translator::common_table(const std::string& name, const QueryText& text) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < text.columns.size(); ++i) columns.push_back(column_name(i));
    return fmt::format("{}({}) AS ({})", name, fmt::join(columns, ", "), text.sql);
}

QueryText Translator::select(const syntax::Select& select, const syntax::Query& query, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    std::string from;
    if (select.from) {
        RelationText relation = this->relation(*select.from, outer);
        from = " FROM " + relation.sql;
        scope.fields = std::move(relation.fields);
    }
    const auto* outer_windows = std::exchange(windows_, &select.windows);
    std::vector<Field> items = select_items(select.items, scope);
    std::string text = from;
    if (select.where) text += " WHERE " + condition(*select.where, scope).sql;
    if (select.grouped) text += group_by(select, items, scope);
    if (select.having) text += " HAVING " + condition(*select.having, scope).sql;

    Scope with_items;  // names of the select list come first in ORDER BY
    with_items.outer = &scope;
    for (const Field& item : items) {
        if (item.name.empty()) continue;
        const bool there = std::ranges::any_of(
            with_items.fields, [&](const Field& field) { return field.name == item.name && field.term.sql == item.term.sql; });
        if (there) continue;
        with_items.fields.push_back(item);
        with_items.fields.back().relation.clear();
        with_items.fields.back().schema.clear();
    }
    const std::string order = sort_items(query.order, &items, with_items);
    if (select.distinct && order.find_first_not_of("0123456789, ADEFILNRSTUC") != std::string::npos) {
        refuse("EXPRESSION_NOT_IN_DISTINCT", query.at, "For SELECT DISTINCT, ORDER BY expressions must appear in select list");
    }
    const std::string keyword = select.distinct ? "SELECT DISTINCT " : "SELECT ";
    windows_ = outer_windows;
    if (!query.with_ties) {
        return {keyword + select_list(items) + text + (order.empty() ? "" : " ORDER BY " + order) + limits(query), output_columns(items)};
    }
    if (query.order.empty()) refuse("MISSING_ORDER_BY", query.at, "FETCH FIRST WITH TIES clause requires ORDER BY");
    // Rows as far as the rank of the last one that is counted.
    const std::string alias = next_alias();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < items.size(); ++i) names.push_back(column_name(i));
    const std::string inner = fmt::format("{}{}, rank() OVER (ORDER BY {}) AS place{}", keyword, select_list(items),
                                          sort_items(query.order, nullptr, with_items), text);
    const std::string skipped = query.offset ? row_count(*query.offset) : "0";
    return {fmt::format("SELECT {} FROM ({}) AS {} WHERE place <= {} + {} ORDER BY place{}", fmt::join(names, ", "), inner, alias, skipped,
                        row_limit(query), query.offset ? " OFFSET " + skipped : ""),
            output_columns(items)};
}

std::vector<Field> Translator::select_items(const std::vector<syntax::SelectItem>& items, const Scope& scope) {
    std::vector<Field> fields;
    for (const syntax::SelectItem& item : items) {
        if (std::holds_alternative<syntax::SelectAll>(item.node)) {
            select_all(item, scope, fields);
            continue;
        }
        const auto& selected = std::get<syntax::SelectExpression>(item.node);
        Field field;
        field.name = name_of(selected);
        field.term = expression(*selected.value, scope);
        fields.push_back(std::move(field));
    }
    return fields;
}

void Translator::select_all(const syntax::SelectItem& item, const Scope& scope, std::vector<Field>& out) {
    const auto& all = std::get<syntax::SelectAll>(item.node);
    std::vector<Field> found;
    if (!all.of) {
        if (scope.fields.empty()) refuse("COLUMN_NOT_FOUND", item.at, "SELECT * not allowed in queries without FROM clause");
        found = scope.fields;
    } else {
        // t.*, s.t.*; else a row's fields
        const auto* relation = std::get_if<syntax::Identifier>(&all.of->node);
        const auto* qualified = std::get_if<syntax::Dereference>(&all.of->node);
        const std::string name = lower(relation != nullptr ? relation->name.text : qualified != nullptr ? qualified->field.text : "");
        for (const Scope* at = &scope; at != nullptr && found.empty() && !name.empty(); at = at->outer) {
            std::ranges::copy_if(at->fields, std::back_inserter(found), [&](const Field& field) { return field.relation == name; });
        }
        if (found.empty()) {
            if (relation != nullptr) {
                refuse("TABLE_NOT_FOUND", item.at, fmt::format("Unable to resolve reference {}", relation->name.text));
            }
            const Term row = expression(*all.of, scope);
            if (!row.type.is(SqlType::Kind::row)) {
                refuse("TYPE_MISMATCH", item.at, "expected expression of type Row, found: " + athena::name(row.type));
            }
            for (std::size_t i = 0; i < row.type.children.size(); ++i) {
                Field field;
                field.name = row.type.names[i];
                field.term = row_field(row, i);
                found.push_back(std::move(field));
            }
        }
    }
    std::erase_if(found, &Field::hidden);
    if (!all.names.empty() && all.names.size() != found.size()) {
        refuse("MISMATCHED_COLUMN_ALIASES", item.at,
               fmt::format("Column alias list has {} entries but relation has {} columns", all.names.size(), found.size()));
    }
    for (std::size_t i = 0; i < all.names.size(); ++i)
        found[i].name = all.names[i].quoted ? all.names[i].text : upper(all.names[i].text);  // as Trino shows them
    std::ranges::move(found, std::back_inserter(out));
}

std::string Translator::grouping_key(const syntax::Expression& key, bool only_columns, const std::vector<Field>& items,
                                     const Scope& scope) {
    if (const auto number = ordinal(key)) return at_ordinal(*number, items, key.at, "GROUP BY").term.sql;
    const bool is_column = std::holds_alternative<syntax::Identifier>(key.node) || std::holds_alternative<syntax::Dereference>(key.node);
    if (only_columns && !is_column) refuse("INVALID_COLUMN_REFERENCE", key.at, "GROUP BY expression must be a column reference");
    return expression(key, scope).sql;
}

std::string Translator::group_by(const syntax::Select& select, const std::vector<Field>& items, const Scope& scope) {
    using Kind = syntax::GroupingElement::Kind;
    std::vector<std::string> elements;
    std::vector<GroupingSets> all;
    for (const syntax::GroupingElement& element : select.group_by) {
        GroupingSets sets;
        for (const auto& set : element.sets) {
            std::vector<std::string>& keys = sets.emplace_back();
            for (const auto& key : set) keys.push_back(grouping_key(*key, element.kind != Kind::simple, items, scope));
        }
        all.push_back(expanded(element.kind, sets));
        if (element.kind != Kind::simple) continue;
        for (const std::string& key : sets[0]) elements.push_back(key);
    }
    const bool only_keys = std::ranges::all_of(select.group_by, [](const auto& element) { return element.kind == Kind::simple; });
    if (only_keys && !elements.empty()) return fmt::format(" GROUP BY {}", fmt::join(elements, ", "));
    GroupingSets product = {{}};
    for (const GroupingSets& sets : all) {
        GroupingSets next;
        for (const auto& left : product) {
            for (const auto& right : sets) {
                auto joined = left;
                for (const std::string& key : right) {
                    if (std::ranges::find(joined, key) == joined.end()) joined.push_back(key);
                }
                next.push_back(std::move(joined));
            }
        }
        product = std::move(next);
        if (product.size() > most_grouping_sets) {
            refuse("TOO_MANY_GROUPING_SETS", select.items[0].at,
                   fmt::format("GROUP BY has more than {} grouping sets", most_grouping_sets));
        }
    }
    std::vector<std::string> texts;
    for (const auto& set : product) texts.push_back(fmt::format("({})", fmt::join(set, ", ")));
    if (select.group_distinct) keep_first(product, texts);
    return fmt::format(" GROUP BY GROUPING SETS ({})", fmt::join(texts, ", "));
}

std::string Translator::sort_suffix(const syntax::SortItem& item) {
    return fmt::format(" {} NULLS {}", item.descending ? "DESC" : "ASC", item.nulls_first.value_or(false) ? "FIRST" : "LAST");
}

// `output`: the select list, whose columns can be named by their numbers.
std::string Translator::sort_items(const std::vector<syntax::SortItem>& items, const std::vector<Field>* output, const Scope& scope) {
    std::vector<std::string> keys;
    for (const syntax::SortItem& item : items) {
        const auto number = output != nullptr ? ordinal(*item.key) : std::nullopt;
        const Term key = number ? at_ordinal(*number, *output, item.key->at, "ORDER BY").term : expression(*item.key, scope);
        if (!orderable(key.type)) {
            refuse("TYPE_MISMATCH", item.key->at,
                   fmt::format("Type {} is not orderable, and therefore cannot be used in ORDER BY", name(key.type)));
        }
        // A query's rows may be ordered by the whole of a timestamp with its zone, which begins with the instant: DISTINCT wants the
        // column.
        std::string text = output != nullptr && key.type.is(SqlType::Kind::timestamp_tz) ? key.sql : comparable_text(key.sql, key.type);
        if (output != nullptr) {
            const auto same = std::ranges::find(*output, text, [](const Field& field) { return field.term.sql; });
            if (same != output->end()) text = std::to_string(same - output->begin() + 1);
        }
        keys.push_back(text + sort_suffix(item));
    }
    return fmt::format("{}", fmt::join(keys, ", "));
}

std::string Translator::row_limit(const syntax::Query& query) {
    std::string count = row_count(*query.limit);
    if (query.fetched && count == "0") {
        refuse("NUMERIC_VALUE_OUT_OF_RANGE", query.limit->at, "FETCH FIRST row count must be positive (actual value: 0)");
    }
    return count;
}

std::string Translator::row_count(const syntax::Expression& count) {
    if (std::holds_alternative<syntax::Parameter>(count.node)) return coerce(expression(count, {}), SqlType::of(SqlType::Kind::bigint));
    return std::get<syntax::Number>(count.node).text;
}

std::string Translator::limits(const syntax::Query& query) {
    std::string text;
    if (query.limit) {
        const std::string count = row_limit(query);
        const bool is_number = std::holds_alternative<syntax::Number>(query.limit->node);
        if (is_number && !query.order.empty() && (count.size() > 10 || (count.size() == 10 && count > "2147483647"))) {
            refuse("NOT_SUPPORTED", query.limit->at, "ORDER BY LIMIT > 2147483647 is not supported");
        }
        text += " LIMIT " + count;
    }
    if (query.offset) text += " OFFSET " + row_count(*query.offset);
    return text;
}

QueryText Translator::ordered(QueryText text, const syntax::Query& query, const Scope* outer) {
    if (!is_limited(query)) return text;
    if (query.with_ties) refuse("NOT_SUPPORTED", query.at, "WITH TIES is supported behind SELECT only");
    Scope scope;
    scope.outer = outer;
    scope.fields = text.columns;
    const std::string order = sort_items(query.order, &text.columns, scope);
    return {fmt::format("SELECT * FROM ({}) AS {}{}{}", text.sql, next_alias(), order.empty() ? "" : " ORDER BY " + order, limits(query)),
            std::move(text.columns)};
}

QueryText Translator::set_operation(const syntax::SetOperation& operation, const Scope* outer) {
    QueryText left = query(*operation.left, outer);
    QueryText right = query(*operation.right, outer);
    const Position at = operation.left->at;
    if (left.columns.size() != right.columns.size()) {
        refuse("TYPE_MISMATCH", at,
               fmt::format("{} query has different number of fields: {}, {}", operation.op, left.columns.size(), right.columns.size()));
    }
    std::vector<Field> columns = left.columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto common = common_type(left.columns[i].term.type, right.columns[i].term.type);
        if (!common) {
            refuse("TYPE_MISMATCH", at,
                   fmt::format("column {} in {} query has incompatible types: {}, {}", i + 1, operation.op, name(left.columns[i].term.type),
                               name(right.columns[i].term.type)));
        }
        columns[i].term.type = *common;
    }
    const auto side = [&](QueryText& text) {
        std::vector<Field> items = text.columns;
        bool same = true;
        for (std::size_t i = 0; i < items.size(); ++i) {
            items[i].term.sql = coerce(items[i].term, columns[i].term.type);
            same = same && items[i].term.sql == text.columns[i].term.sql;
        }
        return same ? text.sql : fmt::format("SELECT {} FROM ({}) AS {}", select_list(items), text.sql, next_alias());
    };
    return {fmt::format("({}) {}{} ({})", side(left), operation.op, operation.all ? " ALL" : "", side(right)), std::move(columns)};
}

QueryText Translator::values(const syntax::Values& values, const Scope* outer) {
    const Scope scope{{}, outer, false};
    std::vector<std::vector<Term>> rows;
    for (const auto& row : values.rows) {
        std::vector<Term> terms;
        if (const auto* constructor = std::get_if<syntax::RowConstructor>(&row->node)) {
            for (const auto& item : constructor->items) terms.push_back(expression(*item, scope));
        } else {
            terms.push_back(expression(*row, scope));
        }
        if (!rows.empty() && rows[0].size() != terms.size()) {
            refuse("TYPE_MISMATCH", row->at, fmt::format("Values rows have mismatched sizes: {} vs {}", rows[0].size(), terms.size()));
        }
        rows.push_back(std::move(terms));
    }
    std::vector<Field> columns(rows[0].size());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        SqlType type = rows[0][i].type;
        for (const auto& row : rows) {
            const auto common = common_type(type, row[i].type);
            if (!common) {
                refuse("TYPE_MISMATCH", values.rows[0]->at,
                       fmt::format("Values rows have mismatched types: {} vs {}", name(type), name(row[i].type)));
            }
            type = *common;
        }
        columns[i].term = {column_name(i), type};
        names.push_back(column_name(i));
    }
    std::vector<std::string> lines;
    for (const auto& row : rows) {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < row.size(); ++i) texts.push_back(coerce(row[i], columns[i].term.type));
        lines.push_back(fmt::format("({})", fmt::join(texts, ", ")));
    }
    return {fmt::format("SELECT * FROM (VALUES {}) AS {}({})", fmt::join(lines, ", "), next_alias(), fmt::join(names, ", ")),
            std::move(columns)};
}

}  // namespace dualstore::sql::athena
