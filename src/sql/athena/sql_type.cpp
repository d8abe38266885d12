#include "sql/athena/sql_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

struct Names {
    Kind kind;
    std::string_view trino, duckdb;
};

constexpr std::array<Names, 16> plain = {{
    {Kind::unknown, "unknown", "INTEGER"},
    {Kind::boolean, "boolean", "BOOLEAN"},
    {Kind::tinyint, "tinyint", "TINYINT"},
    {Kind::smallint, "smallint", "SMALLINT"},
    {Kind::integer, "integer", "INTEGER"},
    {Kind::bigint, "bigint", "BIGINT"},
    {Kind::real, "real", "FLOAT"},
    {Kind::double_, "double", "DOUBLE"},
    {Kind::varchar, "varchar", "VARCHAR"},
    {Kind::varbinary, "varbinary", "BLOB"},
    {Kind::date, "date", "DATE"},
    {Kind::interval_day, "interval day to second", "BIGINT"},
    {Kind::interval_month, "interval year to month", "INTEGER"},
    {Kind::json, "json", "VARCHAR"},
    {Kind::uuid, "uuid", "UUID"},
    {Kind::char_, "char", "VARCHAR"},
}};

const Names& names_of(Kind kind) {
    return *std::ranges::find(plain, kind, &Names::kind);
}

// A field's name as Trino writes it in a type: quoted where it is no plain name.
std::string field_name(std::string_view name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_0123456789";
    const bool is_plain = name.find_first_not_of(letters) == name.npos && (name.front() < '0' || name.front() > '9');
    if (is_plain) return std::string(name);
    std::string quoted = "\"";
    for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

// What an integer's digits need as a decimal.
unsigned digits(Kind integral) {
    switch (integral) {
        case Kind::tinyint:
            return 3;
        case Kind::smallint:
            return 5;
        case Kind::integer:
            return 10;
        default:
            return 19;
    }
}

SqlType common_decimal(const SqlType& a, const SqlType& b) {
    const unsigned scale = std::max(a.scale, b.scale);
    const auto whole = static_cast<unsigned>(std::max(a.precision - a.scale, b.precision - b.scale));
    return SqlType::decimal(std::min(38U, whole + scale), scale);
}

std::optional<SqlType> common_number(const SqlType& a, const SqlType& b) {
    if (a.is(Kind::double_) || b.is(Kind::double_)) return SqlType::of(Kind::double_);
    if (a.is(Kind::real) || b.is(Kind::real)) return SqlType::of(Kind::real);
    if (a.is(Kind::decimal) || b.is(Kind::decimal)) {
        const auto as_decimal = [](const SqlType& type) { return type.is(Kind::decimal) ? type : SqlType::decimal(digits(type.kind), 0); };
        return common_decimal(as_decimal(a), as_decimal(b));
    }
    return std::max(a, b, [](const SqlType& x, const SqlType& y) { return x.kind < y.kind; });
}

std::optional<SqlType> common_nested(const SqlType& a, const SqlType& b) {
    if (a.children.size() != b.children.size()) return std::nullopt;
    SqlType result = a;
    for (std::size_t i = 0; i < a.children.size(); ++i) {
        auto child = common_type(a.children[i], b.children[i]);
        if (!child) return std::nullopt;
        result.children[i] = std::move(*child);
        if (a.is(Kind::row) && a.names[i] != b.names[i]) result.names[i].clear();
    }
    return result;
}

// Among date, timestamp and timestamp with time zone, and among the times, the later one holds the former.
std::optional<SqlType> common_time(const SqlType& a, const SqlType& b) {
    const auto is_instant = [](const SqlType& type) {
        return type.is(Kind::date) || type.is(Kind::timestamp) || type.is(Kind::timestamp_tz);
    };
    const auto is_time = [](const SqlType& type) { return type.is(Kind::time) || type.is(Kind::time_tz); };
    if (!(is_instant(a) && is_instant(b)) && !(is_time(a) && is_time(b))) return std::nullopt;
    SqlType result = a.kind < b.kind ? b : a;
    result.precision = std::max(a.precision, b.precision);
    return result;
}

}  // namespace

SqlType SqlType::decimal(unsigned precision, unsigned scale) {
    return {Kind::decimal, 0, static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale), {}, {}};
}
SqlType SqlType::timestamp(unsigned precision, bool zoned) {
    return {zoned ? Kind::timestamp_tz : Kind::timestamp, 0, static_cast<std::uint8_t>(precision), 0, {}, {}};
}
SqlType SqlType::array(SqlType element) {
    SqlType type = of(Kind::array);
    type.children.push_back(std::move(element));
    return type;
}
SqlType SqlType::map(SqlType key, SqlType value) {
    SqlType type = of(Kind::map);
    type.children.push_back(std::move(key));
    type.children.push_back(std::move(value));
    return type;
}
SqlType SqlType::row(std::vector<SqlType> fields, std::vector<std::string> names) {
    SqlType type = of(Kind::row);
    type.children = std::move(fields);
    type.names = std::move(names);
    return type;
}

SqlType SqlType::of_column(const Type& type) {
    switch (type.kind) {
        case Type::Kind::boolean:
            return of(Kind::boolean);
        case Type::Kind::tinyint:
            return of(Kind::tinyint);
        case Type::Kind::smallint:
            return of(Kind::smallint);
        case Type::Kind::integer:
            return of(Kind::integer);
        case Type::Kind::bigint:
            return of(Kind::bigint);
        case Type::Kind::real:
            return of(Kind::real);
        case Type::Kind::double_:
            return of(Kind::double_);
        case Type::Kind::decimal:
            return decimal(type.precision, type.scale);
        case Type::Kind::string:
            return varchar();
        case Type::Kind::date:
            return of(Kind::date);
        case Type::Kind::timestamp:
            return timestamp(3);
        case Type::Kind::array:
            return array(of_column(type.children[0].type));
        case Type::Kind::map:
            return map(of_column(type.children[0].type), of_column(type.children[1].type));
        case Type::Kind::structure:
            break;
    }
    SqlType result = of(Kind::row);
    for (const Column& child : type.children) {
        result.children.push_back(of_column(child.type));
        result.names.push_back(child.name);
    }
    return result;
}

DecimalSize decimal_size(std::string_view digits) {
    const std::size_t point = std::min(digits.find('.'), digits.size());
    const std::size_t scale = point < digits.size() ? digits.size() - point - 1 : 0;
    const std::size_t zeros = std::min(digits.find_first_not_of('0'), point);
    return {std::max<std::size_t>(point - zeros + scale, 1), scale};
}

std::string name(const SqlType& type) {
    switch (type.kind) {
        case Kind::decimal:
            return fmt::format("decimal({}, {})", type.precision, type.scale);
        case Kind::varchar:
            return type.length == SqlType::unbounded ? "varchar" : fmt::format("varchar({})", type.length);
        case Kind::char_:
            return fmt::format("char({})", type.length);
        case Kind::time:
            return fmt::format("time({})", type.precision);
        case Kind::time_tz:
            return fmt::format("time({}) with time zone", type.precision);
        case Kind::timestamp:
            return fmt::format("timestamp({})", type.precision);
        case Kind::timestamp_tz:
            return fmt::format("timestamp({}) with time zone", type.precision);
        case Kind::array:
            return fmt::format("array({})", name(type.children[0]));
        case Kind::map:
            return fmt::format("map({}, {})", name(type.children[0]), name(type.children[1]));
        case Kind::row: {
            std::string fields;
            for (std::size_t i = 0; i < type.children.size(); ++i) {
                const std::string field = type.names[i].empty() ? std::string() : field_name(type.names[i]) + " ";
                fields += fmt::format("{}{}{}", i == 0 ? "" : ", ", field, name(type.children[i]));
            }
            return "row(" + fields + ")";
        }
        default:
            return std::string(names_of(type.kind).trino);
    }
}

std::string duckdb_name(const SqlType& type) {
    switch (type.kind) {
        case Kind::decimal:
            return fmt::format("DECIMAL({}, {})", type.precision, type.scale);
        case Kind::time:
            return "TIME";
        case Kind::time_tz:
            return "STRUCT(t TIME, z INTEGER)";
        case Kind::timestamp:
            return "TIMESTAMP";
        case Kind::timestamp_tz:
            return "STRUCT(t TIMESTAMP, z VARCHAR)";
        case Kind::array:
            return duckdb_name(type.children[0]) + "[]";
        case Kind::map:
            return fmt::format("MAP({}, {})", duckdb_name(type.children[0]), duckdb_name(type.children[1]));
        case Kind::row: {
            std::string fields;
            for (std::size_t i = 0; i < type.children.size(); ++i) {
                fields += fmt::format("{}f{} {}", i == 0 ? "" : ", ", i + 1, duckdb_name(type.children[i]));
            }
            return "STRUCT(" + fields + ")";
        }
        default:
            return std::string(names_of(type.kind).duckdb);
    }
}

bool can_coerce(const SqlType& from, const SqlType& to) {
    const auto common = common_type(from, to);
    return common && *common == to;
}

std::optional<SqlType> common_type(const SqlType& a, const SqlType& b) {
    if (a == b) return a;
    if (a.is(Kind::unknown)) return b;
    if (b.is(Kind::unknown)) return a;
    if (a.numeric() && b.numeric()) return common_number(a, b);
    if (a.textual() && b.textual()) {
        // A varchar beside a char becomes a char.
        const Kind kind = a.is(Kind::char_) || b.is(Kind::char_) ? Kind::char_ : Kind::varchar;
        SqlType result = SqlType::varchar(std::max(a.length, b.length));
        result.kind = kind;
        if (kind == Kind::char_) result.length = std::min(result.length, SqlType::longest_char);
        return result;
    }
    if (a.kind == b.kind && (a.is(Kind::array) || a.is(Kind::map) || a.is(Kind::row))) return common_nested(a, b);
    return common_time(a, b);
}

bool comparable(const SqlType& type) {
    return std::ranges::all_of(type.children, comparable);
}

bool orderable(const SqlType& type) {
    return !type.is(Kind::map) && !type.is(Kind::json) && std::ranges::all_of(type.children, orderable);
}

}  // namespace dualstore::sql::athena
