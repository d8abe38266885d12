// Integer division, elements of arrays and maps, values as Trino writes them.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {
namespace {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

constexpr const char* by_zero = "DIVISION_BY_ZERO: Division by zero";

template <class T>
void divide(const Arguments& arguments, Answer& answer) {
    const T dividend = arguments.value<T>(0);
    const T divisor = arguments.value<T>(1);
    if (divisor == 0) return answer.error(by_zero);
    if (divisor == -1 && dividend == std::numeric_limits<T>::min()) {
        return answer.error(fmt::format("NUMERIC_VALUE_OUT_OF_RANGE: {} / -1 is out of range", dividend));
    }
    answer.value(static_cast<T>(dividend / divisor));
}

template <class T>
void remainder(const Arguments& arguments, Answer& answer) {
    const T divisor = arguments.value<T>(1);
    if (divisor == 0) return answer.error(by_zero);
    answer.value(divisor == -1 ? T{0} : static_cast<T>(arguments.value<T>(0) % divisor));
}

// What sum() of integers is.
Int128 wide(duckdb_hugeint value) {
    return static_cast<Int128>((static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower);
}

void answer_huge(Int128 value, Answer& answer) {
    answer.value(duckdb_hugeint{static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)});
}

void divide_huge(const Arguments& arguments, Answer& answer) {
    const Int128 divisor = wide(arguments.value<duckdb_hugeint>(1));
    if (divisor == 0) return answer.error(by_zero);
    const Int128 dividend = wide(arguments.value<duckdb_hugeint>(0));
    answer_huge(divisor == -1 ? static_cast<Int128>(-static_cast<UInt128>(dividend)) : dividend / divisor, answer);
}

void remainder_huge(const Arguments& arguments, Answer& answer) {
    const Int128 divisor = wide(arguments.value<duckdb_hugeint>(1));
    if (divisor == 0) return answer.error(by_zero);
    answer_huge(divisor == -1 ? 0 : wide(arguments.value<duckdb_hugeint>(0)) % divisor, answer);
}

// By IEEE 754: x / 0 is infinite.
template <class T>
void divide_floating(const Arguments& arguments, Answer& answer) {
    answer.value(arguments.value<T>(0) / arguments.value<T>(1));
}

duckdb_type type_of(duckdb_vector vector) {
    duckdb_logical_type type = duckdb_vector_get_column_type(vector);
    const duckdb_type id = duckdb_get_type_id(type);
    duckdb_destroy_logical_type(&type);
    return id;
}

void cardinality(const Arguments& arguments, Answer& answer) {
    const duckdb_type type = type_of(arguments.vector(0));
    if (type != DUCKDB_TYPE_LIST && type != DUCKDB_TYPE_MAP) {
        return answer.error("FUNCTION_NOT_FOUND: Unexpected parameters for function cardinality");
    }
    answer.value(static_cast<std::int64_t>(arguments.value<duckdb_list_entry>(0).length));
}

template <class T>
T stored(duckdb_vector vector, idx_t row) {
    return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

std::int64_t integer_at(duckdb_vector vector, idx_t row) {
    switch (type_of(vector)) {
        case DUCKDB_TYPE_TINYINT:
            return stored<std::int8_t>(vector, row);
        case DUCKDB_TYPE_SMALLINT:
            return stored<std::int16_t>(vector, row);
        case DUCKDB_TYPE_INTEGER:
            return stored<std::int32_t>(vector, row);
        default:
            return stored<std::int64_t>(vector, row);
    }
}

std::string string_at(duckdb_vector vector, idx_t row) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

// Whether a map's key is there; the element that the map gives is not looked at, it may be NULL.
void has_key(const Arguments& arguments, Answer& answer) {
    const duckdb_vector wanted = arguments.vector(1);
    const duckdb_vector keys = duckdb_struct_vector_get_child(duckdb_list_vector_get_child(arguments.vector(0)), 0);
    const bool text = type_of(wanted) == DUCKDB_TYPE_VARCHAR;
    const bool integer = type_of(wanted) >= DUCKDB_TYPE_TINYINT && type_of(wanted) <= DUCKDB_TYPE_BIGINT;
    const bool comparable = text ? type_of(keys) == DUCKDB_TYPE_VARCHAR
                                 : integer && type_of(keys) >= DUCKDB_TYPE_TINYINT && type_of(keys) <= DUCKDB_TYPE_BIGINT;
    if (!comparable) return answer.value(true);
    const auto entry = arguments.value<duckdb_list_entry>(0);
    const idx_t row = arguments.row();
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
        const bool equal = text ? string_at(keys, i) == string_at(wanted, row) : integer_at(keys, i) == integer_at(wanted, row);
        if (equal) return answer.value(true);
    }
    answer.error("INVALID_FUNCTION_ARGUMENT: Key not present in map: " +
                 (text ? string_at(wanted, row) : std::to_string(integer_at(wanted, row))));
}

// For x[i]: true, or the error that Trino gives.
void has_element(const Arguments& arguments, Answer& answer) {
    const duckdb_type type = type_of(arguments.vector(0));
    if (type == DUCKDB_TYPE_MAP) return has_key(arguments, answer);
    if (type != DUCKDB_TYPE_LIST) return answer.value(true);
    const std::int64_t index = integer_at(arguments.vector(1), arguments.row());
    const auto length = static_cast<std::int64_t>(arguments.value<duckdb_list_entry>(0).length);
    if (index == 0) return answer.error("INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1");
    if (index < 0) return answer.error(fmt::format("INVALID_FUNCTION_ARGUMENT: Array subscript is negative: {}", index));
    if (index > length) {
        return answer.error(
            fmt::format("INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: {} > {}", index, length));
    }
    answer.value(true);
}

// 1.0E0, 5.0E-1, NaN, Infinity
template <class T>
std::string floating_text(T value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    std::array<char, 64> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    const auto e = text.find('e');
    int exponent = 0;
    const char* first = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(first, end, exponent);
    const std::string_view mantissa = text.substr(0, e);
    return fmt::format("{}{}E{}", mantissa, mantissa.find('.') == std::string_view::npos ? ".0" : "", exponent);
}

std::string timestamp_text(std::int64_t microseconds) {
    const duckdb_timestamp_struct time = duckdb_from_timestamp({microseconds});
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", time.date.year, time.date.month, time.date.day, time.time.hour,
                       time.time.min, time.time.sec, time.time.micros / 1000);
}

void to_text(const Arguments& arguments, Answer& answer) {
    switch (type_of(arguments.vector(0))) {
        case DUCKDB_TYPE_DOUBLE:
            return answer.text(floating_text(arguments.value<double>(0)));
        case DUCKDB_TYPE_FLOAT:
            return answer.text(floating_text(arguments.value<float>(0)));
        case DUCKDB_TYPE_TIMESTAMP:
            return answer.text(timestamp_text(arguments.value<std::int64_t>(0)));
        case DUCKDB_TYPE_TIMESTAMP_TZ:
            return answer.text(timestamp_text(arguments.value<std::int64_t>(0)) + " UTC");
        default:
            return answer.error("INVALID_CAST_ARGUMENT: Cannot cast to varchar");
    }
}

constexpr duckdb_type huge = DUCKDB_TYPE_HUGEINT;

// With these names and types they take the place of DuckDB's own, which give NULL for a division by zero.
const NativeFunction functions[] = {
    {"//", {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_TINYINT}, DUCKDB_TYPE_TINYINT, divide<std::int8_t>},
    {"//", {DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_SMALLINT}, DUCKDB_TYPE_SMALLINT, divide<std::int16_t>},
    {"//", {DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_INTEGER}, DUCKDB_TYPE_INTEGER, divide<std::int32_t>},
    {"//", {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT}, DUCKDB_TYPE_BIGINT, divide<std::int64_t>},
    {"//", {huge, huge}, huge, divide_huge},
    {"//", {DUCKDB_TYPE_FLOAT, DUCKDB_TYPE_FLOAT}, DUCKDB_TYPE_FLOAT, divide_floating<float>},
    {"//", {DUCKDB_TYPE_DOUBLE, DUCKDB_TYPE_DOUBLE}, DUCKDB_TYPE_DOUBLE, divide_floating<double>},
    {"%", {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_TINYINT}, DUCKDB_TYPE_TINYINT, remainder<std::int8_t>},
    {"%", {DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_SMALLINT}, DUCKDB_TYPE_SMALLINT, remainder<std::int16_t>},
    {"%", {DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_INTEGER}, DUCKDB_TYPE_INTEGER, remainder<std::int32_t>},
    {"%", {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT}, DUCKDB_TYPE_BIGINT, remainder<std::int64_t>},
    {"%", {huge, huge}, huge, remainder_huge},
    {"athena_cardinality", {DUCKDB_TYPE_ANY}, DUCKDB_TYPE_BIGINT, cardinality},
    {"athena_has_element", {DUCKDB_TYPE_ANY, DUCKDB_TYPE_ANY}, DUCKDB_TYPE_BOOLEAN, has_element},
    {"athena_text", {DUCKDB_TYPE_ANY}, DUCKDB_TYPE_VARCHAR, to_text},
};

}  // namespace

std::span<const NativeFunction> value_functions() {
    return functions;
}

}  // namespace dualstore::sql::athena
