// SpookyHash V2, by Bob Jenkins. http://burtleburtle.net/bob/hash/spooky.html
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "sql/athena/functions/binary.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::uint64_t constant = 0xdeadbeefdeadbeefU;
constexpr std::size_t words = 12;
constexpr std::size_t block = words * 8;
constexpr std::size_t longest_short = 2 * block;

std::uint64_t read(const char* bytes, std::size_t count = 8) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    return value;
}

using Four = std::array<std::uint64_t, 4>;

void short_mix(Four& h) {
    constexpr std::array<int, 12> turns = {50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36};
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const std::size_t at = (i + 2) % 4;
        h[at] = std::rotl(h[at], turns[i]) + h[(at + 1) % 4];
        h[(at + 2) % 4] ^= h[at];
    }
}

void short_end(Four& h) {
    constexpr std::array<int, 11> turns = {15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63};
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const std::size_t at = (i + 3) % 4;
        const std::size_t before = (at + 3) % 4;
        h[at] ^= h[before];
        h[before] = std::rotl(h[before], turns[i]);
        h[at] += h[before];
    }
}

std::uint64_t short_hash(std::string_view bytes) {
    Four h = {0, 0, constant, constant};
    std::size_t at = 0;
    for (; at + 32 <= bytes.size(); at += 32) {
        h[2] += read(bytes.data() + at);
        h[3] += read(bytes.data() + at + 8);
        short_mix(h);
        h[0] += read(bytes.data() + at + 16);
        h[1] += read(bytes.data() + at + 24);
    }
    if (bytes.size() - at >= 16) {
        h[2] += read(bytes.data() + at);
        h[3] += read(bytes.data() + at + 8);
        short_mix(h);
        at += 16;
    }
    const std::size_t rest = bytes.size() - at;
    h[3] += static_cast<std::uint64_t>(bytes.size()) << 56;
    if (rest == 0) {
        h[2] += constant;
        h[3] += constant;
    } else {
        h[2] += read(bytes.data() + at, std::min<std::size_t>(rest, 8));
        if (rest > 8) h[3] += read(bytes.data() + at + 8, rest - 8);
    }
    short_end(h);
    return h[0];
}

using Twelve = std::array<std::uint64_t, words>;

void mix(const char* data, Twelve& s) {
    constexpr std::array<int, words> turns = {11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46};
    for (std::size_t i = 0; i < words; ++i) {
        s[i] += read(data + 8 * i);
        s[(i + 2) % words] ^= s[(i + 10) % words];
        s[(i + 11) % words] ^= s[i];
        s[i] = std::rotl(s[i], turns[i]);
        s[(i + 11) % words] += s[(i + 1) % words];
    }
}

void end_part(Twelve& h) {
    constexpr std::array<int, words> turns = {44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54};
    for (std::size_t i = 0; i < words; ++i) {
        h[(i + 11) % words] += h[(i + 1) % words];
        h[(i + 2) % words] ^= h[(i + 11) % words];
        h[(i + 1) % words] = std::rotl(h[(i + 1) % words], turns[i]);
    }
}

std::uint64_t long_hash(std::string_view bytes) {
    Twelve h{};
    for (std::size_t i = 2; i < words; i += 3) h[i] = constant;
    std::size_t at = 0;
    for (; at + block <= bytes.size(); at += block) mix(bytes.data() + at, h);
    std::string rest(bytes.substr(at));
    const auto count = static_cast<char>(rest.size());
    rest.resize(block, '\0');
    rest.back() = count;
    for (std::size_t i = 0; i < words; ++i) h[i] += read(rest.data() + 8 * i);
    for (int i = 0; i < 3; ++i) end_part(h);
    return h[0];
}

std::uint64_t spooky_hash(std::string_view bytes) {
    return bytes.size() < longest_short ? short_hash(bytes) : long_hash(bytes);
}

void answer_bytes(Answer& answer, std::uint64_t value, int count) {
    std::string bytes;
    for (int shift = 8 * count - 8; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<unsigned char>(value >> shift));
    answer.text(bytes);
}

}  // namespace

void spooky_hash_32(const Arguments& arguments, Answer& answer) {
    answer_bytes(answer, spooky_hash(arguments.text(0)), 4);
}
void spooky_hash_64(const Arguments& arguments, Answer& answer) {
    answer_bytes(answer, spooky_hash(arguments.text(0)), 8);
}

}  // namespace dualstore::sql::athena
