#include <cerrno>

#include "dualstore/testing.hpp"

namespace dualstore {

void FailingFiles::plan(const Plan& plan) {
    const std::lock_guard guard(mutex_);
    plan_ = plan;
    calls_ = 0;
    failures_ = 0;
    random_.seed(plan.seed);
}

std::uint64_t FailingFiles::calls() const {
    const std::lock_guard guard(mutex_);
    return calls_;
}

std::uint64_t FailingFiles::failures() const {
    const std::lock_guard guard(mutex_);
    return failures_;
}

bool FailingFiles::is_planned() {
    const std::lock_guard guard(mutex_);
    ++calls_;
    const bool counted = plan_.first != 0 && (plan_.only_first ? calls_ == plan_.first : calls_ >= plan_.first);
    const bool drawn = plan_.probability > 0 && std::uniform_real_distribution<double>()(random_) < plan_.probability;
    if (!counted && !drawn) return false;
    ++failures_;
    return true;
}

template <class Call>
int FailingFiles::run(const Call& call) {
    if (!is_planned() || plan_.fault == Fault::short_write) return call();
    if (plan_.fault == Fault::lost_answer) {
        const int done = call();
        if (done < 0) return done;
    }
    errno = plan_.number;
    return -1;
}

int FailingFiles::openat(int folder, const char* path, int flags, mode_t mode) {
    return run([&] { return below_.openat(folder, path, flags, mode); });
}

int FailingFiles::openat_without_links(int folder, const char* path, int flags) {
    return run([&] { return below_.openat_without_links(folder, path, flags); });
}

int FailingFiles::close(int fd) {
    const int closed = below_.close(fd);
    return run([&] { return closed; });
}

ssize_t FailingFiles::read(int fd, void* bytes, std::size_t size) {
    ssize_t got = -1;
    const int done = run([&] {
        got = below_.read(fd, bytes, size);
        return got < 0 ? -1 : 0;
    });
    return done < 0 ? -1 : got;
}

ssize_t FailingFiles::write(int fd, const void* bytes, std::size_t size) {
    const bool planned = is_planned();
    if (!planned) return below_.write(fd, bytes, size);
    if (plan_.fault == Fault::short_write) return below_.write(fd, bytes, (size + 1) / 2);
    if (plan_.fault == Fault::lost_answer && below_.write(fd, bytes, size) < 0) return -1;
    errno = plan_.number;
    return -1;
}

int FailingFiles::fsync(int fd) {
    return run([&] { return below_.fsync(fd); });
}

int FailingFiles::syncfs(int fd) {
    return run([&] { return below_.syncfs(fd); });
}

int FailingFiles::fstat(int fd, struct stat& status) {
    return run([&] { return below_.fstat(fd, status); });
}

int FailingFiles::fstatat(int folder, const char* path, struct stat& status, int flags) {
    return run([&] { return below_.fstatat(folder, path, status, flags); });
}

int FailingFiles::read_folder(int fd, const Visit& visit) {
    return run([&] { return below_.read_folder(fd, visit); });
}

int FailingFiles::mkdirat(int folder, const char* path, mode_t mode) {
    return run([&] { return below_.mkdirat(folder, path, mode); });
}

int FailingFiles::unlinkat(int folder, const char* path, int flags) {
    return run([&] { return below_.unlinkat(folder, path, flags); });
}

int FailingFiles::renameat(int from_folder, const char* from, int to_folder, const char* to) {
    return run([&] { return below_.renameat(from_folder, from, to_folder, to); });
}

int FailingFiles::renameat_new(int from_folder, const char* from, int to_folder, const char* to) {
    return run([&] { return below_.renameat_new(from_folder, from, to_folder, to); });
}

int FailingFiles::flock(int fd, int how) {
    return run([&] { return below_.flock(fd, how); });
}

int FailingFiles::lock_byte(int fd, off_t at, short type) {
    return run([&] { return below_.lock_byte(fd, at, type); });
}

}  // namespace dualstore
