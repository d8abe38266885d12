#include "object/directory_root.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "object/directory_recovery.hpp"
#include "object/directory_tree.hpp"

namespace dualstore::object {
namespace {

constexpr std::size_t durable_folders_kept = 10'000;
constexpr std::size_t few_changes = 4;  // whose syncs cost no more than beginning with a log

}  // namespace

Writer::Writer(Descriptor root, Descriptor own, bool sync, std::unique_ptr<KeyLocks> locks, WriterFolder temporaries)
    : root_(std::move(root)), sync_(sync), locks_(std::move(locks)), temporaries_(std::move(temporaries)), process_(getpid()) {
    FileSystem& files = root_.files();
    if (!sync || files.boot() == 0 || !files.is_local(own.get())) return;
    logging_ = std::make_unique<Logging>(root_, std::move(own), *locks_, temporaries_, &files == &system_files());
}

Writer::~Writer() {
    if (process_ != getpid()) {
        // A forked child has no such threads, and nobody to give back a lock that one of them had.
        [[maybe_unused]] const auto* const left_alone = logging_.release();
    } else if (logging_ && warm_) {
        (void)logging_->log.cut();  // else the next one does
    }
}

Result<DirectoryLog*> Writer::log_for(std::size_t changes) {
    if (!logging_) return nullptr;
    DirectoryLog& log = logging_->log;
    const bool first = !warm_.exchange(true);
    if (first) {
        if (const auto looked = log.empty(); !looked) return fail(looked.error());
    }
    if (auto mended = log.mend(); !mended) return fail(std::move(mended.error()));
    return first && changes < few_changes ? nullptr : &log;
}

Result<DirectoryLog*> Writer::log_in_use() {
    if (!logging_) return nullptr;
    const auto empty = logging_->log.empty();
    if (!empty) return fail(empty.error());
    return *empty ? nullptr : &logging_->log;
}

Result<std::shared_ptr<Writer>> Writer::open(Descriptor root, bool sync) {
    if (root.files().mkdirat(root.get(), ".dualstore", 0777) != 0 && errno != EEXIST) {
        return fail(system_error(errno, "cannot make the folder .dualstore in the store"));
    }
    Descriptor own = open_below(root, ".dualstore", O_RDONLY | O_DIRECTORY);
    if (!own) return fail(errno == ELOOP ? link_error() : system_error(errno, "cannot open .dualstore"));
    auto locks = KeyLocks::open(own);
    if (!locks) return fail(std::move(locks.error()));
    {
        const auto held = (*locks)->lock({KeyLocks::log_end});
        if (!held) return fail(held.error());
        if (auto begun = begin_log(root, own, (*locks)->file()); !begun) return fail(std::move(begun.error()));
    }
    auto temporaries = WriterFolder::make(own);
    if (!temporaries) return fail(std::move(temporaries.error()));
    return std::shared_ptr<Writer>(new Writer(std::move(root), std::move(own), sync, std::move(*locks), std::move(*temporaries)));
}

bool Writer::usable() const {
    return process_ == getpid() && locks_->in_place();
}

bool Writer::known_durable(const std::string& path, const Descriptor& folder, bool now_durable) {
    FileIdentity identity;
    if (!folder.identify({}, identity)) return false;
    const std::lock_guard guard(durable_mutex_);
    if (now_durable) {
        if (durable_.size() >= durable_folders_kept) durable_.clear();
        durable_[path] = identity.inode;
        return true;
    }
    const auto found = durable_.find(path);
    return found != durable_.end() && found->second == identity.inode;
}

Result<Descriptor> Writer::open_folder(const std::string& path) {
    Descriptor folder = open_below(root_, path, O_RDONLY | O_DIRECTORY);
    if (folder && (!sync_ || known_durable(path, folder, false))) return folder;
    auto made = make_folder_below(root_, path, sync_);
    if (made && sync_) known_durable(path, *made, true);
    return made;
}

Result<Descriptor> Root::open() const {
    Descriptor folder = Descriptor::open_folder(*options_.files, path_);
    if (folder || errno == ENOENT) return folder;
    if (errno == ENOTDIR) return fail(ErrorCode::invalid_argument, fmt::format("{} is a file, or lies under one, not a directory", path_));
    return fail(system_error(errno, fmt::format("cannot open the directory {}", path_)));
}

Result<std::shared_ptr<const Descriptor>> Root::reader() {
    const std::lock_guard guard(mutex_);
    if (reader_ && !reader_->removed()) return reader_;
    reader_.reset();
    if (writer_ && !writer_->usable()) writer_.reset();  // recovery must not wait for a lock that it cannot give back
    auto opened = open();
    if (!opened) return fail(std::move(opened.error()));
    if (*opened) {
        if (auto recovered = recover(*opened); !recovered) return fail(std::move(recovered.error()));
    }
    if (*opened) reader_ = std::make_shared<const Descriptor>(std::move(*opened));
    return reader_;
}

Result<std::shared_ptr<const Descriptor>> Root::recent_reader() {
    {
        const std::lock_guard guard(mutex_);
        if (reader_) return reader_;
    }
    return reader();
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
