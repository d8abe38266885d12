#include "record/random.hpp"

#include <fmt/format.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include <cstdlib>

namespace dualstore::record {

std::array<std::uint8_t, 16> random_bytes() {
    std::array<std::uint8_t, 16> bytes{};
    // It fails on kernels that have no such call, where nothing else here would run either.
    if (::getentropy(bytes.data(), bytes.size()) != 0) std::abort();
    return bytes;
}

std::string random_name() {
    std::string name;
    for (const auto byte : random_bytes()) fmt::format_to(std::back_inserter(name), "{:02x}", byte);
    return name;
}

std::string part_name(const std::string& path) {
    return fmt::format("{}.{}.part", path, random_name().substr(0, 16));
}

}  // namespace dualstore::record
