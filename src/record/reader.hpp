// Reads the lines of a table's objects back as typed values; what the embedded engine loads.
#pragma once

#include <yyjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/table.hpp"

namespace dualstore::record {

// Why an object of a table with so many bytes is not read, in words: it would be held in memory whole. None: it is.
[[nodiscard]] std::optional<std::string> size_fault(std::uint64_t size);

// One JSON object, parsed and known to fit its table. Values are valid while the Line lives.
class Line {
  public:
    // `text` is one line without its line break. Refuses (invalid_record) whatever a writer to this table would refuse.
    [[nodiscard]] static Result<Line> read(const TableDefinition& table, std::string_view text);

    // The value of a column by its index in the definition; nullptr where it is null or absent.
    [[nodiscard]] yyjson_val* column(std::size_t index) const { return columns_[index]; }

  private:
    std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document_{nullptr, &yyjson_doc_free};
    std::vector<yyjson_val*> columns_;
};

// A STRUCT's field by name, whatever its case; nullptr where it is null or absent.
[[nodiscard]] yyjson_val* field(yyjson_val* object, std::string_view name);

// The values of checked scalars. Strings: yyjson_get_str and yyjson_get_len; booleans: yyjson_get_bool.
[[nodiscard]] std::int64_t integer_value(yyjson_val* value);  // TINYINT to BIGINT
[[nodiscard]] double double_value(yyjson_val* value);         // DOUBLE
[[nodiscard]] float float_value(yyjson_val* value);           // FLOAT, rounded once
__extension__ typedef __int128 Int128;
[[nodiscard]] Int128 decimal_value(yyjson_val* value, std::uint8_t scale);  // times 10^scale
[[nodiscard]] std::int32_t date_value(yyjson_val* value);                   // days since 1970-01-01
[[nodiscard]] std::int64_t timestamp_value(yyjson_val* value);              // microseconds since 1970, rounded half up to milliseconds
// An element, key or field of a nested value is null: yyjson_is_null.

}  // namespace dualstore::record
