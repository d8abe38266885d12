// How the calls of one client wait, and what the library says meanwhile.
#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "wait.hpp"

namespace dualstore::python {

// Lines for a person, said by any thread of the library; passed to Python's logging by the thread that called.
class Warnings {
  public:
    void add(std::string_view line) {
        const std::scoped_lock lock(mutex_);
        lines_.emplace_back(line);
    }

    void log() {
        std::vector<std::string> lines;
        {
            const std::scoped_lock lock(mutex_);
            lines.swap(lines_);
        }
        for (const auto& line : lines) {
            nanobind::module_::import_("logging").attr("getLogger")("dualstore").attr("warning")("%s", line.c_str());
        }
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

class Calls {
  public:
    // `local`: a directory with the engine inside, which answers point operations sooner than a signal handler would be missed.
    explicit Calls(bool local) : local_(local) {}

    // For the library's options.
    [[nodiscard]] std::function<void(std::string_view)> warn() const {
        return [warnings = warnings_](std::string_view line) { warnings->add(line); };
    }

    // What the work returns.
    template <class Work>
    auto outcome(Work work, std::stop_source* stop = nullptr) const {
        auto ended = run_interruptibly(std::move(work), stop);
        warnings_->log();
        return ended;
    }

    // The value of its Result; throws Failed.
    template <class Work>
    auto lengthy(Work work, std::stop_source* stop = nullptr) const {
        return value_or_throw(outcome(std::move(work), stop));
    }

    template <class Work>
    auto point(Work work) const {
        if (!local_) return lengthy(std::move(work));
        auto ended = run(std::move(work));
        warnings_->log();
        return value_or_throw(std::move(ended));
    }

  private:
    bool local_;
    std::shared_ptr<Warnings> warnings_ = std::make_shared<Warnings>();
};

}  // namespace dualstore::python
