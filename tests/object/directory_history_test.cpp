// Sixteen threads in four processes on one directory: whether what they saw can be explained by one order of all their calls in which each
// takes effect between its start and its end (linearizability; Herlihy and Wing, 1990). Every value is written once, and only over another
// one, so the order of the writes is told by the values themselves.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "dualstore/object_store.hpp"
#include "object/processes.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

constexpr int processes = 4;
constexpr int threads = 4;
constexpr int calls = 150;  // of each thread: a read, and a write over what was read
constexpr int keys = 3;
constexpr const char* beginning = "0";

struct Call {
    bool write = false;
    int key = 0;
    std::int64_t start = 0, end = 0;      // nanoseconds, of one clock for all processes
    std::string before = {}, after = {};  // a write: over this value, and the new one; a read: `after` is what it saw
    bool done = true;                     // a write that was refused is not
};

std::int64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string name_of(int key) {
    return fmt::format("history/{}", key);
}

// False: a call failed otherwise than by a conflict.
bool play(ObjectStore& store, const std::string& player, std::vector<Call>& out) {
    std::mt19937 random(static_cast<unsigned>(std::hash<std::string>()(player)));
    for (int i = 0; i < calls; ++i) {
        Call read{.write = false, .key = static_cast<int>(random() % keys), .start = now()};
        const auto found = get_object(store, name_of(read.key));
        read.end = now();
        if (!found || !*found) return false;
        read.after = (*found)->bytes;
        Call write{.write = true, .key = read.key, .start = now(), .before = read.after, .after = fmt::format("{}.{}", player, i)};
        const auto put = put_object(store, name_of(write.key), write.after, PutMode::if_match((*found)->etag));
        write.end = now();
        write.done = put.has_value();
        if (!put && put.error().code != ErrorCode::conflict) return false;
        out.push_back(std::move(read));
        out.push_back(std::move(write));
    }
    return true;
}

int run_process(const std::string& root, int process, const Pipe& told) {
    const auto store = open_directory_store(root).value();
    std::vector<std::vector<Call>> played(threads);
    std::vector<std::jthread> running;
    std::atomic<bool> well = true;
    for (std::size_t i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            if (!play(*store, fmt::format("{}.{}", process, i), played[i])) well = false;
        });
    }
    running.clear();
    for (const auto& calls_of_thread : played) {
        for (const Call& call : calls_of_thread) {
            told.write(fmt::format("{:d} {} {} {} {} {} {:d}\n", call.write, call.key, call.start, call.end,
                                   call.before.empty() ? "-" : call.before, call.after, call.done));
        }
    }
    return well ? 0 : 1;
}

// Empty: there is such an order of one key's calls.
std::string contradiction(std::vector<Call> history) {
    std::map<std::string, const Call*> over;  // the write that came over a value
    for (const Call& call : history) {
        if (!call.write || !call.done) continue;
        if (!over.emplace(call.before, &call).second) return "two writes over " + call.before;
    }
    std::map<std::string, std::size_t> place = {{beginning, 0}};
    for (std::string value = beginning; over.contains(value);) {
        value = over[value]->after;
        if (!place.emplace(value, place.size()).second) return "a circle at " + value;
    }
    if (place.size() != over.size() + 1) return "a write over a value that never was";
    for (const Call& call : history) {
        if (call.done && !place.contains(call.after)) return "a value that was never written: " + call.after;
        if (call.done) continue;
        const auto winner = over.find(call.before);
        if (winner == over.end() || winner->second->start > call.end) return "refused without a reason: " + call.after;
    }
    // What ended before a call began is not after it.
    std::erase_if(history, [](const Call& call) { return !call.done; });
    std::vector<Call> ended = history;
    std::ranges::sort(history, {}, &Call::start);
    std::ranges::sort(ended, {}, &Call::end);
    std::size_t newest = 0, next = 0;
    for (const Call& call : history) {
        for (; next < ended.size() && ended[next].end < call.start; ++next) newest = std::max(newest, place[ended[next].after]);
        if (place[call.after] < newest + (call.write ? 1 : 0)) return "it came too late: " + call.after;
    }
    return {};
}

TEST(DirectoryHistory, OfSixteenThreadsInFourProcessesIsLinearizable) {
    const TemporaryFolder folder;
    const std::string root = folder.root().string();
    for (int key = 0; key < keys; ++key) ASSERT_TRUE(put_object(*open_directory_store(root).value(), name_of(key), beginning));
    Pipe pipe;
    std::vector<Process> running;
    for (int i = 0; i < processes; ++i) running.emplace_back([&] { return run_process(root, i, pipe); });
    pipe.close_writing();
    std::map<int, std::vector<Call>> histories;
    std::istringstream lines(pipe.read_all());
    std::size_t writes = 0, refused = 0;
    for (Call call; lines >> call.write >> call.key >> call.start >> call.end >> call.before >> call.after >> call.done;) {
        writes += call.write && call.done ? 1 : 0;
        refused += call.done ? 0 : 1;
        histories[call.key].push_back(call);
    }
    for (auto& process : running) ASSERT_EQ(process.wait(), 0);
    for (const auto& [key, history] : histories) EXPECT_EQ(contradiction(history), "") << "key " << key;
    fmt::print("{} calls, {} writes done, {} refused\n", 2 * processes * threads * calls, writes, refused);
    EXPECT_EQ(writes + refused, static_cast<std::size_t>(processes * threads * calls));
    EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace dualstore
