#include "sql/athena/functions/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

// "-1.25e-07"
DecimalDigits parse_scientific(std::string_view text) {
    DecimalDigits number;
    number.negative = text.starts_with('-');
    const auto e = text.find('e');
    for (const char c : text.substr(0, e)) {
        if (c >= '0' && c <= '9') number.digits += c;
    }
    const std::string_view exponent = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), number.point);
    ++number.point;
    number.digits.erase(number.digits.find_last_not_of('0') + 1);
    return number;
}

template <class T>
DecimalDigits shortest(T value) {
    std::array<char, 64> text{};
    const auto written = [&](auto... precision) {
        const char* end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, precision...).ptr;
        return std::string_view(text.data(), static_cast<std::size_t>(end - text.data()));
    };
    DecimalDigits number = parse_scientific(written());
    // Java takes two digits where they are nearer, as in 4.9E-324.
    if (number.digits.size() == 1) number = parse_scientific(written(1));
    return number;
}

template <class T>
std::string text_of_floating(T value) {
    if (std::isnan(value)) return "NaN";
    const std::string sign = std::signbit(value) ? "-" : "";
    if (std::isinf(value)) return sign + "Infinity";
    const DecimalDigits number = shortest(value);
    const auto size = static_cast<int>(number.digits.size());
    if (size == 0) return sign + "0.0";
    if (number.point > -3 && number.point <= 7) return sign + plain_text(number, std::max(1, size - number.point));
    return fmt::format("{}{}.{}E{}", sign, number.digits[0], size > 1 ? number.digits.substr(1) : "0", number.point - 1);
}

constexpr double largest_long = 9223372036854775808.0;

// "1.5E0"
std::string scientific_text(const DecimalDigits& number, bool negative) {
    const std::string sign = negative ? "-" : "";
    if (number.digits.empty()) return sign + "0E0";
    return fmt::format("{}{}.{}E{}", sign, number.digits[0], number.digits.size() > 1 ? number.digits.substr(1) : "0", number.point - 1);
}

void keep(DecimalDigits& number, int count) {
    if (count >= static_cast<int>(number.digits.size())) return;
    const bool up = count >= 0 && number.digits[static_cast<std::size_t>(count)] >= '5';
    number.digits.resize(static_cast<std::size_t>(std::max(count, 0)));
    if (up) {
        while (!number.digits.empty() && number.digits.back() == '9') number.digits.pop_back();
        if (number.digits.empty()) {
            number.digits = "1";
            ++number.point;
        } else {
            ++number.digits.back();
        }
    }
    number.digits.erase(number.digits.find_last_not_of('0') + 1);
}

}  // namespace

DecimalDigits shortest_digits(double value) {
    return shortest(value);
}
DecimalDigits shortest_digits(float value) {
    return shortest(value);
}

DecimalDigits exact_digits(double value) {
    constexpr int all = 1080;  // no double has more
    return parse_scientific(fmt::format("{:.{}e}", value, all));
}

DecimalDigits digits_of(Int128 unscaled, unsigned scale) {
    DecimalDigits number;
    number.negative = unscaled < 0;
    number.digits = decimal_text(unscaled, 0).substr(number.negative ? 1 : 0);
    number.point = static_cast<int>(number.digits.size()) - static_cast<int>(scale);
    if (number.digits == "0") return {};
    number.digits.erase(number.digits.find_last_not_of('0') + 1);
    return number;
}

void round_to_places(DecimalDigits& number, int places) {
    keep(number, number.point + places);
}

void round_to_digits(DecimalDigits& number, int count) {
    keep(number, count);
}

std::string plain_text(const DecimalDigits& number, int places) {
    const auto digit = [&](int index) {
        return index >= 0 && index < static_cast<int>(number.digits.size()) ? number.digits[static_cast<std::size_t>(index)] : '0';
    };
    std::string text = number.point <= 0 ? "0" : "";
    for (int i = 0; i < number.point; ++i) text += digit(i);
    if (places > 0) text += '.';
    for (int i = 0; i < places; ++i) text += digit(number.point + i);
    return text;
}

std::string java_text(double value) {
    return text_of_floating(value);
}
std::string java_text(float value) {
    return text_of_floating(value);
}

std::string cast_text(double value) {
    if (!std::isfinite(value)) return java_text(value);
    constexpr double first_inexact = 9007199254740992.0;
    const double size = std::abs(value);
    DecimalDigits number = shortest_digits(value);
    if (size >= first_inexact && size < largest_long) {
        // Java's DecimalFormat has more digits of such integers than are needed: all but those that the lost bits make up.
        constexpr std::array<int, 9> lost_digits = {0, 0, 0, 0, 1, 1, 1, 2, 2};
        const int lost_bits = std::max(std::ilogb(size) - 54, 0);
        number = digits_of(static_cast<Int128>(size), 0);
        round_to_digits(number, number.point - lost_digits[static_cast<std::size_t>(lost_bits)]);
    }
    return scientific_text(number, std::signbit(value));
}

std::string cast_text(float value) {
    constexpr int digits = 7;
    if (!std::isfinite(value)) return java_text(value);
    // Trino rounds the double that the shortest digits make, and not the real.
    const DecimalDigits shortest = shortest_digits(value);
    const std::string text = fmt::format("0.{}e{}", shortest.digits.empty() ? "0" : shortest.digits, shortest.point);
    double written = 0;
    std::from_chars(text.data(), text.data() + text.size(), written);
    DecimalDigits number = parse_scientific(fmt::format("{:.{}e}", written, digits - 1));
    if (written < largest_long && written == std::floor(written)) {  // halves of whole numbers away from zero, others to even
        number = digits_of(static_cast<Int128>(written), 0);
        round_to_digits(number, digits);
    }
    return scientific_text(number, std::signbit(value));
}

}  // namespace dualstore::sql::athena
