#include "object/directory_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>
#include <utility>

#include "object/directory_recovery.hpp"
#include "object/directory_tree.hpp"
#include "record/random.hpp"

namespace dualstore::object {
namespace {

constexpr std::uint64_t state_magic = 0x3274617473676f6c;
constexpr std::uint64_t first_allocation = std::uint64_t{64} << 10;  // bytes
constexpr std::uint64_t longest_step = std::uint64_t{4} << 20;
constexpr std::uint64_t block = FileSystem::synced_block;
static_assert(PartHead::size % block == 0, "a part that is taken into use has no tail");
constexpr std::uint64_t few_entries = 8;  // as many single syncs as one of the whole file system takes time

std::uint64_t random_number() {
    const auto bytes = record::random_bytes();
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number == 0 ? 1 : number;
}

int sync_bytes(const Descriptor& file) {
    while (file.files().fdatasync(file.get()) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

// All of the bytes, durably; they are whole blocks. Returns errno, or 0.
int write_blocks(const Descriptor& file, std::string_view bytes, std::uint64_t at, std::function<void()> meanwhile) {
    while (!bytes.empty()) {
        const ssize_t written = file.files().pwrite_synced(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at), meanwhile);
        if (written <= 0) return written < 0 ? errno : EIO;
        meanwhile = {};
        bytes.remove_prefix(static_cast<std::size_t>(written));
        at += static_cast<std::uint64_t>(written);
    }
    return 0;
}

// There was no room for the bytes, so none of what is on the disk was touched.
bool is_full(int number) {
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

Error log_error(int number) {
    return system_error(number, "cannot write the log in .dualstore");
}

// A failed sync is never asked for again and believed: the kernel may have given up what it could not write.
Error unsynced(int number) {
    Error error;
    error.code = ErrorCode::outcome_unknown;
    error.message = fmt::format(
        "the log in .dualstore could not be synced to the disk ({}), so a power cut may undo the write: look at the "
        "disk, then read the object to see how it ended",
        std::generic_category().message(number));
    return error;
}

// What cannot be opened for good, removed or replaced since, needs no sync.
int sync_below(const Descriptor& root, const std::string& path, int flags) {
    const Descriptor opened = open_below(root, path, flags);
    if (opened) return sync(opened);
    return errno == EMFILE || errno == ENFILE || errno == EIO || errno == ENOMEM ? errno : 0;
}

// Each object of the entries, and the folder it is in.
int sync_each(const Descriptor& root, const std::vector<LogEntry>& entries) {
    std::set<std::string> folders;
    for (const auto& entry : entries) {
        const std::string path = path_of(entry.key);
        folders.insert(split(path).folder);
        if (entry.kind != LogEntry::Kind::put) continue;
        if (const int number = sync_below(root, path, O_RDONLY | O_NONBLOCK)) return number;
    }
    for (const auto& folder : folders) {
        if (const int number = sync_below(root, folder, O_RDONLY | O_DIRECTORY)) return number;
    }
    return 0;
}

}  // namespace

Result<std::unique_ptr<LogState>> read_state(const Descriptor& lock) {
    auto read = std::make_unique<LogState>();
    LogState& state = *read;
    FileIdentity identity;
    ssize_t got = 0;
    do got = lock.files().pread(lock.get(), &state, sizeof state, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 || !lock.identify({}, identity)) return fail(system_error(errno, "cannot read .dualstore/lock"));
    const bool counts = got == sizeof state && state.magic == state_magic && state.boot != 0 && state.boot == lock.files().boot() &&
                        state.device == identity.device && state.inode == identity.inode && state.current < state.parts.size();
    if (!counts) read.reset();
    return read;
}

Result<LogState> new_state(const Descriptor& lock) {
    FileIdentity identity;
    if (!lock.identify({}, identity)) return fail(system_error(errno, "cannot read .dualstore/lock"));
    LogState state;
    state.magic = state_magic;
    state.boot = lock.files().boot();
    state.device = identity.device;
    state.inode = identity.inode;
    return state;
}

int write_state(const Descriptor& lock, const LogState& state) {
    return write_at(lock, {reinterpret_cast<const char*>(&state), sizeof state}, 0);
}

std::string part_file(std::size_t index) {
    return fmt::format("part-{}", index);
}

Descriptor log_folder(const Descriptor& own) {
    return own.open("log", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int make_part(const Descriptor& own, std::size_t index, std::uint64_t number, LogState::Part& part) {
    Descriptor folder = log_folder(own);
    if (!folder && errno == ENOENT) {
        // Without a journal, ext4's fdatasync writes the whole block that has the file's inode, if anything in it has changed: the inode of
        // a folder that gets a new file with each put must not be among them.
        if (own.files().mkdirat_apart(own.get(), "log", 0777) != 0 && errno != EEXIST) return errno;
        folder = log_folder(own);
    }
    if (!folder) return errno;
    const Descriptor file = folder.open(part_file(index), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    struct stat status{};
    if (!file || file.files().fstat(file.get(), status) != 0) return errno;
    const PartHead head{number, random_number()};
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::string bytes = encode(head);
    if (size < first_allocation) bytes.resize(first_allocation, '\0');
    if (const int failed = write_at(file, bytes, 0)) return failed;
    if (const int failed = size < first_allocation ? sync(file) : sync_bytes(file)) return failed;
    if (part.file == 0) {
        if (const int failed = sync(folder)) return failed;
        if (const int failed = sync(own)) return failed;
        part.file = random_number();
    }
    part = {part.file, number, head.seed, PartHead::size, std::max(size, first_allocation), 0};
    return 0;
}

Result<std::unique_ptr<LogState>> DirectoryLog::state() const {
    auto state = read_state(locks_.file());
    if (state && !*state) return fail(ErrorCode::unavailable, "what .dualstore/lock says of the log is gone: open the store again");
    return state;
}

Result<bool> DirectoryLog::empty() {
    const auto held = locks_.lock({KeyLocks::log_end});
    if (!held) return fail(held.error());
    const auto now = state();
    if (!now) return fail(now.error());
    if ((*now)->broken != 0) broken_ = true;
    return (*now)->empty() && (*now)->broken == 0;
}

Result<std::shared_ptr<DirectoryLog::Part>> DirectoryLog::opened(LogState& state, std::size_t index) {
    auto& part = parts_[index];
    auto& now = state.parts[index];
    if (part && now.file == part->id) return part;
    if (now.file == 0) {
        if (const int failed = make_part(own_, index, state.next_number(), now)) return fail(log_error(failed));
    }
    const Descriptor folder = log_folder(own_);
    if (!folder) return fail(log_error(errno));
    Descriptor file(folder.files(), folder.files().openat_synced(folder.get(), part_file(index).c_str()));
    if (!file) return fail(log_error(errno));
    part = std::make_shared<Part>(std::move(file), now.file);
    return part;
}

std::shared_ptr<DirectoryLog::Group> DirectoryLog::join(std::span<const LogEntry> entries) {
    constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20;  // with which a group takes no more
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || queue_.back()->bytes > most_bytes) queue_.push_back(std::make_shared<Group>());
    auto group = queue_.back();
    group->entries.insert(group->entries.end(), entries.begin(), entries.end());
    for (const auto& entry : entries) group->bytes += entry.bytes.size();
    return group;
}

Result<void> DirectoryLog::commit(std::span<const LogEntry> entries, const std::function<void()>& meanwhile) {
    return finish(*join(entries), meanwhile);
}

// Whoever finds that nobody writes leads: writes the group that is next, and leaves the one after it to one of those that wait for it.
// noexcept: the others of the group refer to what this one's caller has.
Result<void> DirectoryLog::finish(Group& group, const std::function<void()>& meanwhile) noexcept {
    static const std::function<void()> nothing;
    const auto* rest = &meanwhile;
    std::unique_lock lock(mutex_);
    while (!group.done) {
        if (!leading_) {
            leading_ = true;
            const auto next = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            auto written = write(next->entries, *std::exchange(rest, &nothing));
            lock.lock();
            leading_ = false;
            if (!written) next->error = std::move(written.error());
            next->done = true;
            const auto after = queue_.empty() ? nullptr : queue_.front();
            lock.unlock();  // else those that are woken would have to wait for it
            if (after) after->changed.notify_one();
            next->changed.notify_all();
            lock.lock();
        } else if (*rest) {
            lock.unlock();
            (*std::exchange(rest, &nothing))();
            lock.lock();
        } else {
            group.changed.wait(lock);
        }
    }
    lock.unlock();
    if (group.error) return fail(*group.error);
    if (*rest) (*rest)();  // another one had written it by then
    return {};
}

// The lock is held until the entries are durable, since those of another process behind them are whole only then.
Result<void> DirectoryLog::write(std::span<const LogEntry> entries, const std::function<void()>& meanwhile) {
    const auto held = locks_.lock({KeyLocks::log_end});
    if (!held) return fail(held.error());
    const auto read = this->state();
    if (!read) return fail(read.error());
    LogState& state = **read;
    if (broken_ || state.broken != 0) {
        broken_ = true;
        return fail(ErrorCode::unavailable, "a sync of the log failed: the next write mends it", {}, {}, Retry::safe);
    }
    const auto opened = this->opened(state, state.current);
    if (!opened) return fail(opened.error());
    const Part& part = **opened;
    auto& now = state.parts[state.current];
    const std::uint64_t end = now.end;
    const std::uint64_t begin = end / block * block;
    std::string text;
    text.reserve(2 * block);
    text.assign(state.tail.data(), end - begin);
    for (const auto& entry : entries) now.chain = encode(text, entry, now.chain);
    now.end = begin + text.size();
    now.entries += entries.size();
    const std::uint64_t tail = now.end / block * block;
    text.copy(state.tail.data(), block, tail - begin);
    std::uint64_t size = (now.end + block - 1) / block * block;
    if (size > now.allocated) {
        // Entries that overwrite what is there are synced faster than ones that make the file grow.
        size += std::min(now.allocated, longest_step) / block * block;
        now.allocated = size;
    }
    text.resize(size - begin, '\0');
    if (const int number = write_blocks(part.file, text, begin, meanwhile)) {
        if (is_full(number)) return take_back(state, part, end, std::move(text), number);
        set_broken();
        return fail(unsynced(number));
    }
    if (const int number = write_state(locks_.file(), state)) return take_back(state, part, end, std::move(text), number);
    size_ = now.end;
    return {};
}

// What a write that failed left must not be taken for entries after a power cut. A state that could not be written may be there all the
// same.
tl::unexpected<Error> DirectoryLog::take_back(const LogState& state, const Part& part, std::uint64_t end, std::string text, int number) {
    text.resize(end % block);
    text.resize(block, '\0');
    if (write_blocks(part.file, text, end / block * block, {}) == 0) {
        const auto now = read_state(locks_.file());
        const auto end_of = [&](const LogState& of) { return of.parts[state.current].end; };
        if (now && *now && end_of(**now) != end_of(state)) return fail(log_error(number));
    }
    set_broken();
    return fail(unsynced(number));
}

void DirectoryLog::set_broken() {
    broken_ = true;
    auto state = read_state(locks_.file());
    if (!state || !*state) return;
    (*state)->broken = 1;
    (void)write_state(locks_.file(), **state);  // without it, this process still mends
}

// The part to be cut: one that a killed process had begun with, else the one that is appended to, which the other takes over from.
Result<std::optional<DirectoryLog::Detached>> DirectoryLog::detach() {
    const auto held = locks_.lock({KeyLocks::log_end});
    if (!held) return fail(held.error());
    const auto read = this->state();
    if (!read) return fail(read.error());
    LogState& state = **read;
    if (state.empty() || state.broken != 0) return std::nullopt;
    const std::size_t other = 1 - state.current;
    const bool is_left = state.parts[other].entries != 0;
    const std::size_t index = is_left ? other : state.current;
    if (!is_left) {
        if (const auto next = opened(state, other); !next) return fail(next.error());
        state.current = other;
        if (const int number = write_state(locks_.file(), state)) return fail(log_error(number));
        size_ = state.parts[other].end;
    }
    return Detached{index, state.parts[index], !is_left};
}

Result<void> DirectoryLog::cut() {
    const auto held = locks_.lock({KeyLocks::log_cut});
    if (!held) return fail(held.error());
    for (;;) {
        const auto detached = detach();
        if (!detached) return fail(detached.error());
        if (!*detached) return {};
        // Who has appended to it has its keys' locks until the files are in their places.
        for (std::size_t stripe = 0; stripe < KeyLocks::stripes; ++stripe) {
            if (const auto passed = locks_.lock({stripe}); !passed) return fail(passed.error());
        }
        if (auto settled = settle(**detached); !settled) return settled;
        if ((*detached)->last) return {};
    }
}

Result<void> DirectoryLog::settle(const Detached& detached) {
    int number = detached.state.entries <= few_entries ? ENOSYS : sync_all(root_);
    if (number == ENOSYS) {
        const Descriptor file = log_folder(own_).open(part_file(detached.index), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (!file) return fail(log_error(errno));
        const auto bytes = read_part(file, detached.state.end);
        if (!bytes) return fail(bytes.error());
        number = sync_each(root_, decode_part(*bytes).entries);
        if (number == EMFILE || number == ENFILE || number == ENOMEM) return fail(log_error(number));
    }
    const auto held = locks_.lock({KeyLocks::log_end});
    if (!held) return fail(held.error());
    const auto read = this->state();
    if (!read) return fail(read.error());
    LogState& state = **read;
    if (state.broken != 0) return {};
    auto& part = state.parts[detached.index];
    if (number == 0) number = make_part(own_, detached.index, state.next_number(), part);
    if (number != 0) {
        set_broken();
        return fail(unsynced(number));
    }
    if (const int failed = write_state(locks_.file(), state)) {
        set_broken();
        return fail(log_error(failed));
    }
    return {};
}

Result<void> DirectoryLog::mend() {
    if (!broken_) return {};
    std::vector<std::size_t> all;
    for (std::size_t lock = 0; lock < KeyLocks::stripes; ++lock) all.push_back(lock);
    all.push_back(KeyLocks::log_end);
    const auto held = locks_.lock(std::move(all));
    if (!held) return fail(held.error());
    if (auto mended = rewrite_log(root_, own_, locks_.file()); !mended) return mended;
    parts_ = {};
    size_ = 0;
    broken_ = false;
    return {};
}

}  // namespace dualstore::object
