// Finding functions, macros and native functions by their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {

// All overloads of a name in lower case, in the order of their list; none where there is no such function.
[[nodiscard]] const std::vector<const Function*>& functions_named(std::string_view name);
// The function whose name is most like this one's; empty where none is.
[[nodiscard]] std::string nearest_function(std::string_view name);
[[nodiscard]] const Macro* find_macro(std::string_view name);
[[nodiscard]] const NativeFunction* find_native(std::string_view name);

}  // namespace dualstore::sql::athena
