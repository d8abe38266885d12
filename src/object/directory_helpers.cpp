#include "object/directory_helpers.hpp"

#include <chrono>
#include <system_error>

namespace dualstore::object {
namespace {

constexpr std::chrono::seconds longest_wait{10};
constexpr std::chrono::seconds patience{30};  // with a log that cannot be cut

}  // namespace

Helper::~Helper() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    given_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Helper::begin(Job& job) {
    {
        const std::lock_guard lock(mutex_);
        if (job_ != nullptr) return;
        if (!thread_.joinable()) {
            try {
                thread_ = std::thread([this] { run(); });
            } catch (const std::system_error&) {
                return;
            }
        }
        job_ = &job;
    }
    given_.notify_one();
}

void Helper::finish(Job& job) {
    job.run();
    std::unique_lock lock(mutex_);
    if (job_ == &job && !running_) job_ = nullptr;
    done_.wait(lock, [&] { return job_ != &job; });
}

void Helper::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        given_.wait(lock, [this] { return ends_ || job_ != nullptr; });
        if (ends_) return;
        running_ = true;
        Job& job = *job_;
        lock.unlock();
        job.run();
        lock.lock();
        running_ = false;
        job_ = nullptr;
        done_.notify_all();
    }
}

LogCutter::~LogCutter() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void LogCutter::appended() {
    const bool is_long = log_.size() > DirectoryLog::worth_cutting;
    if (!threads_) {
        if (is_long) (void)log_.cut();  // it stays long then
        return;
    }
    std::unique_lock lock(mutex_);
    if (dirty_ && !is_long) return;
    dirty_ = true;
    if (!thread_.joinable()) {
        try {
            thread_ = std::thread([this] { run(); });
        } catch (const std::system_error&) {
            lock.unlock();
            if (is_long) (void)log_.cut();
            return;
        }
    }
    wake_.notify_all();
    if (is_long) cut_.wait_for(lock, patience, [this] { return log_.size() < DirectoryLog::longest_part; });
}

void LogCutter::run() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
        wake_.wait(lock, [this] { return ends_ || dirty_; });
        wake_.wait_for(lock, longest_wait, [this] { return ends_ || log_.size() > DirectoryLog::worth_cutting; });
        if (ends_) return;
        dirty_ = false;
        lock.unlock();
        temporaries_.remove_waiting();
        const auto done = log_.cut();
        lock.lock();
        if (!done) dirty_ = true;
        cut_.notify_all();
        if (!done) wake_.wait_for(lock, std::chrono::seconds(1), [this] { return ends_; });
    }
}

}  // namespace dualstore::object
