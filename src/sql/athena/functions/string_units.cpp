// Numbers with units: 1.23M, 2.3MB.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/string.hpp"

namespace dualstore::sql::athena {
namespace {

// What a double becomes as a long in Java.
std::int64_t whole(double value) {
    constexpr double limit = 9223372036854775808.0;
    if (value >= limit) return INT64_MAX;
    if (value <= -limit) return INT64_MIN;
    return value == value ? static_cast<std::int64_t>(value) : 0;
}

void times_1024(std::string& digits) {
    unsigned carry = 0;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
        carry += static_cast<unsigned>(*digit - '0') * 1024;
        *digit = static_cast<char>('0' + static_cast<int>(carry % 10));
        carry /= 10;
    }
    if (carry != 0) digits.insert(0, std::to_string(carry));
}

}  // namespace

void format_number(const Arguments& arguments, Answer& answer) {
    const bool floating = arguments.type(0).is(SqlType::Kind::double_);
    auto value = static_cast<double>(floating ? whole(arguments.value<double>(0)) : arguments.value<std::int64_t>(0));
    std::string_view units = " KMBTQ";
    while (units.size() > 1 && (value >= 1000 || value <= -1000)) {
        value /= 1000;
        units.remove_prefix(1);
    }
    DecimalDigits number = exact_digits(value);
    // Three digits, but for negative numbers, which count as small.
    round_to_places(number, value < 10 ? 2 : value < 100 ? 1 : 0);
    const int places = std::max(0, static_cast<int>(number.digits.size()) - number.point);
    const std::string sign = number.negative && value != 0 ? "-" : "";
    answer.text(sign + plain_text(number, places) + (units[0] == ' ' ? "" : std::string(1, units[0])));
}

void parse_data_size(const Arguments& arguments, Answer& answer) {
    constexpr std::array<std::string_view, 9> units = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    constexpr std::size_t most_digits = 38;
    const std::string_view text = arguments.text(0);
    const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
    std::string digits(text.substr(0, end));
    const auto* unit = std::ranges::find(units, text.substr(end));
    const auto point = digits.find('.');
    const std::size_t places = point == std::string::npos ? 0 : digits.size() - point - 1;
    if (point != std::string::npos) digits.erase(point, 1);
    if (digits.empty() || digits.find('.') != std::string::npos || unit == units.end()) {
        return answer.error("INVALID_FUNCTION_ARGUMENT", fmt::format("Invalid data size: '{}'", text));
    }
    for (auto step = unit - units.begin(); step > 0; --step) times_1024(digits);
    digits.erase(digits.size() - std::min(places, digits.size()));
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() > most_digits) {
        return answer.error("NUMERIC_VALUE_OUT_OF_RANGE", fmt::format("Value out of range: '{}' ('{}B')", text, digits));
    }
    Int128 bytes = 0;
    for (const char digit : digits) bytes = bytes * 10 + (digit - '0');
    answer.decimal(bytes, arguments.result_type());
}

}  // namespace dualstore::sql::athena
