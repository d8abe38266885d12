// CAST from and to text, but of times.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/text_value.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_CAST_ARGUMENT";

template <class T>
void answer_or_refuse(const std::optional<T>& value, std::string_view text, std::string_view type, Answer& answer) {
    if (!value) return answer.error(invalid, fmt::format("Cannot cast '{}' to {}", text, type));
    answer.value(*value);
}

void to_decimal(std::string_view text, const SqlType& type, Answer& answer) {
    const auto digits = athena::decimal_of(text, type.precision, type.scale);
    if (digits) return answer.decimal(*digits, type);
    answer.error(invalid, fmt::format("Cannot cast VARCHAR '{}' to DECIMAL({}, {}). Value {}.", text, type.precision, type.scale,
                                      digits.error().too_large ? "too large" : "is not a number"));
}

void text_to_scalar(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    switch (arguments.result_type().kind) {
        case Kind::boolean:
            return answer_or_refuse(boolean_of(text), text, "BOOLEAN", answer);
        case Kind::tinyint:
            return answer_or_refuse(integer_of<std::int8_t>(text), text, "TINYINT", answer);
        case Kind::smallint:
            return answer_or_refuse(integer_of<std::int16_t>(text), text, "SMALLINT", answer);
        case Kind::integer:
            return answer_or_refuse(integer_of<std::int32_t>(text), text, "INT", answer);
        case Kind::bigint:
            return answer_or_refuse(integer_of<std::int64_t>(text), text, "BIGINT", answer);
        case Kind::real:
            return answer_or_refuse(real_of(text), text, "REAL", answer);
        case Kind::double_:
            return answer_or_refuse(double_of(text), text, "DOUBLE", answer);
        default:
            return to_decimal(text, arguments.result_type(), answer);
    }
}

// (text, most characters): the text, if it has no more.
void fitting(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    if (count_code_points(text) > static_cast<std::size_t>(arguments.value<std::int32_t>(1))) {
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
