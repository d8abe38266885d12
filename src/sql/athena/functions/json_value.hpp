// JSON as a tree.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/athena/functions/json_reader.hpp"

namespace dualstore::sql::athena {

struct JsonValue {
    enum class Kind { null, yes, no, integer, floating, string, array, object };
    Kind kind = Kind::null;
    std::string text;                // a string; a number as it is written
    std::vector<JsonValue> items;    // of an array; an object's values
    std::vector<std::string> names;  // an object's, as many

    [[nodiscard]] bool is(Kind other) const { return kind == other; }
    [[nodiscard]] bool scalar() const { return kind != Kind::array && kind != Kind::object; }
    // nullptr: there is none.
    [[nodiscard]] const JsonValue* member(std::string_view name) const;
};

// The value that begins with the reader's token. Of members of one name the last counts. Empty: the text is no JSON, or nested too deeply.
[[nodiscard]] std::optional<JsonValue> read_json(JsonReader& reader);
// The whole text.
[[nodiscard]] std::optional<JsonValue> parse_json(std::string_view text);

enum class JsonOrder { as_is, sorted };  // of members: sorted by name, as Java sorts text
void append_json(std::string& out, const JsonValue& value, JsonOrder order, JsonAstral astral = JsonAstral::escaped);

// How Java compares text: by UTF-16 units.
[[nodiscard]] bool java_less(std::string_view a, std::string_view b);

}  // namespace dualstore::sql::athena
