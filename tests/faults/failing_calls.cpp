#include "faults/failing_calls.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

#include "no_io_uring.hpp"

namespace dualstore::failing_calls {
namespace {

struct State {
    std::mutex mutex;
    std::string folder;
    Plan plan;
    std::vector<std::string> calls;
};

State& state() {
    static auto& state = *new State;  // never destroyed: files are still closed when the program ends
    return state;
}

std::atomic<bool> armed = false;
std::atomic<std::int64_t> clock_shift = 0;
std::array<std::atomic<bool>, 65536> watched_descriptors{};  // those of files below the folder

bool watched(int fd) {
    return fd >= 0 && static_cast<std::size_t>(fd) < watched_descriptors.size() && watched_descriptors[static_cast<std::size_t>(fd)];
}

void watch(int fd, bool on) {
    if (fd >= 0 && static_cast<std::size_t>(fd) < watched_descriptors.size()) watched_descriptors[static_cast<std::size_t>(fd)] = on;
}

bool watched(int folder, const char* path) {
    if (!armed || path == nullptr) return false;
    if (path[0] != '/') return watched(folder);
    return std::string_view(path).starts_with(state().folder);
}

bool fails(std::string_view name, std::string_view path) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.calls.push_back(std::string(name).append(" ").append(path));
    const std::uint64_t number = now.calls.size();
    return now.plan.first != 0 && (number == now.plan.first || (number > now.plan.first && !now.plan.only_first));
}

template <class Call>
auto call_or_fail(bool counts, const char* name, const char* path, Call call) -> decltype(call()) {
    if (!armed || !counts || !fails(name, path)) return call();
    if (state().plan.after_effect) call();
    errno = state().plan.number;
    return static_cast<decltype(call())>(-1);
}

// The same for a call that gives a new descriptor.
template <class Call>
int open_or_fail(bool counts, const char* name, const char* path, Call call) {
    if (armed && counts && fails(name, path)) {
        errno = state().plan.number;
        return -1;
    }
    const int fd = call();
    watch(fd, armed && counts);
    return fd;
}

mode_t mode_of(int flags, va_list& rest) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(rest, int)) : 0;
}

// What the kernel writes by itself would pass all of these by.
const bool all_is_called = refuse_io_uring();

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void plan(const std::filesystem::path& folder, const Plan& plan) {
    if (!all_is_called) std::abort();
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.folder = folder.string();
    now.plan = plan;
    now.calls.clear();
    armed = true;
}

std::vector<std::string> stop() {
    armed = false;
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.plan = {};
    return std::move(now.calls);
}

void shift_clock(std::int64_t seconds) {
    clock_shift = seconds;
}

}  // namespace dualstore::failing_calls

using namespace dualstore::failing_calls;

// What follows takes the place of the C library's functions of these names.
#define NEXT(name) static auto* const real = next<decltype(name)>(#name)
#define WITH_MODE                             \
    va_list rest;                             \
    va_start(rest, flags);                    \
    const mode_t mode = mode_of(flags, rest); \
    va_end(rest)

extern "C" {

int open(const char* path, int flags, ...) {
    NEXT(open);
    WITH_MODE;
    return open_or_fail(watched(AT_FDCWD, path), "open", path, [&] { return real(path, flags, mode); });
}

int open64(const char* path, int flags, ...) {
    NEXT(open64);
    WITH_MODE;
    return open_or_fail(watched(AT_FDCWD, path), "open", path, [&] { return real(path, flags, mode); });
}

int openat(int folder, const char* path, int flags, ...) {
    NEXT(openat);
    WITH_MODE;
    return open_or_fail(watched(folder, path), "openat", path, [&] { return real(folder, path, flags, mode); });
}

int openat64(int folder, const char* path, int flags, ...) {
    NEXT(openat64);
    WITH_MODE;
    return open_or_fail(watched(folder, path), "openat", path, [&] { return real(folder, path, flags, mode); });
}

long syscall(long number, ...) {
    NEXT(syscall);
    va_list rest;
    va_start(rest, number);
    std::array<long, 6> given{};
    for (long& one : given) one = va_arg(rest, long);
    va_end(rest);
    const auto call = [&] { return real(number, given[0], given[1], given[2], given[3], given[4], given[5]); };
    if (number != SYS_openat2) return call();
    const auto* path = reinterpret_cast<const char*>(given[1]);
    const int folder = static_cast<int>(given[0]);
    return open_or_fail(watched(folder, path), "openat2", path, [&] { return static_cast<int>(call()); });
}

FILE* fopen(const char* path, const char* how) {
    NEXT(fopen);
    const bool counts = watched(AT_FDCWD, path);
    FILE* file = nullptr;
    open_or_fail(counts, "fopen", path, [&] {
        file = real(path, how);
        return file == nullptr ? -1 : fileno(file);
    });
    return file;
}

FILE* fopen64(const char* path, const char* how) {
    return fopen(path, how);
}

int fclose(FILE* file) {
    NEXT(fclose);
    const int fd = fileno(file);
    const bool counts = watched(fd);
    watch(fd, false);
    const int closed = real(file);
    return call_or_fail(counts, "fclose", "", [&] { return closed; });
}

int close(int fd) {
    NEXT(close);
    const bool counts = watched(fd);
    watch(fd, false);
    const int closed = real(fd);  // in any case, as Linux does
    return call_or_fail(counts, "close", "", [&] { return closed; });
}

ssize_t read(int fd, void* bytes, size_t size) {
    NEXT(read);
    return call_or_fail(watched(fd), "read", "", [&] { return real(fd, bytes, size); });
}

ssize_t pread(int fd, void* bytes, size_t size, off_t at) {
    NEXT(pread);
    return call_or_fail(watched(fd), "pread", "", [&] { return real(fd, bytes, size, at); });
}

ssize_t write(int fd, const void* bytes, size_t size) {
    NEXT(write);
    return call_or_fail(watched(fd), "write", "", [&] { return real(fd, bytes, size); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
    NEXT(writev);
    return call_or_fail(watched(fd), "writev", "", [&] { return real(fd, parts, count); });
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
    NEXT(pwrite);
    const bool syncs = watched(fd) && (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    return call_or_fail(watched(fd), syncs ? "pwrite, synced" : "pwrite", "", [&] { return real(fd, bytes, size, at); });
}

int fsync(int fd) {
    NEXT(fsync);
    return call_or_fail(watched(fd), "fsync", "", [&] { return real(fd); });
}

int fdatasync(int fd) {
    NEXT(fdatasync);
    return call_or_fail(watched(fd), "fdatasync", "", [&] { return real(fd); });
}

int syncfs(int fd) noexcept {
    NEXT(syncfs);
    return call_or_fail(watched(fd), "syncfs", "", [&] { return real(fd); });
}

int ftruncate(int fd, off_t size) noexcept {
    NEXT(ftruncate);
    return call_or_fail(watched(fd), "ftruncate", "", [&] { return real(fd, size); });
}

int fallocate(int fd, int how, off_t at, off_t size) {
    NEXT(fallocate);
    return call_or_fail(watched(fd), "fallocate", "", [&] { return real(fd, how, at, size); });
}

int flock(int fd, int how) noexcept {
    NEXT(flock);
    return call_or_fail(watched(fd), "flock", "", [&] { return real(fd, how); });
}

int fcntl(int fd, int command, ...) {
    NEXT(fcntl);
    va_list rest;
    va_start(rest, command);
    const long given = va_arg(rest, long);
    va_end(rest);
    const bool locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    const int result = call_or_fail(locks && watched(fd), "fcntl", "", [&] { return real(fd, command, given); });
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) watch(result, watched(fd));
    return result;
}

int fstat(int fd, struct stat* status) noexcept {
    NEXT(fstat);
    return call_or_fail(watched(fd), "fstat", "", [&] { return real(fd, status); });
}

int stat(const char* path, struct stat* status) noexcept {
    NEXT(stat);
    return call_or_fail(watched(AT_FDCWD, path), "stat", path, [&] { return real(path, status); });
}

int lstat(const char* path, struct stat* status) noexcept {
    NEXT(lstat);
    return call_or_fail(watched(AT_FDCWD, path), "lstat", path, [&] { return real(path, status); });
}

int fstatat(int folder, const char* path, struct stat* status, int flags) noexcept {
    NEXT(fstatat);
    return call_or_fail(watched(folder, path), "fstatat", path, [&] { return real(folder, path, status, flags); });
}

int statx(int folder, const char* path, int flags, unsigned wanted, struct statx* status) noexcept {
    NEXT(statx);
    const bool is_watched = *path == '\0' ? watched(folder) : watched(folder, path);
    return call_or_fail(is_watched, "statx", path, [&] { return real(folder, path, flags, wanted, status); });
}

// As libraries built against a glibc before 2.33 call them, libduckdb.so among these.
int __xstat(int, const char* path, struct stat* status) noexcept {
    return stat(path, status);
}

int __lxstat(int, const char* path, struct stat* status) noexcept {
    return lstat(path, status);
}

int __fxstat(int, int fd, struct stat* status) noexcept {
    return fstat(fd, status);
}

int access(const char* path, int how) noexcept {
    NEXT(access);
    return call_or_fail(watched(AT_FDCWD, path), "access", path, [&] { return real(path, how); });
}

DIR* opendir(const char* path) {
    NEXT(opendir);
    DIR* folder = nullptr;
    open_or_fail(watched(AT_FDCWD, path), "opendir", path, [&] {
        folder = real(path);
        return folder == nullptr ? -1 : dirfd(folder);
    });
    return folder;
}

dirent* readdir(DIR* folder) {
    NEXT(readdir);
    dirent* entry = nullptr;
    call_or_fail(watched(dirfd(folder)), "readdir", "", [&] {
        entry = real(folder);
        return 0;
    });
    return entry;
}

int closedir(DIR* folder) {
    NEXT(closedir);
    watch(dirfd(folder), false);
    return real(folder);
}

int mkdir(const char* path, mode_t mode) noexcept {
    NEXT(mkdir);
    return call_or_fail(watched(AT_FDCWD, path), "mkdir", path, [&] { return real(path, mode); });
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
    NEXT(mkdirat);
    return call_or_fail(watched(folder, path), "mkdirat", path, [&] { return real(folder, path, mode); });
}

int rename(const char* from, const char* to) noexcept {
    NEXT(rename);
    return call_or_fail(watched(AT_FDCWD, to), "rename", to, [&] { return real(from, to); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    NEXT(renameat);
    return call_or_fail(watched(to_folder, to), "renameat", to, [&] { return real(from_folder, from, to_folder, to); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
    NEXT(renameat2);
    return call_or_fail(watched(to_folder, to), "renameat2", to, [&] { return real(from_folder, from, to_folder, to, flags); });
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
    NEXT(linkat);
    return call_or_fail(watched(to_folder, to), "linkat", to, [&] { return real(from_folder, from, to_folder, to, flags); });
}

int unlink(const char* path) noexcept {
    NEXT(unlink);
    return call_or_fail(watched(AT_FDCWD, path), "unlink", path, [&] { return real(path); });
}

int unlinkat(int folder, const char* path, int flags) noexcept {
    NEXT(unlinkat);
    return call_or_fail(watched(folder, path), "unlinkat", path, [&] { return real(folder, path, flags); });
}

int remove(const char* path) noexcept {
    NEXT(remove);
    return call_or_fail(watched(AT_FDCWD, path), "remove", path, [&] { return real(path); });
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    NEXT(clock_gettime);
    const int result = real(clock, time);
    if (clock == CLOCK_REALTIME) time->tv_sec += clock_shift;
    return result;
}

}  // extern "C"
