#include <cerrno>
#include <mutex>
#include <random>

#include "dualstore/testing.hpp"

namespace dualstore {

class FailingFiles::Files : public FileSystem {
  public:
    explicit Files(FileSystem& below) : below_(below) {}

    void plan(const Plan& plan) {
        const std::lock_guard guard(mutex_);
        plan_ = plan;
        calls_ = 0;
        failures_ = 0;
        random_.seed(plan.seed);
    }
    std::uint64_t failures() const {
        const std::lock_guard guard(mutex_);
        return failures_;
    }

    int openat(int folder, const char* path, int flags, mode_t mode) override {
        return run([&] { return below_.openat(folder, path, flags, mode); });
    }
    int openat_without_links(int folder, const char* path, int flags) override {
        return run([&] { return below_.openat_without_links(folder, path, flags); });
    }
    int open_unnamed(int folder, mode_t mode) override {
        return run([&] { return below_.open_unnamed(folder, mode); });
    }
    int name_file(int fd, int folder, const char* name) override {
        return run([&] { return below_.name_file(fd, folder, name); });
    }
    int close(int fd) override {
        const int closed = below_.close(fd);
        return run([&] { return closed; });
    }

    ssize_t read(int fd, void* bytes, std::size_t size) override {
        return run([&] { return below_.read(fd, bytes, size); });
    }
    ssize_t pread(int fd, void* bytes, std::size_t size, off_t at) override {
        return run([&] { return below_.pread(fd, bytes, size, at); });
    }
    ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) override {
        const std::size_t half = (size + 1) / 2;
        return run([&] { return below_.pwrite(fd, bytes, size, at); }, [&] { return below_.pwrite(fd, bytes, half, at); });
    }
    int fsync(int fd) override {
        return run([&] { return below_.fsync(fd); });
    }
    int fdatasync(int fd) override {
        return run([&] { return below_.fdatasync(fd); });
    }
    int openat_synced(int folder, const char* path) override {
        return run([&] { return below_.openat_synced(folder, path); });
    }
    ssize_t pwrite_synced(int fd, const void* bytes, std::size_t size, off_t at, const std::function<void()>& meanwhile) override {
        const std::size_t half = (size / synced_block + 1) / 2 * synced_block;
        return run([&] { return below_.pwrite_synced(fd, bytes, size, at, meanwhile); },
                   [&] { return below_.pwrite_synced(fd, bytes, half, at, meanwhile); });
    }
    int syncfs(int fd) override {
        return run([&] { return below_.syncfs(fd); });
    }

    int identify(int folder, const char* path, FileIdentity& identity) override {
        return run([&] { return below_.identify(folder, path, identity); });
    }
    int fstat(int fd, struct stat& status) override {
        return run([&] { return below_.fstat(fd, status); });
    }
    int fstatat(int folder, const char* path, struct stat& status, int flags) override {
        return run([&] { return below_.fstatat(folder, path, status, flags); });
    }
    int read_folder(int fd, const Visit& visit) override {
        return run([&] { return below_.read_folder(fd, visit); });
    }

    int mkdirat(int folder, const char* path, mode_t mode) override {
        return run([&] { return below_.mkdirat(folder, path, mode); });
    }
    int mkdirat_apart(int folder, const char* path, mode_t mode) override {
        return run([&] { return below_.mkdirat_apart(folder, path, mode); });
    }
    int unlinkat(int folder, const char* path, int flags) override {
        return run([&] { return below_.unlinkat(folder, path, flags); });
    }
    int renameat(int from_folder, const char* from, int to_folder, const char* to) override {
        return run([&] { return below_.renameat(from_folder, from, to_folder, to); });
    }
    int renameat_new(int from_folder, const char* from, int to_folder, const char* to) override {
        return run([&] { return below_.renameat_new(from_folder, from, to_folder, to); });
    }

    int renameat_exchange(int from_folder, const char* from, int to_folder, const char* to) override {
        return run([&] { return below_.renameat_exchange(from_folder, from, to_folder, to); });
    }

    int flock(int fd, int how) override {
        return run([&] { return below_.flock(fd, how); });
    }
    int lock_byte(int fd, off_t at, short type) override {
        return run([&] { return below_.lock_byte(fd, at, type); });
    }

    std::uint64_t boot() override { return below_.boot(); }
    bool is_local(int fd) override { return below_.is_local(fd); }

  private:
    bool is_planned() {
        const std::lock_guard guard(mutex_);
        ++calls_;
        const bool counted = plan_.first != 0 && (plan_.only_first ? calls_ == plan_.first : calls_ >= plan_.first);
        const bool drawn = plan_.probability > 0 && std::uniform_real_distribution<double>()(random_) < plan_.probability;
        if (!counted && !drawn) return false;
        ++failures_;
        return true;
    }

    template <class Call>
    auto run(const Call& call) -> decltype(call()) {
        return run(call, call);
    }
    // `shortened` instead of `call` for a short write.
    template <class Call, class Shortened>
    auto run(const Call& call, const Shortened& shortened) -> decltype(call()) {
        if (!is_planned()) return call();
        if (plan_.fault == Fault::short_write) return shortened();
        if (plan_.fault == Fault::lost_answer && call() < 0) return -1;
        errno = plan_.number;
        return -1;
    }

    FileSystem& below_;
    mutable std::mutex mutex_;
    Plan plan_;
    std::uint64_t calls_ = 0;
    std::uint64_t failures_ = 0;
    std::mt19937_64 random_;
};

FailingFiles::FailingFiles(FileSystem& below) : files_(std::make_unique<Files>(below)) {}
FailingFiles::~FailingFiles() = default;

FileSystem& FailingFiles::file_system() {
    return *files_;
}
void FailingFiles::plan(const Plan& plan) {
    files_->plan(plan);
}
std::uint64_t FailingFiles::failures() const {
    return files_->failures();
}

}  // namespace dualstore
