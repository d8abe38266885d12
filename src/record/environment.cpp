#include "dualstore/environment.hpp"

#include <fmt/format.h>

#include "record/random.hpp"

namespace dualstore {

Environment Environment::system() {
    return {
        [] { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); },
        record::random_bytes,
    };
}

std::string new_uuid(const Environment& environment) {
    auto bytes = environment.random();
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        fmt::format_to(std::back_inserter(text), "{:02x}", bytes[i]);
    }
    return text;
}

}  // namespace dualstore
