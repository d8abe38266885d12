#include "record/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace dualstore::record {
namespace {

// sign, significant digits without zeros at either end, and the power of ten behind the last digit
struct Decomposed {
    bool negative = false;
    std::string digits;
    std::int64_t exponent = 0;
    bool plain = true;
};

Decomposed decompose(std::string_view text) {
    Decomposed parts;
    if (text.starts_with('-')) {
        parts.negative = true;
        text.remove_prefix(1);
    }
    if (const auto e = text.find_first_of("eE"); e != text.npos) {
        parts.plain = false;
        std::string_view power = text.substr(e + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), parts.exponent);
        // Beyond 64 bits, or near them: far outside every type, and still safe to add to.
        constexpr std::int64_t huge = std::int64_t{1} << 40;
        if (error != std::errc{}) parts.exponent = power.starts_with('-') ? -huge : huge;
        parts.exponent = std::clamp(parts.exponent, -huge, huge);
        text = text.substr(0, e);
    }
    for (bool fraction = false; const char c : text) {
        if (c == '.') {
            fraction = true;
            parts.plain = false;
            continue;
        }
        parts.digits += c;
        if (fraction) --parts.exponent;
    }
    parts.digits.erase(0, std::min(parts.digits.find_first_not_of('0'), parts.digits.size()));
    while (parts.digits.ends_with('0')) {
        parts.digits.pop_back();
        ++parts.exponent;
    }
    return parts;
}

template <class Float>
std::optional<Float> nearest(std::string_view text) {
    Float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool lost = value == 0 && text.substr(0, text.find_first_of("eE")).find_first_of("123456789") != text.npos;
    if (error != std::errc{} || !std::isfinite(value) || lost) return std::nullopt;
    return value;
}

// Most numbers are short and whole, and need not be taken apart. None where this one does.
std::optional<Scaled> short_integer(std::string_view text, int digits) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > 18 || text.size() > static_cast<std::size_t>(digits)) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    Scaled result;
    result.value = negative ? -value : value;
    return result;
}

// Whether a number without an exponent is too short to leave the type's range, at either end.
template <class Float>
bool surely_fits(std::string_view text) {
    return text.size() <= -std::numeric_limits<Float>::min_exponent10 &&
           std::ranges::none_of(text, [](char c) { return c == 'e' || c == 'E'; });
}

}  // namespace

Scaled scaled(std::string_view text, int scale, int digits) {
    if (scale == 0) {
        if (const auto integer = short_integer(text, digits)) return *integer;
    }
    const Decomposed parts = decompose(text);
    Scaled result;
    result.plain = parts.plain;
    if (parts.digits.empty()) return result;
    const std::int64_t zeros = parts.exponent + scale;
    if (static_cast<std::int64_t>(parts.digits.size()) + zeros > digits) {
        result.fit = NumberFit::out_of_range;
    } else if (zeros < 0) {
        result.fit = NumberFit::inexact;
    } else {
        for (const char c : parts.digits) result.value = result.value * 10 + (c - '0');
        for (std::int64_t i = 0; i < zeros; ++i) result.value *= 10;
        if (parts.negative) result.value = -result.value;
    }
    return result;
}

std::optional<double> nearest_double(std::string_view text) {
    return nearest<double>(text);
}
std::optional<float> nearest_float(std::string_view text) {
    return nearest<float>(text);
}
bool fits_double(std::string_view text) {
    return surely_fits<double>(text) || nearest<double>(text);
}
bool fits_float(std::string_view text) {
    return surely_fits<float>(text) || nearest<float>(text);
}

}  // namespace dualstore::record
