// Values of SQL's in JSON paths: their arithmetic, comparisons and conversions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sql/athena/functions/json_value.hpp"
#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

struct JsonScalar {
    SqlType type;       // boolean, integer, bigint, decimal, double, or anything else as text
    Int128 digits = 0;  // of an integer; of a decimal without the point; a boolean's 0 or 1
    double floating = 0;
    std::string text;  // as CAST gives it

    [[nodiscard]] bool numeric() const { return type.numeric(); }
    [[nodiscard]] bool textual() const { return type.textual(); }

    static JsonScalar of_integer(std::int64_t value, SqlType::Kind kind);
    static JsonScalar of_double(double value);
    static JsonScalar of_decimal(Int128 digits, unsigned precision, unsigned scale);
    static JsonScalar of_boolean(bool value);
    static JsonScalar of_text(std::string text);
};

// Of a string, number, true or false. Empty: no type of SQL's holds it.
[[nodiscard]] std::optional<JsonScalar> scalar_of(const JsonValue& value);
// Of a value that is not NULL and no array, map or row.
[[nodiscard]] JsonScalar scalar_of(duckdb_vector vector, idx_t row, const SqlType& type);

// op: one of + - * / %. Empty: out of range, or divided by zero.
[[nodiscard]] std::optional<JsonScalar> calculated(char op, const JsonScalar& a, const JsonScalar& b);
[[nodiscard]] std::optional<JsonScalar> negated(const JsonScalar& value);
[[nodiscard]] JsonScalar absolute(const JsonScalar& value);
[[nodiscard]] JsonScalar rounded(const JsonScalar& value, bool up);  // ceiling, floor
[[nodiscard]] double double_of(const JsonScalar& value);
// Halves away from zero.
[[nodiscard]] std::optional<std::int64_t> bigint_of(const JsonScalar& value);

// Negative, zero, positive. Empty: they cannot be compared.
[[nodiscard]] std::optional<int> compared(const JsonScalar& a, const JsonScalar& b);

// CAST(value AS varchar): 1.5E0.
[[nodiscard]] std::string cast_text(const JsonScalar& value);
// As a JSON text has it. Empty: JSON has no such values.
[[nodiscard]] std::optional<JsonValue> json_of(const JsonScalar& value);
// CAST into a cell. False: it cannot be.
[[nodiscard]] bool write_cast(const JsonScalar& value, const SqlType& type, duckdb_vector vector, idx_t row);

}  // namespace dualstore::sql::athena
