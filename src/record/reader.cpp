#include "record/reader.hpp"

#include <fmt/format.h>

#include "record/json.hpp"
#include "record/number.hpp"
#include "record/text.hpp"
#include "record/timestamp.hpp"
#include "record/validator.hpp"

namespace dualstore::record {

std::optional<std::string> size_fault(std::uint64_t size) {
    constexpr std::uint64_t most = std::uint64_t{1} << 30;
    if (size <= most) return std::nullopt;
    return fmt::format("it has {} bytes, and no more than 1 GiB of an object of a table is read", size);
}

Result<Line> Line::read(const TableDefinition& table, std::string_view text) {
    auto document = parse_record(text);
    if (!document) return fail(document.error());
    Line line;
    line.document_ = std::move(*document);
    yyjson_val* root = yyjson_doc_get_root(line.document_.get());
    if (auto distinct = check_names(root, {}); !distinct) return fail(distinct.error());
    line.columns_.assign(table.columns.size(), nullptr);
    Walk walk{{}, table.serde};
    walk.bytes.reserve(text.size());
    std::size_t i = 0;  // the column behind the last one found: records mostly keep the columns' order
    for (const auto [name, value] : Members(root)) {
        for (std::size_t tried = 0; tried < table.columns.size(); ++tried, ++i) {
            if (i == table.columns.size()) i = 0;
            const Column& column = table.columns[i];
            if (!folds_to(name, column.name)) continue;
            walk.bytes.clear();
            if (auto fits = append_checked(walk, value, &column.type, Path{nullptr, column.name}, 1); !fits) return fail(fits.error());
            line.columns_[i++] = yyjson_is_null(value) ? nullptr : value;
            break;
        }
    }
    return line;
}

yyjson_val* field(yyjson_val* object, std::string_view name) {
    yyjson_val* value = member(object, name);
    return yyjson_is_null(value) ? nullptr : value;
}

std::int64_t integer_value(yyjson_val* value) {
    return static_cast<std::int64_t>(scaled(number_of(value), 0, 19).value);
}
double double_value(yyjson_val* value) {
    return nearest_double(number_of(value)).value_or(0);
}
float float_value(yyjson_val* value) {
    return nearest_float(number_of(value)).value_or(0);
}
Int128 decimal_value(yyjson_val* value, std::uint8_t scale) {
    return scaled(number_of(value), scale, 38).value;
}
std::int32_t date_value(yyjson_val* value) {
    return parse_date(string_of(value)).value_or(0);
}
std::int64_t timestamp_value(yyjson_val* value) {
    return rounded_micros(parse_timestamp(string_of(value)).value_or(Timestamp{}));
}

}  // namespace dualstore::record
