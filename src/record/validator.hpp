// Whether a record fits its table, and its bytes: one walk does both.
#pragma once

#include <yyjson.h>

#include <optional>
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

  private:
    std::unordered_map<std::string, const Column*> columns_;
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
[[nodiscard]] Result<void> append_checked(Walk& walk, yyjson_val* value, const Type* type, const std::string& path, int depth);

// The names of one object, none equal to another but for case.
[[nodiscard]] Result<void> check_names(yyjson_val* object, const std::string& path);

}  // namespace dualstore::record
