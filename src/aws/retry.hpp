// When a call is tried again, and when not.
#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

namespace dualstore::aws {

// Why an attempt gave no answer to pass on.
enum class Failure {
    unreached,  // no connection came about
    lost,       // the connection ended, or went silent, after something was sent
    broken,     // the service says that it failed
    again,      // the service says: later
    throttled,  // the service says: less
};

// Full jitter over an exponentially growing span (AWS Architecture Blog, "Exponential Backoff And Jitter"): a random time up to 50 ms for
// the first retry, 500 ms where the service asks for less, doubled each time, at most 5 s.
[[nodiscard]] std::chrono::milliseconds back_off(Failure failure, int attempts);

// Between 2.5 s and 5 s.
[[nodiscard]] std::chrono::milliseconds slow_pace();

// The seconds of a Retry-After header, at most 20 s; zero where it has none (a date is taken for none).
[[nodiscard]] std::chrono::milliseconds retry_after(std::string_view header);

// What all calls of a service may spend on quick retries, so that a service in trouble does not get several times the load: each takes
// something out, each success puts a little back (after the AWS SDKs' standard mode). Where the SDKs give up when it is used up, calls here
// go on until their deadline, at the slowest pace. Safe to use from many threads.
class RetryQuota {
  public:
    explicit RetryQuota(std::size_t connections) : capacity_(500 + 20 * static_cast<int>(connections)), left_(capacity_) {}

    // How much was taken; zero: there is not enough left.
    [[nodiscard]] int take(Failure failure);

    // After a success. `taken`: for the retry that led to it; zero where it was the first attempt.
    void put_back(int taken);

  private:
    std::mutex mutex_;
    const int capacity_;
    int left_;
};

}  // namespace dualstore::aws
