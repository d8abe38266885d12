// Signatures of functions, and which of several fits a call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/athena/sql_type.hpp"

namespace dualstore::sql::athena {

// A type with variables: array(T), varchar(x), function(T, boolean). O is a type that has an order.
struct TypePattern {
    enum class Kind { type, variable, function };
    Kind kind = Kind::type;
    std::string name;                   // "array", "timestamp with time zone"; a variable's name
    std::vector<std::string> numbers;   // formulas: "x", "min(38, p + 1)", "3"
    std::vector<TypePattern> children;  // of array, map, row; of a function: its parameters, then its result
};

struct Signature {
    std::string name;
    std::vector<TypePattern> arguments;
    bool variadic = false;  // the last argument may be there any number of times
    TypePattern result;
};

// What the variables of a signature stand for.
struct Bindings {
    std::map<std::string, SqlType, std::less<>> types;
    std::map<std::string, std::int64_t, std::less<>> numbers;
};

// The text must be well-formed: it is the program's own.
[[nodiscard]] Signature parse_signature(std::string_view text);

[[nodiscard]] SqlType substitute(const TypePattern& pattern, const Bindings& bindings);

// One argument of a call: a value's type, or the number of a lambda's parameters.
struct CallArgument {
    SqlType type;
    std::optional<std::size_t> lambda;
};
// The type of a lambda's body, for these parameters. Empty: not known. May fail by throwing.
using BodyType = std::function<SqlType(std::size_t argument, const std::vector<SqlType>& parameters)>;

struct Fit {
    Bindings bindings;
    std::vector<SqlType> arguments;                // what each is to be coerced to; of a lambda: its result
    std::vector<std::vector<SqlType>> parameters;  // of each argument that is a lambda
    SqlType result;
    std::size_t coercions = 0;
};

// Whether the call can be this function's.
[[nodiscard]] std::optional<Fit> fit(const Signature& signature, const std::vector<CallArgument>& call, const BodyType& body_type);
}  // namespace dualstore::sql::athena
