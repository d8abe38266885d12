#include "sql/remote/athena_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "record/text.hpp"
#include "sql/remote/literals.hpp"
#include "sql/remote/statement.hpp"

namespace dualstore::sql::remote {
namespace {

constexpr std::size_t longest_parameter = 1024;  // characters; counted in bytes here, which are never fewer

enum class Parser {
    queries,  // Trino's
    ddl,      // Hive's, where a backslash escapes and a doubled quote does not
};

Parser parser_of(std::string_view sql) {
    constexpr std::array<std::string_view, 13> words = {"SELECT", "WITH",    "VALUES",  "TABLE",   "INSERT", "DELETE",    "UPDATE",
                                                        "MERGE",  "EXPLAIN", "EXECUTE", "PREPARE", "UNLOAD", "DEALLOCATE"};
    const auto first = first_words(sql, 1);
    return !first.empty() && std::ranges::find(words, first[0]) != words.end() ? Parser::queries : Parser::ddl;
}

// A literal as an execution parameter; none for values that Athena's documentation does not show there.
std::optional<std::string> execution_parameter(const Value& value, const std::string& literal) {
    const auto* number = std::get_if<double>(&value);
    const bool simple = std::holds_alternative<bool>(value) || std::holds_alternative<std::int64_t>(value) ||
                        std::holds_alternative<std::string>(value) || std::holds_alternative<Decimal>(value) ||
                        (number != nullptr && std::isfinite(*number));
    if (!simple || literal.size() > longest_parameter) return std::nullopt;
    // A negative number's parentheses are for a place inside other SQL.
    return literal.starts_with('(') ? literal.substr(1, literal.size() - 2) : literal;
}

}  // namespace

Result<Statement> bind_parameters(std::string_view sql, std::span<const Value> parameters) {
    if (!record::valid_utf8(sql)) return fail(ErrorCode::query, "SYNTAX_ERROR: the SQL is not valid UTF-8", "query");
    if (auto counted = check_parameter_count(sql, parameters.size()); !counted) return fail(std::move(counted.error()));
    Statement statement{.sql = std::string(sql), .parameters = {}, .database = {}};
    // Execution parameters are for WHERE alone: "Using parameterized queries" in Athena's user guide.
    bool all_simple = parameters_in_where(sql);
    const bool hive = parser_of(sql) == Parser::ddl;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        auto literal = sql_literal(parameters[i]);
        if (!literal) return fail(std::move(literal.error()));
        const auto* text = std::get_if<std::string>(&parameters[i]);
        if (hive && text != nullptr && text->find_first_of("'\\") != std::string::npos) {
            return fail(ErrorCode::query,
                        fmt::format("NOT_SUPPORTED: parameter {}: a text with quotes or backslashes cannot stand in this statement", i + 1),
                        "query");
        }
        auto parameter = execution_parameter(parameters[i], *literal);
        all_simple = all_simple && parameter;
        if (all_simple) statement.parameters.push_back(std::move(*parameter));
    }
    if (all_simple) return statement;
    auto written = with_literals(sql, parameters);
    if (!written) return fail(std::move(written.error()));
    statement.sql = std::move(*written);
    statement.parameters.clear();
    return statement;
}

}  // namespace dualstore::sql::remote
