// A table definition made ready for use: records in, keys and bytes out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/environment.hpp"
#include "dualstore/table.hpp"
#include "record/key_template.hpp"
#include "record/validator.hpp"

namespace dualstore::record {

// A field's name and its value as JSON text.
using Arguments = std::vector<std::pair<std::string, std::string>>;

struct Encoded {
    std::string key;                                             // with the table's location
    std::string bytes;                                           // one line, with its line break
    std::vector<std::pair<std::string, std::string>> generated;  // the automatic uuid fields and their values, filled in or given
};

// Whether readers skip the object: behind the table's location, with which `key` begins, a part of its path begins with '.' or '_'.
[[nodiscard]] bool hidden(std::string_view key, std::string_view location);

inline constexpr std::size_t longest_key = 1024;  // bytes, S3's limit

// Immutable; may be used by many threads at once.
class Table {
  public:
    explicit Table(TableDefinition definition);
    Table(const Table&) = delete;  // the column index refers to the definition
    Table& operator=(const Table&) = delete;

    [[nodiscard]] const TableDefinition& definition() const { return definition_; }
    [[nodiscard]] const KeyTemplate& key_template() const { return template_; }

    // Fills automatic fields, checks the record against the columns, encodes it and names its key. No I/O.
    // invalid_record: the message names field, value and column type.
    [[nodiscard]] Result<Encoded> encode(std::string_view json, const Environment& environment, const Arguments& arguments) const;

    // The key of the record with these ids, one a template field. invalid_argument: wrong number, or an id no record can have.
    [[nodiscard]] Result<std::string> key(std::span<const std::string> ids) const;

    // The bytes a writer would give an object that is there already: no automatic fields. invalid_record where it does not fit the table.
    [[nodiscard]] Result<std::string> reencode(std::string_view json) const;

    // Where this object, already known to be readable, belongs by its own ids; none where they do not bind it to one place.
    [[nodiscard]] std::optional<std::string> own_key(std::string_view json) const;

  private:
    class Encoder;
    [[nodiscard]] const AutomaticField* automatic(std::string_view name) const;
    [[nodiscard]] bool is_integer(std::string_view field) const;
    // The id that a record's value stands for; none for null. invalid_record where it can be none.
    [[nodiscard]] Result<std::optional<std::string>> id_of(const KeyTemplate::Field& field, yyjson_val* value) const;
    [[nodiscard]] Result<std::string> located(std::span<const std::string> ids, ErrorCode code) const;

    TableDefinition definition_;
    KeyTemplate template_;
    ColumnIndex columns_;
};

}  // namespace dualstore::record
