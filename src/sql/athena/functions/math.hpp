// Native functions of the mathematical family, by concern; math.cpp lists them.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// math_round.cpp
void ceil_decimal(const Arguments& arguments, Answer& answer);
void floor_decimal(const Arguments& arguments, Answer& answer);
void round_decimal(const Arguments& arguments, Answer& answer);
void round_decimal_to(const Arguments& arguments, Answer& answer);
void round_integer_to(const Arguments& arguments, Answer& answer);
void round_double(const Arguments& arguments, Answer& answer);
void round_double_to(const Arguments& arguments, Answer& answer);
void round_real(const Arguments& arguments, Answer& answer);
void round_real_to(const Arguments& arguments, Answer& answer);
void truncate_decimal(const Arguments& arguments, Answer& answer);
void truncate_decimal_to(const Arguments& arguments, Answer& answer);

// math_probability.cpp
void beta_cdf(const Arguments& arguments, Answer& answer);
void inverse_beta_cdf(const Arguments& arguments, Answer& answer);
void inverse_normal_cdf(const Arguments& arguments, Answer& answer);
void normal_cdf(const Arguments& arguments, Answer& answer);
void t_cdf(const Arguments& arguments, Answer& answer);
void t_pdf(const Arguments& arguments, Answer& answer);
void wilson_interval_lower(const Arguments& arguments, Answer& answer);
void wilson_interval_upper(const Arguments& arguments, Answer& answer);

// math_vector.cpp
void cosine_distance(const Arguments& arguments, Answer& answer);
void cosine_similarity(const Arguments& arguments, Answer& answer);
void cosine_similarity_of_maps(const Arguments& arguments, Answer& answer);
void dot_product(const Arguments& arguments, Answer& answer);
void euclidean_distance(const Arguments& arguments, Answer& answer);
void width_bucket(const Arguments& arguments, Answer& answer);
void width_bucket_of_bins(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
