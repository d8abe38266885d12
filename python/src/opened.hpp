// A client of the C++ library, held by a Python object.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <tuple>
#include <utility>

#include "errors.hpp"
#include "wait.hpp"

namespace dualstore::python {

// Threads do not live through fork: a child opens its own client, the first time it uses one of its parent's. Used under the GIL.
template <class T>
class Opened {
  public:
    using Open = std::function<Result<T>()>;

    explicit Opened(Open open) : open_(std::move(open)) { open_here(); }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened() { close(); }

    // A copy, which shares the client's state and keeps it alive.
    [[nodiscard]] T get() {
        check_open();
        if (owner_ != ::getpid()) open_here();
        return *value_;
    }

    // Of what is to end with the client, as it was opened in this process; requested by `stop`.
    [[nodiscard]] std::stop_token stopped() const { return stop_.get_token(); }

    void stop() {
        if (owner_ == ::getpid()) run([this] { stop_.request_stop(); });
    }

    // Idempotent.
    void close() {
        closed_ = true;
        let_go();
        value_.reset();
    }

  private:
    void open_here() {
        Result<T> opened = [this] {
            const GilReleased released;
            return open_();
        }();
        auto here = std::make_unique<T>(value_or_throw(std::move(opened)));
        check_open();  // other threads ran meanwhile
        let_go();
        value_ = std::move(here);
        stop_ = std::stop_source();  // a parent's queries are not here
        owner_ = ::getpid();
    }

    void check_open() const {
        if (closed_) throw Failed(ErrorCode::invalid_argument, "the client was closed: open another one");
    }

    // A parent's client is left as it is: its threads, which its destructor would wait for, are not here.
    void let_go() {
        if (owner_ != ::getpid()) std::ignore = value_.release();
    }

    Open open_;
    std::unique_ptr<T> value_;
    pid_t owner_ = 0;
    bool closed_ = false;
    std::stop_source stop_;
};

}  // namespace dualstore::python
