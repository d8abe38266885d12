// Native functions of the JSON family, by concern; json.cpp lists them.
//
// Those that only the translator calls, with types that it chooses. A JSON text that a query gives as such (FORMAT JSON, or what another of
// these functions made) is an argument of type json; all others are values of SQL.
//
//   athena_to_json(T) -> json            CAST(... AS JSON). T: boolean, a number, varchar, date, timestamp, json, or arrays, maps and rows
//   of them athena_from_json(json) -> T          CAST(... AS T). T: boolean, a number, varchar, json, or arrays, maps and rows of them
//
//   athena_json_exists(varchar, path varchar, on_error varchar, names varchar, values...) -> boolean
//   athena_json_value(varchar, path varchar, on_empty varchar, on_error varchar, default_on_empty R, default_on_error R, names varchar,
//                     values...) -> R
//   athena_json_query(varchar, path varchar, wrapper varchar, quotes varchar, on_empty varchar, on_error varchar, names varchar, values...)
//                     -> varchar
//       The first argument may be varbinary. `on_empty` and `on_error`: "null", "error", "default", "true", "false", "unknown", "empty
//       array", "empty object". `wrapper`: "without", "conditional", "unconditional". `quotes`: "keep", "omit". `names` are those of
//       PASSING, as they are matched with the path's variables, with commas between them; one with a comma in it is not supported. R:
//       boolean, a number, varchar, char, date, time, timestamp. A default that is not wanted is NULL. The path's errors are those of
//       json_path_fault(), which is to be asked before.
//
//   athena_json_items(varchar, path varchar, on_error varchar, names varchar, values...) -> array(varchar)
//       All that the path finds, each as a JSON text: the rows of JSON_TABLE. `on_error`: "error", or "empty" for no items.
//
//   athena_json_object(nulls varchar, key varchar, value, ...) -> varchar
//   athena_json_array(nulls varchar, value...) -> varchar
//       `nulls`: "null" or "absent"; of an object also "null unique" and "absent unique", for WITH UNIQUE KEYS.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// What is wrong with a path of JSON_EXISTS and the like: Trino's error and what it says. `names` are those of PASSING.
struct JsonPathFault {
    std::string error, message;
};
[[nodiscard]] std::optional<JsonPathFault> json_path_fault(std::string_view path, const std::vector<std::string>& names);

// json_extract.cpp: functions that read JSON as far as they need
void is_json_scalar(const Arguments& arguments, Answer& answer);
void json_array_contains(const Arguments& arguments, Answer& answer);
void json_array_get(const Arguments& arguments, Answer& answer);
void json_array_length(const Arguments& arguments, Answer& answer);
void json_extract(const Arguments& arguments, Answer& answer);
void json_extract_scalar(const Arguments& arguments, Answer& answer);
void json_parse(const Arguments& arguments, Answer& answer);
void json_size(const Arguments& arguments, Answer& answer);

// json_to.cpp, json_from.cpp: CAST
void json_to(const Arguments& arguments, Answer& answer);
void json_from(const Arguments& arguments, Answer& answer);

// json_query.cpp: SQL's own JSON functions
void json_exists(const Arguments& arguments, Answer& answer);
void json_value(const Arguments& arguments, Answer& answer);
void json_items(const Arguments& arguments, Answer& answer);
void json_query(const Arguments& arguments, Answer& answer);
// json_construct.cpp
void json_array(const Arguments& arguments, Answer& answer);
void json_object(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
