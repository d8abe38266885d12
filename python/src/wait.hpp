// Waiting outside the GIL, so that other Python threads run, and Ctrl-C is heard.
#pragma once

#include <nanobind/nanobind.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

namespace dualstore::python {

// Python runs signal handlers in its main thread only.
inline bool in_main_thread() {
    return ::gettid() == ::getpid();
}

// Runs what is over soon, on this thread.
template <class Work>
auto run(Work&& work) {
    const nanobind::gil_scoped_release release;
    return std::forward<Work>(work)();
}

// Runs `work`, which owns all that it uses. In the main thread signals are handled meanwhile: when a handler raises (KeyboardInterrupt),
// `stop` is requested and the work's end awaited, so that a service's query is really stopped; a second exception does not wait. Without
// `stop` the exception is raised at once and the work comes to its end by itself.
template <class Work>
auto run_interruptibly(Work work, std::stop_source* stop = nullptr) -> std::invoke_result_t<Work> {
    using Outcome = std::invoke_result_t<Work>;
    struct Shared {
        std::mutex mutex;
        std::condition_variable ended;
        std::optional<Outcome> outcome;
    };
    if (!in_main_thread()) return run(std::move(work));
    const auto shared = std::make_shared<Shared>();
    const nanobind::gil_scoped_release release;
    std::thread([shared, work = std::move(work)]() mutable {
        std::optional<Outcome> outcome(work());
        const std::scoped_lock lock(shared->mutex);
        shared->outcome = std::move(outcome);
        shared->ended.notify_one();
    }).detach();
    std::optional<nanobind::python_error> interrupt;
    std::unique_lock lock(shared->mutex);
    while (!shared->ended.wait_for(lock, std::chrono::milliseconds(50), [&] { return shared->outcome.has_value(); })) {
        lock.unlock();
        const nanobind::gil_scoped_acquire acquire;
        if (PyErr_CheckSignals() != 0) {
            nanobind::python_error raised;
            if (stop == nullptr || interrupt) throw raised;
            stop->request_stop();
            interrupt.emplace(std::move(raised));
        }
        lock.lock();
    }
    if (interrupt) {
        lock.unlock();
        const nanobind::gil_scoped_acquire acquire;
        throw nanobind::python_error(std::move(*interrupt));
    }
    return *std::move(shared->outcome);
}

}  // namespace dualstore::python
