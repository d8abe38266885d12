// Whether a record fits its table, and its bytes: one walk does both.
#pragma once

#include <yyjson.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "dualstore/table.hpp"

namespace dualstore::record {

// Finds columns by name, whatever the name's case. Refers to the definition's columns.
class ColumnIndex {
  public:
    explicit ColumnIndex(const TableDefinition& table);
    [[nodiscard]] const Column* find(std::string_view name) const;

    // Tries the column at `expected` first, and leaves there the one behind what it found: records mostly keep the columns' order.
    [[nodiscard]] const Column* find(std::string_view name, std::size_t& expected) const;

  private:
    std::span<const Column> columns_;
    std::unordered_map<std::string, const Column*> by_name_;
};

// Where in a record a value is; made into text only for a message. Refers to what is around it.
struct Path {
    const Path* around = nullptr;
    std::string_view name = {};               // of a field
    std::optional<std::size_t> element = {};  // of an array

    [[nodiscard]] std::string text() const;
};

// What a walk over a record makes: its bytes, and with `reader` also the certainty that this reader takes the values as they are written
// now (a writer brings every TIMESTAMP to a form that all readers take; in an object found in the store it may have another).
struct Walk {
    std::string bytes;
    std::optional<SerDe> reader;
};

// Appends `value`, compact, to walk.bytes. With a type, refuses (invalid_record, naming `path`) what the readers would not give back as it
// stands; without one only what no reader takes: names that are equal but for case, values nested too deep.
// `depth` is the number of objects and arrays around the value.
[[nodiscard]] Result<void> append_checked(Walk& walk, yyjson_val* value, const Type* type, const Path& path, int depth);

// The names of one object, none equal to another but for case.
[[nodiscard]] Result<void> check_names(yyjson_val* object, const Path& path);

}  // namespace dualstore::record
