// Which functions of Trino there are, and what each is in DuckDB.
#pragma once

#include <cstddef>
#include <string_view>

namespace dualstore::sql::athena {

// `text` is what a call with `least` to `most` arguments becomes. In it stand
//   $1 to $9  an argument; $* all of them with commas
//   $2:1      the first parameter of the lambda that is argument 2; $2:b its body
//   $d        "DISTINCT " where the call has it
//   $o        " ORDER BY ..." or " IGNORE NULLS" of the call
//   $w        " FILTER (...) OVER (...)" of the call; it comes last where the text has no $w
//   $u        a number of this call's own, for names of lambda parameters
// An empty text is the same name and arguments; "!" is a function that Trino has and that is not supported yet.
struct Function {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    std::string_view text;
};

// A macro over DuckDB's functions, overloaded by type where Trino's semantics are.
struct Macro {
    std::string_view name;                 // begins with "athena_"
    std::string_view parameters_and_body;  // after CREATE MACRO name
};

// The function of this name, in lower case, that takes so many arguments. nullptr: none; `known` tells whether the name exists.
[[nodiscard]] const Function* find_function(std::string_view name, std::size_t arguments, bool& known);
[[nodiscard]] const Macro* find_macro(std::string_view name);

}  // namespace dualstore::sql::athena
