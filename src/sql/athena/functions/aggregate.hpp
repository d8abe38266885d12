// Native functions of the aggregates, by concern; aggregate.cpp lists them. They get all values of a group as an array.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// aggregate_number.cpp: sums, means, moments
void bigint_sum(const Arguments& arguments, Answer& answer);
void corr(const Arguments& arguments, Answer& answer);
void covar_pop(const Arguments& arguments, Answer& answer);
void covar_samp(const Arguments& arguments, Answer& answer);
void decimal_average(const Arguments& arguments, Answer& answer);
void decimal_sum(const Arguments& arguments, Answer& answer);
void geometric_mean(const Arguments& arguments, Answer& answer);
void interval_average(const Arguments& arguments, Answer& answer);
void kurtosis(const Arguments& arguments, Answer& answer);
void month_sum(const Arguments& arguments, Answer& answer);
void regr_intercept(const Arguments& arguments, Answer& answer);
void regr_slope(const Arguments& arguments, Answer& answer);
void skewness(const Arguments& arguments, Answer& answer);
void stddev_pop(const Arguments& arguments, Answer& answer);
void stddev_samp(const Arguments& arguments, Answer& answer);
void to_real(const Arguments& arguments, Answer& answer);
void var_pop(const Arguments& arguments, Answer& answer);
void var_samp(const Arguments& arguments, Answer& answer);

// aggregate_collect.cpp: maps and the largest values
void histogram(const Arguments& arguments, Answer& answer);
void map_agg(const Arguments& arguments, Answer& answer);
void map_union(const Arguments& arguments, Answer& answer);
void max_by(const Arguments& arguments, Answer& answer);
void max_by_n(const Arguments& arguments, Answer& answer);
void max_n(const Arguments& arguments, Answer& answer);
void max_value(const Arguments& arguments, Answer& answer);
void min_by(const Arguments& arguments, Answer& answer);
void min_by_n(const Arguments& arguments, Answer& answer);
void min_n(const Arguments& arguments, Answer& answer);
void min_value(const Arguments& arguments, Answer& answer);
void multimap_agg(const Arguments& arguments, Answer& answer);

// aggregate_percentile.cpp
void percentile(const Arguments& arguments, Answer& answer);
void percentiles(const Arguments& arguments, Answer& answer);
void percentile_within(const Arguments& arguments, Answer& answer);

// aggregate_summary.cpp: what sketches values
void distinct_count(const Arguments& arguments, Answer& answer);
void most_frequent(const Arguments& arguments, Answer& answer);
void numeric_histogram(const Arguments& arguments, Answer& answer);

// aggregate_checksum.cpp
void checksum(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
