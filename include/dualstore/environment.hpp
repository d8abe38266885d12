// What a client takes from the outside world besides its store: the time and random bytes. Tests pass their own.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace dualstore {

struct Environment {
    using Time = std::chrono::sys_time<std::chrono::microseconds>;

    std::function<Time()> now;                             // the current time, UTC
    std::function<std::array<std::uint8_t, 16>()> random;  // 16 bytes nobody can guess
    // Both may be called from several threads at once.

    // The system clock and the kernel's random generator.
    [[nodiscard]] static Environment system();
};

// A version 4 UUID (RFC 9562) of the environment's random bytes, in lower case.
[[nodiscard]] std::string new_uuid(const Environment& environment);

}  // namespace dualstore
