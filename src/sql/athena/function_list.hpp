// Which functions of Trino there are, and what each is in DuckDB. One list a family; the documentation is made from them.
#pragma once

#include <span>
#include <string_view>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

enum class Use { scalar, aggregate, window };

// `signature` is written as Trino's SHOW FUNCTIONS prints it:
//   "array_position(array(T), T) -> bigint"        one of T, E, K, V, U, R, S stands for any type, the same one everywhere
//   "concat_ws(varchar, varchar...) -> varchar"    the last may be repeated, or left out
//   "filter(array(T), function(T, boolean)) -> array(T)"   a lambda: its parameters' types, then its result's
//   "lpad(varchar(x), bigint, varchar(y)) -> varchar"      x, y, u, p, s, q, r: lengths, precisions, scales
//   "url_encode(varchar(x)) -> varchar(x*12)"      a result's numbers are computed: + - * / min(a, b) max(a, b)
//   "round(decimal(p, s)) -> decimal(min(38, p - s + min(1, s)), 0)"
//   "date(timestamp(p)) -> date"
// A name may be there several times: as Trino does, an overload that fits exactly is taken, else the one that needs the fewest coercions.
//
// `text` is the call in DuckDB. Arguments are already of the DuckDB types of the signature (see SqlType), and what `text` gives must be of
// the result's. In it stand
//   $1 to $9   an argument; $* all of them with commas; $2* those from the second on
//   $2         of a lambda: "lambda x, y: body"; $2:1 its first parameter's name, $2:b its body
//   ${T}       the DuckDB type of a type variable; ${R} of the result (where no R is a variable); ${x} a number's value
//   $d         "DISTINCT " where the call has it; a text without it takes no DISTINCT
//   $o         " ORDER BY ..." of the call; a text without it takes none
//   $w         " FILTER (...) OVER (...)"; required of aggregates and windows (behind the DuckDB aggregate itself)
//   athena_... a macro of `macros`, or a native function whose types are written there with the signature's variables
// An empty text is the same name, all arguments and $d, $o and $w. "@name" is the native function of this name, which gets and gives the
// very types of the signature. "=" is made by the translator itself, and stands here for the documentation. "!reason" is a function that
// Trino has and that is not supported here.
struct Function {
    std::string_view signature;
    std::string_view text;
    Use use = Use::scalar;
    std::string_view differs = {};  // how its answers are not Trino's, for the documentation
};

// A family's list, as the documentation shows it.
struct Family {
    std::string_view title;
    std::span<const Function> functions;
};

// A macro of DuckDB's: "(x DATE) AS ..., (x) AS ...".
struct Macro {
    std::string_view name;                 // begins with "athena_"
    std::string_view parameters_and_body;  // after CREATE MACRO name
};

[[nodiscard]] std::span<const Family> families();

// One room a family: functions/<family>.cpp has the list, the macros and the native functions that only it uses.
struct Room {
    Family family;
    std::span<const Macro> macros;
    std::span<const NativeFunction> natives;
};
[[nodiscard]] Room aggregate_functions();
[[nodiscard]] Room array_functions();
[[nodiscard]] Room binary_functions();
[[nodiscard]] Room casts();
[[nodiscard]] Room condition_functions();
[[nodiscard]] Room date_functions();
[[nodiscard]] Room json_functions();
[[nodiscard]] Room map_functions();
[[nodiscard]] Room math_functions();
[[nodiscard]] Room operators();
[[nodiscard]] Room regexp_functions();
[[nodiscard]] Room special_forms();
[[nodiscard]] Room string_functions();
[[nodiscard]] Room url_functions();
[[nodiscard]] Room window_functions();

}  // namespace dualstore::sql::athena
