#include "object/directory_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "record/random.hpp"

namespace dualstore::object {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseFolder {
    void operator()(DIR* folder) const { closedir(folder); }
};

std::vector<std::string> names_in(int folder) {
    std::vector<std::string> names;
    const int copy = openat(folder, ".", folder_flags);
    if (copy < 0) return names;
    const std::unique_ptr<DIR, CloseFolder> entries(fdopendir(copy));
    if (!entries) {
        close(copy);
        return names;
    }
    while (const dirent* entry = readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

int lock(int fd, int how) {
    int failed = 0;
    do failed = flock(fd, how);
    while (failed != 0 && errno == EINTR);
    return failed;
}

// The open folder of a dead writer, now locked by the caller; invalid if its writer lives.
Descriptor dead_writer(int all, const std::string& name) {
    Descriptor folder(openat(all, name.c_str(), folder_flags));
    if (folder && lock(folder.get(), LOCK_EX | LOCK_NB) != 0) return {};
    return folder;
}

void remove_leftovers(int all) {
    for (const auto& writer : names_in(all)) {
        const Descriptor folder = dead_writer(all, writer);
        if (!folder) continue;
        for (const auto& file : names_in(folder.get())) unlinkat(folder.get(), file.c_str(), 0);
        unlinkat(all, writer.c_str(), AT_REMOVEDIR);
    }
}

int write_whole(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

int rename_over(int from_folder, const char* from, int to_folder, const char* to) {
    return renameat(from_folder, from, to_folder, to) == 0 ? 0 : errno;
}

int rename_new(int from_folder, const char* from, int to_folder, const char* to) {
#ifdef RENAME_NOREPLACE
    if (renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;  // else a file system without it
#endif
    if (linkat(from_folder, from, to_folder, to, 0) != 0) return errno;
    unlinkat(from_folder, from, 0);
    return 0;
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ < 0) return;
    const int kept = errno;
    close(fd_);
    errno = kept;
}

Error system_error(int number, std::string_view doing) {
    Error error;
    std::string_view advice;
    switch (number) {
        case EACCES:
        case EPERM:
            error.code = ErrorCode::permission_denied;
            advice = "give this user the right to it";
            break;
        case EROFS:
            error.code = ErrorCode::permission_denied;
            advice = "the file system is mounted read-only";
            break;
        case ENAMETOOLONG:
            error.code = ErrorCode::invalid_argument;
            advice = "this file system takes only shorter names";
            break;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            error.retry = Retry::safe;
            advice = "free space or raise the quota, then try again";
            break;
        case EMFILE:
        case ENFILE:
            error.retry = Retry::safe;
            advice = "raise the limit of open files (ulimit -n)";
            break;
        case EIO:
            error.retry = Retry::safe;
            advice = "look for disk errors in the system's log";
            break;
        default:
            error.retry = Retry::safe;
    }
    error.message = fmt::format("{}: {}{}{}", doing, std::generic_category().message(number), advice.empty() ? "" : "; ", advice);
    return error;
}

Result<std::optional<std::string>> read_whole(int fd) {
    struct stat status{};
    if (fstat(fd, &status) != 0) return fail(system_error(errno, "cannot read the object"));
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    std::string bytes;
    std::size_t used = 0;
    bytes.resize(static_cast<std::size_t>(status.st_size) + 1);  // the byte too many tells the end without another read
    for (;;) {
        const ssize_t got = read(fd, bytes.data() + used, bytes.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error(errno, "cannot read the object"));
        used += static_cast<std::size_t>(got);
        if (got == 0 || used == static_cast<std::size_t>(status.st_size)) break;
        if (used == bytes.size()) bytes.resize(2 * bytes.size());  // it grew meanwhile
    }
    bytes.resize(used);
    return bytes;
}

int sync(int fd) {
    for (;;) {
#ifdef F_FULLFSYNC
        if (fcntl(fd, F_FULLFSYNC) == 0) return 0;
#else
        if (fsync(fd) == 0) return 0;
#endif
        if (errno == EINVAL) return 0;  // a file system that has nothing to sync here, as some have for folders
        if (errno != EINTR) return errno;
    }
}

int sync_all([[maybe_unused]] int folder) {
#ifdef __linux__
    // Since 5.8 syncfs tells of writes that failed.
    static const bool tells = [] {
        utsname system{};
        int major = 0, minor = 0;
        return uname(&system) == 0 && std::sscanf(system.release, "%d.%d", &major, &minor) == 2 &&
               (major > 5 || (major == 5 && minor >= 8));
    }();
    if (tells) return syncfs(folder) == 0 ? 0 : errno;
#endif
    return ENOSYS;
}

WriterFolder::WriterFolder(Descriptor all, Descriptor folder, std::string name)
    : all_(std::move(all)), folder_(std::move(folder)), name_(std::move(name)), process_(getpid()) {}

WriterFolder::WriterFolder(WriterFolder&& other) noexcept
    : all_(std::move(other.all_)),
      folder_(std::move(other.folder_)),
      name_(std::move(other.name_)),
      process_(other.process_),
      counter_(other.counter_.load()) {}

WriterFolder::~WriterFolder() {
    if (!folder_ || process_ != getpid()) return;  // a forked child does not own its parent's
    unlinkat(all_.get(), name_.c_str(), AT_REMOVEDIR);
}

Result<WriterFolder> WriterFolder::make(int own) {
    const auto failed = [](int number) { return fail(system_error(number, "cannot use .dualstore/tmp")); };
    if (mkdirat(own, "tmp", 0777) != 0 && errno != EEXIST) return failed(errno);
    Descriptor all(openat(own, "tmp", folder_flags));
    if (!all) return failed(errno);
    // Held until the new folder has its own lock: none who cleans can take it for a dead writer's before.
    if (lock(all.get(), LOCK_EX) != 0) return failed(errno);
    remove_leftovers(all.get());
    std::string name = record::random_name();
    if (mkdirat(all.get(), name.c_str(), 0777) != 0) return failed(errno);
    Descriptor folder(openat(all.get(), name.c_str(), folder_flags));
    if (!folder || lock(folder.get(), LOCK_EX) != 0) return failed(errno);
    lock(all.get(), LOCK_UN);
    return WriterFolder(std::move(all), std::move(folder), std::move(name));
}

std::vector<std::string> leftovers_in(int own) {
    std::vector<std::string> found;
    const Descriptor all(openat(own, "tmp", folder_flags));
    if (!all || lock(all.get(), LOCK_SH) != 0) return found;
    for (const auto& writer : names_in(all.get())) {
        const Descriptor folder = dead_writer(all.get(), writer);
        if (!folder) continue;
        for (const auto& file : names_in(folder.get())) found.push_back(fmt::format("tmp/{}/{}", writer, file));
    }
    return found;
}

Result<Temporary> Temporary::write(const WriterFolder& folder, std::string_view bytes) {
    std::string name = folder.next_name();
    Descriptor file(openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file) return fail(system_error(errno, "cannot write a file in .dualstore/tmp"));
    Temporary temporary(folder.get(), std::move(name), std::move(file));
    if (const int number = write_whole(temporary.file_.get(), bytes)) return fail(system_error(number, "cannot write the object"));
    return temporary;
}

Temporary::Temporary(Temporary&& other) noexcept
    : folder_(other.folder_), name_(std::exchange(other.name_, {})), file_(std::move(other.file_)) {}

Temporary::~Temporary() {
    if (name_.empty()) return;
    const int kept = errno;
    unlinkat(folder_, name_.c_str(), 0);
    errno = kept;
}

Result<void> Temporary::sync() const {
    if (const int number = object::sync(file_.get())) return fail(system_error(number, "cannot sync the object to the disk"));
    return {};
}

int Temporary::place(int folder, const std::string& name, bool exclusive) {
    const auto rename = exclusive ? rename_new : rename_over;
    const int number = rename(folder_, name_.c_str(), folder, name.c_str());
    if (number == 0) name_.clear();
    return number;
}

}  // namespace dualstore::object
