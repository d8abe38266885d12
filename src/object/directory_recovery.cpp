#include "object/directory_recovery.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "object/directory_log.hpp"
#include "object/directory_put.hpp"
#include "object/directory_tree.hpp"
#include "object/key_rules.hpp"

namespace dualstore::object {
namespace {

using Kind = LogEntry::Kind;

// A part whose first so many bytes hold no entry has none.
constexpr std::uint64_t enough_for_an_entry = PartHead::size + DirectoryLog::largest_object + 2 * longest_key;

// Both parts, as they lie on the disk, in the order of their entries.
struct LogImage {
    std::array<std::string, 2> bytes;  // what the entries refer to
    std::uint64_t last_number = 0;
    std::map<std::string, std::vector<const LogEntry*>> changes;  // of each key, but for what was undone
    std::array<PartImage, 2> parts;

    [[nodiscard]] bool empty() const { return parts[0].entries.empty() && parts[1].entries.empty(); }
};

// `limit`: bytes of each part.
Result<std::unique_ptr<LogImage>> read_log(const Descriptor& own, std::uint64_t limit = std::numeric_limits<std::uint64_t>::max()) {
    auto log = std::make_unique<LogImage>();
    const Descriptor folder = log_folder(own);
    if (!folder && errno == ENOENT) return log;
    if (!folder) return fail(system_error(errno, "cannot read the log in .dualstore"));
    for (std::size_t index = 0; index < log->parts.size(); ++index) {
        const Descriptor file = folder.open(part_file(index), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (!file && errno == ENOENT) continue;
        struct stat status{};
        if (!file || file.files().fstat(file.get(), status) != 0) return fail(system_error(errno, "cannot read the log in .dualstore"));
        auto bytes = read_part(file, std::min(static_cast<std::uint64_t>(status.st_size), limit));
        if (!bytes) return fail(std::move(bytes.error()));
        log->bytes[index] = std::move(*bytes);
        log->parts[index] = decode_part(log->bytes[index]);
        log->last_number = std::max(log->last_number, log->parts[index].head.number);
    }
    const bool swapped = log->parts[1].head.number < log->parts[0].head.number;
    for (const std::size_t index : swapped ? std::array{1U, 0U} : std::array{0U, 1U}) {
        for (const auto& entry : log->parts[index].entries) {
            if (path_key_fault(entry.key)) continue;
            auto& changes = log->changes[std::string(entry.key)];
            if (entry.kind == Kind::undone) {
                if (!changes.empty()) changes.pop_back();
            } else {
                changes.push_back(&entry);
            }
        }
    }
    return log;
}

// ns; the clock of files' times, and of entries', moves on every 1 to 10 ms.
constexpr std::int64_t clock_step = 20'000'000;

// What a power cut may have left of bytes: as much of them as there is, or zeros in the place of some.
bool is_torn(std::string_view found, std::string_view bytes) {
    if (found.size() > bytes.size()) return false;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] != bytes[i] && found[i] != '\0') return false;
    }
    return true;
}

class Replay {
  public:
    // `rewrite`: also files that are right, since they may be so in memory only.
    Replay(const Descriptor& root, const Descriptor& own, bool rewrite) : root_(root), own_(own), rewrite_(rewrite) {}

    Result<void> run(const LogImage& log) {
        for (const auto& [key, changes] : log.changes) {
            if (changes.empty() || changes.back()->kind == Kind::elsewhere) continue;
            if (auto done = replay(key, changes); !done) return done;
        }
        for (const auto& path : folders_) {
            const Descriptor folder = open_below(root_, path, O_RDONLY | O_DIRECTORY);
            if (!folder && (errno == ENOENT || errno == ENOTDIR)) continue;
            if (const int number = folder ? sync(folder) : errno) return failed(number, path);
        }
        return {};
    }

  private:
    static tl::unexpected<Error> failed(int number, const std::string& what) {
        return fail(system_error(number, fmt::format("cannot bring {} to where it was when the machine stopped", what)));
    }

    Result<void> replay(const std::string& key, const std::vector<const LogEntry*>& changes) {
        const LogEntry& last = *changes.back();
        const std::string path = path_of(key);
        const auto [folder_path, name] = split(path);
        struct stat status{};
        FileIdentity identity;
        const Descriptor file = open_below(root_, path, O_RDONLY | O_NONBLOCK);
        if (!file && errno == ELOOP) return {};  // a link that someone has put there
        if (!file && errno != ENOENT && errno != ENOTDIR) return failed(errno, key);
        if (file && (file.files().fstat(file.get(), status) != 0 || !file.identify({}, identity))) return failed(errno, key);
        if (file && !S_ISREG(status.st_mode)) return {};
        auto found = read_object(file);
        if (!found) return fail(std::move(found.error()));
        if (!is_ours(*found, {identity.inode, identity.born}, times_of(status), changes)) return {};
        if (last.kind == Kind::remove) {
            if (!*found) return {};
            const Descriptor folder = open_below(root_, folder_path, O_RDONLY | O_DIRECTORY);
            if (!folder || folder.files().unlinkat(folder.get(), name.c_str(), 0) != 0) return failed(errno, key);
        } else {
            if (*found && (*found)->bytes == last.bytes && !rewrite_) return {};
            if (auto put = place(folder_path, name, last.bytes); !put) return put;
        }
        folders_.insert(folder_path);
        return {};
    }

    // Whether what is there is what the store itself may have left. What was replaced has the time of that as its last change's, but was
    // not written to since.
    static bool is_ours(const std::optional<Object>& found, const FileId& id, const FileTimes& times,
                        const std::vector<const LogEntry*>& changes) {
        const LogEntry& last = *changes.back();
        for (const LogEntry* change : changes) {
            if (!found && (change->created || change->kind != Kind::put)) return true;
            if (found && change->kind == Kind::put && is_torn(found->bytes, change->bytes)) return true;
            if (found && !change->created && change->replaced == id && times.modified < change->time + clock_step) return true;
        }
        return found && times.changed < last.time;
    }

    Result<void> place(const std::string& folder_path, const std::string& name, std::string_view bytes) {
        if (!temporaries_) {
            auto made = WriterFolder::make(own_);
            if (!made) return fail(std::move(made.error()));
            temporaries_.emplace(std::move(*made));
        }
        auto folder = make_folder_below(root_, folder_path, true);
        if (!folder) return fail(std::move(folder.error()));
        auto file = Temporary::write(*temporaries_, bytes);
        if (!file) return fail(std::move(file.error()));
        if (auto synced = file->sync(); !synced) return synced;
        if (const int number = file->place(*folder, name, Placing::over)) return failed(number, name);
        return {};
    }

    const Descriptor& root_;
    const Descriptor& own_;
    const bool rewrite_;
    std::optional<WriterFolder> temporaries_;
    std::set<std::string> folders_;
};

// Both parts without entries, and the state that says so.
Result<void> renew(const Descriptor& own, const Descriptor& lock, const LogImage& log, bool new_files) {
    auto state = new_state(lock);
    if (!state) return fail(std::move(state.error()));
    std::uint64_t number = log.last_number;
    const Descriptor folder = log_folder(own);
    if (!folder && errno != ENOENT) return fail(system_error(errno, "cannot look at the log in .dualstore"));
    for (std::size_t index = 0; folder && index < state->parts.size(); ++index) {
        struct stat status{};
        const std::string name = part_file(index);
        if (!folder.look_at(name, status)) {
            if (errno == ENOENT) continue;
            return fail(system_error(errno, "cannot look at the log in .dualstore"));
        }
        if (new_files && folder.files().unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
            return fail(system_error(errno, "cannot renew the log in .dualstore"));
        }
        if (const int failed = make_part(own, index, ++number, state->parts[index])) {
            return fail(system_error(failed, "cannot renew the log in .dualstore"));
        }
    }
    if (const int failed = write_state(lock, *state)) return fail(system_error(failed, "cannot write .dualstore/lock"));
    return {};
}

}  // namespace

Result<std::string> read_part(const Descriptor& file, std::uint64_t size) {
    std::string bytes(size, '\0');
    std::size_t used = 0;
    while (used < bytes.size()) {
        const ssize_t got = file.files().pread(file.get(), bytes.data() + used, bytes.size() - used, static_cast<off_t>(used));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error(errno, "cannot read the log in .dualstore"));
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
    }
    bytes.resize(used);
    return bytes;
}

Result<void> begin_log(const Descriptor& root, const Descriptor& own, const Descriptor& lock) {
    const auto state = read_state(lock);
    if (!state) return fail(state.error());
    if (*state) return {};
    const auto log = read_log(own);
    if (!log) return fail(log.error());
    if (auto done = Replay(root, own, false).run(**log); !done) return done;
    return renew(own, lock, **log, false);
}

Result<void> recover(const Descriptor& root) {
    const Descriptor own = open_below(root, ".dualstore", O_RDONLY | O_DIRECTORY);
    if (!own) return {};  // what writes complains
    const Descriptor lock = own.open("lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (lock) {
        const auto state = read_state(lock);
        if (!state) return fail(state.error());
        if (*state) return {};
    } else if (errno == EMFILE || errno == ENFILE || errno == EIO) {
        return fail(system_error(errno, "cannot open .dualstore/lock"));
    }
    const auto log = read_log(own, enough_for_an_entry);
    if (!log) return fail(log.error());
    if ((*log)->empty()) return {};
    auto locks = KeyLocks::open(own);
    if (!locks) {
        locks.error().message += ": the machine has stopped since the store was written to, so someone who may write has to open it once";
        return fail(std::move(locks.error()));
    }
    const auto held = (*locks)->lock({KeyLocks::log_end});
    if (!held) return fail(held.error());
    return begin_log(root, own, (*locks)->file());
}

Result<void> rewrite_log(const Descriptor& root, const Descriptor& own, const Descriptor& lock) {
    const auto log = read_log(own);
    if (!log) return fail(log.error());
    if (auto done = Replay(root, own, true).run(**log); !done) return done;
    return renew(own, lock, **log, true);
}

}  // namespace dualstore::object
