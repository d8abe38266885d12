#include "cli/waiting.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace dualstore::cli {
namespace {

sigset_t interrupts() {
    sigset_t set{};
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

[[noreturn]] void end_by(int number) {
    ::signal(number, SIG_DFL);
    const sigset_t set = interrupts();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    ::raise(number);
    ::_exit(128 + number);
}

}  // namespace

// Every thread that comes later inherits the mask, so that the listener alone gets the signals.
Waiting::Waiting() {
    const sigset_t set = interrupts();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    listener_ = std::jthread([this](const std::stop_token& end) { listen(end); });
}

Waiting::~Waiting() {
    listener_.request_stop();
    ::pthread_kill(listener_.native_handle(), SIGINT);  // wakes the listener, and it alone
    listener_.join();
    clear();
    if (signal_ != 0) end_by(signal_);
    const sigset_t set = interrupts();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

QueryOptions Waiting::options() {
    QueryOptions options{.stop = stop_.get_token()};
    if (::isatty(STDERR_FILENO) == 1) options.progress = [this](const QueryProgress& progress) { show(progress); };
    return options;
}

void Waiting::show(const QueryProgress& progress) {
    const auto now = Clock::now();
    if (now - begun_ < std::chrono::milliseconds(500) || now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const double megabytes = static_cast<double>(progress.bytes_scanned) / 1e6;
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    fmt::print(stderr, "\r{} {} {:.1f} s, {:.1f} MB scanned \x1b[K", std::string_view("|/-\\")[turn_++ % 4], progress.state, seconds,
               megabytes);
    std::fflush(stderr);
}

void Waiting::clear() {
    if (shown_ == Clock::time_point()) return;
    fmt::print(stderr, "\r\x1b[K");
    shown_ = {};
}

void Waiting::listen(const std::stop_token& end) {
    const sigset_t set = interrupts();
    for (;;) {
        int number = 0;
        ::sigwait(&set, &number);
        if (end.stop_requested()) return;
        if (signal_ != 0) end_by(number);
        signal_ = number;
        stop_.request_stop();
    }
}

}  // namespace dualstore::cli
