// What a person sees and can do while a query runs.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

#include "dualstore/query_engine.hpp"

namespace dualstore::cli {

// While it lives, Ctrl-C (or SIGTERM) stops the query where it runs; a second one ends the program at once. On a terminal, a line on
// standard error shows the query's state and the time.
class Waiting {
  public:
    Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    // Ends the program by the signal that came, if one did, as its parent expects.
    ~Waiting();

    [[nodiscard]] QueryOptions options();
    // The line goes; what is printed next begins on an empty one.
    void clear();

  private:
    void show(const QueryProgress& progress);
    void listen(const std::stop_token& end);

    using Clock = std::chrono::steady_clock;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point shown_;
    std::size_t turn_ = 0;
    std::stop_source stop_;
    int signal_ = 0;  // written by the listener only
    std::jthread listener_;
};

}  // namespace dualstore::cli
