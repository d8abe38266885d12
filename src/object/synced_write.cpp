#include "object/synced_write.hpp"

#include <fcntl.h>
#include <liburing.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "dualstore/file_system.hpp"

namespace dualstore::object {
namespace {

constexpr int flags = O_RDWR | O_DSYNC | O_NOFOLLOW | O_CLOEXEC;

struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
};

// One write at a time that the kernel does by itself.
class Ring {
  public:
    Ring() : usable_(io_uring_queue_init(1, &ring_, 0) == 0) {}
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() { close(); }

    [[nodiscard]] bool usable() const { return usable_; }

    // False: nothing has begun. Else the bytes stay where they are until finish() has returned.
    [[nodiscard]] bool begin(int fd, const char* bytes, std::size_t size, off_t at) {
        io_uring_prep_write(io_uring_get_sqe(&ring_), fd, bytes, static_cast<unsigned>(size), static_cast<std::uint64_t>(at));
        if (io_uring_submit(&ring_) == 1) return true;
        close();  // what was not taken must not be later
        return false;
    }

    // What pwrite would return, or its errno, negative.
    [[nodiscard]] int finish() {
        io_uring_cqe* done = nullptr;
        while (io_uring_wait_cqe(&ring_, &done) != 0) std::this_thread::yield();
        const int result = done->res;
        io_uring_cqe_seen(&ring_, done);
        return result;
    }

  private:
    void close() {
        if (usable_) io_uring_queue_exit(&ring_);
        usable_ = false;
    }

    io_uring ring_{};
    bool usable_;
};

// The process's rings that nobody uses.
class Rings {
  public:
    // Null where there is none to be had, or, at the process's first write, it is not worth while to make one.
    std::unique_ptr<Ring> take() {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return nullptr;  // never to be had in a child that was forked meanwhile
        if (process_ != getpid()) {
            for (auto& ring : free_) [[maybe_unused]]
                const auto* const parents = ring.release();
            free_.clear();
            process_ = getpid();
        }
        if (!std::exchange(written_, true) || refused_) return nullptr;
        if (free_.empty()) {
            auto made = std::make_unique<Ring>();
            refused_ = !made->usable();
            return refused_ ? nullptr : std::move(made);
        }
        auto ring = std::move(free_.back());
        free_.pop_back();
        return ring;
    }

    void give_back(std::unique_ptr<Ring> ring) {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (lock && ring->usable()) free_.push_back(std::move(ring));
    }

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Ring>> free_;
    pid_t process_ = getpid();
    bool written_ = false;
    bool refused_ = false;
};

Rings& rings() {
    static auto& all = *new Rings;  // never destroyed, as system_files() is not
    return all;
}

// Of an open file, as flock(2)'s are: also what the kernel has yet to write for a killed process has it.
class Exclusive {
  public:
    explicit Exclusive(int fd) : fd_(fd) {
        do locked_ = flock(fd, LOCK_EX) == 0;
        while (!locked_ && errno == EINTR);
    }
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;
    ~Exclusive() {
        const int number = errno;
        if (locked_) flock(fd_, LOCK_UN);
        errno = number;
    }
    explicit operator bool() const { return locked_; }

  private:
    int fd_;
    bool locked_ = false;
};

// Some file systems take it ill that the page cache is passed by only when they are written to.
ssize_t write_here(int fd, const char* bytes, std::size_t size, off_t at) {
    const ssize_t written = ::pwrite(fd, bytes, size, at);
    if (written >= 0 || errno != EINVAL) return written;
    const int now = fcntl(fd, F_GETFL);
    if (now < 0 || (now & O_DIRECT) == 0 || fcntl(fd, F_SETFL, now & ~O_DIRECT) != 0) {
        errno = EINVAL;
        return -1;
    }
    return ::pwrite(fd, bytes, size, at);
}

}  // namespace

int open_synced(int folder, const char* path) {
    const int fd = ::openat(folder, path, flags | O_DIRECT);
    return fd >= 0 || errno != EINVAL ? fd : ::openat(folder, path, flags);
}

ssize_t write_synced(int fd, const void* bytes, std::size_t size, off_t at, const std::function<void()>& meanwhile) {
    alignas(FileSystem::synced_block) std::array<char, 2 * FileSystem::synced_block> few;
    std::unique_ptr<char, Free> many;
    if (size > few.size()) {
        many.reset(static_cast<char*>(std::aligned_alloc(FileSystem::synced_block, size)));
        if (!many) {
            errno = ENOMEM;
            return -1;
        }
    }
    char* const blocks = many ? many.get() : few.data();
    std::memcpy(blocks, bytes, size);
    const Exclusive alone(fd);
    if (!alone) return -1;
    auto ring = meanwhile ? rings().take() : nullptr;
    const bool begun = ring && ring->begin(fd, blocks, size, at);
    if (meanwhile) meanwhile();
    const int written = begun ? ring->finish() : -EAGAIN;
    if (ring) rings().give_back(std::move(ring));
    if (written >= 0) return written;
    // Else the kernel could not do it in this way, and it is done in the plain one.
    if (written != -EAGAIN && written != -EINTR && written != -EINVAL && written != -EOPNOTSUPP && written != -ECANCELED) {
        errno = -written;
        return -1;
    }
    return write_here(fd, blocks, size, at);
}

}  // namespace dualstore::object
