// What a run of a test may be told by the environment.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <random>

namespace dualstore {

inline std::uint64_t environment_number(const char* name, std::uint64_t otherwise) {
    const char* given = std::getenv(name);
    return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

// SEED, or another one each time; printed, so that a run can be repeated.
inline std::uint64_t seed_of_run() {
    const std::uint64_t seed = environment_number("SEED", std::random_device()());
    fmt::print("SEED={}\n", seed);
    return seed;
}

}  // namespace dualstore
