#include "servers/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <stdexcept>
#include <utility>

namespace dualstore::servers {
namespace {

sockaddr_in local(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int new_socket() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw std::runtime_error("no socket could be opened");
    return descriptor;
}

bool bind_to(int descriptor, std::uint16_t port) {
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = local(port);
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool is_free(std::uint16_t port) {
    const Socket socket(new_socket());
    return bind_to(socket.descriptor(), port);
}

void send_small_pieces_at_once(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket::~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<Socket> Socket::connect(std::uint16_t port, std::chrono::seconds patience) {
    Socket socket(new_socket());
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket.descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    send_small_pieces_at_once(socket.descriptor_);
    const sockaddr_in address = local(port);
    if (::connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return std::nullopt;
    return socket;
}

bool Socket::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::size_t Socket::receive(char* into, std::size_t size) const {
    ssize_t got = -1;
    do got = ::recv(descriptor_, into, size, 0);
    while (got < 0 && errno == EINTR);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

void Socket::shut_down() const {
    ::shutdown(descriptor_, SHUT_RDWR);
}

void Socket::reset_on_close() const {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void TcpServer::listen() {
    listening_ = new_socket();
    if (!bind_to(listening_, 0) || ::listen(listening_, 1024) != 0) throw std::runtime_error("no port could be listened on");
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
}

void TcpServer::start(Serve serve) {
    serve_ = std::move(serve);
    listen();
    accepting_ = std::thread([this] { accept_all(); });
}

void TcpServer::stop() {
    if (!accepting_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    ::close(listening_);
    std::unique_lock lock(mutex_);
    for (const Socket* socket : open_) socket->shut_down();
    changed_.wait(lock, [this] { return open_.empty(); });
}

int TcpServer::connections() const {
    const std::lock_guard lock(mutex_);
    return accepted_;
}

bool TcpServer::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void TcpServer::accept_all() {
    while (true) {
        const int descriptor = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (descriptor < 0) return;
        send_small_pieces_at_once(descriptor);
        auto socket = std::make_unique<Socket>(descriptor);
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        open_.insert(socket.get());
        std::thread([this, number = ++accepted_, owned = std::move(socket)]() mutable { serve_one(std::move(owned), number); }).detach();
    }
}

void TcpServer::serve_one(std::unique_ptr<Socket> socket, int number) {
    serve_(*socket, number);
    // The lock is held to the end: once open_ is empty, stop() may return and this object be gone.
    const std::lock_guard lock(mutex_);
    open_.erase(socket.get());
    socket.reset();
    changed_.notify_all();
}

std::uint16_t free_port() {
    static std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<std::uint16_t> below_the_ephemeral(10'240, 22'767);
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const std::uint16_t port = below_the_ephemeral(random);
        if (is_free(port) && is_free(static_cast<std::uint16_t>(port + 10'000))) return port;
    }
    throw std::runtime_error("no two free ports were found");
}

}  // namespace dualstore::servers
