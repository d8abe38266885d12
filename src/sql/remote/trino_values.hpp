// Trino's answers as typed values.
#pragma once

#include <yyjson.h>

#include <optional>
#include <string>
#include <vector>

#include "dualstore/query_engine.hpp"

namespace dualstore::sql::remote {

// What a column's JSON stands for.
struct TrinoType {
    enum class Kind {
        boolean,
        integer,   // tinyint to bigint
        floating,  // real, double: "NaN" and the infinities come as strings
        decimal,
        binary,  // varbinary, in base64
        text,    // all that has no type of its own in Value, as Trino writes it
        array,
        map,  // a JSON object: the keys come as text
        row,  // a JSON array
    };
    Kind kind = Kind::text;
    std::vector<TrinoType> children = {};
    std::vector<std::string> names = {};  // row: of its fields, empty where there is none
};

struct TrinoColumn {
    QueryResult::Column column;
    TrinoType type;
};

// One of an answer's `columns`. None: it is no column.
[[nodiscard]] std::optional<TrinoColumn> trino_column(yyjson_val* column);

// A value of that type; the document's numbers are raw. None: it is no such value. Keys of a map that are arrays or rows themselves stay
// the text that Trino gives for them ("[1, x]"), which cannot be taken apart for certain.
[[nodiscard]] std::optional<Value> trino_value(const TrinoType& type, yyjson_val* value);

}  // namespace dualstore::sql::remote
