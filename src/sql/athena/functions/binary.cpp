// Binary functions. https://trino.io/docs/current/functions/binary.html
#include "sql/athena/functions/binary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

template <class T>
std::string big_endian(T value) {
    std::string bytes;
    for (int shift = 8 * sizeof(T) - 8; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<unsigned char>(value >> shift));
    return bytes;
}

template <class T>
T read_big_endian(std::string_view bytes) {
    T value = 0;
    for (const char c : bytes) value = static_cast<T>(value << 8 | static_cast<unsigned char>(c));
    return value;
}

template <class T>
void to_big_endian(const Arguments& arguments, Answer& answer) {
    answer.text(big_endian(static_cast<std::make_unsigned_t<T>>(arguments.value<T>(0))));
}

template <class T>
void from_big_endian(const Arguments& arguments, Answer& answer) {
    const std::string_view bytes = arguments.text(0);
    if (bytes.size() != sizeof(T)) {
        return answer.error(invalid, fmt::format("expected {}-byte input, but got instead: {}", sizeof(T), bytes.size()));
    }
    answer.value(static_cast<T>(read_big_endian<std::make_unsigned_t<T>>(bytes)));
}

void to_ieee754_32(const Arguments& arguments, Answer& answer) {
    answer.text(big_endian(std::bit_cast<std::uint32_t>(arguments.value<float>(0))));
}

// Of doubles, unlike reals, Trino knows one NaN.
void to_ieee754_64(const Arguments& arguments, Answer& answer) {
    const auto value = arguments.value<double>(0);
    answer.text(big_endian(std::bit_cast<std::uint64_t>(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value)));
}

template <class T, class Bits>
void from_ieee754(const Arguments& arguments, Answer& answer) {
    const std::string_view bytes = arguments.text(0);
    if (bytes.size() != sizeof(T)) {
        return answer.error(invalid, fmt::format("Input floating-point value must be exactly {} bytes long", sizeof(T)));
    }
    answer.value(std::bit_cast<T>(read_big_endian<Bits>(bytes)));
}

// What goes beside the bytes to make them as many as wanted. False: the arguments are wrong, and the answer says so.
bool pad(const Arguments& arguments, Answer& answer, std::string_view& bytes, std::string& filling) {
    constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();
    const auto length = arguments.value<std::int64_t>(1);
    const std::string_view pattern = arguments.text(2);
    if (length < 0 || length > longest || pattern.empty()) {
        answer.error(invalid, pattern.empty() && length >= 0 && length <= longest
                                  ? std::string("Padding bytes must not be empty")
                                  : fmt::format("Target length must be in the range [0..{}]", longest));
        return false;
    }
    const auto target = static_cast<std::size_t>(length);
    bytes = arguments.text(0).substr(0, target);
    while (filling.size() + bytes.size() < target) filling += pattern;
    filling.resize(target - bytes.size());
    return true;
}

void lpad_bytes(const Arguments& arguments, Answer& answer) {
    std::string_view bytes;
    std::string filling;
    if (pad(arguments, answer, bytes, filling)) answer.text(filling.append(bytes));
}

void rpad_bytes(const Arguments& arguments, Answer& answer) {
    std::string_view bytes;
    std::string filling;
    if (pad(arguments, answer, bytes, filling)) answer.text(filling.insert(0, bytes));
}

void reverse_bytes(const Arguments& arguments, Answer& answer) {
    const std::string_view bytes = arguments.text(0);
    answer.text(std::string(bytes.rbegin(), bytes.rend()));
}

void concat_bytes(const Arguments& arguments, Answer& answer) {
    if (arguments.size() < 2) return answer.error(invalid, "There must be two or more concatenation arguments");
    std::string all;
    for (idx_t i = 0; i < arguments.size(); ++i) all += arguments.text(i);
    answer.text(all);
}

// Counted from 1, or from the end where negative; what begins outside is empty.
void substr_bytes(const Arguments& arguments, Answer& answer) {
    const std::string_view bytes = arguments.text(0);
    const auto start = arguments.value<std::int64_t>(1);
    const auto size = static_cast<std::int64_t>(bytes.size());
    const auto length = arguments.size() > 2 ? arguments.value<std::int64_t>(2) : size;
    if (start == 0 || length <= 0 || start > size || start < -size) return answer.text({});
    const auto skip = static_cast<std::size_t>(start > 0 ? start - 1 : size + start);
    answer.text(bytes.substr(skip, static_cast<std::size_t>(std::min(length, size))));
}

constexpr Function functions[] = {
    {"concat(varbinary) -> varbinary", "@athena_concat_bytes"},
    {"concat(varbinary, varbinary) -> varbinary", "($1 || $2)"},
    {"concat(varbinary, varbinary, varbinary, varbinary...) -> varbinary", "@athena_concat_bytes"},
    {"crc32(varbinary) -> bigint", "@athena_crc32"},
    {"from_base32(varbinary) -> varbinary", "@athena_from_base32"},
    {"from_base32(varchar(x)) -> varbinary", "@athena_from_base32"},
    {"from_base64(varbinary) -> varbinary", "@athena_from_base64"},
    {"from_base64(varchar(x)) -> varbinary", "@athena_from_base64"},
    {"from_base64url(varbinary) -> varbinary", "@athena_from_base64url"},
    {"from_base64url(varchar(x)) -> varbinary", "@athena_from_base64url"},
    {"from_big_endian_32(varbinary) -> integer", "@athena_from_big_endian_32"},
    {"from_big_endian_64(varbinary) -> bigint", "@athena_from_big_endian_64"},
    {"from_hex(varbinary) -> varbinary", "@athena_from_hex"},
    {"from_hex(varchar(x)) -> varbinary", "@athena_from_hex"},
    {"from_ieee754_32(varbinary) -> real", "@athena_from_ieee754_32"},
    {"from_ieee754_64(varbinary) -> double", "@athena_from_ieee754_64"},
    {"hmac_md5(varbinary, varbinary) -> varbinary", "athena_hmac_md5($1, $2)"},
    {"hmac_sha1(varbinary, varbinary) -> varbinary", "athena_hmac_sha1($1, $2)"},
    {"hmac_sha256(varbinary, varbinary) -> varbinary", "athena_hmac_sha256($1, $2)"},
    {"hmac_sha512(varbinary, varbinary) -> varbinary", "@athena_hmac_sha512"},
    {"length(varbinary) -> bigint", "octet_length($1)"},
    {"lpad(varbinary, bigint, varbinary) -> varbinary", "@athena_lpad_bytes"},
    {"md5(varbinary) -> varbinary", "unhex(md5($1))"},
    {"murmur3(varbinary) -> varbinary", "@athena_murmur3"},
    {"reverse(varbinary) -> varbinary", "@athena_reverse_bytes"},
    {"rpad(varbinary, bigint, varbinary) -> varbinary", "@athena_rpad_bytes"},
    {"sha1(varbinary) -> varbinary", "unhex(sha1($1))"},
    {"sha256(varbinary) -> varbinary", "unhex(sha256($1))"},
    {"sha512(varbinary) -> varbinary", "@athena_sha512"},
    {"spooky_hash_v2_32(varbinary) -> varbinary", "@athena_spooky_hash_32"},
    {"spooky_hash_v2_64(varbinary) -> varbinary", "@athena_spooky_hash_64"},
    {"substr(varbinary, bigint) -> varbinary", "@athena_substr_bytes"},
    {"substr(varbinary, bigint, bigint) -> varbinary", "@athena_substr_bytes"},
    {"to_base32(varbinary) -> varchar", "@athena_to_base32"},
    {"to_base64(varbinary) -> varchar", "@athena_to_base64"},
    {"to_base64url(varbinary) -> varchar", "@athena_to_base64url"},
    {"to_big_endian_32(integer) -> varbinary", "@athena_to_big_endian_32"},
    {"to_big_endian_64(bigint) -> varbinary", "@athena_to_big_endian_64"},
    {"to_hex(varbinary) -> varchar", "@athena_to_hex"},
    {"to_ieee754_32(real) -> varbinary", "@athena_to_ieee754_32"},
    {"to_ieee754_64(double) -> varbinary", "@athena_to_ieee754_64"},
    {"xxhash64(varbinary) -> varbinary", "@athena_xxhash64"},
};

// RFC 2104. A key longer than a block of 64 bytes counts by its digest.
#define ATHENA_HMAC(digest)                                                                                                   \
    "(bytes, key) AS unhex(" digest "(athena_hmac_pad(athena_hmac_key(key, unhex(" digest                                     \
    "(key))), CAST(64 AS BIGINT), CAST(92 AS BIGINT)) || unhex(" digest "(athena_hmac_pad(athena_hmac_key(key, unhex(" digest \
    "(key))), CAST(64 AS BIGINT), CAST(54 AS BIGINT)) || bytes))))"

constexpr Macro macros[] = {
    {"athena_hmac_key", "(key, digest) AS CASE WHEN octet_length(key) > 64 THEN digest ELSE key END"},
    {"athena_hmac_md5", ATHENA_HMAC("md5")},
    {"athena_hmac_sha1", ATHENA_HMAC("sha1")},
    {"athena_hmac_sha256", ATHENA_HMAC("sha256")},
};

const NativeFunction natives[] = {
    {"athena_concat_bytes", concat_bytes},
    {"athena_crc32", crc32},
    {"athena_from_base32", from_base32},
    {"athena_from_base64", from_base64},
    {"athena_from_base64url", from_base64url},
    {"athena_from_big_endian_32", from_big_endian<std::int32_t>},
    {"athena_from_big_endian_64", from_big_endian<std::int64_t>},
    {"athena_from_hex", from_hex},
    {"athena_from_ieee754_32", from_ieee754<float, std::uint32_t>},
    {"athena_from_ieee754_64", from_ieee754<double, std::uint64_t>},
    {"athena_hmac_pad", hmac_pad, false, "(varbinary, bigint, bigint) -> varbinary"},
    {"athena_hmac_sha512", hmac_sha512},
    {"athena_lpad_bytes", lpad_bytes},
    {"athena_murmur3", murmur3},
    {"athena_reverse_bytes", reverse_bytes},
    {"athena_rpad_bytes", rpad_bytes},
    {"athena_sha512", sha512},
    {"athena_spooky_hash_32", spooky_hash_32},
    {"athena_spooky_hash_64", spooky_hash_64},
    {"athena_substr_bytes", substr_bytes},
    {"athena_to_base32", to_base32},
    {"athena_to_base64", to_base64},
    {"athena_to_base64url", to_base64url},
    {"athena_to_big_endian_32", to_big_endian<std::int32_t>},
    {"athena_to_big_endian_64", to_big_endian<std::int64_t>},
    {"athena_to_hex", to_hex},
    {"athena_to_ieee754_32", to_ieee754_32},
    {"athena_to_ieee754_64", to_ieee754_64},
    {"athena_xxhash64", xxhash64},
};

}  // namespace

Room binary_functions() {
    return {{"Binary functions", functions}, macros, natives};
}

}  // namespace dualstore::sql::athena
