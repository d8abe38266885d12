// What DuckDB says, in Trino's words.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/athena/dialect.hpp"

namespace dualstore::sql::athena {
namespace {

struct Rule {
    std::string_view starts;    // what the message begins with
    std::string_view contains;  // and has somewhere
    std::string_view name;      // Trino's
};

constexpr std::size_t longest_message = 500;

// The first that fits counts.
constexpr std::array<Rule, 19> rules = {{
    {"Parser Error", "", "SYNTAX_ERROR"},
    {"Binder Error", "GROUP BY clause", "EXPRESSION_NOT_AGGREGATE"},
    {"Binder Error", "cannot contain aggregates", "EXPRESSION_NOT_SCALAR"},
    {"Binder Error", "cannot contain window functions", "EXPRESSION_NOT_SCALAR"},
    {"Binder Error", "window function calls cannot be nested", "NESTED_WINDOW"},
    {"Binder Error", "window functions are not allowed", "EXPRESSION_NOT_SCALAR"},
    {"Binder Error", "aggregate function calls cannot be nested", "NESTED_AGGREGATION"},
    {"Binder Error", "for SELECT DISTINCT", "EXPRESSION_NOT_IN_DISTINCT"},
    {"Binder Error", "GROUPING statement", "EXPRESSION_NOT_SCALAR"},
    {"Binder Error", "", "TYPE_MISMATCH"},
    {"Conversion Error", "out of range", "NUMERIC_VALUE_OUT_OF_RANGE"},
    {"Conversion Error", "", "INVALID_CAST_ARGUMENT"},
    {"Out of Range Error", "", "NUMERIC_VALUE_OUT_OF_RANGE"},
    {"Invalid Input Error", "More than one row returned by a subquery", "SUBQUERY_MULTIPLE_ROWS"},
    {"Invalid Input Error", "Map keys must be unique", "INVALID_FUNCTION_ARGUMENT"},
    {"Invalid Input Error", "Overflow", "NUMERIC_VALUE_OUT_OF_RANGE"},
    {"Invalid Input Error", "", "INVALID_FUNCTION_ARGUMENT"},
    {"Constraint Error", "", "INVALID_FUNCTION_ARGUMENT"},
    {"Catalog Error", "", "FUNCTION_NOT_FOUND"},
}};

// "DIVISION_BY_ZERO: ...", as our own functions report.
bool has_error_name(std::string_view text) {
    const auto colon = text.find(": ");
    return colon != std::string_view::npos && colon > 3 &&
           std::ranges::all_of(text.substr(0, colon), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

}  // namespace

Error query_error(std::string_view duckdb_message) {
    // DuckDB repeats what it does not understand, however long.
    const std::string_view line = duckdb_message.substr(0, std::min(duckdb_message.find('\n'), longest_message));
    const auto colon = line.find(": ");
    const std::string_view rest = colon == std::string_view::npos ? line : line.substr(colon + 2);
    const auto error = [&](ErrorCode code, std::string message) { return Error{code, Retry::never, "query", {}, std::move(message)}; };
    if (has_error_name(rest)) return error(ErrorCode::query, std::string(rest));
    for (const Rule& rule : rules) {
        if (line.starts_with(rule.starts) && line.find(rule.contains) != std::string_view::npos) {
            return error(ErrorCode::query, fmt::format("{}: {}", rule.name, rest));
        }
    }
    return error(ErrorCode::unavailable, std::string(line));
}

}  // namespace dualstore::sql::athena
