// Conditional functions. https://trino.io/docs/current/functions/conditional.html
#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

void extreme(const Arguments& arguments, Answer& answer, int wanted) {
    const SqlType& type = arguments.result_type();
    const NanOrder nan = wanted > 0 ? NanOrder::first : NanOrder::last;
    const auto cell = [&](idx_t index) { return Cell{arguments.vector(index), arguments.row()}; };
    idx_t best = 0;
    for (idx_t i = 1; i < arguments.size(); ++i) {
        const auto ordering = order(cell(i), cell(best), type, nan);
        if (!ordering) return answer.error(order_error, order_message(type));
        if (*ordering * wanted > 0) best = i;
    }
    answer_value(answer, cell(best));
}

void greatest(const Arguments& arguments, Answer& answer) {
    extreme(arguments, answer, 1);
}

void least(const Arguments& arguments, Answer& answer) {
    extreme(arguments, answer, -1);
}

constexpr Function functions[] = {
    {"coalesce(T, T, T...) -> T", "coalesce($*)"},
    {"greatest(O, O...) -> O", "@athena_greatest"},
    {"if(boolean, T) -> T", "CASE WHEN $1 THEN $2 END"},
    {"if(boolean, T, T) -> T", "CASE WHEN $1 THEN $2 ELSE $3 END"},
    {"least(O, O...) -> O", "@athena_least"},
};

const NativeFunction natives[] = {
    {"athena_greatest", greatest},
    {"athena_least", least},
};

}  // namespace

Room condition_functions() {
    return {{"Conditional functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
