#include "sql/remote/literals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include "record/text.hpp"
#include "sql/remote/statement.hpp"

namespace dualstore::sql::remote {
namespace {

tl::unexpected<Error> unusable(std::string_view why) {
    return fail(ErrorCode::query, fmt::format("INVALID_PARAMETER_USAGE: {}", why), "query");
}

Result<std::string> comma_list(std::string_view open, std::string_view close, std::span<const Value> values) {
    std::string text(open);
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto literal = sql_literal(values[i]);
        if (!literal) return literal;
        text += (i == 0 ? "" : ", ") + *literal;
    }
    return text.append(close);
}

struct Literal {
    Result<std::string> operator()(std::monostate) const { return "NULL"; }
    Result<std::string> operator()(bool value) const { return value ? "true" : "false"; }

    // In parentheses, so that "a-?" does not become a comment.
    Result<std::string> operator()(std::int64_t value) const { return value < 0 ? fmt::format("({})", value) : std::to_string(value); }

    Result<std::string> operator()(double value) const {
        if (std::isnan(value)) return "nan()";
        if (std::isinf(value)) return value > 0 ? "infinity()" : "(-infinity())";
        std::string digits = fmt::format("{}", value);
        if (digits.find('e') == std::string::npos) digits += "e0";  // without an exponent it would be a decimal
        return std::signbit(value) ? "(" + digits + ")" : digits;
    }

    Result<std::string> operator()(const std::string& text) const {
        if (!record::valid_utf8(text)) return unusable("a text is not valid UTF-8");
        std::string quoted = "'";
        for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
        return quoted + "'";
    }

    Result<std::string> operator()(const Decimal& decimal) const {
        std::string_view digits = decimal.digits;
        if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
        const auto count = std::ranges::count_if(digits, [](char c) { return c >= '0' && c <= '9'; });
        const auto points = std::ranges::count(digits, '.');
        if (count == 0 || points > 1 || static_cast<std::size_t>(count + points) != digits.size()) {
            return unusable(fmt::format("'{}' is no decimal number", record::excerpt(decimal.digits)));
        }
        return fmt::format("DECIMAL '{}'", decimal.digits);
    }

    Result<std::string> operator()(const Binary& binary) const {
        std::string text = "X'";
        for (const char c : binary.bytes) fmt::format_to(std::back_inserter(text), "{:02X}", static_cast<unsigned char>(c));
        return text + "'";
    }

    Result<std::string> operator()(const Array& array) const { return comma_list("ARRAY[", "]", array.items); }

    Result<std::string> operator()(const Map& map) const {
        std::vector<Value> keys;
        std::vector<Value> values;
        for (const auto& [key, value] : map.entries) {
            keys.push_back(key);
            values.push_back(value);
        }
        auto key_list = comma_list("ARRAY[", "]", keys);
        if (!key_list) return key_list;
        auto value_list = comma_list("ARRAY[", "]", values);
        if (!value_list) return value_list;
        return fmt::format("MAP({}, {})", *key_list, *value_list);
    }

    Result<std::string> operator()(const Row& row) const {
        if (row.fields.empty()) return unusable("a row has no fields");
        std::vector<Value> values;
        for (const auto& field : row.fields) values.push_back(field.second);
        return comma_list("ROW(", ")", values);
    }
};

// Whether a literal that stands directly beside it would run into it: `SELECT?`, `'a'?`.
bool runs_into(char neighbour) {
    return std::string_view("'\"`_").find(neighbour) != std::string_view::npos || std::isalnum(static_cast<unsigned char>(neighbour)) != 0;
}

Result<void> check_count(std::size_t expected, std::size_t given) {
    if (expected == given) return {};
    return unusable(fmt::format("Incorrect number of parameters: expected {} but found {}", expected, given));
}

}  // namespace

Result<std::string> sql_literal(const Value& value) {
    return std::visit(Literal{}, static_cast<const Value::variant&>(value));
}

Result<void> check_parameter_count(std::string_view sql, std::size_t given) {
    return check_count(placeholders(sql).size(), given);
}

Result<std::string> with_literals(std::string_view sql, std::span<const Value> parameters) {
    const auto places = placeholders(sql);
    if (auto counted = check_count(places.size(), parameters.size()); !counted) return fail(std::move(counted.error()));
    std::string text;
    std::size_t from = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto literal = sql_literal(parameters[i]);
        if (!literal) return literal;
        text += sql.substr(from, places[i] - from);
        from = places[i] + 1;
        if (!text.empty() && runs_into(text.back())) text += ' ';
        text += *literal;
        if (from < sql.size() && runs_into(sql[from])) text += ' ';
    }
    return text.append(sql.substr(from));
}

}  // namespace dualstore::sql::remote
