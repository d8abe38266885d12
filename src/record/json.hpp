// Strict JSON (RFC 8259) of one record: what every reader of JSON tables takes.
#pragma once

#include <yyjson.h>

#include <memory>
#include <string>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::record {

inline constexpr std::size_t largest_record = std::size_t{16} << 20;  // bytes
inline constexpr int deepest_record = 128;                            // objects and arrays inside each other, the record being the first

using Json = std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)>;

// One JSON value and nothing else but white space. Numbers are raw text (yyjson_get_raw). Errors (invalid_record) say where.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// parse_json for a record: an object of at most largest_record bytes.
[[nodiscard]] Result<Json> parse_record(std::string_view text);

[[nodiscard]] inline std::string_view string_of(yyjson_val* value) {
    return {yyjson_get_str(value), yyjson_get_len(value)};
}
[[nodiscard]] inline std::string_view number_of(yyjson_val* value) {
    return {yyjson_get_raw(value), yyjson_get_len(value)};
}

// "a string", "an object", … for messages.
[[nodiscard]] std::string_view kind_of(yyjson_val* value);

// The value as compact JSON, cut where it is long; for messages.
[[nodiscard]] std::string shown(yyjson_val* value);

}  // namespace dualstore::record
