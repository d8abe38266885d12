#include "sql/remote/athena_poller.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sql/remote/athena_errors.hpp"

namespace dualstore::sql::remote {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{2000};
// Athena lets an account ask for 20 batches a second.
constexpr milliseconds shortest_batch_pause{100};
constexpr milliseconds grace{2000};
constexpr milliseconds grace_pause{500};

milliseconds pause_after(int looks) {
    const double grown = static_cast<double>(first_pause.count()) * std::pow(1.5, std::min(looks, 20));
    return std::min(milliseconds(static_cast<std::int64_t>(grown)), longest_pause);
}

bool is_final(const std::string& state) {
    return state == "SUCCEEDED" || state == "FAILED" || state == "CANCELLED";
}

}  // namespace

Result<std::optional<Execution>> AthenaPoller::wait(const std::string& id, Clock::time_point deadline, const QueryOptions& options) {
    std::unique_lock lock(mutex_);
    Watch& watch = watches_[id];  // std::map keeps it in place
    next_look_ = watches_.size() == 1 ? Clock::now() + first_pause : std::min(next_look_, Clock::now() + first_pause);
    if (!std::exchange(running_, true)) thread_ = std::jthread([this](const std::stop_token& closing) { run(closing); });
    changed_.notify_all();
    Result<std::optional<Execution>> outcome = std::nullopt;
    const auto has_news = [&] { return watch.news || watch.failure; };
    while (changed_.wait_until(lock, options.stop, deadline, has_news)) {
        if (watch.failure) {
            outcome = fail(*watch.failure);
            break;
        }
        Execution execution = std::move(*watch.news);
        watch.news.reset();
        if (watch.ended) {
            outcome = std::move(execution);
            break;
        }
        if (!options.progress) continue;
        lock.unlock();
        options.progress({execution.state, execution.statistics.bytes_scanned});
        lock.lock();
    }
    watches_.erase(id);
    if (watches_.empty()) changed_.notify_all();
    return outcome;
}

void AthenaPoller::run(const std::stop_token& closing) {
    std::unique_lock lock(mutex_);
    while (!watches_.empty() && !closing.stop_requested()) {
        if (Clock::now() < next_look_) {
            const auto until = next_look_;
            // A new query is looked at sooner; and the last one may be gone.
            changed_.wait_until(lock, closing, until, [&] { return next_look_ < until || watches_.empty(); });
            continue;
        }
        std::vector<std::string> ids;
        for (const auto& [id, watch] : watches_) {
            if (!watch.ended) ids.push_back(id);
        }
        lock.unlock();
        auto found = ids.empty() ? Result<std::vector<Execution>>() : api_.look(ids, closing);
        lock.lock();
        take_in(std::move(found), ids);
        next_look_ = Clock::now() + pause();
        changed_.notify_all();
    }
    running_ = false;
}

void AthenaPoller::take_in(Result<std::vector<Execution>> found, const std::vector<std::string>& asked) {
    if (!found) {
        for (const std::string& id : asked) {
            if (const auto watch = watches_.find(id); watch != watches_.end()) watch->second.failure = found.error();
        }
        return;
    }
    const auto now = Clock::now();
    for (Execution& execution : *found) {
        const auto entry = watches_.find(execution.id);
        if (entry == watches_.end()) continue;  // nobody waits any more
        Watch& watch = entry->second;
        ++watch.looks;
        if (!failed_for_now(execution)) {
            watch.failed_since.reset();
            watch.ended = is_final(execution.state);
        } else {
            if (!watch.failed_since) watch.failed_since = now;
            watch.ended = now - *watch.failed_since >= grace;
        }
        watch.news = std::move(execution);
    }
}

// The youngest query sets the pace: to look at the others too costs no request.
AthenaPoller::Clock::duration AthenaPoller::pause() const {
    milliseconds shortest = longest_pause;
    for (const auto& [id, watch] : watches_) {
        shortest = std::min(shortest, pause_after(watch.looks));
        if (watch.failed_since) shortest = std::min(shortest, grace_pause);
    }
    return watches_.size() > 1 ? std::max(shortest, shortest_batch_pause) : shortest;
}

}  // namespace dualstore::sql::remote
