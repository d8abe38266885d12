// The kernel's random generator.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace dualstore::record {

// 16 bytes nobody can guess.
[[nodiscard]] std::array<std::uint8_t, 16> random_bytes();

// The same as 32 hexadecimal digits, for names of files.
[[nodiscard]] std::string random_name();

// A name beside `path` for what will take its place, which nobody can have put something at.
[[nodiscard]] std::string part_name(const std::string& path);

}  // namespace dualstore::record
