#include "sql/athena/functions/text_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace dualstore::sql::athena {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\r\f\v";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// What Java's Double.parseDouble takes, but hexadecimal digits.
template <class T>
std::optional<T> floating_of(std::string_view text) {
    std::string_view rest = trimmed(text);
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    T value{};
    if (rest == "NaN") {
        value = std::numeric_limits<T>::quiet_NaN();
    } else if (rest == "Infinity") {
        value = std::numeric_limits<T>::infinity();
    } else {
        if (rest.empty() || (rest[0] != '.' && (rest[0] < '0' || rest[0] > '9'))) return std::nullopt;
        if (std::string_view("dDfF").find(rest.back()) != std::string_view::npos) rest.remove_suffix(1);
        const char* end = rest.data() + rest.size();
        const auto parsed = std::from_chars(rest.data(), end, value);
        if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return std::nullopt;
        // from_chars leaves the value alone where it is out of range.
        if (parsed.ec == std::errc::result_out_of_range) {
            const auto e = rest.find_first_of("eE");
            const bool tiny = e != std::string_view::npos && rest.substr(e + 1).starts_with('-');
            value = tiny ? T{0} : std::numeric_limits<T>::infinity();
        }
    }
    return negative ? -value : value;
}

}  // namespace

template <class T>
std::optional<T> integer_of(std::string_view text) {
    std::string_view digits = trimmed(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    T value{};
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return value;
}

template std::optional<std::int8_t> integer_of(std::string_view text);
template std::optional<std::int16_t> integer_of(std::string_view text);
template std::optional<std::int32_t> integer_of(std::string_view text);
template std::optional<std::int64_t> integer_of(std::string_view text);

std::optional<double> double_of(std::string_view text) {
    return floating_of<double>(text);
}
std::optional<float> real_of(std::string_view text) {
    return floating_of<float>(text);
}

std::optional<bool> boolean_of(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, bool>, 6> words = {
        {{"true", true}, {"t", true}, {"1", true}, {"false", false}, {"f", false}, {"0", false}}};
    std::string word(text);
    std::ranges::transform(word, word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto* found = std::ranges::find(words, std::string_view(word), &std::pair<std::string_view, bool>::first);
    if (found == words.end()) return std::nullopt;
    return found->second;
}

tl::expected<Int128, DecimalFault> decimal_of(std::string_view text, unsigned precision, unsigned scale) {
    const auto no_number = [] { return tl::unexpected(DecimalFault{}); };
    const auto too_large = [] { return tl::unexpected(DecimalFault{true}); };
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t exponent = 0;
    if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
        const auto read = integer_of<std::int32_t>(text.substr(e + 1));
        if (!read) return no_number();
        exponent = *read;
        text = text.substr(0, e);
    }
    std::string digits;
    bool point = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
        } else if (c < '0' || c > '9') {
            return no_number();
        } else {
            digits += c;
            exponent -= point ? 1 : 0;
        }
    }
    if (digits.empty()) return no_number();
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    // How many of the digits are kept: what is behind the scale is rounded.
    const std::int64_t kept = static_cast<std::int64_t>(digits.size()) + exponent + scale;
    if (!digits.empty() && kept > precision) return too_large();
    Int128 value = 0;
    for (std::int64_t i = 0; i < kept && !digits.empty(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        value = value * 10 + (at < digits.size() ? digits[at] - '0' : 0);
    }
    const auto next = static_cast<std::size_t>(kept);
    if (kept >= 0 && next < digits.size() && digits[next] >= '5') ++value;
    Int128 limit = 1;
    for (unsigned i = 0; i < precision; ++i) limit *= 10;
    if (value >= limit) return too_large();
    return negative ? -value : value;
}

}  // namespace dualstore::sql::athena
