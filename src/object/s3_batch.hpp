// Many calls at once, without a thread for each.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace dualstore::object {

struct S3Batch {
    std::size_t size = 0;
    std::function<std::string_view(std::size_t)> key;
    std::function<std::size_t(std::size_t)> bytes;  // what the call holds in memory while it is under way
    // Starts a call, and calls `ended` once, from any thread, when it has ended.
    std::function<void(std::size_t, std::function<void()> ended)> start;
};

// Starts the calls in order, several hundred at a time, those for one key one after the other, and waits until all have ended.
void run(const S3Batch& batch);

}  // namespace dualstore::object
