// Aggregates. https://trino.io/docs/current/functions/aggregate.html
#include "sql/athena/functions/aggregate.hpp"

#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

// NaN is neither the largest nor the smallest, unless there is nothing else.
constexpr std::string_view max_floating = "coalesce(max(CASE WHEN NOT isnan($1) THEN $1 END)$w, max($1)$w)";
constexpr std::string_view min_floating = "coalesce(min(CASE WHEN NOT isnan($1) THEN $1 END)$w, min($1)$w)";

constexpr std::string_view bool_and = "bool_and($d$1$o)$w";
constexpr std::string_view count_distinct = "count(DISTINCT $1)$w";
constexpr std::string_view distinct_within = "athena_distinct_count(count(DISTINCT $1)$w, any_value($2)$w)";
constexpr std::string_view stddev = "athena_stddev_samp(list($dCAST($1 AS DOUBLE)$o)$w)";
constexpr std::string_view variance = "athena_var_samp(list($dCAST($1 AS DOUBLE)$o)$w)";

// As reduce does it, over the values that are not NULL. The second lambda, which joins partial states, is not needed.
constexpr std::string_view reduce_agg =
    "list_transform([struct_pack(l := list_filter(list($1$o)$w, lambda athena_x: athena_x IS NOT NULL), s := any_value($2)$w)], "
    "lambda athena_g: CASE WHEN len(athena_g.l) > 0 AND athena_g.s IS NOT NULL THEN list_reduce("
    "[struct_pack(s := athena_g.s, e := CAST(NULL AS ${T}))] || list_transform(athena_g.l, lambda athena_x: "
    "struct_pack(s := CAST(NULL AS ${S}), e := athena_x)), lambda athena_p, athena_q: struct_pack(s := list_transform([athena_p.s], "
    "lambda $3:1: list_transform([athena_q.e], lambda $3:2: $3:b)[1])[1], e := CAST(NULL AS ${T}))).s END)[1]";

constexpr std::string_view exact = "the count is exact";
constexpr std::string_view ties = "of rows with the same key, the first ones are taken";
constexpr std::string_view at_end = "only the sum itself must be in range, not what is added up on the way";
constexpr std::string_view one_state = "the second lambda is never called";

// Within a name the general one is last: where several fit as well, the first is taken.
constexpr Function functions[] = {
    {"any_value(T) -> T", "any_value($d$1$o)$w", Use::aggregate},
    {"approx_distinct(T, double) -> bigint", distinct_within, Use::aggregate, exact},
    {"approx_distinct(timestamp(p) with time zone) -> bigint", "count(DISTINCT ($1).t)$w", Use::aggregate, exact},
    {"approx_distinct(T) -> bigint", count_distinct, Use::aggregate, exact},
    {"approx_most_frequent(bigint, bigint, bigint) -> map(bigint, bigint)",
     "athena_most_frequent_bigint(any_value($1)$w, list($d$2$o)$w, any_value($3)$w)", Use::aggregate},
    {"approx_most_frequent(bigint, varchar, bigint) -> map(varchar, bigint)",
     "athena_most_frequent_varchar(any_value($1)$w, list($d$2$o)$w, any_value($3)$w)", Use::aggregate},
    {"approx_percentile(bigint, array(double)) -> array(bigint)",
     "athena_percentiles_bigint(list($dstruct_pack(f1 := $1, f2 := CAST(1 AS DOUBLE))$o)$w, any_value($2)$w)", Use::aggregate},
    {"approx_percentile(bigint, double) -> bigint",
     "athena_percentile_bigint(list($dstruct_pack(f1 := $1, f2 := CAST(1 AS DOUBLE))$o)$w, last($2)$w)", Use::aggregate},
    {"approx_percentile(bigint, double, array(double)) -> array(bigint)",
     "athena_percentiles_bigint(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, any_value($3)$w)", Use::aggregate},
    {"approx_percentile(bigint, double, double) -> bigint",
     "athena_percentile_bigint(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, last($3)$w)", Use::aggregate},
    {"approx_percentile(bigint, double, double, double) -> bigint",
     "athena_percentile_bigint(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, athena_percentile_within(last($3)$w, last($4)$w))",
     Use::aggregate},
    {"approx_percentile(double, array(double)) -> array(double)",
     "athena_percentiles_double(list($dstruct_pack(f1 := $1, f2 := CAST(1 AS DOUBLE))$o)$w, any_value($2)$w)", Use::aggregate},
    {"approx_percentile(double, double) -> double",
     "athena_percentile_double(list($dstruct_pack(f1 := $1, f2 := CAST(1 AS DOUBLE))$o)$w, last($2)$w)", Use::aggregate},
    {"approx_percentile(double, double, array(double)) -> array(double)",
     "athena_percentiles_double(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, any_value($3)$w)", Use::aggregate},
    {"approx_percentile(double, double, double) -> double",
     "athena_percentile_double(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, last($3)$w)", Use::aggregate},
    {"approx_percentile(double, double, double, double) -> double",
     "athena_percentile_double(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, athena_percentile_within(last($3)$w, last($4)$w))",
     Use::aggregate},
    {"approx_percentile(real, array(double)) -> array(real)",
     "athena_percentiles_real(list($dstruct_pack(f1 := $1, f2 := CAST(1 AS DOUBLE))$o)$w, any_value($2)$w)", Use::aggregate},
    {"approx_percentile(real, double) -> real",
     "athena_percentile_real(list($dstruct_pack(f1 := $1, f2 := CAST(1 AS DOUBLE))$o)$w, last($2)$w)", Use::aggregate},
    {"approx_percentile(real, double, array(double)) -> array(real)",
     "athena_percentiles_real(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, any_value($3)$w)", Use::aggregate},
    {"approx_percentile(real, double, double) -> real", "athena_percentile_real(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, last($3)$w)",
     Use::aggregate},
    {"approx_percentile(real, double, double, double) -> real",
     "athena_percentile_real(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, athena_percentile_within(last($3)$w, last($4)$w))",
     Use::aggregate},
    {"arbitrary(T) -> T", "any_value($d$1$o)$w", Use::aggregate},
    {"array_agg(T) -> array(T)", "list($d$1$o)$w", Use::aggregate},
    {"avg(bigint) -> double", "avg($dCAST($1 AS DOUBLE)$o)$w", Use::aggregate},
    {"avg(decimal(p, s)) -> decimal(p, s)", "athena_decimal_average(CAST(sum($d$1$o)$w AS DECIMAL(38, ${s})), count($d$1$o)$w)",
     Use::aggregate},
    {"avg(double) -> double", "avg($d$1$o)$w", Use::aggregate},
    {"avg(interval day to second) -> interval day to second", "athena_day_average(avg($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"avg(interval year to month) -> interval year to month", "athena_month_average(avg($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"avg(real) -> real", "athena_to_real(avg($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"bitwise_and_agg(bigint) -> bigint", "bit_and($d$1$o)$w", Use::aggregate},
    {"bitwise_or_agg(bigint) -> bigint", "bit_or($d$1$o)$w", Use::aggregate},
    {"bitwise_xor_agg(bigint) -> bigint", "bit_xor($d$1$o)$w", Use::aggregate},
    {"bool_and(boolean) -> boolean", bool_and, Use::aggregate},
    {"bool_or(boolean) -> boolean", "bool_or($d$1$o)$w", Use::aggregate},
    {"checksum(T) -> varbinary", "athena_checksum(list($d$1$o)$w)", Use::aggregate},
    {"corr(double, double) -> double", "athena_corr(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"corr(real, real) -> real", "athena_to_real(athena_corr(list($dstruct_pack(f1 := CAST($1 AS DOUBLE), f2 := CAST($2 AS DOUBLE))$o)$w))",
     Use::aggregate},
    {"count() -> bigint", "count(*)$w", Use::aggregate},
    {"count(timestamp(p) with time zone) -> bigint", "count($d($1).t$o)$w", Use::aggregate},
    {"count(T) -> bigint", "count($d$1$o)$w", Use::aggregate},
    {"count_if(boolean) -> bigint", "count($dCASE WHEN $1 THEN true END$o)$w", Use::aggregate},
    {"covar_pop(double, double) -> double", "athena_covar_pop(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"covar_pop(real, real) -> real",
     "athena_to_real(athena_covar_pop(list($dstruct_pack(f1 := CAST($1 AS DOUBLE), f2 := CAST($2 AS DOUBLE))$o)$w))", Use::aggregate},
    {"covar_samp(double, double) -> double", "athena_covar_samp(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"covar_samp(real, real) -> real",
     "athena_to_real(athena_covar_samp(list($dstruct_pack(f1 := CAST($1 AS DOUBLE), f2 := CAST($2 AS DOUBLE))$o)$w))", Use::aggregate},
    {"every(boolean) -> boolean", bool_and, Use::aggregate},
    {"geometric_mean(bigint) -> double", "athena_geometric_mean(list($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"geometric_mean(double) -> double", "athena_geometric_mean(list($d$1$o)$w)", Use::aggregate},
    {"geometric_mean(real) -> real", "athena_to_real(athena_geometric_mean(list($dCAST($1 AS DOUBLE)$o)$w))", Use::aggregate},
    {"histogram(T) -> map(T, bigint)", "athena_histogram(list($d$1$o)$w)", Use::aggregate},
    {"kurtosis(bigint) -> double", "athena_kurtosis(list($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"kurtosis(double) -> double", "athena_kurtosis(list($d$1$o)$w)", Use::aggregate},
    {"listagg(varchar) -> varchar", "string_agg($d$1, ''$o)$w", Use::aggregate},
    {"listagg(varchar, varchar) -> varchar", "string_agg($d$1, $2$o)$w", Use::aggregate},
    {"map_agg(K, V) -> map(K, V)", "athena_map_agg(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"map_union(map(K, V)) -> map(K, V)", "athena_map_union(list($d$1$o)$w)", Use::aggregate},
    {"max(array(O)) -> array(O)", "athena_max_array(list($d$1$o)$w)", Use::aggregate},
    {"max(double) -> double", max_floating, Use::aggregate},
    {"max(real) -> real", max_floating, Use::aggregate},
    {"max(time(p) with time zone) -> time(p) with time zone", "athena_max_time(list($d$1$o)$w)", Use::aggregate},
    {"max(O) -> O", "max($d$1$o)$w", Use::aggregate},
    {"max(O, bigint) -> array(O)", "athena_max_n(list($d$1$o)$w, any_value($2)$w)", Use::aggregate},
    {"max_by(V, double) -> V", "athena_max_by_double(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"max_by(V, real) -> V", "athena_max_by_real(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"max_by(V, O) -> V", "arg_max_null($d$1, $2$o)$w", Use::aggregate},
    {"max_by(V, O, bigint) -> array(V)", "athena_max_by_n(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, any_value($3)$w)", Use::aggregate,
     ties},
    {"min(array(O)) -> array(O)", "athena_min_array(list($d$1$o)$w)", Use::aggregate},
    {"min(double) -> double", min_floating, Use::aggregate},
    {"min(real) -> real", min_floating, Use::aggregate},
    {"min(time(p) with time zone) -> time(p) with time zone", "athena_min_time(list($d$1$o)$w)", Use::aggregate},
    {"min(O) -> O", "min($d$1$o)$w", Use::aggregate},
    {"min(O, bigint) -> array(O)", "athena_min_n(list($d$1$o)$w, any_value($2)$w)", Use::aggregate},
    {"min_by(V, double) -> V", "athena_min_by_double(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"min_by(V, real) -> V", "athena_min_by_real(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"min_by(V, O) -> V", "arg_min_null($d$1, $2$o)$w", Use::aggregate},
    {"min_by(V, O, bigint) -> array(V)", "athena_min_by_n(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w, any_value($3)$w)", Use::aggregate,
     ties},
    {"multimap_agg(K, V) -> map(K, array(V))", "athena_multimap_agg(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"numeric_histogram(bigint, double) -> map(double, double)",
     "athena_numeric_histogram(any_value($1)$w, list($dstruct_pack(f1 := $2, f2 := CAST(1 AS DOUBLE))$o)$w)", Use::aggregate},
    {"numeric_histogram(bigint, double, double) -> map(double, double)",
     "athena_numeric_histogram(any_value($1)$w, list($dstruct_pack(f1 := $2, f2 := $3)$o)$w)", Use::aggregate},
    {"numeric_histogram(bigint, real) -> map(real, real)",
     "athena_numeric_histogram_real(any_value($1)$w, list($dstruct_pack(f1 := CAST($2 AS DOUBLE), f2 := CAST(1 AS DOUBLE))$o)$w)",
     Use::aggregate},
    {"numeric_histogram(bigint, real, double) -> map(real, real)",
     "athena_numeric_histogram_real(any_value($1)$w, list($dstruct_pack(f1 := CAST($2 AS DOUBLE), f2 := $3)$o)$w)", Use::aggregate},
    {"reduce_agg(T, S, function(S, T, S), function(S, S, S)) -> S", reduce_agg, Use::aggregate, one_state},
    {"regr_intercept(double, double) -> double", "athena_regr_intercept(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"regr_intercept(real, real) -> real",
     "athena_to_real(athena_regr_intercept(list($dstruct_pack(f1 := CAST($1 AS DOUBLE), f2 := CAST($2 AS DOUBLE))$o)$w))", Use::aggregate},
    {"regr_slope(double, double) -> double", "athena_regr_slope(list($dstruct_pack(f1 := $1, f2 := $2)$o)$w)", Use::aggregate},
    {"regr_slope(real, real) -> real",
     "athena_to_real(athena_regr_slope(list($dstruct_pack(f1 := CAST($1 AS DOUBLE), f2 := CAST($2 AS DOUBLE))$o)$w))", Use::aggregate},
    {"skewness(bigint) -> double", "athena_skewness(list($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"skewness(double) -> double", "athena_skewness(list($d$1$o)$w)", Use::aggregate},
    {"stddev(bigint) -> double", stddev, Use::aggregate},
    {"stddev(double) -> double", stddev, Use::aggregate},
    {"stddev_pop(bigint) -> double", "athena_stddev_pop(list($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"stddev_pop(double) -> double", "athena_stddev_pop(list($d$1$o)$w)", Use::aggregate},
    {"stddev_samp(bigint) -> double", stddev, Use::aggregate},
    {"stddev_samp(double) -> double", stddev, Use::aggregate},
    {"sum(bigint) -> bigint", "athena_bigint_sum(CAST(sum($d$1$o)$w AS DECIMAL(38, 0)))", Use::aggregate, at_end},
    {"sum(decimal(p, s)) -> decimal(38, s)", "athena_decimal_sum(CAST(sum($d$1$o)$w AS DECIMAL(38, ${s})))", Use::aggregate},
    {"sum(double) -> double", "sum($d$1$o)$w", Use::aggregate},
    {"sum(interval day to second) -> interval day to second", "athena_bigint_sum(CAST(sum($d$1$o)$w AS DECIMAL(38, 0)))", Use::aggregate},
    {"sum(interval year to month) -> interval year to month", "athena_month_sum(CAST(sum($d$1$o)$w AS DECIMAL(38, 0)))", Use::aggregate},
    {"sum(real) -> real", "athena_to_real(sum($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"var_pop(bigint) -> double", "athena_var_pop(list($dCAST($1 AS DOUBLE)$o)$w)", Use::aggregate},
    {"var_pop(double) -> double", "athena_var_pop(list($d$1$o)$w)", Use::aggregate},
    {"var_samp(bigint) -> double", variance, Use::aggregate},
    {"var_samp(double) -> double", variance, Use::aggregate},
    {"variance(bigint) -> double", variance, Use::aggregate},
    {"variance(double) -> double", variance, Use::aggregate},
};

constexpr std::string_view of_numbers = "(array(double)) -> double";
constexpr std::string_view of_pairs = "(array(row(double, double))) -> double";

const NativeFunction natives[] = {
    {"athena_bigint_sum", bigint_sum, false, "(decimal(38, 0)) -> bigint"},
    {"athena_checksum", checksum, false, "(array(T)) -> varbinary"},
    {"athena_corr", corr, false, of_pairs},
    {"athena_covar_pop", covar_pop, false, of_pairs},
    {"athena_covar_samp", covar_samp, false, of_pairs},
    {"athena_day_average", interval_average, false, "(double) -> interval day to second"},
    {"athena_decimal_average", decimal_average, false, "(decimal(38, s), bigint) -> decimal(p, s)"},
    {"athena_decimal_sum", decimal_sum, false, "(decimal(38, s)) -> decimal(38, s)"},
    {"athena_distinct_count", distinct_count, true, "(bigint, double) -> bigint"},
    {"athena_geometric_mean", geometric_mean, false, of_numbers},
    {"athena_histogram", histogram, false, "(array(T)) -> map(T, bigint)"},
    {"athena_kurtosis", kurtosis, false, of_numbers},
    {"athena_map_agg", map_agg, false, "(array(row(K, V))) -> map(K, V)"},
    {"athena_map_union", map_union, false, "(array(map(K, V))) -> map(K, V)"},
    {"athena_max_array", max_value, false, "(array(array(O))) -> array(O)"},
    {"athena_max_by_double", max_by, false, "(array(row(V, double))) -> V"},
    {"athena_max_by_n", max_by_n, false, "(array(row(V, O)), bigint) -> array(V)"},
    {"athena_max_by_real", max_by, false, "(array(row(V, real))) -> V"},
    {"athena_max_n", max_n, false, "(array(O), bigint) -> array(O)"},
    {"athena_max_time", max_value, false, "(array(time(p) with time zone)) -> time(p) with time zone"},
    {"athena_min_array", min_value, false, "(array(array(O))) -> array(O)"},
    {"athena_min_by_double", min_by, false, "(array(row(V, double))) -> V"},
    {"athena_min_by_n", min_by_n, false, "(array(row(V, O)), bigint) -> array(V)"},
    {"athena_min_by_real", min_by, false, "(array(row(V, real))) -> V"},
    {"athena_min_n", min_n, false, "(array(O), bigint) -> array(O)"},
    {"athena_min_time", min_value, false, "(array(time(p) with time zone)) -> time(p) with time zone"},
    {"athena_month_average", interval_average, false, "(double) -> interval year to month"},
    {"athena_month_sum", month_sum, false, "(decimal(38, 0)) -> interval year to month"},
    {"athena_most_frequent_bigint", most_frequent, false, "(bigint, array(bigint), bigint) -> map(bigint, bigint)"},
    {"athena_most_frequent_varchar", most_frequent, false, "(bigint, array(varchar), bigint) -> map(varchar, bigint)"},
    {"athena_multimap_agg", multimap_agg, false, "(array(row(K, V))) -> map(K, array(V))"},
    {"athena_numeric_histogram", numeric_histogram, false, "(bigint, array(row(double, double))) -> map(double, double)"},
    {"athena_numeric_histogram_real", numeric_histogram, false, "(bigint, array(row(double, double))) -> map(real, real)"},
    {"athena_percentile_bigint", percentile, false, "(array(row(bigint, double)), double) -> bigint"},
    {"athena_percentile_double", percentile, false, "(array(row(double, double)), double) -> double"},
    {"athena_percentile_real", percentile, false, "(array(row(real, double)), double) -> real"},
    {"athena_percentile_within", percentile_within, false, "(double, double) -> double"},
    {"athena_percentiles_bigint", percentiles, false, "(array(row(bigint, double)), array(double)) -> array(bigint)"},
    {"athena_percentiles_double", percentiles, false, "(array(row(double, double)), array(double)) -> array(double)"},
    {"athena_percentiles_real", percentiles, false, "(array(row(real, double)), array(double)) -> array(real)"},
    {"athena_regr_intercept", regr_intercept, false, of_pairs},
    {"athena_regr_slope", regr_slope, false, of_pairs},
    {"athena_skewness", skewness, false, of_numbers},
    {"athena_stddev_pop", stddev_pop, false, of_numbers},
    {"athena_stddev_samp", stddev_samp, false, of_numbers},
    {"athena_to_real", to_real, false, "(double) -> real"},
    {"athena_var_pop", var_pop, false, of_numbers},
    {"athena_var_samp", var_samp, false, of_numbers},
};

}  // namespace

Room aggregate_functions() {
    return {{"Aggregates", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
