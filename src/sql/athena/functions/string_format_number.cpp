// %e, %f, %g and %a of format().
#include <fmt/format.h>

#include <cmath>

#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/string_format.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = FormatValue::Kind;

constexpr int usual_precision = 6;

// "1.500e+01"; `exponent` counts where the number is zero.
std::string scientific(const DecimalDigits& number, int places, int exponent, bool point) {
    DecimalDigits mantissa = number;
    mantissa.point = 1;
    std::string text = plain_text(mantissa, places);
    if (places == 0 && point) text += '.';
    if (!number.digits.empty()) exponent = number.point - 1;
    return fmt::format("{}e{}{:02}", text, exponent < 0 ? '-' : '+', std::abs(exponent));
}

std::string magnitude_of(const FormatSpecifier& specifier, DecimalDigits number, int exponent_of_zero) {
    int precision = specifier.precision < 0 ? usual_precision : specifier.precision;
    if (specifier.conversion == 'e') {
        round_to_digits(number, precision + 1);
        return scientific(number, precision, exponent_of_zero, specifier.has('#'));
    }
    if (specifier.conversion == 'g') {
        precision = std::max(precision, 1);
        round_to_digits(number, precision);
        const int exponent = number.digits.empty() ? 0 : number.point - 1;
        const bool scaled_zero = number.digits.empty() && exponent_of_zero != 0;  // of decimals, unlike 0 itself
        if (exponent < -4 || exponent >= precision || scaled_zero) return scientific(number, precision - 1, exponent_of_zero, false);
        precision -= exponent + 1;
    } else {
        round_to_places(number, precision);
    }
    std::string text = plain_text(number, precision);
    if (precision == 0 && specifier.has('#')) text += '.';
    return specifier.has(',') ? grouped(text) : text;
}

// As Java writes C's: 0x1.0p0.
std::string hexadecimal(double value, int precision) {
    std::string text = precision < 0 ? fmt::format("{:a}", value) : fmt::format("{:.{}a}", value, std::max(precision, 1));
    const auto p = text.find('p');
    if (text[p + 1] == '+') text.erase(p + 1, 1);
    if (text.find('.') == std::string::npos) text.insert(p, ".0");
    return text;
}

}  // namespace

std::string format_floating(const FormatSpecifier& specifier, const FormatValue& value) {
    const bool decimal = value.kind == Kind::decimal;
    const bool floating = value.kind == Kind::real || value.kind == Kind::floating;
    if (specifier.conversion == 'a') refuse_flags(specifier, "(,");
    if (specifier.conversion == 'e') refuse_flags(specifier, ",");
    if (specifier.conversion == 'g') refuse_flags(specifier, "#");
    if (!floating && (!decimal || specifier.conversion == 'a')) refuse_conversion(specifier, value);
    if (decimal) {
        return signed_text(specifier, value.decimal < 0,
                           magnitude_of(specifier, digits_of(value.decimal, value.scale), -static_cast<int>(value.scale)));
    }
    if (std::isnan(value.floating)) return "NaN";
    const bool negative = std::signbit(value.floating);
    if (std::isinf(value.floating)) {
        FormatSpecifier without_zeros = specifier;
        std::erase(without_zeros.flags, '0');
        return signed_text(without_zeros, negative, "Infinity");
    }
    if (specifier.conversion == 'a') return signed_text(specifier, negative, hexadecimal(std::abs(value.floating), specifier.precision));
    const DecimalDigits digits =
        value.kind == Kind::real ? shortest_digits(static_cast<float>(value.floating)) : shortest_digits(value.floating);
    return signed_text(specifier, negative, magnitude_of(specifier, digits, 0));
}

}  // namespace dualstore::sql::athena
