#include "dualstore/testing.hpp"

namespace dualstore {

Environment TestEnvironment::environment() {
    const auto now = [this] {
        const std::lock_guard lock(mutex_);
        return now_;
    };
    const auto random = [this] {
        const std::lock_guard lock(mutex_);
        std::array<std::uint8_t, 16> bytes{};
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
        return bytes;
    };
    return {now, random};
}

void TestEnvironment::set(Environment::Time now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

}  // namespace dualstore
