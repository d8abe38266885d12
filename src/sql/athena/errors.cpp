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
constexpr std::array<Rule, 25> rules = {{
    {"Parser Error", "", "SYNTAX_ERROR"},
    {"Catalog Error", "Table with name", "TABLE_NOT_FOUND"},
    {"Catalog Error", "Function with name", "FUNCTION_NOT_FOUND"},
    {"Catalog Error", "Type with name", "TYPE_NOT_FOUND"},
    {"Binder Error", "Referenced column", "COLUMN_NOT_FOUND"},
    {"Binder Error", "Referenced table", "COLUMN_NOT_FOUND"},
    {"Binder Error", "does not have a column named", "COLUMN_NOT_FOUND"},
    {"Binder Error", "Ambiguous reference", "AMBIGUOUS_NAME"},
    {"Binder Error", "GROUP BY clause", "EXPRESSION_NOT_AGGREGATE"},
    {"Binder Error", "Cannot compare", "TYPE_MISMATCH"},
    {"Binder Error", "Cannot mix", "TYPE_MISMATCH"},
    {"Binder Error", "explicit cast is required", "TYPE_MISMATCH"},
    {"Binder Error", "No function matches the given name and argument types '+", "TYPE_MISMATCH"},
    {"Binder Error", "No function matches the given name and argument types '-", "TYPE_MISMATCH"},
    {"Binder Error", "No function matches the given name and argument types '*", "TYPE_MISMATCH"},
    {"Binder Error", "No function matches the given name and argument types '/", "TYPE_MISMATCH"},
    {"Binder Error", "No function matches the given name and argument types '%", "TYPE_MISMATCH"},
    {"Binder Error", "No function matches the given name and argument types '~", "TYPE_MISMATCH"},
    {"Binder Error", "does not support the supplied arguments", "FUNCTION_NOT_FOUND"},
    {"Binder Error", "No function matches", "FUNCTION_NOT_FOUND"},
    {"Binder Error", "", "TYPE_MISMATCH"},
    {"Conversion Error", "", "INVALID_CAST_ARGUMENT"},
    {"Out of Range Error", "", "NUMERIC_VALUE_OUT_OF_RANGE"},
    {"Invalid Input Error", "", "INVALID_FUNCTION_ARGUMENT"},
    {"Constraint Error", "", "INVALID_FUNCTION_ARGUMENT"},
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
