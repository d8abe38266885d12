// Trino's types, and what each is in DuckDB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/table.hpp"

namespace dualstore::sql::athena {

// A value type. In DuckDB a type has the one form that duckdb_name() gives:
//   timestamp(p), time(p)        TIMESTAMP, TIME: microseconds. They hold no more than p digits of a second, and no more than six
//   timestamp(p) with time zone  STRUCT(t TIMESTAMP, z VARCHAR): the instant in UTC, and the zone's name as Trino writes it
//   time(p) with time zone       STRUCT(t TIME, z INTEGER): local time, and minutes east of UTC
//   interval day to second       BIGINT, milliseconds
//   interval year to month       INTEGER, months
//   char(n)                      VARCHAR without the trailing spaces
//   json                         VARCHAR: compact text, the fields of objects sorted by name, no white space
//   row                          STRUCT; its fields are named f1, f2, ... whatever the row's names are
//   unknown (NULL's type)        INTEGER, always NULL
struct SqlType {
    enum class Kind {
        unknown,
        boolean,
        tinyint,
        smallint,
        integer,
        bigint,
        real,
        double_,
        decimal,
        varchar,
        char_,
        varbinary,
        date,
        time,
        time_tz,
        timestamp,
        timestamp_tz,
        interval_day,
        interval_month,
        json,
        uuid,
        array,
        map,
        row,
    };
    static constexpr std::uint32_t unbounded = std::numeric_limits<std::int32_t>::max();
    static constexpr std::uint32_t longest_char = 65536;  // characters

    Kind kind = Kind::unknown;
    std::uint32_t length = 0;        // varchar, char: characters; varchar without a length: unbounded
    std::uint8_t precision = 0;      // decimal: digits; time and timestamp: digits of a second's fraction
    std::uint8_t scale = 0;          // decimal
    std::vector<SqlType> children;   // array: one; map: key and value; row: its fields
    std::vector<std::string> names;  // row: as many as children; empty: a field without a name

    bool operator==(const SqlType&) const = default;

    [[nodiscard]] bool is(Kind other) const { return kind == other; }
    [[nodiscard]] bool integral() const { return kind >= Kind::tinyint && kind <= Kind::bigint; }
    [[nodiscard]] bool numeric() const { return kind >= Kind::tinyint && kind <= Kind::decimal; }
    [[nodiscard]] bool textual() const { return kind == Kind::varchar || kind == Kind::char_; }
    [[nodiscard]] bool zoned() const { return kind == Kind::time_tz || kind == Kind::timestamp_tz; }

    static SqlType of(Kind kind) { return SqlType{kind, kind == Kind::varchar ? unbounded : 0, 0, 0, {}, {}}; }
    static SqlType varchar(std::uint32_t length = unbounded) { return SqlType{Kind::varchar, length, 0, 0, {}, {}}; }
    static SqlType decimal(unsigned precision, unsigned scale);
    static SqlType timestamp(unsigned precision, bool zoned = false);
    static SqlType array(SqlType element);
    static SqlType map(SqlType key, SqlType value);
    static SqlType row(std::vector<SqlType> fields, std::vector<std::string> names);
    static SqlType of_column(const Type& type);
};

// What a number's digits without a sign, "012.50", need as a decimal; leading zeros do not count. May be more than a decimal has.
struct DecimalSize {
    std::size_t precision = 1;
    std::size_t scale = 0;
};
[[nodiscard]] DecimalSize decimal_size(std::string_view digits);

// As Trino names it: "varchar(9)", "decimal(12, 1)", "row(a integer, varchar(1))", "timestamp(3) with time zone".
[[nodiscard]] std::string name(const SqlType& type);
[[nodiscard]] std::string duckdb_name(const SqlType& type);

// Whether a value of `from` may stand where `to` is wanted, without a CAST. https://trino.io/docs/current/language/types.html
[[nodiscard]] bool can_coerce(const SqlType& from, const SqlType& to);
// The type that both may be coerced to. Empty: there is none.
[[nodiscard]] std::optional<SqlType> common_type(const SqlType& a, const SqlType& b);
// Whether < and ORDER BY work, and = does.
[[nodiscard]] bool orderable(const SqlType& type);
[[nodiscard]] bool comparable(const SqlType& type);

}  // namespace dualstore::sql::athena
