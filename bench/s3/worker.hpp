// A candidate of bench/s3 as a program: it is told on standard input what to measure, and answers with calls a second.
//
//     PROGRAM ENDPOINT BUCKET
//     > put 32 1.0        what, how many in flight, for how many seconds
//     < 2875.31
//
// Credentials are those of the environment, the region is us-east-1.
#pragma once

#include <atomic>
#include <functional>
#include <iostream>
#include <map>

#include "../peers/measure.hpp"

namespace dualstore::bench {

inline constexpr std::uint64_t readable = 1000;  // objects that all candidates read: ids from 0

// Ids that no put has used, all of one length.
inline std::uint64_t new_id() {
    static std::atomic<std::uint64_t> next = 1'000'000;
    return next.fetch_add(1);
}

inline std::uint64_t readable_id() {
    static std::atomic<std::uint64_t> next = 0;
    return next.fetch_add(1) % readable;
}

// The calls that are to begin before a moment, and how many have begun.
class Turn {
  public:
    explicit Turn(double seconds) : seconds_(seconds) {}

    [[nodiscard]] bool goes_on() const { return seconds_since(begun_) < seconds_; }
    void count(std::uint64_t calls = 1) { calls_.fetch_add(calls, std::memory_order_relaxed); }
    // Once the last one has ended.
    [[nodiscard]] double rate() const { return static_cast<double>(calls_) / seconds_since(begun_); }

  private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    double seconds_;
    std::atomic<std::uint64_t> calls_ = 0;
};

using Work = std::function<void(Turn&, unsigned in_flight)>;

// Serves standard input until its end.
inline void serve(const std::map<std::string, Work>& works) {
    std::string what;
    unsigned in_flight = 0;
    double seconds = 0;
    while (std::cin >> what >> in_flight >> seconds) {
        Turn turn(seconds);
        works.at(what)(turn, in_flight);
        fmt::print("{:.2f}\n", turn.rate());
        std::fflush(stdout);
    }
}

}  // namespace dualstore::bench
