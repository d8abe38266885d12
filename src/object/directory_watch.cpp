#include "object/directory_watch.hpp"

#ifdef __linux__
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "object/directory_tree.hpp"

namespace dualstore::object {
namespace {

constexpr std::size_t most_folders = 4096;  // of the thousands of watches that a user has, and each takes a kilobyte of the kernel

constexpr std::uint32_t of_objects = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
constexpr std::uint32_t of_folder = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW;

// Of a file system that other machines write to the kernel does not hear all.
constexpr std::array<std::uint32_t, 8> local = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,       BTRFS_SUPER_MAGIC,    TMPFS_MAGIC,
                                                F2FS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, 0x2fc12fc1 /* ZFS */, 0xca451a4e /* bcachefs */};
// Of these a folder has a link from each folder in it, so that it is known without reading whether there are any.
constexpr std::array<std::uint32_t, 3> counting = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC};

// The number of the file system that the folder lies on; 0: it cannot be told.
std::uint32_t system_of(const Descriptor& folder) {
    struct statfs status{};
    return fstatfs(folder.get(), &status) == 0 ? static_cast<std::uint32_t>(status.f_type) : 0;
}

bool one_of(std::span<const std::uint32_t> systems, std::uint32_t system) {
    return std::ranges::find(systems, system) != systems.end();
}

bool has_no_folders(const Descriptor& folder, std::uint32_t system) {
    struct stat status{};
    return one_of(counting, system) && folder.files().fstat(folder.get(), status) == 0 && status.st_nlink == 2;
}

}  // namespace

class DirectoryEvents::Watch : public ChangeWatch {
  public:
    Watch(std::shared_ptr<DirectoryEvents> events, std::string_view below) : prefix(below), events_(std::move(events)) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() override { events_->remove(*this); }

    std::optional<std::vector<std::string>> changed() override { return events_->changed_in(*this); }

    const std::string prefix;
    bool armed = false;  // since the last call nothing was missed; guarded by the events' mutex, as is the rest
    std::set<std::string> keys;

  private:
    std::shared_ptr<DirectoryEvents> events_;
};

DirectoryEvents::DirectoryEvents(std::shared_ptr<Root> root) : root_(std::move(root)), process_(getpid()) {}

DirectoryEvents::~DirectoryEvents() {
    if (events_ >= 0) close(events_);
}

std::unique_ptr<ChangeWatch> DirectoryEvents::watch(std::string_view prefix) {
    const std::lock_guard lock(mutex_);
    if (!possible_ || !prefix.ends_with('/') || path_of(prefix) != prefix) return nullptr;
    auto watch = std::make_unique<Watch>(shared_from_this(), prefix);
    watches_.push_back(watch.get());
    return watch;
}

void DirectoryEvents::remove(Watch& watch) {
    const std::lock_guard lock(mutex_);
    std::erase(watches_, &watch);
}

std::optional<std::vector<std::string>> DirectoryEvents::changed_in(Watch& watch) {
    const std::lock_guard lock(mutex_);
    if (!possible_ || process_ != getpid()) return std::nullopt;  // a forked child would take its parent's events
    take_events();
    std::vector<std::string> keys(watch.keys.begin(), watch.keys.end());
    watch.keys.clear();
    if (watch.armed && possible_) return keys;
    const auto root = root_->reader();
    if (!root || !*root) return std::nullopt;
    if (events_ < 0) events_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (events_ < 0) possible_ = false;
    if (!possible_) return std::nullopt;
    watch.armed = add_folder(**root, watch.prefix.substr(0, watch.prefix.size() - 1), false);
    if (!possible_) start_again();
    return std::nullopt;
}

void DirectoryEvents::take_events() {
    alignas(inotify_event) std::array<char, std::size_t{64} * 1024> buffer;
    while (events_ >= 0) {
        const ssize_t size = read(events_, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0) return start_again();
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = buffer.data() + at + sizeof event;
            if (!take_event(event.wd, event.mask, {name, strnlen(name, event.len)})) return start_again();
            at += sizeof event + event.len;
        }
    }
}

// False: what has changed can no longer be told.
bool DirectoryEvents::take_event(int descriptor, std::uint32_t what, std::string_view name) {
    if ((what & of_folder) != 0) return false;
    const auto folder = folders_.find(descriptor);
    if (folder == folders_.end()) return false;
    const std::string path = fmt::format("{}/{}", folder->second, name);
    if ((what & IN_ISDIR) == 0) {
        add_key(path);
        return true;
    }
    if ((what & IN_DELETE) != 0) return true;  // it was empty, and says so itself
    if ((what & (IN_CREATE | IN_MOVED_TO)) == 0) return false;
    const auto root = root_->reader();
    return root && *root && add_folder(**root, path, true);
}

// Watches a folder and those in it, then looks what is there: what comes later is told. False: not all can be watched.
bool DirectoryEvents::add_folder(const Descriptor& root, const std::string& path, bool all_changed) {
    const Descriptor folder = open_below(root, path, O_RDONLY | O_DIRECTORY);
    if (!folder) return false;
    const std::uint32_t system = system_of(folder);
    if (folders_.size() >= most_folders || !one_of(local, system)) return possible_ = false;
    const std::string opened = fmt::format("/proc/self/fd/{}", folder.get());
    const int descriptor = inotify_add_watch(events_, opened.c_str(), of_objects | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    if (descriptor < 0) return possible_ = false;
    folders_[descriptor] = path;
    if (!all_changed && has_no_folders(folder, system)) return true;
    std::vector<std::string> inner;
    const auto visit = [&](const char* name, unsigned char type) {
        struct stat status{};
        const bool unknown = type == DT_UNKNOWN && folder.look_at(name, status);
        if (type == DT_DIR || (unknown && S_ISDIR(status.st_mode))) {
            inner.push_back(fmt::format("{}/{}", path, name));
        } else if (all_changed) {
            add_key(fmt::format("{}/{}", path, name));
        }
    };
    if (folder.files().read_folder(folder.get(), visit) != 0) return false;
    return std::ranges::all_of(inner, [&](const std::string& below) { return add_folder(root, below, all_changed); });
}

void DirectoryEvents::add_key(const std::string& path) {
    const std::string key = key_of(path);
    if (key.empty()) return;
    for (Watch* watch : watches_) {
        if (watch->armed && key.starts_with(watch->prefix)) watch->keys.insert(key);
    }
}

void DirectoryEvents::start_again() {
    if (events_ >= 0) close(std::exchange(events_, -1));
    folders_.clear();
    for (Watch* watch : watches_) {
        watch->armed = false;
        watch->keys.clear();
    }
}

}  // namespace dualstore::object

#else

namespace dualstore::object {

DirectoryEvents::DirectoryEvents(std::shared_ptr<Root> root) : root_(std::move(root)), process_(0) {}
DirectoryEvents::~DirectoryEvents() = default;
std::unique_ptr<ChangeWatch> DirectoryEvents::watch(std::string_view) {
    return nullptr;
}

}  // namespace dualstore::object
#endif
