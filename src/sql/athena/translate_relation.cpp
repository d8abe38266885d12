// What stands behind FROM: tables, subqueries, joins, UNNEST.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sql/athena/information.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view path_column = "$path";

bool has_rows(const SqlType& type) {
    return type.is(Kind::row) || std::ranges::any_of(type.children, has_rows);
}

// A column as the mirror keeps it, in the form that SqlType says: rows' fields are f1, f2, ..., times have milliseconds.
std::string stored_value(const std::string& sql, const Type& type, int depth = 0) {
    const SqlType shown = SqlType::of_column(type);
    if (type.kind == Type::Kind::timestamp) return fmt::format("date_trunc('millisecond', {} + to_microseconds(500))", sql);
    const bool times = duckdb_name(shown).find("TIMESTAMP") != std::string::npos;
    if (!has_rows(shown) && !times) return sql;
    const std::string item = fmt::format("athena_stored{}", depth);
    if (type.kind == Type::Kind::array) {
        return fmt::format("list_transform({}, lambda {}: {})", sql, item, stored_value(item, type.children[0].type, depth + 1));
    }
    if (type.kind == Type::Kind::map) {
        return fmt::format("map_from_entries(list_transform(map_entries({}), lambda {}: struct_pack(k := {}, v := {})))", sql, item,
                           stored_value(item + ".key", type.children[0].type, depth + 1),
                           stored_value(item + ".value", type.children[1].type, depth + 1));
    }
    std::string fields;
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        const Column& child = type.children[i];
        fields += fmt::format("{}f{} := {}", i == 0 ? "" : ", ", i + 1,
                              stored_value(fmt::format("({}).{}", sql, quoted_name(child.name)), child.type, depth + 1));
    }
    return fmt::format("CASE WHEN {} IS NOT NULL THEN struct_pack({}) END", sql, fields);
}

// Whether the right side of a join sees the columns of the left one.
bool is_lateral(const syntax::Relation& relation) {
    if (const auto* aliased = std::get_if<syntax::Aliased>(&relation.node)) return is_lateral(*aliased->relation);
    if (const auto* derived = std::get_if<syntax::DerivedTable>(&relation.node)) return derived->lateral;
    return std::holds_alternative<syntax::Unnest>(relation.node);
}

bool is_unnest(const syntax::Relation& relation) {
    if (const auto* aliased = std::get_if<syntax::Aliased>(&relation.node)) return is_unnest(*aliased->relation);
    return std::holds_alternative<syntax::Unnest>(relation.node);
}

const Field& column_of_join(const RelationText& side, const syntax::Name& name, std::string_view which) {
    const Field* found = nullptr;
    for (const Field& field : side.fields) {
        if (field.hidden || lower(field.name) != lower(name.text)) continue;
        if (found != nullptr) refuse("AMBIGUOUS_NAME", name.at, fmt::format("Column '{}' is ambiguous", name.text));
        found = &field;
    }
    if (found == nullptr) {
        refuse("COLUMN_NOT_FOUND", name.at, fmt::format("Column '{}' is missing from {} side of join", name.text, which));
    }
    return *found;
}

std::string_view join_text(syntax::Join::Kind kind) {
    switch (kind) {
        case syntax::Join::Kind::left:
            return "LEFT JOIN";
        case syntax::Join::Kind::right:
            return "RIGHT JOIN";
        case syntax::Join::Kind::full:
            return "FULL JOIN";
        case syntax::Join::Kind::cross:
            return "CROSS JOIN";
        default:
            return "JOIN";
    }
}

}  // namespace

RelationText Translator::relation(const syntax::Relation& relation, const Scope* outer) {
    if (const auto* name = std::get_if<syntax::TableName>(&relation.node)) return table(name->name, relation.at);
    if (const auto* join = std::get_if<syntax::Join>(&relation.node)) return this->join(*join, relation.at, outer);
    if (const auto* aliased = std::get_if<syntax::Aliased>(&relation.node)) return this->aliased(*aliased, outer);
    if (const auto* unnest = std::get_if<syntax::Unnest>(&relation.node)) return this->unnest(*unnest, outer != nullptr ? *outer : Scope{});
    const auto& derived = std::get<syntax::DerivedTable>(relation.node);
    RelationText text = this->derived(query(*derived.query, outer));
    if (derived.lateral) text.sql = "LATERAL " + text.sql;
    return text;
}

const TableDefinition* Translator::find_table(std::string_view schema, std::string_view name) const {
    for (const TableDefinition& table : tables_) {
        const std::string_view home = table.database.empty() ? database_ : std::string_view(table.database);
        if (lower(table.name) == name && lower(home) == schema) return &table;
    }
    return nullptr;
}

RelationText Translator::table(const syntax::QualifiedName& parts, Position at) {
    const std::string name = lower(parts.back().text);
    if (parts.size() == 1) {
        for (auto known = with_.rbegin(); known != with_.rend(); ++known) {
            const auto found = known->find(name);
            if (found == known->end()) continue;
            RelationText text = derived({"", found->second.second});
            const std::string alias =
                text.fields.empty() ? next_alias() : text.fields[0].term.sql.substr(0, text.fields[0].term.sql.find('.'));
            text.sql = fmt::format("{} AS {}", found->second.first, alias);
            for (Field& field : text.fields) field.relation = name;
            return text;
        }
    }
    if (parts.size() > 3) refuse("SYNTAX_ERROR", at, "Too many dots in table name");
    const std::string schema = parts.size() > 1 ? lower(parts[parts.size() - 2].text) : lower(database_);
    if (parts.size() == 3 && lower(parts[0].text) != catalog_name) {
        refuse("CATALOG_NOT_FOUND", at, fmt::format("Catalog '{}' not found", parts[0].text));
    }
    if (schema == "information_schema") {
        if (auto text = information_schema(name, tables_, database_)) {
            RelationText relation = derived(*text);
            for (Field& field : relation.fields) field.relation = name;
            return relation;
        }
    }
    const TableDefinition* table = find_table(schema, name);
    if (table == nullptr) refuse("TABLE_NOT_FOUND", at, fmt::format("Table '{}.{}.{}' does not exist", catalog_name, schema, name));
    read_.insert(table);
    const std::string alias = next_alias();
    RelationText text;
    text.sql = fmt::format("{}.{} AS {}", quoted_name(table->database.empty() ? database_ : std::string_view(table->database)),
                           quoted_name(table->name), alias);
    for (const Column& column : table->columns) {
        const std::string sql = fmt::format("{}.{}", alias, quoted_name(column.name));
        text.fields.push_back({name, schema, column.name, {stored_value(sql, column.type), SqlType::of_column(column.type)}});
    }
    text.fields.push_back(
        {name, schema, std::string(path_column), {fmt::format("{}.{}", alias, quoted_name(path_column)), SqlType::varchar()}, true});
    return text;
}

RelationText Translator::derived(const QueryText& text) {
    const std::string alias = next_alias();
    RelationText relation{fmt::format("({}) AS {}", text.sql, alias), text.columns};
    for (Field& field : relation.fields) field.term.sql = alias + "." + field.term.sql;
    return relation;
}

RelationText Translator::unnest(const syntax::Unnest& unnest, const Scope& scope) {
    const std::string alias = next_alias();
    std::vector<std::string> inner;    // what is unnested: u1, u2, ...
    std::vector<std::string> lengths;  // for the ordinality
    std::vector<std::string> outer;    // the columns: c1, c2, ...
    RelationText text;
    const auto add_column = [&](std::string sql, SqlType type, std::string name = {}) {
        outer.push_back(fmt::format("{} AS c{}", sql, outer.size() + 1));
        Field field;
        field.name = std::move(name);
        field.term = {fmt::format("{}.c{}", alias, outer.size()), std::move(type)};
        text.fields.push_back(std::move(field));
    };
    const auto add_list = [&](const std::string& list) {
        inner.push_back(fmt::format("unnest({}) AS u{}", list, inner.size() + 1));
        return fmt::format("u{}", inner.size());
    };
    for (const auto& array : unnest.arrays) {
        const Term term = expression(*array, scope);
        if (term.type.is(Kind::map)) {
            add_column(add_list(fmt::format("map_keys({})", term.sql)), term.type.children[0]);
            add_column(add_list(fmt::format("map_values({})", term.sql)), term.type.children[1]);
            lengths.push_back(fmt::format("coalesce(len(map_keys({})), 0)", term.sql));
            continue;
        }
        if (!term.type.is(Kind::array)) refuse("TYPE_MISMATCH", array->at, "Cannot unnest type: " + name(term.type));
        lengths.push_back(fmt::format("coalesce(len({}), 0)", term.sql));
        const SqlType& element = term.type.children[0];
        const std::string item = add_list(term.sql);
        if (!element.is(Kind::row)) {
            add_column(item, element);
            continue;
        }
        for (std::size_t i = 0; i < element.children.size(); ++i) {
            add_column(row_field({item, element}, i).sql, element.children[i], element.names[i]);
        }
    }
    if (unnest.ordinality) {
        const std::string longest = lengths.size() == 1 ? lengths[0] : fmt::format("greatest({})", fmt::join(lengths, ", "));
        add_column(add_list(fmt::format("range(CAST(1 AS BIGINT), {} + 1)", longest)), SqlType::of(Kind::bigint));
    }
    text.sql = fmt::format("LATERAL (SELECT {} FROM (SELECT {})) AS {}", fmt::join(outer, ", "), fmt::join(inner, ", "), alias);
    return text;
}

RelationText Translator::join(const syntax::Join& join, Position at, const Scope* outer) {
    RelationText left = relation(*join.left, outer);
    const Scope left_scope{left.fields, outer, false};
    RelationText right = relation(*join.right, is_lateral(*join.right) ? &left_scope : outer);
    if (std::holds_alternative<syntax::Join>(join.right->node)) right.sql = "(" + right.sql + ")";
    if (join.natural) refuse("NOT_SUPPORTED", at, "Natural join not supported");
    if (join.kind != syntax::Join::Kind::cross && is_unnest(*join.right)) {
        const auto* constant = join.on ? std::get_if<syntax::Boolean>(&join.on->node) : nullptr;
        if (constant == nullptr || !constant->value) {
            refuse("NOT_SUPPORTED", join.on ? join.on->at : at, "JOIN involving UNNEST is only supported with condition ON TRUE");
        }
    }
    if (!join.columns.empty()) return join_using(join, at, std::move(left), std::move(right));
    RelationText text;
    text.fields = left.fields;
    text.fields.insert(text.fields.end(), right.fields.begin(), right.fields.end());
    text.sql = fmt::format("{} {} {}", left.sql, join_text(join.kind), right.sql);
    if (join.on) {
        const Scope scope{text.fields, outer, false};
        text.sql += " ON " + condition(*join.on, scope).sql;
    }
    return text;
}

RelationText Translator::join_using(const syntax::Join& join, Position at, RelationText left, RelationText right) {
    RelationText text;
    std::vector<std::string> conditions;
    std::vector<std::string> names;
    for (const syntax::Name& column : join.columns) {
        const Field& a = column_of_join(left, column, "left");
        const Field& b = column_of_join(right, column, "right");
        const auto type = common_type(a.term.type, b.term.type);
        if (!type) {
            refuse("TYPE_MISMATCH", column.at,
                   fmt::format("Column types of '{}' do not match: {}, {}", column.text, name(a.term.type), name(b.term.type)));
        }
        conditions.push_back(compare("=", a.term, b.term, at).sql);
        const std::string from_left = coerce(a.term, *type);
        const std::string from_right = coerce(b.term, *type);
        Field field;
        field.name = column.text;
        field.term.type = *type;
        field.term.sql = join.kind == syntax::Join::Kind::right  ? from_right
                         : join.kind == syntax::Join::Kind::full ? fmt::format("coalesce({}, {})", from_left, from_right)
                                                                 : from_left;
        text.fields.push_back(std::move(field));
        names.push_back(lower(column.text));
    }
    for (const RelationText* side : {&left, &right}) {
        std::ranges::copy_if(side->fields, std::back_inserter(text.fields),
                             [&](const Field& field) { return std::ranges::find(names, lower(field.name)) == names.end(); });
    }
    text.sql = fmt::format("{} {} {} ON {}", left.sql, join_text(join.kind), right.sql, fmt::join(conditions, " AND "));
    return text;
}

RelationText Translator::aliased(const syntax::Aliased& aliased, const Scope* outer) {
    RelationText text = relation(*aliased.relation, outer);
    if (std::holds_alternative<syntax::Join>(aliased.relation->node)) text.sql = "(" + text.sql + ")";
    const auto shown = static_cast<std::size_t>(std::ranges::count(text.fields, false, &Field::hidden));
    if (!aliased.columns.empty() && aliased.columns.size() != shown) {
        refuse("MISMATCHED_COLUMN_ALIASES", aliased.name.at,
               fmt::format("Column alias list has {} entries but '{}' has {} columns available", aliased.columns.size(), aliased.name.text,
                           shown));
    }
    std::size_t next = 0;
    for (Field& field : text.fields) {
        field.relation = lower(aliased.name.text);
        field.schema.clear();
        if (!field.hidden && !aliased.columns.empty()) field.name = aliased.columns[next++].text;
    }
    return text;
}

}  // namespace dualstore::sql::athena
