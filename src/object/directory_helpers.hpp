// Threads of a directory store that writes: one that makes files while another syncs or gives others their
// names, and one that cuts the log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "object/directory_log.hpp"

namespace dualstore::object {

// Pieces of work, each done once, by whoever comes to it.
struct Job {
    std::size_t count = 0;
    std::function<void(std::size_t)> work;
    std::atomic<std::size_t> next = 0;

    void run() {
        for (std::size_t piece = next++; piece < count; piece = next++) work(piece);
    }
};

// A thread, begun when it is first needed, that takes a share of one job at a time. Safe to use from many threads.
class Helper {
  public:
    ~Helper();

    // The helper begins with the job, unless it has another one, or no thread can be had. finish() must follow.
    void begin(Job& job);
    // Does what nobody has begun with, and returns when all is done.
    void finish(Job& job);

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable given_, done_;
    Job* job_ = nullptr;
    bool running_ = false;  // the job, by the thread
    bool ends_ = false;
    std::thread thread_;
};

// The helper, if there is one, takes part in the job while this lives; all is done when it goes.
class Sharing {
  public:
    Sharing(Helper* helper, Job& job) : helper_(helper), job_(job) {
        if (helper_ != nullptr) helper_->begin(job_);
    }
    Sharing(const Sharing&) = delete;
    Sharing& operator=(const Sharing&) = delete;
    ~Sharing() {
        if (helper_ != nullptr) {
            helper_->finish(job_);
        } else {
            job_.run();
        }
    }

  private:
    Helper* helper_;
    Job& job_;
};

// Cuts the log ten seconds after something came into an empty one, and when it has grown long; what was replaced is gone by then.
class LogCutter {
  public:
    // `threads` off: only when it is long, by who appends.
    LogCutter(DirectoryLog& log, const WriterFolder& temporaries, bool threads) : log_(log), temporaries_(temporaries), threads_(threads) {}
    // Returns after a cut that is under way.
    ~LogCutter();

    // After an append; the caller has no locks. Waits while the log is far too long.
    void appended();

  private:
    void run();

    DirectoryLog& log_;
    const WriterFolder& temporaries_;
    const bool threads_;
    std::mutex mutex_;
    std::condition_variable wake_, cut_;
    bool dirty_ = false;
    bool ends_ = false;
    std::thread thread_;
};

}  // namespace dualstore::object
