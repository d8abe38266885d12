// Checksums and digests that DuckDB does not have.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "sql/athena/functions/binary.hpp"

namespace dualstore::sql::athena {
namespace {

template <class T>
std::string big_endian(T value) {
    std::string bytes;
    for (int shift = 8 * sizeof(T) - 8; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<unsigned char>(value >> shift));
    return bytes;
}

std::uint64_t read_big_endian(const char* bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    return value;
}

std::uint64_t read_little_endian(const char* bytes, std::size_t count = 8) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    return value;
}

// SHA-512, FIPS 180-4
using Sha512State = std::array<std::uint64_t, 8>;
constexpr std::size_t sha512_block = 128;

constexpr Sha512State sha512_start = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                      0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr std::array<std::uint64_t, 80> sha512_rounds = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
    0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
    0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
    0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
    0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
    0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
    0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

void sha512_add(Sha512State& state, const char* block) {
    std::array<std::uint64_t, 80> w{};
    for (std::size_t i = 0; i < 16; ++i) w[i] = read_big_endian(block + 8 * i);
    for (std::size_t i = 16; i < 80; ++i) {
        const std::uint64_t s0 = std::rotr(w[i - 15], 1) ^ std::rotr(w[i - 15], 8) ^ (w[i - 15] >> 7);
        const std::uint64_t s1 = std::rotr(w[i - 2], 19) ^ std::rotr(w[i - 2], 61) ^ (w[i - 2] >> 6);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        const std::uint64_t s1 = std::rotr(e, 14) ^ std::rotr(e, 18) ^ std::rotr(e, 41);
        const std::uint64_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha512_rounds[i] + w[i];
        const std::uint64_t s0 = std::rotr(a, 28) ^ std::rotr(a, 34) ^ std::rotr(a, 39);
        const std::uint64_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = std::exchange(g, std::exchange(f, std::exchange(e, d + t1)));
        d = std::exchange(c, std::exchange(b, std::exchange(a, t1 + t2)));
    }
    const Sha512State added = {a, b, c, d, e, f, g, h};
    std::ranges::transform(state, added, state.begin(), std::plus<>());
}

std::string sha512_of(std::string_view bytes) {
    Sha512State state = sha512_start;
    std::string end(bytes.substr(bytes.size() / sha512_block * sha512_block));
    end += '\x80';
    end.resize((end.size() + 16 + sha512_block - 1) / sha512_block * sha512_block - 8, '\0');
    end += big_endian(static_cast<std::uint64_t>(bytes.size()) * 8);
    for (std::size_t at = 0; at + sha512_block <= bytes.size(); at += sha512_block) sha512_add(state, bytes.data() + at);
    for (std::size_t at = 0; at < end.size(); at += sha512_block) sha512_add(state, end.data() + at);
    std::string digest;
    for (const std::uint64_t word : state) digest += big_endian(word);
    return digest;
}

constexpr std::string_view no_key_error = "GENERIC_INTERNAL_ERROR";
constexpr std::string_view no_key = "Empty key";

// RFC 2104: the key, filled with zeros, with each byte changed.
std::string padded_key(std::string_view key, std::size_t block, char change) {
    std::string padded(key);
    padded.resize(block, '\0');
    for (char& c : padded) c = static_cast<char>(c ^ change);
    return padded;
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
        table[i] = value;
    }
    return table;
}();

std::uint64_t murmur_mix(std::uint64_t value) {
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdU;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53U;
    return value ^ (value >> 33);
}

}  // namespace

void crc32(const Arguments& arguments, Answer& answer) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : arguments.text(0)) crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
    answer.value(static_cast<std::int64_t>(crc ^ 0xFFFFFFFFU));
}

void sha512(const Arguments& arguments, Answer& answer) {
    answer.text(sha512_of(arguments.text(0)));
}

void hmac_pad(const Arguments& arguments, Answer& answer) {
    if (arguments.text(0).empty()) return answer.error(no_key_error, no_key);
    const auto block = static_cast<std::size_t>(arguments.value<std::int64_t>(1));
    answer.text(padded_key(arguments.text(0), block, static_cast<char>(arguments.value<std::int64_t>(2))));
}

void hmac_sha512(const Arguments& arguments, Answer& answer) {
    std::string key(arguments.text(1));
    if (key.empty()) return answer.error(no_key_error, no_key);
    if (key.size() > sha512_block) key = sha512_of(key);
    const std::string inner = sha512_of(padded_key(key, sha512_block, 0x36).append(arguments.text(0)));
    answer.text(sha512_of(padded_key(key, sha512_block, 0x5C) + inner));
}

// MurmurHash3, x64, 128 bits, by Austin Appleby.
void murmur3(const Arguments& arguments, Answer& answer) {
    constexpr std::uint64_t c1 = 0x87c37b91114253d5U;
    constexpr std::uint64_t c2 = 0x4cf5ad432745937fU;
    const std::string_view bytes = arguments.text(0);
    std::uint64_t h1 = 0;
    std::uint64_t h2 = 0;
    const auto mix1 = [&](std::uint64_t k) { h1 ^= std::rotl(k * c1, 31) * c2; };
    const auto mix2 = [&](std::uint64_t k) { h2 ^= std::rotl(k * c2, 33) * c1; };
    std::size_t at = 0;
    for (; at + 16 <= bytes.size(); at += 16) {
        mix1(read_little_endian(bytes.data() + at));
        h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729;
        mix2(read_little_endian(bytes.data() + at + 8));
        h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5;
    }
    const std::string_view rest = bytes.substr(at);
    if (rest.size() > 8) mix2(read_little_endian(rest.data() + 8, rest.size() - 8));
    if (!rest.empty()) mix1(read_little_endian(rest.data(), std::min<std::size_t>(rest.size(), 8)));
    h1 ^= bytes.size();
    h2 ^= bytes.size();
    h1 += h2;
    h2 += h1;
    h1 = murmur_mix(h1);
    h2 = murmur_mix(h2);
    h1 += h2;
    h2 += h1;
    std::string digest = big_endian(h2) + big_endian(h1);
    std::ranges::reverse(digest);
    answer.text(digest);
}

void xxhash64(const Arguments& arguments, Answer& answer) {
    const std::string_view bytes = arguments.text(0);
    answer.text(big_endian(static_cast<std::uint64_t>(XXH64(bytes.data(), bytes.size(), 0))));
}

}  // namespace dualstore::sql::athena
