// Waiting outside the GIL, so that other Python threads run, and Ctrl-C is heard.
#pragma once

#include <cxxabi.h>
#include <nanobind/nanobind.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <exception>
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

// Without the GIL until this goes.
class GilReleased {
  public:
    GilReleased() : state_(PyEval_SaveThread()) {}
    GilReleased(const GilReleased&) = delete;
    GilReleased& operator=(const GilReleased&) = delete;
    // Once the interpreter has ended, Python before 3.14 ends a thread that asks for the GIL, by unwinding its stack. No frame here or of
    // nanobind's lets that through: the thread stays until the process is over, which is soon.
    ~GilReleased() {
        try {
            PyEval_RestoreThread(state_);
        } catch (const abi::__forced_unwind&) {
            for (;;) ::pause();
        }
    }

  private:
    PyThreadState* state_;
};

// Runs what is over soon, on this thread.
template <class Work>
auto run(Work&& work) {
    const GilReleased released;
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
        std::exception_ptr thrown;
    };
    if (!in_main_thread()) return run(std::move(work));
    const auto shared = std::make_shared<Shared>();
    const GilReleased released;
    std::thread([shared, work = std::move(work)]() mutable {
        std::optional<Outcome> outcome;
        std::exception_ptr thrown;
        try {
            outcome.emplace(work());
        } catch (...) {
            thrown = std::current_exception();
        }
        const std::scoped_lock lock(shared->mutex);
        shared->outcome = std::move(outcome);
        shared->thrown = thrown;
        shared->ended.notify_one();
    }).detach();
    std::optional<nanobind::python_error> interrupt;
    std::unique_lock lock(shared->mutex);
    while (!shared->ended.wait_for(lock, std::chrono::milliseconds(50), [&] { return shared->outcome || shared->thrown; })) {
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
    if (shared->thrown) std::rethrow_exception(shared->thrown);
    return *std::move(shared->outcome);
}

}  // namespace dualstore::python
