// Many calls at once: how many, in which order, and with how much memory.
#include "object/s3_batch.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "object/s3_fixture.hpp"

namespace dualstore {
namespace {

using object::run;
using object::S3Batch;

// Ends calls by a thread of its own, the newest first.
class Calls {
  public:
    Calls() : thread_([this] { end_all(); }) {}
    ~Calls() {
        {
            const std::lock_guard guard(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void start(std::size_t call, std::function<void()> ended) {
        const std::lock_guard guard(mutex_);
        open_.emplace_back(call, std::move(ended));
        most_ = std::max(most_, open_.size());
        changed_.notify_all();
    }
    std::vector<std::size_t> ended() {
        const std::lock_guard guard(mutex_);
        return ended_;
    }
    std::size_t most() {
        const std::lock_guard guard(mutex_);
        return most_;
    }

  private:
    void end_all() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return over_ || !open_.empty(); });
            if (open_.empty()) return;
            auto [call, ended] = std::move(open_.back());
            open_.pop_back();
            ended_.push_back(call);
            lock.unlock();
            ended();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::pair<std::size_t, std::function<void()>>> open_;
    std::vector<std::size_t> ended_;
    std::size_t most_ = 0;
    bool over_ = false;
    std::thread thread_;
};

S3Batch batch_of(std::size_t size, Calls& calls) {
    S3Batch batch;
    batch.size = size;
    batch.bytes = [](std::size_t) { return 1; };
    batch.start = [&calls](std::size_t call, std::function<void()> ended) { calls.start(call, std::move(ended)); };
    return batch;
}

TEST(S3Batch, CallsForOneKeyComeOneAfterTheOther) {
    Calls calls;
    auto batch = batch_of(3000, calls);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < batch.size; ++i) keys.push_back(fmt::format("{}", i % 7 == 0 ? 0 : i));
    batch.key = [&](std::size_t i) -> std::string_view { return keys[i]; };
    run(batch);
    const auto ended = calls.ended();
    EXPECT_EQ(std::set(ended.begin(), ended.end()).size(), 3000U);
    std::size_t last = 0;
    for (const auto call : ended) {
        if (call % 7 != 0) continue;
        EXPECT_GE(call, last);
        last = call;
    }
    EXPECT_LE(calls.most(), 350U);
}

TEST(S3Batch, ManyThatEndWhileTheyAreStartedNeedNoStack) {
    S3Batch batch;
    batch.size = 300'000;
    batch.key = [](std::size_t i) -> std::string_view { return i % 2 == 0 ? "even" : "odd"; };
    batch.bytes = [](std::size_t) { return 0; };
    std::size_t started = 0;
    batch.start = [&](std::size_t, const std::function<void()>& ended) {
        ++started;
        ended();
    };
    run(batch);
    EXPECT_EQ(started, 300'000U);
}

TEST(S3Batch, HoldsNoMoreBytesThanItMay) {
    Calls calls;
    auto batch = batch_of(100, calls);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < batch.size; ++i) keys.push_back(fmt::format("{}", i));
    batch.key = [&](std::size_t i) -> std::string_view { return keys[i]; };
    batch.bytes = [](std::size_t i) { return i == 50 ? std::size_t{5} << 30 : std::size_t{16} << 20; };
    run(batch);
    EXPECT_EQ(calls.ended().size(), 100U);
    EXPECT_LE(calls.most(), 16U);
}

class S3Flight : public S3Test {};

TEST_F(S3Flight, HundredsAreUnderWayWithoutAThreadForEach) {
    ScriptedServer slow([](const servers::Request&) -> Answer { return stored(); });
    auto asked = options();
    asked.aws.endpoint = slow.endpoint();
    const auto store = open(asked);
    std::vector<PutRequest> batch;
    for (int i = 0; i < 700; ++i) {
        slow.answer({.status = 200, .headers = {{"ETag", "\"e\""}}, .after = std::chrono::milliseconds(300)});
        batch.push_back({fmt::format("k{}", i), "x", {}});
    }
    for (const auto& result : store->put(batch)) EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(slow.requests().size(), 700U);
    EXPECT_GE(slow.most_in_flight(), 200);
    EXPECT_LE(slow.most_in_flight(), 350);
}

}  // namespace
}  // namespace dualstore
