// TCP on 127.0.0.1, as much of it as servers in tests need.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>

namespace dualstore::servers {

// A connected socket. shut_down may be called while another thread receives: it ends that.
class Socket {
  public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&&) = delete;
    ~Socket();

    static std::optional<Socket> connect(std::uint16_t port, std::chrono::seconds patience);

    // False: the other side is gone.
    [[nodiscard]] bool send(std::string_view bytes) const;
    // How many bytes came; 0: the other side is gone.
    [[nodiscard]] std::size_t receive(char* into, std::size_t size) const;
    void shut_down() const;
    // Closing will tell the other side that the connection was reset.
    void reset_on_close() const;
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

// Listens on a free port and serves each connection in a thread of its own.
class TcpServer {
  public:
    // Serves one connection, the `number`th (from 1), until it returns; then the connection is closed.
    using Serve = std::function<void(Socket&, int number)>;

    TcpServer() = default;
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;
    ~TcpServer() { stop(); }

    void start(Serve serve);
    // Ends all connections and waits for their threads.
    void stop();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int connections() const;
    // Sleeps; false: the server is stopping.
    [[nodiscard]] bool pause(std::chrono::milliseconds time);

  private:
    void listen();
    void accept_all();
    void serve_one(std::unique_ptr<Socket> socket, int number);

    int listening_ = -1;
    std::uint16_t port_ = 0;
    Serve serve_;
    std::thread accepting_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    int accepted_ = 0;
    std::set<const Socket*> open_;
};

// A port that nobody listens on; the one 10,000 above it is free too. Both lie below those that the system hands out by itself.
[[nodiscard]] std::uint16_t free_port();

}  // namespace dualstore::servers
