#include "object/directory_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

#include "object/key_rules.hpp"
#include "record/random.hpp"

namespace dualstore::object {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// What could be read of them; errno tells why not all.
bool read_names(const Descriptor& folder, std::vector<std::string>& names) {
    return folder.files().read_folder(folder.get(), [&](const char* name, unsigned char) { names.emplace_back(name); }) == 0;
}

std::vector<std::string> names_in(const Descriptor& folder) {
    std::vector<std::string> names;
    read_names(folder, names);
    return names;
}

int lock(const Descriptor& opened, int how) {
    int failed = 0;
    do failed = opened.files().flock(opened.get(), how);
    while (failed != 0 && errno == EINTR);
    return failed;
}

// The open folder of a dead writer, now locked by the caller; invalid if its writer lives.
Descriptor dead_writer(const Descriptor& all, const std::string& name) {
    Descriptor folder = all.open(name, folder_flags);
    if (folder && lock(folder, LOCK_EX | LOCK_NB) != 0) return {};
    return folder;
}

void remove_leftovers(const Descriptor& all) {
    for (const auto& writer : names_in(all)) {
        const Descriptor folder = dead_writer(all, writer);
        if (!folder) continue;
        for (const auto& file : names_in(folder)) all.files().unlinkat(folder.get(), file.c_str(), 0);
        all.files().unlinkat(all.get(), writer.c_str(), AT_REMOVEDIR);
    }
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ < 0) return;
    const int kept = errno;
    files_->close(fd_);
    errno = kept;
}

Descriptor Descriptor::open_folder(FileSystem& files, const std::string& path) {
    return {files, files.openat(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)};
}

Descriptor Descriptor::open(const std::string& name, int flags, mode_t mode) const {
    return {*files_, files_->openat(fd_, name.c_str(), flags, mode)};
}

bool Descriptor::look_at(const std::string& name, struct stat& status) const {
    return files_->fstatat(fd_, name.c_str(), status, AT_SYMLINK_NOFOLLOW) == 0;
}

bool Descriptor::identify(const std::string& name, FileIdentity& identity) const {
    return files_->identify(fd_, name.c_str(), identity) == 0;
}

bool Descriptor::removed() const {
    FileIdentity identity;
    return !identify({}, identity) || identity.links == 0;
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

Result<std::optional<std::string>> read_whole(const Descriptor& file) {
    // Most are small, and then this one call tells all: a file's first page is read as one, and what is no file has no such place.
    std::array<char, 4096> page;
    const ssize_t in_page = file.files().pread(file.get(), page.data(), page.size(), 0);
    if (in_page > 0 && in_page < static_cast<ssize_t>(page.size())) return std::string(page.data(), static_cast<std::size_t>(in_page));
    struct stat status{};
    if (file.files().fstat(file.get(), status) != 0) return fail(system_error(errno, "cannot read the object"));
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > largest_object) return fail(ErrorCode::corrupt, fmt::format("it has {} bytes: no object has more than 5 GiB", size));
    std::string bytes;
    std::size_t used = 0;
    try {
        bytes.resize(size + 1);  // the byte too many tells the end without another read
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::unavailable, fmt::format("not enough memory to read its {} bytes", size));
    }
    for (;;) {
        const ssize_t got = file.files().read(file.get(), bytes.data() + used, bytes.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error(errno, "cannot read the object"));
        used += static_cast<std::size_t>(got);
        if (got == 0 || used == size) break;
        if (used == bytes.size()) bytes.resize(2 * bytes.size());  // it grew meanwhile
    }
    bytes.resize(used);
    return bytes;
}

int write_at(const Descriptor& file, std::string_view bytes, std::uint64_t at) {
    while (!bytes.empty()) {
        const ssize_t written = file.files().pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
        at += static_cast<std::uint64_t>(written);
    }
    return 0;
}

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileTimes times_of(const struct stat& status) {
#ifdef __APPLE__
    return {nanoseconds(status.st_mtimespec), nanoseconds(status.st_ctimespec)};
#else
    return {nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
#endif
}

int sync(const Descriptor& opened) {
    while (opened.files().fsync(opened.get()) != 0) {
        if (errno == EINVAL) return 0;  // a file system that has nothing to sync here, as some have for folders
        if (errno != EINTR) return errno;
    }
    return 0;
}

int sync_all(const Descriptor& folder) {
    return folder.files().syncfs(folder.get()) == 0 ? 0 : errno;
}

int make_folders(FileSystem& files, const std::filesystem::path& path, bool synced) {
    if (files.mkdirat(AT_FDCWD, path.c_str(), 0777) != 0) {
        if (errno == EEXIST) return 0;
        if (errno != ENOENT || !path.has_relative_path()) return errno;
        if (const int number = make_folders(files, path.parent_path(), synced)) return number;
        if (files.mkdirat(AT_FDCWD, path.c_str(), 0777) != 0 && errno != EEXIST) return errno;
    }
    if (!synced) return 0;
    const auto above = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const Descriptor folder = Descriptor::open_folder(files, above);
    return folder ? sync(folder) : 0;  // one that may not be read cannot be synced either
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
    remove_waiting();
    all_.files().unlinkat(all_.get(), name_.c_str(), AT_REMOVEDIR);
}

void WriterFolder::remove_later(std::string name) const {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(name));
}

void WriterFolder::remove_waiting() const {
    std::vector<std::string> names;
    {
        const std::lock_guard lock(mutex_);
        names.swap(waiting_);
    }
    for (const auto& name : names) folder_.files().unlinkat(folder_.get(), name.c_str(), 0);
}

Result<WriterFolder> WriterFolder::make(const Descriptor& own) {
    const auto failed = [](int number) { return fail(system_error(number, "cannot use .dualstore/tmp")); };
    FileSystem& files = own.files();
    if (files.mkdirat(own.get(), "tmp", 0777) != 0 && errno != EEXIST) return failed(errno);
    Descriptor all = own.open("tmp", folder_flags);
    if (!all) return failed(errno);
    // Held until the new folder has its own lock: none who cleans can take it for a dead writer's before.
    const Descriptor locked = own.open("tmp", folder_flags);
    if (!locked || lock(locked, LOCK_EX) != 0) return failed(errno);
    remove_leftovers(all);
    std::string name = record::random_name();
    if (files.mkdirat(all.get(), name.c_str(), 0777) != 0) return failed(errno);
    Descriptor folder = all.open(name, folder_flags);
    if (!folder || lock(folder, LOCK_EX) != 0) return failed(errno);
    return WriterFolder(std::move(all), std::move(folder), std::move(name));
}

Result<std::vector<std::string>> leftovers_in(const Descriptor& own) {
    const auto failed = [](int number) { return fail(system_error(number, "cannot look into .dualstore/tmp")); };
    std::vector<std::string> found;
    const Descriptor all = own.open("tmp", folder_flags);
    if (!all && errno == ENOENT) return found;
    std::vector<std::string> writers;
    if (!all || lock(all, LOCK_SH) != 0 || !read_names(all, writers)) return failed(errno);
    for (const auto& writer : writers) {
        const Descriptor folder = dead_writer(all, writer);
        std::vector<std::string> names;
        if (!folder) continue;
        if (!read_names(folder, names)) return failed(errno);
        for (const auto& file : names) found.push_back(fmt::format("tmp/{}/{}", writer, file));
    }
    return found;
}

Result<Temporary> Temporary::written(Temporary temporary, std::string_view bytes) {
    if (!temporary.file_) return fail(system_error(errno, "cannot write a file in .dualstore/tmp"));
    if (const int number = write_at(temporary.file_, bytes, 0)) return fail(system_error(number, "cannot write the object"));
    return temporary;
}

Result<Temporary> Temporary::write(const WriterFolder& folder, std::string_view bytes) {
    std::string name = folder.next_name();
    Descriptor file = folder.folder().open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (!file) name.clear();
    return written({folder, std::move(name), std::move(file)}, bytes);
}

Result<Temporary> Temporary::write_unnamed(const WriterFolder& folder, std::string_view bytes) {
    FileSystem& files = folder.folder().files();
    Descriptor file(files, files.open_unnamed(folder.folder().get(), 0666));
    if (!file && errno == EOPNOTSUPP) return write(folder, bytes);
    return written({folder, {}, std::move(file)}, bytes);
}

Temporary::Temporary(Temporary&& other) noexcept
    : folder_(other.folder_), name_(std::exchange(other.name_, {})), file_(std::move(other.file_)) {}

Temporary& Temporary::operator=(Temporary&& other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(name_, other.name_);
    std::swap(file_, other.file_);
    return *this;
}

Temporary::~Temporary() {
    if (name_.empty()) return;
    const int kept = errno;
    folder_->folder().files().unlinkat(folder_->folder().get(), name_.c_str(), 0);
    errno = kept;
}

Result<void> Temporary::sync() const {
    if (const int number = object::sync(file_)) return fail(system_error(number, "cannot sync the object to the disk"));
    return {};
}

bool Temporary::is_at(const Descriptor& folder, const std::string& name) const {
    FileIdentity own, there;
    return file_.identify({}, own) && folder.identify(name, there) && own.inode == there.inode;
}

int Temporary::give_name(const Descriptor& folder, const std::string& name) {
    if (file_.files().name_file(file_.get(), folder.get(), name.c_str()) == 0) return 0;
    const int number = errno;
    return is_at(folder, name) ? 0 : number;
}

int Temporary::place(const Descriptor& folder, const std::string& name, Placing how) {
    FileSystem& files = folder.files();
    const Descriptor& own = folder_->folder();
    if (name_.empty()) {
        if (how == Placing::alone) return give_name(folder, name);
        std::string given = folder_->next_name();
        if (const int number = give_name(own, given)) return number;
        name_ = std::move(given);
    }
    const char* const from = name_.c_str();
    if (how == Placing::swap) {
        if (files.renameat_exchange(own.get(), from, folder.get(), name.c_str()) == 0) {
            folder_->remove_later(std::exchange(name_, {}));  // the old one
            return 0;
        }
        if (const int number = errno; number != EINVAL && number != ENOSYS) return is_at(folder, name) ? 0 : number;
    }
    const auto rename = how == Placing::alone ? &FileSystem::renameat_new : &FileSystem::renameat;
    if ((files.*rename)(own.get(), from, folder.get(), name.c_str()) != 0) {
        if (const int number = errno; !is_at(folder, name)) return number;
    }
    name_.clear();
    return 0;
}

}  // namespace dualstore::object
