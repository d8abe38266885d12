#include "object/directory_root.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "object/directory_tree.hpp"

namespace dualstore::object {
namespace {

constexpr std::size_t durable_folders_kept = 10'000;

bool removed(const Descriptor& folder) {
    struct stat status{};
    return folder.files().fstat(folder.get(), status) != 0 || status.st_nlink == 0;
}

}  // namespace

Writer::Writer(Descriptor root, bool sync, std::unique_ptr<KeyLocks> locks, WriterFolder temporaries)
    : root_(std::move(root)), sync_(sync), locks_(std::move(locks)), temporaries_(std::move(temporaries)), process_(getpid()) {}

Result<std::shared_ptr<Writer>> Writer::open(Descriptor root, bool sync) {
    if (root.files().mkdirat(root.get(), ".dualstore", 0777) != 0 && errno != EEXIST) {
        return fail(system_error(errno, "cannot make the folder .dualstore in the store"));
    }
    const Descriptor own = open_below(root, ".dualstore", O_RDONLY | O_DIRECTORY);
    if (!own) return fail(errno == ELOOP ? link_error() : system_error(errno, "cannot open .dualstore"));
    auto locks = KeyLocks::open(own);
    if (!locks) return fail(std::move(locks.error()));
    auto temporaries = WriterFolder::make(own);
    if (!temporaries) return fail(std::move(temporaries.error()));
    return std::shared_ptr<Writer>(new Writer(std::move(root), sync, std::move(*locks), std::move(*temporaries)));
}

bool Writer::usable() const {
    return process_ == getpid() && locks_->in_place();
}

bool Writer::known_durable(const std::string& path, const Descriptor& folder, bool now_durable) {
    struct stat status{};
    if (folder.files().fstat(folder.get(), status) != 0) return false;
    const std::lock_guard guard(durable_mutex_);
    if (now_durable) {
        if (durable_.size() >= durable_folders_kept) durable_.clear();
        durable_[path] = status.st_ino;
        return true;
    }
    const auto found = durable_.find(path);
    return found != durable_.end() && found->second == status.st_ino;
}

Result<Descriptor> Writer::open_folder(const std::string& path) {
    Descriptor folder = open_below(root_, path, O_RDONLY | O_DIRECTORY);
    if (folder && (!sync_ || known_durable(path, folder, false))) return folder;
    auto made = make_folder(path);
    if (made && sync_) known_durable(path, *made, true);
    return made;
}

// Another process may have made a folder and not synced its name yet, so every name on the way is synced, once a process.
Result<Descriptor> Writer::make_folder(std::string_view path) {
    Descriptor folder = open_below(root_, ".", O_RDONLY | O_DIRECTORY);
    while (folder && !path.empty()) {
        const auto end = path.find('/');
        const std::string name(path.substr(0, end));
        path.remove_prefix(end == path.npos ? path.size() : end + 1);
        if (folder.files().mkdirat(folder.get(), name.c_str(), 0777) != 0 && errno != EEXIST) {
            return fail(system_error(errno, "cannot make the object's folder"));
        }
        Descriptor next = open_below(folder, name, O_RDONLY | O_DIRECTORY);
        if (!next && errno == ENOTDIR)
            return fail(ErrorCode::invalid_argument, "a part of the key names a file, not a folder: it is another object");
        if (!next && errno == ELOOP) return fail(link_error());
        if (next && sync_) {
            if (const int number = sync(folder)) return fail(system_error(number, "cannot sync a new folder to the disk"));
        }
        folder = std::move(next);
    }
    if (!folder) return fail(system_error(errno, "cannot open the object's folder"));
    return folder;
}

Result<Descriptor> Root::open() const {
    Descriptor folder = Descriptor::open_folder(*options_.files, path_);
    if (folder || errno == ENOENT) return folder;
    if (errno == ENOTDIR) return fail(ErrorCode::invalid_argument, fmt::format("{} is a file, or lies under one, not a directory", path_));
    return fail(system_error(errno, fmt::format("cannot open the directory {}", path_)));
}

Result<std::shared_ptr<const Descriptor>> Root::reader() {
    const std::lock_guard guard(mutex_);
    if (reader_ && !removed(*reader_)) return reader_;
    reader_.reset();
    auto opened = open();
    if (!opened) return fail(std::move(opened.error()));
    if (*opened) reader_ = std::make_shared<const Descriptor>(std::move(*opened));
    return reader_;
}

Result<std::shared_ptr<Writer>> Root::writer() {
    const std::lock_guard guard(mutex_);
    if (writer_ && writer_->usable()) return writer_;
    writer_.reset();
    auto opened = open();
    if (opened && !*opened) {
        if (!options_.create) return fail(ErrorCode::not_found, fmt::format("there is no directory {}", path_));
        if (const int number = make_folders(*options_.files, path_, options_.sync)) {
            return fail(system_error(number, fmt::format("cannot make the directory {}", path_)));
        }
        opened = open();
    }
    if (!opened) return fail(std::move(opened.error()));
    if (!*opened) return fail(ErrorCode::not_found, fmt::format("the directory {} was removed by someone else", path_));
    auto made = Writer::open(std::move(*opened), options_.sync);
    if (!made) return fail(std::move(made.error()));
    writer_ = std::move(*made);
    return writer_;
}

}  // namespace dualstore::object
