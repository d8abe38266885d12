#include "sql/remote/trino_values.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "record/json.hpp"
#include "sql/remote/base64.hpp"

namespace dualstore::sql::remote {
namespace {

using Kind = TrinoType::Kind;

// Types without children; every other one is text.
constexpr std::array<std::pair<std::string_view, Kind>, 9> plain_kinds = {{
    {"boolean", Kind::boolean},
    {"tinyint", Kind::integer},
    {"smallint", Kind::integer},
    {"integer", Kind::integer},
    {"bigint", Kind::integer},
    {"real", Kind::floating},
    {"double", Kind::floating},
    {"decimal", Kind::decimal},
    {"varbinary", Kind::binary},
}};

std::string string_at(yyjson_val* object, const char* name) {
    return std::string(record::string_of(yyjson_obj_get(object, name)));
}

std::optional<TrinoType> type_of(yyjson_val* signature);

// The children of an array, map or row: an argument's value is a signature, or for a row's field an object with name and signature.
std::optional<TrinoType> nested(Kind kind, yyjson_val* arguments) {
    TrinoType type{.kind = kind};
    yyjson_arr_iter iter = yyjson_arr_iter_with(arguments);
    while (yyjson_val* argument = yyjson_arr_iter_next(&iter)) {
        yyjson_val* value = yyjson_obj_get(argument, "value");
        if (kind == Kind::row) {
            type.names.push_back(string_at(yyjson_obj_get(value, "fieldName"), "name"));
            value = yyjson_obj_get(value, "typeSignature");
        }
        auto child = type_of(value);
        if (!child) return std::nullopt;
        type.children.push_back(std::move(*child));
    }
    const bool complete = kind == Kind::row || type.children.size() == (kind == Kind::map ? 2 : 1);
    return complete ? std::optional(std::move(type)) : std::nullopt;
}

std::optional<TrinoType> type_of(yyjson_val* signature) {
    if (!yyjson_is_obj(signature)) return std::nullopt;
    const std::string name = string_at(signature, "rawType");
    yyjson_val* arguments = yyjson_obj_get(signature, "arguments");
    if (name == "array") return nested(Kind::array, arguments);
    if (name == "map") return nested(Kind::map, arguments);
    if (name == "row") return nested(Kind::row, arguments);
    for (const auto& [known, kind] : plain_kinds) {
        if (known == name) return TrinoType{.kind = kind};
    }
    return TrinoType{};
}

template <class Number>
std::optional<Value> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Value> floating(std::string_view text) {
    using Limits = std::numeric_limits<double>;
    if (text == "NaN") return Limits::quiet_NaN();
    if (text == "Infinity") return Limits::infinity();
    if (text == "-Infinity") return -Limits::infinity();
    return number<double>(text);
}

// A value written as text, as all are that are a map's key.
std::optional<Value> scalar(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::boolean:
            if (text == "true") return true;
            return text == "false" ? std::optional<Value>(false) : std::nullopt;
        case Kind::integer:
            return number<std::int64_t>(text);
        case Kind::floating:
            return floating(text);
        case Kind::decimal:
            return Decimal{std::string(text)};
        case Kind::binary:
            if (auto bytes = from_base64(text)) return Binary{std::move(*bytes)};
            return std::nullopt;
        default:
            return std::string(text);
    }
}

std::optional<Value> array_value(const TrinoType& type, yyjson_val* value) {
    if (!yyjson_is_arr(value)) return std::nullopt;
    Array array;
    yyjson_arr_iter iter = yyjson_arr_iter_with(value);
    while (yyjson_val* item = yyjson_arr_iter_next(&iter)) {
        auto one = trino_value(type.children[0], item);
        if (!one) return std::nullopt;
        array.items.push_back(std::move(*one));
    }
    return array;
}

std::optional<Value> map_value(const TrinoType& type, yyjson_val* value) {
    if (!yyjson_is_obj(value)) return std::nullopt;
    Map map;
    for (const auto [key, item] : record::Members(value)) {
        auto first = scalar(type.children[0].kind, key);
        auto second = trino_value(type.children[1], item);
        if (!first || !second) return std::nullopt;
        map.entries.emplace_back(std::move(*first), std::move(*second));
    }
    return map;
}

std::optional<Value> row_value(const TrinoType& type, yyjson_val* value) {
    if (!yyjson_is_arr(value) || yyjson_arr_size(value) != type.children.size()) return std::nullopt;
    Row row;
    yyjson_arr_iter iter = yyjson_arr_iter_with(value);
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        auto field = trino_value(type.children[i], yyjson_arr_iter_next(&iter));
        if (!field) return std::nullopt;
        row.fields.emplace_back(type.names[i], std::move(*field));
    }
    return row;
}

}  // namespace

std::optional<TrinoColumn> trino_column(yyjson_val* column) {
    yyjson_val* signature = yyjson_obj_get(column, "typeSignature");
    auto type = type_of(signature);
    if (!type) return std::nullopt;
    // An interval's `type` is in capitals, unlike what typeof() and all other types say.
    const bool plain = yyjson_arr_size(yyjson_obj_get(signature, "arguments")) == 0;
    std::string type_name = plain ? string_at(signature, "rawType") : string_at(column, "type");
    return TrinoColumn{{string_at(column, "name"), std::move(type_name)}, std::move(*type)};
}

std::optional<Value> trino_value(const TrinoType& type, yyjson_val* value) {
    if (yyjson_is_null(value)) return std::monostate{};
    switch (type.kind) {
        case Kind::array:
            return array_value(type, value);
        case Kind::map:
            return map_value(type, value);
        case Kind::row:
            return row_value(type, value);
        case Kind::boolean:
            return yyjson_is_bool(value) ? std::optional<Value>(yyjson_get_bool(value)) : std::nullopt;
        default:
            if (yyjson_is_str(value)) return scalar(type.kind, record::string_of(value));
            if (yyjson_is_raw(value)) return scalar(type.kind, record::number_of(value));
            return std::nullopt;
    }
}

}  // namespace dualstore::sql::remote
