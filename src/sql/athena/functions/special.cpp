// What looks like a function but is made by the translator itself.
#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr Function functions[] = {
    {"current_catalog() -> varchar", "="},
    {"current_schema() -> varchar", "="},
    {"current_user() -> varchar", "=", Use::scalar, "always dualstore"},
    {"format(varchar, T...) -> varchar", "="},
    {"grouping(T...) -> integer", "="},
    {"json_array(T...) -> varchar", "="},
    {"json_exists(varchar, varchar) -> boolean", "="},
    {"json_object(varchar, T) -> varchar", "="},
    {"json_query(varchar, varchar) -> varchar", "="},
    {"json_value(varchar, varchar) -> varchar", "="},
    {"nullif(T, T) -> T", "="},
    {"try(T) -> T", "="},
    {"try_cast(T) -> R", "="},
    {"typeof(T) -> varchar", "="},
    {"uuid() -> uuid", ""},
};

}  // namespace

Room special_forms() {
    return {{"Special forms", functions}, {}, {}};
}

}  // namespace dualstore::sql::athena
