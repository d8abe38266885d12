#include "sql/embedded/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "record/reader.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql {
namespace {

DuckValue duck_value(const Value& value);

// Children of a list, map or row: owners, and the same as DuckDB wants them.
struct Children {
    std::vector<DuckValue> owned;
    std::vector<duckdb_value> values;
    std::vector<duckdb_logical_type> types;

    bool add(const Value& value) {
        owned.push_back(duck_value(value));
        if (owned.back().get() == nullptr) return false;
        values.push_back(owned.back().get());
        types.push_back(duckdb_get_value_type(values.back()));  // the value's own; lives as long as it
        return true;
    }
    // The type of the first element that is not null.
    [[nodiscard]] LogicalType element_type() const {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!duckdb_is_null_value(values[i])) return copy(types[i]);
        }
        return LogicalType(duckdb_create_logical_type(DUCKDB_TYPE_SQLNULL));
    }

  private:
    // The C API copies a type only inside another one.
    static LogicalType copy(duckdb_logical_type type) {
        return LogicalType(duckdb_list_type_child_type(LogicalType(duckdb_create_list_type(type)).get()));
    }
};

// Digits as [-+]123[.45], at most 38 of them; nullptr otherwise.
DuckValue decimal_value(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string digits(text.substr(0, point));
    const std::size_t scale = point < text.size() ? text.size() - point - 1 : 0;
    if (point < text.size()) digits += text.substr(point + 1);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - std::min(digits.size(), std::max<std::size_t>(scale, 1))));
    if (digits.empty() || digits.size() > 38 || digits.find_first_not_of("0123456789") != std::string::npos) return {};
    record::Int128 number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    if (negative) number = -number;
    return DuckValue(duckdb_create_decimal({static_cast<std::uint8_t>(digits.size()),
                                            static_cast<std::uint8_t>(scale),
                                            {static_cast<std::uint64_t>(number), static_cast<std::int64_t>(number >> 64)}}));
}

DuckValue list_value(const Array& array) {
    Children children;
    for (const Value& item : array.items) {
        if (!children.add(item)) return {};
    }
    return DuckValue(duckdb_create_list_value(children.element_type().get(), children.values.data(), children.values.size()));
}

DuckValue map_value(const Map& map) {
    Children keys;
    Children values;
    for (const auto& [key, value] : map.entries) {
        if (!keys.add(key) || !values.add(value)) return {};
    }
    const LogicalType type(duckdb_create_map_type(keys.element_type().get(), values.element_type().get()));
    return DuckValue(duckdb_create_map_value(type.get(), keys.values.data(), values.values.data(), keys.values.size()));
}

DuckValue row_value(const Row& row) {
    Children children;
    std::vector<const char*> names;
    std::vector<std::string> owned_names;
    for (std::size_t i = 0; i < row.fields.size(); ++i) owned_names.push_back(fmt::format("f{}", i + 1));
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
        if (!children.add(row.fields[i].second)) return {};
        names.push_back(owned_names[i].c_str());
    }
    const LogicalType type(duckdb_create_struct_type(children.types.data(), names.data(), names.size()));
    return DuckValue(duckdb_create_struct_value(type.get(), children.values.data()));
}

// Trino's integer literals are of the type integer where they fit.
bool is_small(std::int64_t number) {
    using Small = std::numeric_limits<std::int32_t>;
    return number >= Small::min() && number <= Small::max();
}

DuckValue integer_value(std::int64_t number) {
    if (is_small(number)) return DuckValue(duckdb_create_int32(static_cast<std::int32_t>(number)));
    return DuckValue(duckdb_create_int64(number));
}

// nullptr: DuckDB has no such value.
DuckValue duck_value(const Value& value) {
    return std::visit(
        [](const auto& held) -> DuckValue {
            using T = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<T, std::monostate>) return DuckValue(duckdb_create_null_value());
            if constexpr (std::is_same_v<T, bool>) return DuckValue(duckdb_create_bool(held));
            if constexpr (std::is_same_v<T, std::int64_t>) return integer_value(held);
            if constexpr (std::is_same_v<T, double>) return DuckValue(duckdb_create_double(held));
            if constexpr (std::is_same_v<T, std::string>) return DuckValue(duckdb_create_varchar_length(held.data(), held.size()));
            if constexpr (std::is_same_v<T, Decimal>) return decimal_value(held.digits);
            if constexpr (std::is_same_v<T, Binary>) {
                return DuckValue(duckdb_create_blob(reinterpret_cast<const std::uint8_t*>(held.bytes.data()), held.bytes.size()));
            }
            if constexpr (std::is_same_v<T, Array>) return list_value(held);
            if constexpr (std::is_same_v<T, Map>) return map_value(held);
            if constexpr (std::is_same_v<T, Row>) return row_value(held);
        },
        static_cast<const std::variant<std::monostate, bool, std::int64_t, double, std::string, Decimal, Binary, Array, Map, Row>&>(value));
}

// That all values have, as far as there is one.
athena::SqlType common(const std::vector<athena::SqlType>& types) {
    athena::SqlType result;
    for (const athena::SqlType& type : types) {
        if (auto joined = athena::common_type(result, type)) result = std::move(*joined);
    }
    return result;
}

athena::SqlType type_of_digits(std::string_view digits) {
    if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
    const auto [needed, scale] = athena::decimal_size(digits);
    const std::size_t precision = std::min<std::size_t>(needed, 38);
    return athena::SqlType::decimal(static_cast<unsigned>(precision), static_cast<unsigned>(std::min(scale, precision)));
}

struct TypeOf {
    using SqlType = athena::SqlType;
    using Kind = SqlType::Kind;

    SqlType operator()(std::monostate) const { return {}; }
    SqlType operator()(bool) const { return SqlType::of(Kind::boolean); }
    SqlType operator()(std::int64_t number) const { return SqlType::of(is_small(number) ? Kind::integer : Kind::bigint); }
    SqlType operator()(double) const { return SqlType::of(Kind::double_); }
    SqlType operator()(const std::string& text) const {
        return SqlType::varchar(static_cast<std::uint32_t>(athena::count_code_points(text)));
    }
    SqlType operator()(const Decimal& decimal) const { return type_of_digits(decimal.digits); }
    SqlType operator()(const Binary&) const { return SqlType::of(Kind::varbinary); }
    SqlType operator()(const Array& array) const {
        std::vector<SqlType> types;
        for (const Value& item : array.items) types.push_back(type_of(item));
        return SqlType::array(common(types));
    }
    SqlType operator()(const Map& map) const {
        std::vector<SqlType> keys;
        std::vector<SqlType> values;
        for (const auto& [key, value] : map.entries) {
            keys.push_back(type_of(key));
            values.push_back(type_of(value));
        }
        return SqlType::map(common(keys), common(values));
    }
    SqlType operator()(const Row& row) const {
        SqlType type = SqlType::of(Kind::row);
        for (const auto& [name, value] : row.fields) {
            type.children.push_back(type_of(value));
            type.names.push_back(name);
        }
        return type;
    }
};

}  // namespace

athena::SqlType type_of(const Value& value) {
    return std::visit(TypeOf{}, static_cast<const Value::variant&>(value));
}

Result<void> bind_parameters(const Prepared& statement, std::span<const Value> parameters) {
    for (idx_t i = 0; i < parameters.size(); ++i) {
        idx_t place = 0;
        // The query may do without it: as typeof(?) does, and as NULL is no parameter to DuckDB.
        if (duckdb_bind_parameter_index(statement.get(), &place, std::to_string(i + 1).c_str()) != DuckDBSuccess) continue;
        const DuckValue value = duck_value(parameters[i]);
        if (value.get() == nullptr || duckdb_bind_value(statement.get(), place, value.get()) != DuckDBSuccess) {
            return fail(ErrorCode::query, fmt::format("INVALID_PARAMETER_USAGE: parameter {} is not a value that SQL can hold", i + 1),
                        "query");
        }
    }
    return {};
}

}  // namespace dualstore::sql
