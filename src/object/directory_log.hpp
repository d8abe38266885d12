// The log of a directory store: changes are durable once they are in it, before the files they are of are.
//
// It lies in two files of .dualstore/log, of which one is appended to. From time to time the other takes over, all that the first one's
// entries put in place is synced with the file system, and the file is used anew. What is in them is needed after a power cut only
// (directory_recovery.hpp): a killed process leaves its files to the kernel, which has them. How far they are in use stands in
// .dualstore/lock, which is never synced and counts only until the machine starts again.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dualstore/error.hpp"
#include "object/directory_files.hpp"
#include "object/directory_locks.hpp"
#include "object/log_entry.hpp"

namespace dualstore::object {

// How far the log is in use: the first bytes of .dualstore/lock, changed under KeyLocks::log_end.
struct LogState {
    struct Part {
        std::uint64_t file = 0;  // a number drawn for each file made; 0: there is none
        std::uint64_t number = 0;
        std::uint64_t chain = 0;      // for the next entry
        std::uint64_t end = 0;        // where it goes
        std::uint64_t allocated = 0;  // bytes of the file
        std::uint64_t entries = 0;
    };

    std::uint64_t magic = 0;
    std::uint64_t boot = 0;    // of the machine that wrote it
    std::uint64_t device = 0;  // of the file it was written to: a copy does not count
    std::uint64_t inode = 0;
    std::uint64_t current = 0;  // the part that is appended to
    std::uint64_t broken = 0;   // a sync failed: what is in the log has to be written once more
    std::array<Part, 2> parts;
    std::array<char, FileSystem::synced_block> tail{};  // of the part that is appended to: what its last block has so far

    [[nodiscard]] bool empty() const { return parts[0].entries == 0 && parts[1].entries == 0; }
    [[nodiscard]] std::uint64_t next_number() const { return std::max(parts[0].number, parts[1].number) + 1; }
};

// The state in an open .dualstore/lock; null where it does not count.
[[nodiscard]] Result<std::unique_ptr<LogState>> read_state(const Descriptor& lock);
// An empty one, that counts for this file.
[[nodiscard]] Result<LogState> new_state(const Descriptor& lock);
[[nodiscard]] int write_state(const Descriptor& lock, const LogState& state);

// Makes a part's file, or uses it anew: durably without entries, also if there is no power when this returns. `own`: the .dualstore folder.
[[nodiscard]] int make_part(const Descriptor& own, std::size_t index, std::uint64_t number, LogState::Part& part);
[[nodiscard]] std::string part_file(std::size_t index);
// The folder of the parts' files. Invalid on failure, with errno.
[[nodiscard]] Descriptor log_folder(const Descriptor& own);

// Safe to use from many threads.
class DirectoryLog {
  public:
    static constexpr std::size_t largest_object = std::size_t{256} << 10;  // bytes; larger ones are synced where they are
    static constexpr std::uint64_t worth_cutting = std::uint64_t{48} << 20;
    static constexpr std::uint64_t longest_part = std::uint64_t{64} << 20;

    // `root` and `locks` outlive it.
    DirectoryLog(const Descriptor& root, Descriptor own, KeyLocks& locks) : root_(root), own_(std::move(own)), locks_(locks) {}

    // Whether there is nothing in it, and nothing to be mended. What it says of a key holds while the caller has the key's lock.
    [[nodiscard]] Result<bool> empty();
    // Adds entries, all or, with an error, none, and returns when they are durable; the caller has their keys' locks. What is given while
    // others are written shares the next write. `meanwhile`, which may be empty and must not throw, is called once beside it; with an error
    // perhaps not at all. outcome_unknown: after a power cut they may be there; the log is to be mended.
    [[nodiscard]] Result<void> commit(std::span<const LogEntry> entries, const std::function<void()>& meanwhile);
    // Bytes of entries in the part that is appended to, when this process appended last.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    // Syncs what its entries put in place, and empties it. Nobody waits for that who appends meanwhile.
    [[nodiscard]] Result<void> cut();
    // After a failed sync: writes what the log has once more, and begins new files. Else does nothing.
    [[nodiscard]] Result<void> mend();

  private:
    struct Part {
        Descriptor file;
        std::uint64_t id = 0;
    };
    // Entries that are written together. They refer to what their callers have, who wait for `done`.
    struct Group {
        std::vector<LogEntry> entries;
        std::uint64_t bytes = 0;
        bool done = false;
        std::optional<Error> error;
        std::condition_variable changed;  // it is done, or it is at the head of the queue and nobody leads
    };

    struct Detached {
        std::size_t index = 0;
        LogState::Part state;
        bool last = false;
    };

    Result<std::unique_ptr<LogState>> state() const;
    Result<std::shared_ptr<Part>> opened(LogState& state, std::size_t index);
    std::shared_ptr<Group> join(std::span<const LogEntry> entries);
    Result<void> finish(Group& group, const std::function<void()>& meanwhile) noexcept;
    Result<void> write(std::span<const LogEntry> entries, const std::function<void()>& meanwhile);
    tl::unexpected<Error> take_back(const LogState& state, const Part& part, std::uint64_t end, std::string text, int number);
    Result<std::optional<Detached>> detach();
    Result<void> settle(const Detached& detached);
    void set_broken();

    const Descriptor& root_;
    const Descriptor own_;
    KeyLocks& locks_;
    std::array<std::shared_ptr<Part>, 2> parts_;  // under KeyLocks::log_end
    std::atomic<std::uint64_t> size_ = 0;
    std::atomic<bool> broken_ = false;

    std::mutex mutex_;                          // of what follows
    std::deque<std::shared_ptr<Group>> queue_;  // not yet begun with
    bool leading_ = false;                      // some thread writes a group
};

}  // namespace dualstore::object
