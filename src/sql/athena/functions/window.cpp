// Window functions. https://trino.io/docs/current/functions/window.html
#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// What lag and lead skip.
void offset(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(0)) return answer.error(invalid, "Offset must not be null");
    const auto value = arguments.value<std::int64_t>(0);
    if (value < 0) return answer.error(invalid, "Offset must be at least 0");
    answer.value(value);
}

void position(const Arguments& arguments, Answer& answer) {
    const auto value = arguments.value<std::int64_t>(0);
    if (value < 1) return answer.error(invalid, "Offset must be at least 1");
    answer.value(value);
}

void buckets(const Arguments& arguments, Answer& answer) {
    const auto value = arguments.value<std::int64_t>(0);
    if (value < 1) return answer.error(invalid, "Buckets must be greater than 0");
    answer.value(value);
}

constexpr Function functions[] = {
    {"cume_dist() -> double", "cume_dist()$w", Use::window},
    {"dense_rank() -> bigint", "dense_rank()$w", Use::window},
    {"first_value(T) -> T", "first_value($1$o)$w", Use::window},
    {"lag(T) -> T", "lag($1$o)$w", Use::window},
    {"lag(T, bigint) -> T", "lag($1, athena_offset($2)$o)$w", Use::window},
    {"lag(T, bigint, T) -> T", "lag($1, athena_offset($2), $3$o)$w", Use::window},
    {"last_value(T) -> T", "last_value($1$o)$w", Use::window},
    {"lead(T) -> T", "lead($1$o)$w", Use::window},
    {"lead(T, bigint) -> T", "lead($1, athena_offset($2)$o)$w", Use::window},
    {"lead(T, bigint, T) -> T", "lead($1, athena_offset($2), $3$o)$w", Use::window},
    {"nth_value(T, bigint) -> T", "nth_value($1, athena_position($2)$o)$w", Use::window},
    {"ntile(bigint) -> bigint", "ntile(athena_buckets($1))$w", Use::window},
    {"percent_rank() -> double", "percent_rank()$w", Use::window},
    {"rank() -> bigint", "rank()$w", Use::window},
    {"row_number() -> bigint", "row_number()$w", Use::window},
};

const NativeFunction natives[] = {
    {"athena_buckets", buckets, false, "(bigint) -> bigint"},
    {"athena_offset", offset, true, "(bigint) -> bigint"},
    {"athena_position", position, false, "(bigint) -> bigint"},
};

}  // namespace

Room window_functions() {
    return {{"Window functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
