// A client of the C++ library, held by a Python object.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <tuple>
#include <utility>

#include "errors.hpp"

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
        if (!value_) throw Failed(ErrorCode::invalid_argument, "the client was closed: open another one");
        if (owner_ != ::getpid()) open_here();
        return *value_;
    }

    // Idempotent.
    void close() {
        let_go();
        value_.reset();
    }

  private:
    void open_here() {
        Result<T> opened = [this] {
            const nanobind::gil_scoped_release release;
            return open_();
        }();
        auto here = std::make_unique<T>(value_or_throw(std::move(opened)));
        let_go();
        value_ = std::move(here);
        owner_ = ::getpid();
    }

    // A parent's client is left as it is: its threads, which its destructor would wait for, are not here.
    void let_go() {
        if (owner_ != ::getpid()) std::ignore = value_.release();
    }

    Open open_;
    std::unique_ptr<T> value_;
    pid_t owner_ = 0;
};

}  // namespace dualstore::python
