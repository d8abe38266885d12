#include "object/s3_batch.hpp"

#include <condition_variable>
#include <deque>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace dualstore::object {
namespace {

constexpr std::size_t most_calls = 350;
constexpr std::size_t most_bytes = std::size_t{256} << 20;
constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

class Run : public std::enable_shared_from_this<Run> {
  public:
    explicit Run(const S3Batch& batch) : batch_(batch), follower_(batch.size, none) {
        std::unordered_map<std::string_view, std::size_t> last;
        for (std::size_t i = 0; i < batch.size; ++i) {
            const auto [before, first] = last.try_emplace(batch.key(i), i);
            if (first) {
                ready_.push_back(i);
            } else {
                follower_[before->second] = i;
                before->second = i;
            }
        }
    }

    void run() {
        std::unique_lock lock(mutex_);
        start_ready(lock);
        changed_.wait(lock, [&] { return ended_ == batch_.size; });
    }

  private:
    // By one thread at a time; a call that ends while it is being started only leaves its mark, so nothing recurses.
    void start_ready(std::unique_lock<std::mutex>& lock) {
        if (starting_) return;
        starting_ = true;
        while (!ready_.empty()) {
            const std::size_t call = ready_.front();
            const std::size_t bytes = batch_.bytes(call);
            if (calls_ == most_calls || (calls_ > 0 && bytes_ + bytes > most_bytes)) break;
            ready_.pop_front();
            ++calls_;
            bytes_ += bytes;
            lock.unlock();
            batch_.start(call, [self = shared_from_this(), call, bytes] { self->end(call, bytes); });
            lock.lock();
        }
        starting_ = false;
    }

    void end(std::size_t call, std::size_t bytes) {
        std::unique_lock lock(mutex_);
        --calls_;
        bytes_ -= bytes;
        ++ended_;
        if (follower_[call] != none) ready_.push_front(follower_[call]);
        start_ready(lock);
        const bool last = ended_ == batch_.size;
        lock.unlock();  // else the thread that is woken waits again at once
        if (last) changed_.notify_all();
    }

    const S3Batch batch_;                // a copy: the last thread to start a call may outlive run()
    std::vector<std::size_t> follower_;  // the next call for the same key
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::size_t> ready_;
    std::size_t calls_ = 0;
    std::size_t bytes_ = 0;
    std::size_t ended_ = 0;
    bool starting_ = false;
};

void run_one(const S3Batch& batch) {
    // Shared: the waiting thread may be gone before the other has left set_value.
    const auto ended = std::make_shared<std::promise<void>>();
    batch.start(0, [ended] { ended->set_value(); });
    ended->get_future().wait();
}

}  // namespace

void run(const S3Batch& batch) {
    if (batch.size == 1) return run_one(batch);
    std::make_shared<Run>(batch)->run();
}

}  // namespace dualstore::object
