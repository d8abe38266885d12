#include "sql/remote/athena_nested.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "record/json.hpp"
#include "record/number.hpp"
#include "record/text.hpp"

namespace dualstore::sql::remote {
namespace {

using Kind = Type::Kind;

bool is_nested(const Type& type) {
    return type.kind == Kind::array || type.kind == Kind::map || type.kind == Kind::structure;
}

std::string in_quotes(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = std::min(text.find_first_not_of(blank), text.size());
    return text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

// A name as SQL writes it, plain or in quotes; none for anything else.
std::optional<std::string> name_in(std::string_view text) {
    if (text.size() > 2 && text.starts_with('"') && text.ends_with('"')) {
        const std::string_view inner = text.substr(1, text.size() - 2);
        if (inner.find('"') == std::string_view::npos) return std::string(inner);
        return std::nullopt;
    }
    const bool plain =
        !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == text.npos;
    return plain && (text[0] < '0' || text[0] > '9') ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::vector<std::string>> names_in(const TableDefinition& table, std::string_view columns) {
    std::vector<std::string> names;
    if (trimmed(columns) == "*") {
        for (const Column& column : table.columns) names.push_back(column.name);
        return names;
    }
    for (std::size_t from = 0; from <= columns.size();) {
        const auto comma = std::min(columns.find(',', from), columns.size());
        auto name = name_in(trimmed(columns.substr(from, comma - from)));
        if (!name) return std::nullopt;
        names.push_back(std::move(*name));
        from = comma + 1;
    }
    return names;
}

// With as many digits behind the point as the type has; JSON may have left zeros away.
std::string decimal_text(std::string_view number, std::uint8_t scale) {
    std::string text(number);
    const auto point = text.find('.');
    const std::size_t digits = point == std::string::npos ? 0 : text.size() - point - 1;
    if (point == std::string::npos && scale > 0) text += '.';
    if (digits < scale) text.append(scale - digits, '0');
    return text;
}

std::optional<Value> number_value(const Type& type, std::string_view text) {
    switch (type.kind) {
        case Kind::real:
        case Kind::double_:
            if (const auto value = record::nearest_double(text)) return Value(*value);
            return std::nullopt;
        case Kind::decimal:
            if (text.find_first_of("eE") != std::string_view::npos) return std::nullopt;
            return Value(Decimal{decimal_text(text, type.scale)});
        case Kind::tinyint:
        case Kind::smallint:
        case Kind::integer:
        case Kind::bigint: {
            const record::Scaled value = record::scaled(text, 0, 19);
            const bool fits = value.fit == record::NumberFit::exact && value.value >= std::numeric_limits<std::int64_t>::min() &&
                              value.value <= std::numeric_limits<std::int64_t>::max();
            return fits ? std::optional<Value>(static_cast<std::int64_t>(value.value)) : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

std::optional<Value> string_value(const Type& type, std::string_view text) {
    if (type.kind == Kind::string || type.kind == Kind::date || type.kind == Kind::timestamp) return Value(std::string(text));
    if (type.kind != Kind::real && type.kind != Kind::double_) return std::nullopt;
    if (text == "NaN") return Value(std::numeric_limits<double>::quiet_NaN());
    if (text == "Infinity") return Value(std::numeric_limits<double>::infinity());
    if (text == "-Infinity") return Value(-std::numeric_limits<double>::infinity());
    return std::nullopt;
}

std::optional<Value> value_of(const Type& type, yyjson_val* json);

std::optional<Value> array_value(const Type& type, yyjson_val* json) {
    Array array;
    yyjson_arr_iter iter = yyjson_arr_iter_with(json);
    while (yyjson_val* item = yyjson_arr_iter_next(&iter)) {
        auto value = value_of(type.children[0].type, item);
        if (!value) return std::nullopt;
        array.items.push_back(std::move(*value));
    }
    return Value(std::move(array));
}

std::optional<Value> map_value(const Type& type, yyjson_val* json) {
    Map map;
    for (const auto [name, item] : record::Members(json)) {
        auto value = value_of(type.children[1].type, item);
        if (!value) return std::nullopt;
        map.entries.emplace_back(Value(std::string(name)), std::move(*value));  // a table's maps have string keys
    }
    return Value(std::move(map));
}

// Engine version 3 gives a row as an object, version 2 as an array.
std::optional<Value> row_value(const Type& type, yyjson_val* json) {
    if (yyjson_is_arr(json) && yyjson_arr_size(json) != type.children.size()) return std::nullopt;
    Row row;
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        const Column& field = type.children[i];
        yyjson_val* item = yyjson_is_arr(json) ? yyjson_arr_get(json, i) : record::member(json, field.name);
        auto value = value_of(field.type, item);
        if (!value) return std::nullopt;
        row.fields.emplace_back(field.name, std::move(*value));
    }
    return Value(std::move(row));
}

// None: the JSON is no value of the type.
std::optional<Value> value_of(const Type& type, yyjson_val* json) {
    if (yyjson_is_null(json)) return Value();
    if (type.kind == Kind::boolean && yyjson_is_bool(json)) return Value(yyjson_get_bool(json));
    if (type.kind == Kind::array && yyjson_is_arr(json)) return array_value(type, json);
    if (type.kind == Kind::map && yyjson_is_obj(json)) return map_value(type, json);
    if (type.kind == Kind::structure && (yyjson_is_obj(json) || yyjson_is_arr(json))) return row_value(type, json);
    if (yyjson_is_raw(json)) return number_value(type, record::number_of(json));
    if (yyjson_is_str(json)) return string_value(type, record::string_of(json));
    return std::nullopt;
}

}  // namespace

std::optional<NestedSelect> select_nested_as_json(const TableDefinition& table, std::string_view columns) {
    const auto names = names_in(table, columns);
    if (!names) return std::nullopt;
    NestedSelect select;
    bool any = false;
    for (const std::string& name : *names) {
        const std::string folded = record::fold(name);
        const auto column = std::ranges::find_if(table.columns, [&](const Column& one) { return one.name == folded; });
        const bool nested = column != table.columns.end() && is_nested(column->type);
        any |= nested;
        select.types.push_back(nested ? std::optional(column->type) : std::nullopt);
        if (!select.columns.empty()) select.columns += ", ";
        select.columns += nested ? fmt::format("CAST({0} AS JSON) AS {0}", in_quotes(name)) : in_quotes(name);
    }
    return any ? std::optional(std::move(select)) : std::nullopt;
}

Result<void> read_nested_json(QueryResult& result, std::span<const std::optional<Type>> types) {
    if (types.size() != result.columns.size())
        return fail(ErrorCode::unavailable, "Athena gave other columns than were asked for", "query");
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (!types[i]) continue;
        result.columns[i].type = trino_name(*types[i]);
        for (auto& row : result.rows) {
            const auto* text = std::get_if<std::string>(&row[i]);
            if (text == nullptr) continue;  // NULL
            const auto document = record::parse_json(*text);
            auto value = document ? value_of(*types[i], yyjson_doc_get_root(document->get())) : std::nullopt;
            if (!value) {
                return fail(ErrorCode::unavailable,
                            fmt::format("Athena gave '{}' for the column {} of type {}", record::excerpt(*text), result.columns[i].name,
                                        result.columns[i].type),
                            "query");
            }
            row[i] = std::move(*value);
        }
    }
    return {};
}

}  // namespace dualstore::sql::remote
