// Native functions of the array family, by concern; array.cpp lists them.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// array_search.cpp: what looks for values
void array_max(const Arguments& arguments, Answer& answer);
void array_min(const Arguments& arguments, Answer& answer);
void array_position(const Arguments& arguments, Answer& answer);
void array_remove(const Arguments& arguments, Answer& answer);
void array_sort(const Arguments& arguments, Answer& answer);
void array_sort_by(const Arguments& arguments, Answer& answer);
void contains(const Arguments& arguments, Answer& answer);
void contains_sequence(const Arguments& arguments, Answer& answer);

// array_sets.cpp: arrays as sets
void array_distinct(const Arguments& arguments, Answer& answer);
void array_except(const Arguments& arguments, Answer& answer);
void array_histogram(const Arguments& arguments, Answer& answer);
void array_intersect(const Arguments& arguments, Answer& answer);
void array_union(const Arguments& arguments, Answer& answer);
void arrays_overlap(const Arguments& arguments, Answer& answer);

// array_shape.cpp: what makes arrays
void array_concat(const Arguments& arguments, Answer& answer);
void array_element_at(const Arguments& arguments, Answer& answer);
void combinations(const Arguments& arguments, Answer& answer);
void ngrams(const Arguments& arguments, Answer& answer);
void repeat(const Arguments& arguments, Answer& answer);
void sequence(const Arguments& arguments, Answer& answer);
void shuffle(const Arguments& arguments, Answer& answer);
void slice(const Arguments& arguments, Answer& answer);
void trim_array(const Arguments& arguments, Answer& answer);
void zip(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
