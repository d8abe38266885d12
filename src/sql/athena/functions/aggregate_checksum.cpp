// checksum: the sum of all values' hashes, each as Trino's types define it.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "sql/athena/functions/aggregate.hpp"
#include "sql/athena/functions/nested.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

constexpr std::uint64_t prime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t prime2 = 0xC2B2AE3D27D4EB4F;

// Trino hashes whole numbers in two ways: with XXH64 whole, and inside of rows with its mixing step alone.
enum class Way { whole, step };

std::uint64_t hash_number(std::int64_t value, Way way) {
    if (way == Way::step) return std::rotl(static_cast<std::uint64_t>(value) * prime2, 31) * prime1;
    return XXH64(&value, sizeof value, 0);
}

std::uint64_t hash_pair(std::int64_t a, std::int64_t b) {
    return hash_number(a, Way::whole) ^ hash_number(b, Way::whole);
}

std::int64_t bits_of(double value) {
    if (std::isnan(value)) return 0x7FF8000000000000;
    return std::bit_cast<std::int64_t>(value + 0.0);  // -0 is 0
}

std::int64_t bits_of(float value) {
    if (std::isnan(value)) return 0x7FC00000;
    return std::bit_cast<std::int32_t>(value + 0.0F);
}

std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// The instant's milliseconds, and what is left in picoseconds where the type has more digits.
std::uint64_t hash_instant(std::int64_t microseconds, unsigned precision, Way way) {
    constexpr std::int64_t microseconds_a_millisecond = 1000;
    constexpr std::int64_t picoseconds_a_microsecond = 1'000'000;
    const std::int64_t milliseconds = floor_divide(microseconds, microseconds_a_millisecond);
    if (precision <= 3) return hash_number(milliseconds, way);
    return hash_pair(milliseconds, (microseconds - milliseconds * microseconds_a_millisecond) * picoseconds_a_microsecond);
}

// Nanoseconds since midnight in UTC.
std::int64_t time_in_utc(const Cell& cell) {
    constexpr std::int64_t minute = 60'000'000;
    constexpr std::int64_t day = std::int64_t{24} * 60 * minute;
    const Cell time = field(cell, 0);
    const Cell zone = field(cell, 1);
    const std::int64_t local = value_of<std::int64_t>(time.vector, time.row);
    return (((local - value_of<std::int32_t>(zone.vector, zone.row) * minute) % day + day) % day) * 1000;
}

std::uint64_t hash_value(const Cell& cell, const SqlType& type, Way way);

std::uint64_t hash_elements(const ListView& list, const SqlType& type, Way way) {
    std::uint64_t hash = 0;
    for (idx_t i = 0; i < list.count; ++i) hash = 31 * hash + hash_value(element(list, i), type, way);
    return hash;
}

std::uint64_t hash_entries(const ListView& map, const SqlType& type, Way way) {
    std::uint64_t hash = 0;
    for (idx_t i = 0; i < map.count; ++i) {
        hash += hash_value(element(keys_of(map), i), type.children[0], way) ^ hash_value(element(values_of(map), i), type.children[1], way);
    }
    return hash;
}

std::uint64_t hash_fields(const Cell& row, const SqlType& type) {
    std::uint64_t hash = 1;
    for (idx_t i = 0; i < type.children.size(); ++i) hash = 31 * hash + hash_value(field(row, i), type.children[i], Way::step);
    return hash;
}

std::uint64_t hash_text(std::string_view text) {
    return XXH64(text.data(), text.size(), 0);
}

// A UUID's bytes in two little-endian numbers.
std::uint64_t hash_uuid(const Cell& cell) {
    const auto value = value_of<duckdb_hugeint>(cell.vector, cell.row);
    const std::uint64_t high = static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63);
    return hash_pair(static_cast<std::int64_t>(__builtin_bswap64(high)), static_cast<std::int64_t>(__builtin_bswap64(value.lower)));
}

std::uint64_t hash_value(const Cell& cell, const SqlType& type, Way way) {
    if (!cell.valid()) return 0;
    const duckdb_vector vector = cell.vector;
    const idx_t row = cell.row;
    constexpr std::int64_t picoseconds_a_microsecond = 1'000'000;
    switch (type.kind) {
        case Kind::boolean:
            return hash_number(value_of<bool>(vector, row) ? 1 : 0, Way::whole);
        case Kind::tinyint:
            return hash_number(value_of<std::int8_t>(vector, row), way);
        case Kind::smallint:
            return hash_number(value_of<std::int16_t>(vector, row), way);
        case Kind::unknown:
        case Kind::integer:
        case Kind::date:
        case Kind::interval_month:
            return hash_number(value_of<std::int32_t>(vector, row), way);
        case Kind::bigint:
        case Kind::interval_day:
        case Kind::timestamp:
            return hash_number(value_of<std::int64_t>(vector, row), way);
        case Kind::time:
            return hash_number(value_of<std::int64_t>(vector, row) * picoseconds_a_microsecond, way);
        case Kind::timestamp_tz:
            return hash_instant(value_of<std::int64_t>(field(cell, 0).vector, row), type.precision, way);
        case Kind::time_tz:
            return hash_number(time_in_utc(cell), way);
        case Kind::real:
            return hash_number(bits_of(value_of<float>(vector, row)), way);
        case Kind::double_:
            return hash_number(bits_of(value_of<double>(vector, row)), way);
        case Kind::decimal: {
            const Int128 digits = decimal_of(vector, row, type);
            if (type.precision <= 18) return hash_number(static_cast<std::int64_t>(digits), way);
            return hash_pair(static_cast<std::int64_t>(digits >> 64), static_cast<std::int64_t>(digits));
        }
        case Kind::uuid:
            return hash_uuid(cell);
        case Kind::array:
            return hash_elements(list_of(vector, row), type.children[0], way);
        case Kind::map:
            return hash_entries(list_of(vector, row), type, way);
        case Kind::row:
            return hash_fields(cell, type);
        default:
            return hash_text(text_of(vector, row));
    }
}

}  // namespace

void checksum(const Arguments& arguments, Answer& answer) {
    const ListView list = arguments.list(0);
    const SqlType& type = arguments.type(0).children[0];
    std::uint64_t sum = 0;
    for (idx_t i = 0; i < list.count; ++i) {
        const Cell cell = element(list, i);
        sum += prime1 * (cell.valid() ? hash_value(cell, type, Way::whole) : 1);
    }
    std::string bytes(sizeof sum, '\0');
    std::memcpy(bytes.data(), &sum, sizeof sum);
    answer.text(bytes);
}

}  // namespace dualstore::sql::athena
