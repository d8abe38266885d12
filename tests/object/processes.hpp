#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

namespace dualstore {

// A forked process that runs `job` and exits with what that returns; killed with its owner.
class Process {
  public:
    explicit Process(const std::function<int()>& job) : id_(fork()) {
        if (id_ == 0) _exit(job());
        if (id_ < 0) std::abort();
    }
    Process(Process&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
    Process& operator=(Process&&) = delete;
    ~Process() { kill_and_wait(); }

    // Its exit code, or -1 if a signal ended it.
    int wait() {
        int status = 0;
        if (id_ > 0) waitpid(std::exchange(id_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    void kill_and_wait() {
        if (id_ <= 0) return;
        kill(id_, SIGKILL);
        wait();
    }

  private:
    pid_t id_;
};

class Pipe {
  public:
    Pipe() {
        if (pipe(ends_.data()) != 0) std::abort();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close(ends_[0]);
        close_writing();
    }

    void close_writing() { close(std::exchange(ends_[1], -1)); }
    void write(const std::string& text) const {
        if (::write(ends_[1], text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    }
    // What is there, at least a byte; empty at the end.
    [[nodiscard]] std::string read_some() const {
        std::array<char, 4096> buffer;
        const ssize_t got = ::read(ends_[0], buffer.data(), buffer.size());
        return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }
    [[nodiscard]] std::string read_all() const {
        std::string all;
        for (auto some = read_some(); !some.empty(); some = read_some()) all += some;
        return all;
    }

  private:
    std::array<int, 2> ends_{};
};

}  // namespace dualstore
