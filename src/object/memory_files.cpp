#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/testing.hpp"

namespace dualstore {
namespace {

constexpr std::int64_t second = 1'000'000'000;  // ns

struct Node;
using NodePtr = std::shared_ptr<Node>;

struct Node {
    bool folder = false;
    ino_t number = 0;
    nlink_t links = 0;
    std::int64_t born = 0, modified = 0, changed = 0;  // ns since the epoch

    std::string bytes, synced_bytes;       // of a file
    std::map<std::string, NodePtr> names;  // of a folder
    // The states of each name since the last sync, the one that is on the disk first; nullptr: nothing has the name.
    std::map<std::string, std::vector<NodePtr>> unsynced;

    void set(const std::string& name, const NodePtr& node) {
        const auto now = names.find(name);
        auto& states = unsynced[name];
        if (states.empty()) states.push_back(now == names.end() ? nullptr : now->second);
        states.push_back(node);
        if (node) {
            names[name] = node;
        } else {
            names.erase(name);
        }
    }
    void sync() {
        synced_bytes = bytes;
        unsynced.clear();
    }
};

struct Open {
    NodePtr node;
    std::size_t at = 0;
};

int failed(int number) {
    errno = number;
    return -1;
}

// What may be left of bytes that were not synced: up to some place the new ones and behind it the synced ones, or the other way about.
// Where there were none before there is nothing, or zeros.
std::string torn(const Node& file, const MemoryFiles::Choose& choose) {
    const std::string& bytes = file.bytes;
    if (bytes == file.synced_bytes) return bytes;
    const std::size_t way = choose(5);
    if (way == 0) return file.synced_bytes;
    if (way == 1) return bytes;
    const std::size_t at = way == 4 ? 0 : choose(bytes.size() + 1);
    std::string before = file.synced_bytes;
    if (way == 2 && before.size() <= at) return bytes.substr(0, at);
    before.resize(bytes.size(), '\0');
    return way == 3 ? before.substr(0, at) + bytes.substr(at) : bytes.substr(0, at) + before.substr(at);
}

}  // namespace

class MemoryFiles::Files : public FileSystem {
  public:
    void lose_power(const Choose& choose) {
        const std::lock_guard guard(mutex_);
        ++boots_;
        stopped_ += second;
        open_.clear();
        byte_locks_.clear();
        shared_.clear();
        exclusive_.clear();
        visit_all([&](Node& node) {
            if (!node.folder) node.bytes = torn(node, choose);
            for (const auto& [name, states] : node.unsynced) {
                if (const NodePtr& left = states[choose(states.size())]) {
                    node.names[name] = left;
                } else {
                    node.names.erase(name);
                }
            }
            node.sync();
        });
        unlocked_.notify_all();
    }

    int openat(int folder, const char* path, int flags, mode_t /*mode*/) override {
        const std::lock_guard guard(mutex_);
        std::string name;
        const NodePtr above = parent(folder, path, name);
        if (!above) return -1;
        NodePtr node = child(above, name);
        if (!node && (errno != ENOENT || (flags & O_CREAT) == 0)) return -1;
        if (node && (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return failed(EEXIST);
        if (node && !node->folder && (flags & O_DIRECTORY) != 0) return failed(ENOTDIR);
        if (node && node->folder && (flags & O_ACCMODE) != O_RDONLY) return failed(EISDIR);
        if (!node) {
            node = make(false);
            above->set(name, node);
        }
        const int fd = next_descriptor_++;
        open_[fd] = Open{node};
        return fd;
    }

    int openat_without_links(int folder, const char* path, int flags) override { return openat(folder, path, flags, 0); }

    int open_unnamed(int folder, mode_t /*mode*/) override {
        const std::lock_guard guard(mutex_);
        if (opened(folder) == nullptr) return -1;
        const NodePtr node = make(false);
        node->links = 0;
        const int fd = next_descriptor_++;
        open_[fd] = Open{node};
        return fd;
    }

    int name_file(int fd, int folder, const char* path) override {
        const std::lock_guard guard(mutex_);
        const Open* found = opened(fd);
        std::string name;
        const NodePtr above = found != nullptr ? parent(folder, path, name) : nullptr;
        if (!above) return -1;
        if (child(above, name)) return failed(EEXIST);
        if (errno != ENOENT) return -1;
        found->node->links = 1;
        found->node->changed = now();
        above->set(name, found->node);
        return 0;
    }

    int close(int fd) override {
        const std::lock_guard guard(mutex_);
        if (open_.erase(fd) == 0) return failed(EBADF);
        unlock(fd);
        return 0;
    }

    ssize_t read(int fd, void* bytes, std::size_t size) override {
        const std::lock_guard guard(mutex_);
        Open* const found = opened(fd);
        if (found == nullptr) return -1;
        const ssize_t got = read_at(*found->node, bytes, size, found->at);
        if (got > 0) found->at += static_cast<std::size_t>(got);
        return got;
    }

    ssize_t pread(int fd, void* bytes, std::size_t size, off_t at) override {
        const std::lock_guard guard(mutex_);
        const Open* found = opened(fd);
        return found == nullptr ? -1 : read_at(*found->node, bytes, size, static_cast<std::size_t>(at));
    }

    ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) override {
        const std::lock_guard guard(mutex_);
        const Open* found = opened(fd);
        if (found == nullptr) return -1;
        write_at(*found->node, bytes, size, static_cast<std::size_t>(at));
        return static_cast<ssize_t>(size);
    }

    int fsync(int fd) override {
        const std::lock_guard guard(mutex_);
        const Open* found = opened(fd);
        if (found == nullptr) return -1;
        found->node->sync();
        return 0;
    }

    int fdatasync(int fd) override { return fsync(fd); }

    int openat_synced(int folder, const char* path) override { return openat(folder, path, O_RDWR, 0); }

    ssize_t pwrite_synced(int fd, const void* bytes, std::size_t size, off_t at, const std::function<void()>& meanwhile) override {
        const ssize_t written = pwrite(fd, bytes, size, at);
        if (written < 0) return written;
        if (meanwhile) meanwhile();
        return fdatasync(fd) == 0 ? written : -1;
    }

    int syncfs(int fd) override {
        const std::lock_guard guard(mutex_);
        if (opened(fd) == nullptr) return -1;
        visit_all([](Node& node) { node.sync(); });
        return 0;
    }

    int identify(int folder, const char* path, FileIdentity& identity) override {
        const std::lock_guard guard(mutex_);
        NodePtr node;
        if (*path == '\0') {
            if (const Open* found = opened(folder)) node = found->node;
        } else {
            std::string name;
            if (const NodePtr above = parent(folder, path, name)) node = child(above, name);
        }
        if (!node) return -1;
        identity = {mode_of(*node), 0, node->number, node->links, node->born};
        return 0;
    }

    int fstat(int fd, struct stat& status) override {
        const std::lock_guard guard(mutex_);
        const Open* found = opened(fd);
        if (found == nullptr) return -1;
        const NodePtr& node = found->node;
        status = {};
        status.st_mode = mode_of(*node);
        status.st_size = static_cast<off_t>(node->bytes.size());
        status.st_ino = node->number;
        status.st_nlink = node->links;
        status.st_mtim = time_of(node->modified);
        status.st_ctim = time_of(node->changed);
        return 0;
    }

    int fstatat(int folder, const char* path, struct stat& status, int /*flags*/) override {
        const int fd = openat(folder, path, O_RDONLY, 0);
        if (fd < 0) return -1;
        const int done = fstat(fd, status);
        close(fd);
        return done;
    }

    int read_folder(int fd, const Visit& visit) override {
        std::vector<std::pair<std::string, unsigned char>> names;
        {
            const std::lock_guard guard(mutex_);
            const Open* found = opened(fd);
            if (found == nullptr) return -1;
            const NodePtr& node = found->node;
            if (!node->folder) return failed(ENOTDIR);
            for (const auto& [name, below] : node->names) names.emplace_back(name, below->folder ? DT_DIR : DT_REG);
        }
        for (const auto& [name, type] : names) visit(name.c_str(), type);
        return 0;
    }

    int mkdirat(int folder, const char* path, mode_t /*mode*/) override {
        const std::lock_guard guard(mutex_);
        std::string name;
        const NodePtr above = parent(folder, path, name);
        if (!above) return -1;
        if (child(above, name)) return failed(EEXIST);
        if (errno != ENOENT) return -1;
        above->set(name, make(true));
        return 0;
    }

    int mkdirat_apart(int folder, const char* path, mode_t mode) override { return mkdirat(folder, path, mode); }

    int unlinkat(int folder, const char* path, int flags) override {
        const std::lock_guard guard(mutex_);
        std::string name;
        const NodePtr above = parent(folder, path, name);
        const NodePtr node = above ? child(above, name) : nullptr;
        if (!node) return -1;
        const bool wants_folder = (flags & AT_REMOVEDIR) != 0;
        if (node->folder != wants_folder) return failed(node->folder ? EISDIR : ENOTDIR);
        if (node->folder && !node->names.empty()) return failed(ENOTEMPTY);
        node->links = 0;
        above->set(name, nullptr);
        return 0;
    }

    int renameat(int from_folder, const char* from, int to_folder, const char* to) override {
        const std::lock_guard guard(mutex_);
        return rename(from_folder, from, to_folder, to, true);
    }

    int renameat_new(int from_folder, const char* from, int to_folder, const char* to) override {
        const std::lock_guard guard(mutex_);
        return rename(from_folder, from, to_folder, to, false);
    }

    int renameat_exchange(int from_folder, const char* from, int to_folder, const char* to) override {
        const std::lock_guard guard(mutex_);
        std::string from_name, to_name;
        const NodePtr source = parent(from_folder, from, from_name);
        const NodePtr target = source ? parent(to_folder, to, to_name) : nullptr;
        const NodePtr one = target ? child(source, from_name) : nullptr;
        const NodePtr other = one ? child(target, to_name) : nullptr;
        if (!other) return -1;
        one->changed = other->changed = now();
        target->set(to_name, one);
        source->set(from_name, other);
        return 0;
    }

    int flock(int fd, int how) override {
        std::unique_lock guard(mutex_);
        const Open* found = opened(fd);
        if (found == nullptr) return -1;
        const NodePtr node = found->node;  // the descriptor may be closed while this waits
        auto& shared = shared_[node->number];
        auto& exclusive = exclusive_[node->number];
        shared.erase(fd);
        exclusive.erase(fd);
        const bool alone = (how & LOCK_EX) != 0;
        const auto is_free = [&] { return exclusive.empty() && (!alone || shared.empty()); };
        if ((how & LOCK_UN) != 0) {
            unlocked_.notify_all();
            return 0;
        }
        if (!is_free() && (how & LOCK_NB) != 0) return failed(EWOULDBLOCK);
        unlocked_.wait(guard, is_free);
        (alone ? exclusive : shared).insert(fd);
        return 0;
    }

    int lock_byte(int fd, off_t at, short type) override {
        std::unique_lock guard(mutex_);
        const Open* found = opened(fd);
        if (found == nullptr) return -1;
        const NodePtr node = found->node;  // the descriptor may be closed while this waits
        const std::pair key(node->number, at);
        const auto is_free = [&] {
            const auto holder = byte_locks_.find(key);
            return holder == byte_locks_.end() || holder->second == fd;
        };
        if (type == F_UNLCK) {
            if (is_free()) byte_locks_.erase(key);
            unlocked_.notify_all();
            return 0;
        }
        unlocked_.wait(guard, is_free);
        byte_locks_[key] = fd;
        return 0;
    }

    std::uint64_t boot() override {
        const std::lock_guard guard(mutex_);
        return boots_;
    }
    bool is_local(int /*fd*/) override { return true; }

  private:
    static timespec time_of(std::int64_t nanoseconds) { return {nanoseconds / second, nanoseconds % second}; }

    // The machine's time, but never the same one twice.
    std::int64_t now() {
        timespec clock{};
        clock_gettime(CLOCK_REALTIME, &clock);
        time_ = std::max(time_ + 1, clock.tv_sec * second + clock.tv_nsec + stopped_);
        return time_;
    }

    static mode_t mode_of(const Node& node) { return node.folder ? S_IFDIR | 0777 : S_IFREG | 0666; }

    static ssize_t read_at(const Node& node, void* bytes, std::size_t size, std::size_t at) {
        if (node.folder) return failed(EISDIR);
        const std::size_t got = std::min(size, node.bytes.size() - std::min(at, node.bytes.size()));
        std::memcpy(bytes, node.bytes.data() + at, got);
        return static_cast<ssize_t>(got);
    }

    void write_at(Node& node, const void* bytes, std::size_t size, std::size_t at) {
        if (node.bytes.size() < at + size) node.bytes.resize(at + size);
        std::memcpy(node.bytes.data() + at, bytes, size);
        node.modified = node.changed = now();
    }

    NodePtr make(bool folder) {
        auto node = std::make_shared<Node>();
        node->folder = folder;
        node->number = next_number_++;
        node->links = folder ? 2 : 1;
        node->born = node->modified = node->changed = now();
        return node;
    }

    NodePtr base(int folder, const char* path) {
        if (*path == '/' || folder == AT_FDCWD) return root_;
        const Open* found = opened(folder);
        if (found == nullptr) return nullptr;
        if (!found->node->folder) return failed(ENOTDIR), nullptr;
        return found->node;
    }

    // The folder of the path's last part, and that part; nullptr with errno.
    NodePtr parent(int folder, const char* path, std::string& last) {
        NodePtr at = base(folder, path);
        std::string_view rest = path;
        while (rest.starts_with('/')) rest.remove_prefix(1);
        for (auto slash = rest.find('/'); at && slash != rest.npos; slash = rest.find('/')) {
            at = child(at, std::string(rest.substr(0, slash)));
            rest.remove_prefix(slash + 1);
            if (at && !at->folder) return failed(ENOTDIR), nullptr;
        }
        last = rest;
        return at;
    }

    static NodePtr child(const NodePtr& folder, const std::string& name) {
        if (name.empty() || name == ".") return folder;
        if (name.size() > 255) return failed(ENAMETOOLONG), nullptr;
        const auto found = folder->names.find(name);
        if (found == folder->names.end()) return failed(ENOENT), nullptr;
        return found->second;
    }

    // nullptr with errno.
    Open* opened(int fd) {
        const auto found = open_.find(fd);
        if (found == open_.end()) return failed(EBADF), nullptr;
        return &found->second;
    }

    // Each node that can be reached, once, a folder before what is in it then.
    template <class Visit>
    void visit_all(const Visit& visit) {
        std::vector<NodePtr> rest = {root_};
        std::set<const Node*> seen;
        while (!rest.empty()) {
            const NodePtr node = rest.back();
            rest.pop_back();
            if (!seen.insert(node.get()).second) continue;
            visit(*node);
            for (const auto& [name, below] : node->names) rest.push_back(below);
        }
    }

    void unlock(int fd) {
        std::erase_if(byte_locks_, [fd](const auto& lock) { return lock.second == fd; });
        for (auto* locks : {&shared_, &exclusive_}) {
            for (auto& [node, holders] : *locks) holders.erase(fd);
        }
        unlocked_.notify_all();
    }

    int rename(int from_folder, const char* from, int to_folder, const char* to, bool replace) {
        std::string from_name, to_name;
        const NodePtr source = parent(from_folder, from, from_name);
        const NodePtr target = source ? parent(to_folder, to, to_name) : nullptr;
        if (!target) return -1;
        const NodePtr moved = child(source, from_name);
        if (!moved) return -1;
        if (to_name.size() > 255) return failed(ENAMETOOLONG);
        if (const auto there = target->names.find(to_name); there != target->names.end()) {
            if (!replace) return failed(EEXIST);
            if (there->second->folder != moved->folder) return failed(there->second->folder ? EISDIR : ENOTDIR);
            --there->second->links;
        }
        moved->changed = now();
        target->set(to_name, moved);
        source->set(from_name, nullptr);
        return 0;
    }

    std::mutex mutex_;
    std::condition_variable unlocked_;
    std::map<int, Open> open_;
    std::map<std::pair<ino_t, off_t>, int> byte_locks_;  // the descriptor that has it
    std::map<ino_t, std::set<int>> shared_, exclusive_;  // flock
    int next_descriptor_ = 1'000'000;                    // never taken twice, and no real one
    ino_t next_number_ = 1;
    std::uint64_t boots_ = 1;
    std::int64_t time_ = 0;     // of the last change
    std::int64_t stopped_ = 0;  // how long the machine was without power
    NodePtr root_ = make(true);
};

MemoryFiles::MemoryFiles() : files_(std::make_unique<Files>()) {}
MemoryFiles::~MemoryFiles() = default;

FileSystem& MemoryFiles::file_system() {
    return *files_;
}
void MemoryFiles::lose_power(const Choose& choose) {
    files_->lose_power(choose);
}

}  // namespace dualstore
