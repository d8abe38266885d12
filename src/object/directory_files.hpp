// Descriptors, whole-file reads, temporaries and syncs: what the directory store asks of the operating system.
#pragma once

#include <sys/stat.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/file_system.hpp"

namespace dualstore::object {

// An open file or folder of a file system; closed with its owner. Closing keeps errno.
class Descriptor {
  public:
    Descriptor() = default;
    Descriptor(FileSystem& files, int fd) : files_(&files), fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : files_(other.files_), fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(files_, other.files_);
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] FileSystem& files() const { return *files_; }
    explicit operator bool() const { return fd_ >= 0; }

    // A folder by its own path, through links too. Invalid on failure, with errno.
    [[nodiscard]] static Descriptor open_folder(FileSystem& files, const std::string& path);
    // What is in this folder, by name. Invalid on failure, with errno.
    [[nodiscard]] Descriptor open(const std::string& name, int flags, mode_t mode = 0) const;
    // The status of a name in this folder, of the link itself where it is one. False on failure, with errno.
    [[nodiscard]] bool look_at(const std::string& name, struct stat& status) const;
    // The same for what it is, and which; the empty name is this file's or folder's own.
    [[nodiscard]] bool identify(const std::string& name, FileIdentity& identity) const;
    // Whether this file or folder has no name any more, or cannot be asked.
    [[nodiscard]] bool removed() const;

  private:
    FileSystem* files_ = nullptr;
    int fd_ = -1;
};

// What a failed system call means to the caller, with what to do about it. Operation and key are left for the caller to fill in.
[[nodiscard]] Error system_error(int number, std::string_view doing);

// The whole of an open file; none if it is no regular file.
[[nodiscard]] Result<std::optional<std::string>> read_whole(const Descriptor& file);

// All of the bytes, from a place in the file on. Returns errno, or 0.
[[nodiscard]] int write_at(const Descriptor& file, std::string_view bytes, std::uint64_t at);

// Since the epoch.
[[nodiscard]] std::int64_t nanoseconds(const timespec& time);

// ns since the epoch: when its bytes were changed last, as far as nobody has set that, and when anything of it was, which nobody can set.
struct FileTimes {
    std::int64_t modified = 0;
    std::int64_t changed = 0;
};
[[nodiscard]] FileTimes times_of(const struct stat& status);

// Tells a file from all others that had its name, or its inode, whatever its content and its times.
struct FileId {
    std::uint64_t inode = 0;
    std::int64_t born = 0;

    bool operator==(const FileId&) const = default;
};

// Waits until the file's or folder's bytes are on the disk. Returns errno, or 0.
[[nodiscard]] int sync(const Descriptor& opened);

// The same for everything on a folder's file system; ENOSYS where that cannot be asked, or would not tell of failures.
[[nodiscard]] int sync_all(const Descriptor& folder);

// Makes a folder and those above it that are missing; `synced`: each new name is on the disk when this returns. Returns errno, or 0.
[[nodiscard]] int make_folders(FileSystem& files, const std::filesystem::path& path, bool synced);

// A folder below .dualstore/tmp that one open store of one process writes in, locked while that process lives. It goes with its owner.
class WriterFolder {
  public:
    // `own`: the .dualstore folder. Removes what dead writers left there.
    [[nodiscard]] static Result<WriterFolder> make(const Descriptor& own);

    WriterFolder(WriterFolder&& other) noexcept;
    WriterFolder& operator=(WriterFolder&&) = delete;
    ~WriterFolder();

    [[nodiscard]] const Descriptor& folder() const { return folder_; }
    [[nodiscard]] std::string next_name() const { return std::to_string(counter_.fetch_add(1, std::memory_order_relaxed)); }

    // Removes a file of it, not now but when somebody has the time for it, at the latest when this goes. Safe to use from many threads.
    void remove_later(std::string name) const;
    void remove_waiting() const;

  private:
    WriterFolder(Descriptor all, Descriptor folder, std::string name);

    Descriptor all_;     // .dualstore/tmp
    Descriptor folder_;  // this writer's own
    std::string name_;
    int process_;
    mutable std::atomic<std::uint64_t> counter_ = 0;
    mutable std::mutex mutex_;
    mutable std::vector<std::string> waiting_;  // to be removed
};

// Paths, relative to .dualstore, of what writers left that are dead.
[[nodiscard]] Result<std::vector<std::string>> leftovers_in(const Descriptor& own);

enum class Placing {
    alone,  // only where nothing has the name, else EEXIST
    over,   // in the place of what has it
    swap,   // the same where a file has it, else ENOENT: for ext4 less work, as it does not wait for the new file's bytes
};

// A file being written; removed unless it was put in its place. Its folder outlives it.
class Temporary {
  public:
    [[nodiscard]] static Result<Temporary> write(const WriterFolder& folder, std::string_view bytes);
    // The same, where the file system can do it without a name, so that it takes no folder's lock and cannot be left behind: the quickest
    // way to a new file that is placed `alone`.
    [[nodiscard]] static Result<Temporary> write_unnamed(const WriterFolder& folder, std::string_view bytes);

    Temporary(Temporary&& other) noexcept;
    Temporary& operator=(Temporary&& other) noexcept;
    ~Temporary();

    [[nodiscard]] Result<void> sync() const;
    // Gives it `name` in `folder`. Returns errno, or 0: it is there now, whatever the call answered.
    [[nodiscard]] int place(const Descriptor& folder, const std::string& name, Placing how);

  private:
    Temporary(const WriterFolder& folder, std::string name, Descriptor file)
        : folder_(&folder), name_(std::move(name)), file_(std::move(file)) {}
    [[nodiscard]] static Result<Temporary> written(Temporary temporary, std::string_view bytes);
    [[nodiscard]] bool is_at(const Descriptor& folder, const std::string& name) const;
    [[nodiscard]] int give_name(const Descriptor& folder, const std::string& name);

    const WriterFolder* folder_;
    std::string name_;  // in the folder; empty: it has none
    Descriptor file_;
};

}  // namespace dualstore::object
