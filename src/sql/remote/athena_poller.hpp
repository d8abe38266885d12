// One thread that asks Athena where an engine's queries stand, for all threads that wait for one; there is none while nobody waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "sql/remote/athena_api.hpp"

namespace dualstore::sql::remote {

class AthenaPoller {
  public:
    using Clock = std::chrono::steady_clock;

    explicit AthenaPoller(AthenaApi& api) : api_(api) {}

    // Waits until the query is SUCCEEDED, CANCELLED or FAILED for good, calling options.progress at every news. A query FAILED for a
    // reason that passes is given some time to come back. None: options.stop was requested, or the deadline is over; the query may still
    // run.
    Result<std::optional<Execution>> wait(const std::string& id, Clock::time_point deadline, const QueryOptions& options);

  private:
    struct Watch {
        std::optional<Execution> news;  // not yet seen by the one who waits
        std::optional<Error> failure;   // the service does not tell
        bool ended = false;
        int looks = 0;
        std::optional<Clock::time_point> failed_since;
    };
    using Watches = std::map<std::string, Watch>;

    void run(const std::stop_token& closing);
    void take_in(Result<std::vector<Execution>> found, const std::vector<std::string>& asked);
    [[nodiscard]] Clock::duration pause() const;

    AthenaApi& api_;
    std::mutex mutex_;  // guards all below
    std::condition_variable_any changed_;
    Watches watches_;
    Clock::time_point next_look_{};
    bool running_ = false;  // a thread looks, or is about to
    std::jthread thread_;   // the last member: it is joined before the others go
};

}  // namespace dualstore::sql::remote
