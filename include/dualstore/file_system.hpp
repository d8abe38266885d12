// What a directory store asks of the operating system. Tests put something else in its place: dualstore/testing.hpp.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace dualstore {

// What a file or folder is, and which. Its times are left out on purpose: since Linux 6.13, to ask for the times of a file has its next
// change noted to the nanosecond, and by that each change of any other file, which a sync then has to write.
struct FileIdentity {
    mode_t mode = 0;
    dev_t device = 0;
    ino_t inode = 0;
    nlink_t links = 0;
    // ns since the epoch: when it was made, so that an inode that is used again differs; of its last change where that is not known.
    std::int64_t born = 0;
};

// Calls with the meaning, the results and the errno of POSIX's of the same names; `folder` may be AT_FDCWD. Safe to use from many threads.
class FileSystem {
  public:
    // `type` is one of dirent's (DT_REG, DT_DIR, ...). Not called for "." and "..".
    using Visit = std::function<void(const char* name, unsigned char type)>;

    FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;
    virtual ~FileSystem() = default;

    virtual int openat(int folder, const char* path, int flags, mode_t mode) = 0;
    // ELOOP for a symbolic link anywhere in the path, and ENOSYS where the system cannot open in this way.
    virtual int openat_without_links(int folder, const char* path, int flags) = 0;
    // Opens a new file, to be written, on the file system of `folder`: it has no name, and goes with its descriptor unless it gets one.
    // EOPNOTSUPP where that cannot be had.
    virtual int open_unnamed(int folder, mode_t mode) = 0;
    // Gives it a name that nothing has, else EEXIST.
    virtual int name_file(int fd, int folder, const char* name) = 0;
    virtual int close(int fd) = 0;

    virtual ssize_t read(int fd, void* bytes, std::size_t size) = 0;
    virtual ssize_t pread(int fd, void* bytes, std::size_t size, off_t at) = 0;
    virtual ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) = 0;
    // Returns when the file's bytes, or the folder's names, survive a power cut.
    virtual int fsync(int fd) = 0;
    // The same for a file's bytes and size; its times may be lost.
    virtual int fdatasync(int fd) = 0;

    // Opens a file, no link, for pwrite_synced alone.
    virtual int openat_synced(int folder, const char* path) = 0;
    // pwrite that returns when the bytes survive a power cut, after what others have begun in this way, even if they were killed. `size`
    // and `at` are multiples of synced_block. `meanwhile`, which may be empty and must not throw, is called once, beside the writing where
    // the system can do that; after a failure perhaps not at all.
    virtual ssize_t pwrite_synced(int fd, const void* bytes, std::size_t size, off_t at, const std::function<void()>& meanwhile) = 0;
    static constexpr std::size_t synced_block = 4096;

    // fsync for all of the file system; ENOSYS where that would not tell of writes that failed.
    virtual int syncfs(int fd) = 0;

    // Of what `path` names, not of what that links to; an empty path: of `folder` itself, which may be a file.
    virtual int identify(int folder, const char* path, FileIdentity& identity) = 0;
    virtual int fstat(int fd, struct stat& status) = 0;
    virtual int fstatat(int folder, const char* path, struct stat& status, int flags) = 0;
    virtual int read_folder(int fd, const Visit& visit) = 0;

    virtual int mkdirat(int folder, const char* path, mode_t mode) = 0;
    // The same, far on the disk from what else is in `folder`, where the file system lets one ask for that.
    virtual int mkdirat_apart(int folder, const char* path, mode_t mode) = 0;
    virtual int unlinkat(int folder, const char* path, int flags) = 0;
    virtual int renameat(int from_folder, const char* from, int to_folder, const char* to) = 0;
    // Only where nothing has the new name, else EEXIST.
    virtual int renameat_new(int from_folder, const char* from, int to_folder, const char* to) = 0;
    // Both names, of what they had: RENAME_EXCHANGE of renameat2(2). ENOSYS or EINVAL where the file system cannot.
    virtual int renameat_exchange(int from_folder, const char* from, int to_folder, const char* to) = 0;

    virtual int flock(int fd, int how) = 0;
    // Waits for one byte of an open file: fcntl's F_OFD_SETLKW with F_WRLCK or F_UNLCK.
    virtual int lock_byte(int fd, off_t at, short type) = 0;

    // Another number each time the machine has started, as what was not synced may be lost by then; 0: not known.
    virtual std::uint64_t boot() = 0;
    // Whether what an open file is on is a file system of this machine alone, so that its boot tells of all who write there.
    virtual bool is_local(int fd) = 0;
};

// The machine's own. Lives as long as the program.
[[nodiscard]] FileSystem& system_files();

}  // namespace dualstore
