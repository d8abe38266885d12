// CAST from and to text, but of times.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "sql/athena/function_list.hpp"
#include "sql/athena/lexer.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_CAST_ARGUMENT";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\r\f\v";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

template <class T>
void to_integer(std::string_view text, std::string_view type, Answer& answer) {
    std::string_view digits = trimmed(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    T value{};
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) return answer.error(invalid, fmt::format("Cannot cast '{}' to {}", text, type));
    answer.value(value);
}

// What Java's Double.parseDouble takes, but hexadecimal digits.
template <class T>
void to_floating(std::string_view text, std::string_view type, Answer& answer) {
    std::string_view rest = trimmed(text);
    const auto fail = [&] { answer.error(invalid, fmt::format("Cannot cast '{}' to {}", text, type)); };
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    T value{};
    if (rest == "NaN") {
        value = std::numeric_limits<T>::quiet_NaN();
    } else if (rest == "Infinity") {
        value = std::numeric_limits<T>::infinity();
    } else {
        if (rest.empty() || (rest[0] != '.' && (rest[0] < '0' || rest[0] > '9'))) return fail();
        if (std::string_view("dDfF").find(rest.back()) != std::string_view::npos) rest.remove_suffix(1);
        const char* end = rest.data() + rest.size();
        const auto parsed = std::from_chars(rest.data(), end, value);
        if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return fail();
        // from_chars leaves the value alone where it is out of range.
        if (parsed.ec == std::errc::result_out_of_range) {
            const auto e = rest.find_first_of("eE");
            const bool tiny = e != std::string_view::npos && rest.substr(e + 1).starts_with('-');
            value = tiny ? T{0} : std::numeric_limits<T>::infinity();
        }
    }
    answer.value(negative ? -value : value);
}

void to_boolean(std::string_view text, Answer& answer) {
    const std::string word = lower(text);
    if (word == "true" || word == "t" || word == "1") return answer.value(true);
    if (word == "false" || word == "f" || word == "0") return answer.value(false);
    answer.error(invalid, fmt::format("Cannot cast '{}' to BOOLEAN", text));
}

struct Digits {
    bool negative = false;
    std::string text;  // without sign and point
    std::int64_t exponent = 0;
};

// [+-]digits[.digits][e[+-]digits], as Java's BigDecimal takes them.
std::optional<Digits> parse_digits(std::string_view text) {
    Digits result;
    result.negative = text.starts_with('-');
    if (result.negative || text.starts_with('+')) text.remove_prefix(1);
    const auto e = text.find_first_of("eE");
    if (e != std::string_view::npos) {
        std::string_view exponent = text.substr(e + 1);
        if (exponent.starts_with('+')) exponent.remove_prefix(1);
        const char* end = exponent.data() + exponent.size();
        const auto parsed = std::from_chars(exponent.data(), end, result.exponent);
        if (exponent.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
        text = text.substr(0, e);
    }
    bool point = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
        } else if (c < '0' || c > '9') {
            return std::nullopt;
        } else {
            result.text += c;
            result.exponent -= point ? 1 : 0;
        }
    }
    if (result.text.empty()) return std::nullopt;
    return result;
}

void to_decimal(std::string_view text, const SqlType& type, Answer& answer) {
    const auto digits = parse_digits(text);
    const std::string where = fmt::format("Cannot cast VARCHAR '{}' to DECIMAL({}, {}). Value ", text, type.precision, type.scale);
    if (!digits) return answer.error(invalid, where + "is not a number.");
    const auto first = digits->text.find_first_not_of('0');
    const std::string_view significant = first == std::string::npos ? std::string_view() : std::string_view(digits->text).substr(first);
    // How many of them are kept: what is behind the scale is rounded half up.
    const std::int64_t kept = static_cast<std::int64_t>(significant.size()) + digits->exponent + type.scale;
    if (!significant.empty() && kept > type.precision) return answer.error(invalid, where + "too large.");
    Int128 value = 0;
    for (std::int64_t i = 0; i < kept; ++i) {
        const auto at = static_cast<std::size_t>(i);
        value = value * 10 + (at < significant.size() ? significant[at] - '0' : 0);
    }
    const auto next = static_cast<std::size_t>(kept);
    if (kept >= 0 && next < significant.size() && significant[next] >= '5') ++value;
    Int128 limit = 1;
    for (unsigned i = 0; i < type.precision; ++i) limit *= 10;
    if (value >= limit) return answer.error(invalid, where + "too large.");
    answer.decimal(digits->negative ? -value : value, type);
}

void text_to_scalar(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    switch (arguments.result_type().kind) {
        case Kind::boolean:
            return to_boolean(text, answer);
        case Kind::tinyint:
            return to_integer<std::int8_t>(text, "TINYINT", answer);
        case Kind::smallint:
            return to_integer<std::int16_t>(text, "SMALLINT", answer);
        case Kind::integer:
            return to_integer<std::int32_t>(text, "INT", answer);
        case Kind::bigint:
            return to_integer<std::int64_t>(text, "BIGINT", answer);
        case Kind::real:
            return to_floating<float>(text, "REAL", answer);
        case Kind::double_:
            return to_floating<double>(text, "DOUBLE", answer);
        default:
            return to_decimal(text, arguments.result_type(), answer);
    }
}

// (text, most characters): the text, if it has no more.
void fitting(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const auto length = std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
    if (length > arguments.value<std::int32_t>(1)) {
        return answer.error(invalid, fmt::format("Value {} cannot be represented as varchar({})", text, arguments.value<std::int32_t>(1)));
    }
    answer.text(text);
}

void to_text(const Arguments& arguments, Answer& answer) {
    answer.text(value_text(arguments.vector(0), arguments.row(), arguments.type(0)));
}

void uuid_bytes(const Arguments& arguments, Answer& answer) {
    constexpr std::uint64_t flipped = std::uint64_t{1} << 63;  // DuckDB keeps the first bit inverted
    if (arguments.type(0).is(Kind::uuid)) {
        const auto value = arguments.value<duckdb_hugeint>(0);
        std::array<char, 16> bytes{};
        const std::uint64_t upper = static_cast<std::uint64_t>(value.upper) ^ flipped;
        for (std::size_t i = 0; i < 8; ++i) {
            bytes[i] = static_cast<char>(upper >> (56 - 8 * i));
            bytes[8 + i] = static_cast<char>(value.lower >> (56 - 8 * i));
        }
        return answer.text({bytes.data(), bytes.size()});
    }
    const std::string_view bytes = arguments.text(0);
    if (bytes.size() != 16) return answer.error(invalid, fmt::format("Invalid UUID binary length: {}", bytes.size()));
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        upper = upper << 8 | static_cast<unsigned char>(bytes[i]);
        lower = lower << 8 | static_cast<unsigned char>(bytes[8 + i]);
    }
    answer.value(duckdb_hugeint{lower, static_cast<std::int64_t>(upper ^ flipped)});
}

constexpr Macro macros[] = {
    {"athena_real",
     "(x) AS CASE WHEN isfinite(x) AND abs(x) > CAST(3.4028235677973366e38 AS DOUBLE) THEN CAST(sign(x) * CAST('infinity' AS DOUBLE) AS "
     "FLOAT) "
     "ELSE CAST(x AS FLOAT) END"},
};

const NativeFunction natives[] = {
    {"athena_fitting", fitting, false, "(varchar, integer) -> varchar"},
    {"athena_text_to_scalar", text_to_scalar},
    {"athena_to_text", to_text},
    {"athena_uuid_bytes", uuid_bytes},
};

}  // namespace

Room casts() {
    return {{"Casts", {}}, macros, natives};
}

}  // namespace dualstore::sql::athena
