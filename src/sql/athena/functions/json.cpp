// JSON functions. https://trino.io/docs/current/functions/json.html
#include "sql/athena/functions/json.hpp"

#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr Function functions[] = {
    {"is_json_scalar(json) -> boolean", "@athena_is_json_scalar"},
    {"is_json_scalar(varchar(x)) -> boolean", "@athena_is_json_scalar"},
    {"json_array_contains(json, bigint) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(json, boolean) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(json, double) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(json, varchar(x)) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(varchar(x), bigint) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(varchar(x), boolean) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(varchar(x), double) -> boolean", "@athena_json_array_contains"},
    {"json_array_contains(varchar(x), varchar(y)) -> boolean", "@athena_json_array_contains"},
    {"json_array_get(json, bigint) -> json", "@athena_json_array_get"},
    {"json_array_get(varchar(x), bigint) -> json", "@athena_json_array_get"},
    {"json_array_length(json) -> bigint", "@athena_json_array_length"},
    {"json_array_length(varchar(x)) -> bigint", "@athena_json_array_length"},
    {"json_extract(json, varchar(y)) -> json", "@athena_json_extract"},
    {"json_extract(varchar(x), varchar(y)) -> json", "@athena_json_extract"},
    {"json_extract_scalar(json, varchar(y)) -> varchar", "@athena_json_extract_scalar"},
    {"json_extract_scalar(varchar(x), varchar(y)) -> varchar(x)", "@athena_json_extract_scalar"},
    {"json_format(json) -> varchar", "$1"},
    {"json_parse(varchar(x)) -> json", "@athena_json_parse"},
    {"json_size(json, varchar(y)) -> bigint", "@athena_json_size"},
    {"json_size(varchar(x), varchar(y)) -> bigint", "@athena_json_size"},
};

const NativeFunction natives[] = {
    {"athena_from_json", json_from},
    {"athena_is_json_scalar", is_json_scalar},
    {"athena_json_array", json_array, true},
    {"athena_json_array_contains", json_array_contains},
    {"athena_json_array_get", json_array_get},
    {"athena_json_array_length", json_array_length},
    {"athena_json_exists", json_exists, true},
    {"athena_json_extract", json_extract},
    {"athena_json_extract_scalar", json_extract_scalar},
    {"athena_json_items", json_items, true},
    {"athena_json_object", json_object, true},
    {"athena_json_parse", json_parse},
    {"athena_json_query", json_query, true},
    {"athena_json_size", json_size},
    {"athena_json_value", json_value, true},
    {"athena_to_json", json_to},
};

}  // namespace

Room json_functions() {
    return {{"JSON functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
