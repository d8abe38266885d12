// What the calls of a service share.
#pragma once

#include <aws/http/connection_manager.h>
#include <unistd.h>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>

#include "aws/credentials.hpp"
#include "aws/endpoint.hpp"
#include "aws/exchange.hpp"
#include "aws/retry.hpp"
#include "aws/runtime.hpp"
#include "aws/service.hpp"

namespace dualstore::aws {

using ConnectionPool = Handle<aws_http_connection_manager, aws_http_connection_manager_release>;

class Flight;
using Flights = std::list<std::shared_ptr<Flight>>;

// Kept alive by them. Safe to use from many threads once it is open.
class Core : public std::enable_shared_from_this<Core> {
  public:
    explicit Core(ServiceOptions given) : options(std::move(given)), quota(options.connections) {}
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;
    ~Core();

    [[nodiscard]] Result<void> open();

    ServiceOptions options;
    Endpoint endpoint;
    Runtime* runtime = nullptr;
    ConnectionPool connections;
    std::shared_ptr<Credentials> credentials;  // nullptr: nothing is signed
    RetryQuota quota;
    std::atomic<bool> reached = false;  // a connection has come about at least once
    const pid_t owner = getpid();

    // Looks at the flights from time to time, as long as there are any.
    [[nodiscard]] Flights::iterator add(const std::shared_ptr<Flight>& flight);
    void remove(Flights::iterator flight);

    // TLS with the server failed a moment ago, and never yet succeeded.
    [[nodiscard]] bool is_distrusted(Clock::time_point now) const {
        return !reached && now < Clock::time_point{Clock::duration{distrusted_until_}};
    }

  private:
    struct TlsWatch;

    [[nodiscard]] Result<void> open_pool();
    void watch();
    void look();

    std::atomic<Clock::rep> distrusted_until_ = 0;
    std::mutex mutex_;  // guards what follows
    Flights flights_;
    bool watching_ = false;
};

}  // namespace dualstore::aws
