#include "dualstore/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/utsname.h>
#ifdef __linux__
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#endif
#include <unistd.h>
#if defined(__linux__) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "object/synced_write.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dualstore {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { closedir(folder); }
};

#ifdef SYS_openat2
int open_at_once(int folder, const char* path, int flags) {
    open_how how{};
    how.flags = static_cast<decltype(how.flags)>(flags);
    how.resolve = RESOLVE_NO_SYMLINKS;
    return static_cast<int>(syscall(SYS_openat2, folder, path, &how, sizeof how));
}

// A kernel older than 5.6 has no openat2, and some sandboxes refuse it.
bool has_openat2() {
    const int opened = open_at_once(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return false;
    ::close(opened);
    return true;
}
#endif

// Since Linux 5.8 syncfs tells of writes that failed.
bool syncfs_tells() {
    utsname system{};
    int major = 0, minor = 0;
    return uname(&system) == 0 && std::sscanf(system.release, "%d.%d", &major, &minor) == 2 && (major > 5 || (major == 5 && minor >= 8));
}

std::uint64_t boot_number() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    return std::getline(file, id) && !id.empty() ? XXH3_64bits(id.data(), id.size()) : 0;
}

int not_here() {
    errno = ENOSYS;
    return -1;
}

class SystemFiles : public FileSystem {
  public:
    int openat(int folder, const char* path, int flags, mode_t mode) override { return ::openat(folder, path, flags, mode); }
    int openat_without_links([[maybe_unused]] int folder, [[maybe_unused]] const char* path, [[maybe_unused]] int flags) override {
#ifdef SYS_openat2
        static const bool available = has_openat2();
        if (available) return open_at_once(folder, path, flags);
#endif
        return not_here();
    }
    int open_unnamed([[maybe_unused]] int folder, [[maybe_unused]] mode_t mode) override {
#ifdef O_TMPFILE
        static const bool can_be_named = access("/proc/self/fd", X_OK) == 0;
        const int fd = can_be_named ? ::openat(folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode) : -1;
        if (can_be_named && (fd >= 0 || (errno != EISDIR && errno != EINVAL))) return fd;  // an older kernel, or file system
#endif
        errno = EOPNOTSUPP;
        return -1;
    }
    int name_file(int fd, int folder, const char* name) override {
        // open(2) says how; only newer kernels let those do it without /proc who may not do anything.
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        return linkat(AT_FDCWD, path.c_str(), folder, name, AT_SYMLINK_FOLLOW);
    }
    int close(int fd) override { return ::close(fd); }

    ssize_t read(int fd, void* bytes, std::size_t size) override { return ::read(fd, bytes, size); }
    ssize_t pread(int fd, void* bytes, std::size_t size, off_t at) override { return ::pread(fd, bytes, size, at); }
    ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) override { return ::pwrite(fd, bytes, size, at); }
    int fsync(int fd) override {
#ifdef F_FULLFSYNC
        return fcntl(fd, F_FULLFSYNC);
#else
        return ::fsync(fd);
#endif
    }
    int fdatasync(int fd) override {
#ifdef F_FULLFSYNC
        return fcntl(fd, F_FULLFSYNC);
#else
        return ::fdatasync(fd);
#endif
    }
    int openat_synced(int folder, const char* path) override { return object::open_synced(folder, path); }
    ssize_t pwrite_synced(int fd, const void* bytes, std::size_t size, off_t at, const std::function<void()>& meanwhile) override {
        return object::write_synced(fd, bytes, size, at, meanwhile);
    }
    int syncfs([[maybe_unused]] int fd) override {
#ifdef __linux__
        static const bool tells = syncfs_tells();
        if (tells) return ::syncfs(fd);
#endif
        return not_here();
    }

    int identify(int folder, const char* path, FileIdentity& identity) override {
#ifdef __linux__
        constexpr unsigned wanted = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO | STATX_BTIME;
        constexpr int flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;
        struct statx status{};
        if (statx(folder, path, flags, wanted, &status) != 0) return -1;
        const bool has_birth = (status.stx_mask & STATX_BTIME) != 0;
        if (!has_birth && statx(folder, path, flags, wanted | STATX_CTIME, &status) != 0) return -1;
        const auto& born = has_birth ? status.stx_btime : status.stx_ctime;
        identity = {static_cast<mode_t>(status.stx_mode), makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino,
                    status.stx_nlink, born.tv_sec * 1'000'000'000 + born.tv_nsec};
#else
        struct stat status{};
        if ((*path == '\0' ? ::fstat(folder, &status) : ::fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW)) != 0) return -1;
        identity = {status.st_mode, status.st_dev, status.st_ino, status.st_nlink, std::int64_t{status.st_ctime} * 1'000'000'000};
#endif
        return 0;
    }
    int fstat(int fd, struct stat& status) override { return ::fstat(fd, &status); }
    int fstatat(int folder, const char* path, struct stat& status, int flags) override { return ::fstatat(folder, path, &status, flags); }
    int read_folder(int fd, const Visit& visit) override {
        const int copy = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (copy < 0) return -1;
        const std::unique_ptr<DIR, CloseFolder> entries(fdopendir(copy));
        if (!entries) {
            ::close(copy);
            return -1;
        }
        for (;;) {
            errno = 0;
            const dirent* entry = readdir(entries.get());
            if (entry == nullptr) return errno == 0 ? 0 : -1;
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") visit(entry->d_name, entry->d_type);
        }
    }

    int mkdirat(int folder, const char* path, mode_t mode) override { return ::mkdirat(folder, path, mode); }
    int mkdirat_apart(int folder, const char* path, mode_t mode) override {
#ifdef __linux__
        // ext4 spreads the folders of one with this flag, as chattr(1)'s T says; others refuse it.
        int flags = 0;
        const bool asked = ioctl(folder, FS_IOC_GETFLAGS, &flags) == 0;
        int spread = flags | FS_TOPDIR_FL;
        if (asked && spread != flags) (void)ioctl(folder, FS_IOC_SETFLAGS, &spread);
        const int made = mkdirat(folder, path, mode);
        const int number = errno;
        if (asked && spread != flags) (void)ioctl(folder, FS_IOC_SETFLAGS, &flags);
        errno = number;
        return made;
#else
        return mkdirat(folder, path, mode);
#endif
    }
    int unlinkat(int folder, const char* path, int flags) override { return ::unlinkat(folder, path, flags); }
    int renameat(int from_folder, const char* from, int to_folder, const char* to) override {
        return ::renameat(from_folder, from, to_folder, to);
    }
    int renameat_new(int from_folder, const char* from, int to_folder, const char* to) override {
#ifdef RENAME_NOREPLACE
        if (renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return 0;
        if (errno != EINVAL && errno != ENOSYS) return -1;  // else a file system without it
#endif
        if (linkat(from_folder, from, to_folder, to, 0) != 0) return -1;
        ::unlinkat(from_folder, from, 0);
        return 0;
    }

    int renameat_exchange([[maybe_unused]] int from_folder, [[maybe_unused]] const char* from, [[maybe_unused]] int to_folder,
                          [[maybe_unused]] const char* to) override {
#ifdef RENAME_EXCHANGE
        return renameat2(from_folder, from, to_folder, to, RENAME_EXCHANGE);
#else
        return not_here();
#endif
    }

    int flock(int fd, int how) override { return ::flock(fd, how); }
    int lock_byte(int fd, off_t at, short type) override {
        struct flock range{};
        range.l_type = type;
        range.l_whence = SEEK_SET;
        range.l_start = at;
        range.l_len = 1;
        return fcntl(fd, F_OFD_SETLKW, &range);
    }

    std::uint64_t boot() override {
        static const std::uint64_t number = boot_number();
        return number;
    }
    bool is_local([[maybe_unused]] int fd) override {
#ifdef __linux__
        constexpr std::array<long, 7> local = {EXT4_SUPER_MAGIC,      XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
                                               OVERLAYFS_SUPER_MAGIC, TMPFS_MAGIC,     0x2fc12fc1 /* ZFS */};
        struct statfs status{};
        return fstatfs(fd, &status) == 0 && std::ranges::find(local, static_cast<long>(status.f_type)) != local.end();
#else
        return false;
#endif
    }
};

}  // namespace

FileSystem& system_files() {
    static auto& files = *new SystemFiles;  // never destroyed: an object with static storage may still close its files
    return files;
}

}  // namespace dualstore
