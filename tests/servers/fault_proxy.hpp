// A connection that is bad in all the ways a test can count.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "servers/http_message.hpp"
#include "servers/socket.hpp"

namespace dualstore::servers {

enum class Fault : std::uint8_t {
    none,
    reset_before,  // the server never sees the request
    reset_after,   // the server carries it out, its answer is lost
    reset_behind,  // the answer arrives whole, then the connection breaks
    slow_down,     // 503 SlowDown as S3 says it, without the server
    too_many,      // 429, without the server
    lost,          // nothing is heard any more, then the connection breaks; half of these reach the server
    slow_bytes,    // the answer comes in drips
};
inline constexpr std::size_t fault_kinds = 8;

// The share of requests, 0 to 1, that meets each fault; together at most 1.
struct FaultRates {
    double reset_before = 0;
    double reset_after = 0;
    double reset_behind = 0;
    double slow_down = 0;
    double too_many = 0;
    double lost = 0;
    double slow_bytes = 0;
    std::chrono::milliseconds silence{200};  // how long a lost request is waited for in vain
};

// Listens on 127.0.0.1 and passes HTTP/1.1 requests on to another port there, unchanged, so that signatures hold: they cover the Host
// header as the client wrote it. Each request over a connection is drawn for itself. Of requests, Content-Length only.
class FaultProxy {
  public:
    // The seed is printed; the same seed draws the same faults, as far as requests come in the same order.
    FaultProxy(std::uint16_t server_port, FaultRates rates, std::uint64_t seed = std::random_device{}());

    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(proxy_.port()); }
    // Requests that met it.
    [[nodiscard]] int count(Fault fault) const;
    [[nodiscard]] int requests() const;
    // Requests that the server answered.
    [[nodiscard]] int forwarded() const;
    void set_rates(FaultRates rates);

  private:
    struct Draw {
        Fault fault = Fault::none;
        bool reaches_server = true;
        std::chrono::milliseconds silence{0};
    };
    Draw draw();
    void serve(Socket& client);
    // False: the connection is to be closed.
    bool pass(const Draw& draw, const Request& request, const std::string& head, Socket& client);
    std::optional<RawAnswer> forward(const Request& request, const std::string& head);
    bool deliver(const RawAnswer& answer, Fault fault, Socket& client);

    std::uint16_t server_port_;
    mutable std::mutex mutex_;
    std::mt19937_64 random_;
    FaultRates rates_;
    std::array<int, fault_kinds> counts_{};
    int forwarded_ = 0;
    TcpServer proxy_;  // last, so that its threads end first
};

}  // namespace dualstore::servers
