// Decimal digits of numbers, as Java writes and rounds them.
#pragma once

#include <string>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// 0.DIGITS * 10^point. Zero has no digits.
struct DecimalDigits {
    bool negative = false;
    std::string digits;
    int point = 0;
};

// Of finite numbers: the fewest that give the number back, or all that it has.
[[nodiscard]] DecimalDigits shortest_digits(double value);
[[nodiscard]] DecimalDigits shortest_digits(float value);
[[nodiscard]] DecimalDigits exact_digits(double value);
[[nodiscard]] DecimalDigits digits_of(Int128 unscaled, unsigned scale);

// To so many digits behind the point, or so many in all; halves away from zero.
void round_to_places(DecimalDigits& number, int places);
void round_to_digits(DecimalDigits& number, int count);

// "123.4500", without the sign, with so many digits behind the point; no point where there are none.
[[nodiscard]] std::string plain_text(const DecimalDigits& number, int places);

// Java's toString: "1.5", "1.0E10", "NaN", "-Infinity".
[[nodiscard]] std::string java_text(double value);
[[nodiscard]] std::string java_text(float value);
// As CAST AS varchar writes them: "1.5E0", "0E0"; a real with seven digits at most.
[[nodiscard]] std::string cast_text(double value);
[[nodiscard]] std::string cast_text(float value);

}  // namespace dualstore::sql::athena
