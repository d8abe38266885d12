#include "sql/remote/athena_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "record/text.hpp"

namespace dualstore::sql::remote {
namespace {

constexpr std::int64_t unbounded = 2147483647;  // the precision of a varchar without a length

std::optional<std::int64_t> integer_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> double_of(std::string_view text) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return infinity;
    if (text == "-Infinity") return -infinity;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_decimal(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos && std::ranges::count(text, '.') <= 1;
}

// "68 65 6c", as Athena writes varbinary.
std::optional<std::string> bytes_of(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        unsigned byte = 0;
        if (text.size() < 2) return std::nullopt;
        const auto [end, error] = std::from_chars(text.data(), text.data() + 2, byte, 16);
        if (error != std::errc{} || end != text.data() + 2) return std::nullopt;
        bytes += static_cast<char>(byte);
        text.remove_prefix(2);
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
    return bytes;
}

}  // namespace

std::string column_type(const ResultColumn& column) {
    const std::string& type = column.type;
    if (type == "int") return "integer";
    if (type == "float") return "real";
    if (type == "string") return "varchar";
    if (type == "binary") return "varbinary";
    if (type == "decimal") return fmt::format("decimal({}, {})", column.precision, column.scale);
    if (type == "timestamp" || type == "time") return type + "(3)";
    if (type == "timestamp with time zone") return "timestamp(3) with time zone";
    if (type == "time with time zone") return "time(3) with time zone";
    const bool sized = type == "char" || type == "varchar";
    if (sized && column.precision > 0 && column.precision < unbounded) return fmt::format("{}({})", type, column.precision);
    return type;
}

RowReader::RowReader(std::vector<ResultColumn> columns) : columns_(std::move(columns)) {
    for (const ResultColumn& column : columns_) kinds_.push_back(kind_of(column));
}

RowReader::Kind RowReader::kind_of(const ResultColumn& column) {
    const std::string& type = column.type;
    if (type == "boolean") return Kind::boolean;
    if (type == "tinyint" || type == "smallint" || type == "integer" || type == "int" || type == "bigint") return Kind::integer;
    if (type == "float" || type == "real" || type == "double") return Kind::floating;
    if (type == "decimal") return Kind::decimal;
    if (type == "varbinary" || type == "binary") return Kind::binary;
    return Kind::text;
}

std::optional<Value> RowReader::value_of(Kind kind, std::string& text) {
    switch (kind) {
        case Kind::text:
            return Value(std::move(text));
        case Kind::boolean:
            if (text != "true" && text != "false") return std::nullopt;
            return Value(text == "true");
        case Kind::integer:
            return integer_of(text);
        case Kind::floating:
            return double_of(text);
        case Kind::decimal:
            if (!is_decimal(text)) return std::nullopt;
            return Value(Decimal{std::move(text)});
        case Kind::binary:
            if (auto bytes = bytes_of(text)) return Value(Binary{std::move(*bytes)});
            return std::nullopt;
    }
    return std::nullopt;
}

Result<void> RowReader::append(std::vector<Cell> cells, QueryResult& result) const {
    if (cells.size() != columns_.size()) {
        return fail(ErrorCode::unavailable, fmt::format("Athena gave a row of {} cells for {} columns", cells.size(), columns_.size()),
                    "query");
    }
    auto& row = result.rows.emplace_back();
    row.reserve(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!cells[i]) {
            row.emplace_back();
            continue;
        }
        auto value = value_of(kinds_[i], *cells[i]);
        if (!value) {
            return fail(ErrorCode::unavailable,
                        fmt::format("Athena gave '{}' for the column {} of type {}", record::excerpt(*cells[i]), columns_[i].name,
                                    columns_[i].type),
                        "query");
        }
        row.push_back(std::move(*value));
    }
    return {};
}

}  // namespace dualstore::sql::remote
