// Native functions of the string family, by concern; string.cpp lists them.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// string_edit.cpp: parts of text, and text put together
void chr(const Arguments& arguments, Answer& answer);
void codepoint(const Arguments& arguments, Answer& answer);
void concat(const Arguments& arguments, Answer& answer);
void lpad(const Arguments& arguments, Answer& answer);
void ltrim(const Arguments& arguments, Answer& answer);
void replace(const Arguments& arguments, Answer& answer);
void reverse(const Arguments& arguments, Answer& answer);
void rpad(const Arguments& arguments, Answer& answer);
void rtrim(const Arguments& arguments, Answer& answer);
void strpos(const Arguments& arguments, Answer& answer);
void substr(const Arguments& arguments, Answer& answer);
void trim(const Arguments& arguments, Answer& answer);

// string_split.cpp: text cut at delimiters
void split(const Arguments& arguments, Answer& answer);
void split_part(const Arguments& arguments, Answer& answer);
void split_to_map(const Arguments& arguments, Answer& answer);
void split_to_multimap(const Arguments& arguments, Answer& answer);

// string_word.cpp: how alike words are, and check digits
void hamming_distance(const Arguments& arguments, Answer& answer);
void levenshtein_distance(const Arguments& arguments, Answer& answer);
void luhn_check(const Arguments& arguments, Answer& answer);
void soundex(const Arguments& arguments, Answer& answer);

// string_units.cpp: 1.23M, 2.3MB
void format_number(const Arguments& arguments, Answer& answer);
void parse_data_size(const Arguments& arguments, Answer& answer);

// string_unicode.cpp: text and its bytes
void from_utf8(const Arguments& arguments, Answer& answer);

// string_format.cpp. A timestamp with time zone comes as ROW(in UTC, local, zone).
void format(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
