// JSON numbers as exact decimals: what they state, not what a double makes of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dualstore::record {

enum class NumberFit { exact, inexact, out_of_range };

struct Scaled {
    NumberFit fit = NumberFit::exact;
    __extension__ typedef __int128 Integer;
    Integer value = 0;  // the number times 10^scale, where exact
    bool plain = true;  // written without fraction and exponent
};

// The number times 10^scale, of at most `digits` (up to 38) digits. `text` is a valid JSON number.
[[nodiscard]] Scaled scaled(std::string_view text, int scale, int digits);

// The nearest double (or float); none where it overflows, or where a number other than zero would become zero.
[[nodiscard]] std::optional<double> nearest_double(std::string_view text);
[[nodiscard]] std::optional<float> nearest_float(std::string_view text);
[[nodiscard]] bool fits_double(std::string_view text);  // whether there is one
[[nodiscard]] bool fits_float(std::string_view text);

}  // namespace dualstore::record
