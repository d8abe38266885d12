// CAST(json AS ...)
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/functions/json_value.hpp"
#include "sql/athena/functions/nested.hpp"
#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/text_value.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;
using Json = JsonValue::Kind;

// Thrown and caught inside json_from().
struct Failure {
    std::string message;
    std::string_view kind = "INVALID_CAST_ARGUMENT";
};

template <class T>
void put(const Cell& cell, T value) {
    static_cast<T*>(duckdb_vector_get_data(cell.vector))[cell.row] = value;
}

// How Trino names a value that is not the wanted one.
std::string shown(const JsonValue& value) {
    if (value.is(Json::object)) return "{";
    if (value.is(Json::array)) return "[";
    if (value.is(Json::string)) return sql_text(value.text);
    std::string text;
    append_json(text, value, JsonOrder::as_is);
    return text;
}

[[noreturn]] void unexpected(std::string_view token, const SqlType& type) {
    throw Failure{fmt::format("Unexpected token when cast to {}: {}", name(type).substr(0, name(type).find('(')), token)};
}

std::string upper_name(const SqlType& type) {
    if (type.is(Kind::integer)) return "INT";
    std::string text = name(type);
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

[[noreturn]] void wrong_text(const JsonValue& value, const SqlType& type) {
    throw Failure{fmt::format("Cannot cast '{}' to {}", sql_text(value.text), upper_name(type))};
}

// Halves away from zero, as Trino rounds doubles.
template <class T>
void put_rounded(const JsonValue& value, const SqlType& type, const Cell& cell) {
    const double number = double_of_json(value.text);
    const double rounded = std::round(number);
    if (!(rounded >= static_cast<double>(std::numeric_limits<T>::min()) && rounded < -static_cast<double>(std::numeric_limits<T>::min()))) {
        throw Failure{fmt::format("Cannot cast '{}' to {}", java_text(number), name(type))};
    }
    put(cell, static_cast<T>(rounded));
}

template <class T>
void put_integer(const JsonValue& value, const SqlType& type, const Cell& cell) {
    switch (value.kind) {
        case Json::string:
        case Json::integer: {
            const auto number = integer_of<T>(value.text);
            if (!number && value.is(Json::string)) wrong_text(value, type);
            if (!number) throw Failure{fmt::format("Cannot cast '{}' to {}", value.text, name(type))};
            return put(cell, *number);
        }
        case Json::floating:
            return put_rounded<T>(value, type, cell);
        case Json::yes:
        case Json::no:
            return put(cell, static_cast<T>(value.is(Json::yes) ? 1 : 0));
        default:
            unexpected(shown(value), type);
    }
}

template <class T>
void put_floating(const JsonValue& value, const SqlType& type, const Cell& cell) {
    switch (value.kind) {
        case Json::string: {
            const auto number = double_of(value.text);
            if (!number) wrong_text(value, type);
            return put(cell, type.is(Kind::real) ? static_cast<T>(real_of(value.text).value_or(0.0F)) : static_cast<T>(*number));
        }
        case Json::integer:
        case Json::floating:
            // By way of the text: a real of a double would be rounded twice.
            return put(cell, type.is(Kind::real) ? static_cast<T>(real_of(value.text).value_or(0.0F))
                                                 : static_cast<T>(double_of_json(value.text)));
        case Json::yes:
        case Json::no:
            return put(cell, static_cast<T>(value.is(Json::yes) ? 1 : 0));
        default:
            unexpected(shown(value), type);
    }
}

void put_decimal(const JsonValue& value, const SqlType& type, const Cell& cell) {
    const bool truth = value.is(Json::yes) || value.is(Json::no);
    const bool number = value.is(Json::integer) || value.is(Json::floating);
    const std::string target = fmt::format("DECIMAL({},{})", type.precision, type.scale);
    if (!truth && !number && !value.is(Json::string)) unexpected(shown(value), type);
    const auto digits =
        athena::decimal_of(truth ? value.is(Json::yes) ? "1" : "0" : std::string_view(value.text), type.precision, type.scale);
    if (!digits && number) throw Failure{fmt::format("Cannot cast input json to {}", target)};
    if (!digits) throw Failure{fmt::format("Cannot cast '{}' to {}", sql_text(value.text), target)};
    Answer(cell.vector, cell.row).decimal(*digits, type);
}

void put_boolean(const JsonValue& value, const SqlType& type, const Cell& cell) {
    switch (value.kind) {
        case Json::string: {
            const auto truth = boolean_of(value.text);
            if (!truth) wrong_text(value, type);
            return put(cell, *truth);
        }
        case Json::integer:
            if (!integer_of<std::int64_t>(value.text)) throw Failure{fmt::format("Cannot cast '{}' to {}", value.text, name(type))};
            return put(cell, double_of_json(value.text) != 0);
        case Json::floating:
            return put(cell, double_of_json(value.text) != 0);
        case Json::yes:
        case Json::no:
            return put(cell, value.is(Json::yes));
        default:
            unexpected(shown(value), type);
    }
}

void put_text(const JsonValue& value, const SqlType& type, const Cell& cell) {
    if (!value.scalar()) unexpected(shown(value), type);
    const std::string text = value.is(Json::floating) ? cast_text(double_of_json(value.text)) : shown(value);
    if (type.length != SqlType::unbounded && count_code_points(text) > type.length) {
        throw Failure{fmt::format("Character count exceeds length limit {}: {}", type.length, text), "GENERIC_INTERNAL_ERROR"};
    }
    Answer(cell.vector, cell.row).text(text);
}

void write(const JsonValue& value, const SqlType& type, const Cell& cell);

// Room for more elements; the first one's row.
idx_t extend(duckdb_vector list, idx_t count) {
    const idx_t first = duckdb_list_vector_get_size(list);
    duckdb_list_vector_reserve(list, first + count);
    duckdb_list_vector_set_size(list, first + count);
    return first;
}

void write_array(const JsonValue& value, const SqlType& type, const Cell& cell) {
    if (!value.is(Json::array)) throw Failure{"Expected a json array, but got " + shown(value)};
    const idx_t first = extend(cell.vector, value.items.size());
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        write(value.items[i], type.children[0], {duckdb_list_vector_get_child(cell.vector), first + i});
    }
    put(cell, duckdb_list_entry{first, value.items.size()});
}

void write_map(const JsonValue& value, const SqlType& type, const Cell& cell) {
    if (!value.is(Json::object)) throw Failure{"Expected a json object, but got " + shown(value)};
    const idx_t first = extend(cell.vector, value.items.size());
    const duckdb_vector entries = duckdb_list_vector_get_child(cell.vector);
    ValueIndex keys(type.children[0]);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        JsonValue key;
        key.kind = Json::string;
        key.text = value.names[i];
        const Cell place{duckdb_struct_vector_get_child(entries, 0), first + i};
        write(key, type.children[0], place);
        if (!keys.add(place).second) throw Failure{"Duplicate map keys are not allowed"};
        write(value.items[i], type.children[1], {duckdb_struct_vector_get_child(entries, 1), first + i});
    }
    put(cell, duckdb_list_entry{first, value.items.size()});
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

void write_row(const JsonValue& value, const SqlType& type, const Cell& cell) {
    const std::size_t count = type.children.size();
    const auto field_cell = [&](std::size_t i) { return Cell{duckdb_struct_vector_get_child(cell.vector, i), cell.row}; };
    if (value.is(Json::array)) {
        for (std::size_t i = 0; i < count; ++i) {
            if (i >= value.items.size()) unexpected("]", type.children[i]);
            write(value.items[i], type.children[i], field_cell(i));
        }
        if (value.items.size() > count) throw Failure{"Expected json array ending, but got " + shown(value.items[count])};
        return;
    }
    if (!value.is(Json::object)) throw Failure{"Expected a json array or object, but got " + shown(value)};
    if (std::ranges::any_of(type.names, &std::string::empty)) {
        throw Failure{"Cannot cast a JSON object to anonymous row type. Input must be a JSON array."};
    }
    std::vector<bool> written(count, false);
    for (std::size_t member = 0; member < value.items.size(); ++member) {
        const auto found = std::ranges::find_if(type.names, [&](const std::string& name) { return same_name(name, value.names[member]); });
        if (found == type.names.end()) continue;
        const auto place = static_cast<std::size_t>(found - type.names.begin());
        if (written[place]) throw Failure{"Duplicate field: " + *found};
        written[place] = true;
        write(value.items[member], type.children[place], field_cell(place));
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (!written[i]) write_null(duckdb_struct_vector_get_child(cell.vector, i), cell.row);
    }
}

void write(const JsonValue& value, const SqlType& type, const Cell& cell) {
    if (value.is(Json::null) && !type.is(Kind::json)) return write_null(cell.vector, cell.row);
    switch (type.kind) {
        case Kind::boolean:
            return put_boolean(value, type, cell);
        case Kind::tinyint:
            return put_integer<std::int8_t>(value, type, cell);
        case Kind::smallint:
            return put_integer<std::int16_t>(value, type, cell);
        case Kind::integer:
            return put_integer<std::int32_t>(value, type, cell);
        case Kind::bigint:
            return put_integer<std::int64_t>(value, type, cell);
        case Kind::real:
            return put_floating<float>(value, type, cell);
        case Kind::double_:
            return put_floating<double>(value, type, cell);
        case Kind::decimal:
            return put_decimal(value, type, cell);
        case Kind::varchar:
            return put_text(value, type, cell);
        case Kind::array:
            return write_array(value, type, cell);
        case Kind::map:
            return write_map(value, type, cell);
        case Kind::row:
            return write_row(value, type, cell);
        case Kind::json: {
            std::string text;
            append_json(text, value, JsonOrder::as_is, JsonAstral::plain);
            return Answer(cell.vector, cell.row).text(text);
        }
        default:
            return;  // the translator lets no other type through
    }
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t most = 100;
    if (count_code_points(text) <= most) return std::string(text);
    return std::string(text.substr(0, code_point_offset(text, most))) + "...(truncated)";
}

}  // namespace

void json_from(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.result_type();
    const std::string_view text = arguments.text(0);
    const bool nested = !type.children.empty();
    const auto value = parse_json(text);
    if (value && value->is(Json::null) && !type.is(Kind::json)) return;
    try {
        if (!value) throw Failure{fmt::format("Cannot cast '{}' to {}", excerpt(text), name(type))};
        if (!nested && !value->scalar()) {
            const std::string target = type.is(Kind::decimal) ? fmt::format("DECIMAL({},{})", type.precision, type.scale) : name(type);
            throw Failure{fmt::format("Cannot cast '{}' to {}", excerpt(text), target)};
        }
        write(*value, type, {answer.vector(), answer.row()});
        answer.given();
    } catch (const Failure& failure) {
        if (!nested || !value) return answer.error(failure.kind, failure.message);
        answer.error(failure.kind, fmt::format("Cannot cast to {}. {}\n{}", name(type), failure.message, excerpt(text)));
    }
}

}  // namespace dualstore::sql::athena
