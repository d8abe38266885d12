#include "aws/retry.hpp"

#include <algorithm>
#include <charconv>
#include <random>

#include "record/random.hpp"

namespace dualstore::aws {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds longest = 5s;

std::chrono::milliseconds random_between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
    thread_local std::minstd_rand random = [] {
        const auto bytes = record::random_bytes();
        std::seed_seq seed(bytes.begin(), bytes.end());
        return std::minstd_rand(seed);
    }();
    return std::chrono::milliseconds{std::uniform_int_distribution{least.count(), most.count()}(random)};
}

}  // namespace

std::chrono::milliseconds back_off(Failure failure, int attempts) {
    const std::chrono::milliseconds first = failure == Failure::throttled ? 500ms : 50ms;
    return random_between(0ms, std::min(longest, first * (1 << std::clamp(attempts - 1, 0, 16))));
}

std::chrono::milliseconds slow_pace() {
    return random_between(longest / 2, longest);
}

std::chrono::milliseconds retry_after(std::string_view header) {
    int seconds = 0;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
    if (error != std::errc{} || end != header.data() + header.size()) {
        return 0ms;
    }
    return std::chrono::seconds{std::clamp(seconds, 0, 20)};
}

int RetryQuota::take(Failure failure) {
    const int cost = failure == Failure::lost || failure == Failure::unreached ? 10 : 5;
    const std::scoped_lock lock(mutex_);
    if (left_ < cost) {
        return 0;
    }
    left_ -= cost;
    return cost;
}

void RetryQuota::put_back(int taken) {
    const std::scoped_lock lock(mutex_);
    left_ = std::min(capacity_, left_ + std::max(taken, 1));
}

}  // namespace dualstore::aws
