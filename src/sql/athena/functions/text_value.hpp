// Text as values, as CAST takes it: what value_text() writes and more.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// Blanks around a number do not count. Empty: the text is no such value, or out of range.
template <class T>
[[nodiscard]] std::optional<T> integer_of(std::string_view text);  // of std::int8_t to std::int64_t
[[nodiscard]] std::optional<double> double_of(std::string_view text);
[[nodiscard]] std::optional<float> real_of(std::string_view text);
[[nodiscard]] std::optional<bool> boolean_of(std::string_view text);
// The digits without the point, rounded half up. Of no number: `too_large` is false.
struct DecimalFault {
    bool too_large = false;
};
[[nodiscard]] tl::expected<Int128, DecimalFault> decimal_of(std::string_view text, unsigned precision, unsigned scale);

}  // namespace dualstore::sql::athena
