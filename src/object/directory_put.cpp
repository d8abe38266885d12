#include "object/directory_put.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "object/etag.hpp"
#include "object/key_rules.hpp"

namespace dualstore::object {
namespace {

Error refusal(ErrorCode code, std::string_view message) {
    Error error;
    error.code = code;
    error.message = message;
    return error;
}

Error unsynced(std::string_view what, int number) {
    return refusal(
        ErrorCode::outcome_unknown,
        fmt::format("the {}, but its folder could not be synced ({}), so a power cut may undo that: look at the disk, then read the "
                    "object to see how it ended",
                    what, std::generic_category().message(number)));
}

// After a change that was made and could not be told to the log.
Error untold(std::string_view what, const Error& log) {
    return refusal(ErrorCode::outcome_unknown,
                   fmt::format("the {}, but {}, so a power cut may undo that: read the object to see how it ended", what, log.message));
}

// After a change that failed and could not be told to the log.
Error uncertain(const Error& error, const Error& log) {
    return refusal(ErrorCode::outcome_unknown,
                   fmt::format("{}; and then {}, so a power cut may bring the write back: read the object to see how it ended",
                               error.message, log.message));
}

}  // namespace

tl::unexpected<Error> fail_at(Error error, std::string_view operation, const std::string& key) {
    error.operation = operation;
    error.key = key;
    return fail(std::move(error));
}

Result<std::optional<Object>> read_object(const Descriptor& opened) {
    if (!opened) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ENXIO) return std::optional<Object>();
        return fail(errno == ELOOP ? link_error() : system_error(errno, "cannot open the object"));
    }
    auto bytes = read_whole(opened);
    if (!bytes) return fail(std::move(bytes.error()));
    if (!*bytes) return std::optional<Object>();
    std::string etag = etag_of(**bytes);
    return Object{std::move(**bytes), std::move(etag)};
}

std::optional<Error> version_fault(const Descriptor& folder, const std::string& name, std::string_view etag) {
    const auto found = read_object(folder.open(name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!found) return found.error();
    if (!*found) return refusal(ErrorCode::conflict, "no object has this key, so not the expected version");
    if ((*found)->etag != etag) return refusal(ErrorCode::conflict, "another version than the expected one is there: read it again");
    return std::nullopt;
}

void ChangeGroup::settle() {
    const std::string_view what = removes() ? "object is removed" : "object is in its place";
    std::vector<std::size_t> settled;
    for (const auto& [path, folder] : folders_) {
        if (folder.changed.empty() || !writer_->syncs()) continue;
        const int number = object::sync(*folder.opened);
        for (const std::size_t request : folder.changed) {
            if (number == 0) {
                settled.push_back(request);
            } else {
                refuse(request, unsynced(what, number));
                if (removes()) tell(LogEntry::Kind::remove, request);
            }
        }
    }
    if (settled.empty() && later_.empty()) return;
    const auto log = writer_->log_in_use();
    if (log && *log == nullptr) return;
    for (const std::size_t request : settled) tell(LogEntry::Kind::elsewhere, request);
    const auto told = log ? (*log)->commit(later_, {}) : Result<void>(fail(log.error()));
    if (told) {
        logged_ = true;
        return;
    }
    for (const std::size_t request : corrected_) {
        const Error* const error = error_of(request);
        refuse(request, error != nullptr ? uncertain(*error, told.error()) : untold(what, told.error()));
    }
}

void ChangeGroup::tell(LogEntry::Kind kind, std::size_t request) {
    later_.push_back({kind, false, log_time(), {}, key_of(request), {}});
    corrected_.push_back(request);
}

const Error* PutGroup::error_of(std::size_t request) const {
    return results_[request] ? nullptr : &results_[request].error();
}

void PutGroup::refuse(std::size_t request, Error error) {
    results_[request] = fail_at(std::move(error), "put", requests_[request].key);
}

void PutGroup::run(PutGroup* next) {
    const auto log = writer_->log_for(requests_.size());
    if (!log) {
        for (std::size_t request = 0; request < requests_.size(); ++request) refuse(request, log.error());
        return;
    }
    if (!making_) stage_all(*log != nullptr);
    {
        std::vector<std::size_t> stripes;
        for (const auto& staged : staged_) stripes.push_back(KeyLocks::stripe_of(requests_[staged.request].key));
        const auto held = writer_->locks().lock(std::move(stripes));
        for (auto& staged : staged_) {
            staged.error = held ? check(staged) : held.error();
            if (staged.error) staged.logged = false;
        }
        log_and_place(*log, next);
    }
    if (logged_) writer_->logged();
}

void PutGroup::stage_all(bool logs) {
    for (std::size_t request = 0; request < requests_.size(); ++request) stage(request, logs);
}

void PutGroup::stage(std::size_t request, bool logs) {
    const auto& [key, bytes, mode] = requests_[request];
    if (const auto fault = path_key_fault(key)) return refuse(request, refusal(ErrorCode::invalid_argument, *fault));
    if (bytes.size() > largest_object) return refuse(request, refusal(ErrorCode::invalid_argument, "the object is larger than 5 GiB"));
    auto [path, name] = split(path_of(key));
    auto folder = folders_.find(path);
    if (folder == folders_.end()) folder = folders_.emplace(path, Folder{writer_->open_folder(path), {}}).first;
    if (!folder->second.opened) return refuse(request, folder->second.opened.error());
    Staged staged{request, std::move(name), &folder->second, etag_of(bytes), logs && bytes.size() <= DirectoryLog::largest_object};
    if (!staged.logged) {
        make(staged, Placing::over);
        if (auto error = sync(staged)) return refuse(request, std::move(*error));
    }
    staged_.push_back(std::move(staged));
}

void PutGroup::make_ahead() {
    stage_all(true);
    begin_making([](const Staged& staged) -> std::optional<Placing> {
        FileIdentity found;
        return staged.folder->opened->identify(staged.name, found) ? Placing::swap : Placing::alone;
    });
}

// `how`: a file will be placed, as far as is known; none: not at all.
void PutGroup::begin_making(std::optional<Placing> (*how)(const Staged&)) {
    files_.count = staged_.size();
    files_.work = [this, how](std::size_t at) {
        if (const auto expected = how(staged_[at])) make(staged_[at], *expected);
    };
    // One alone is not shared: to wake the helper takes as long as to write a file.
    making_.emplace(staged_.size() < 2 ? nullptr : writer_->helper(), files_);
}

// Its temporary file, in the way that is quickest for this placing.
void PutGroup::make(Staged& staged, Placing how) const {
    if (staged.file || staged.unmade) return;
    const auto write = how == Placing::alone ? &Temporary::write_unnamed : &Temporary::write;
    auto file = write(writer_->temporaries(), requests_[staged.request].bytes);
    if (file) {
        staged.file = std::move(*file);
    } else {
        staged.unmade = std::move(file.error());
    }
}

// For one that the log will not have.
std::optional<Error> PutGroup::sync(Staged& staged) const {
    if (staged.unmade) return std::move(staged.unmade);
    if (staged.durable || !writer_->syncs()) return std::nullopt;
    if (auto synced = staged.file->sync(); !synced) return std::move(synced.error());
    staged.durable = true;
    return std::nullopt;
}

// Whether it may be put, and what it takes the place of.
std::optional<Error> PutGroup::check(Staged& staged) const {
    const auto& mode = requests_[staged.request].mode;
    const Descriptor& folder = *staged.folder->opened;
    FileIdentity found;
    const bool there = folder.identify(staged.name, found);
    if (!there && errno != ENOENT) {
        return system_error(errno, "cannot look at the object's place");
    }
    if (there && S_ISDIR(found.mode)) return refusal(ErrorCode::invalid_argument, "the key names a folder that holds other objects");
    if (there && mode.kind == PutMode::Kind::create) return refusal(ErrorCode::conflict, "an object with this key is there already");
    if (mode.kind == PutMode::Kind::if_match) {
        if (auto fault = version_fault(folder, staged.name, mode.etag)) return fault;
    }
    if (!there) return std::nullopt;
    staged.how = Placing::over;
    if (!S_ISREG(found.mode)) {
        staged.logged = false;  // a link or a device: the log does not tell these apart
    } else {
        staged.replaced = {found.inode, found.born};
        if (staged.logged) staged.how = Placing::swap;
    }
    return std::nullopt;
}

LogEntry PutGroup::entry(const Staged& staged) const {
    const auto& request = requests_[staged.request];
    const bool created = staged.how == Placing::alone || staged.created_after_all;
    return {LogEntry::Kind::put, created, log_time(), created ? FileId() : staged.replaced, request.key, request.bytes};
}

void PutGroup::log_and_place(DirectoryLog* log, PutGroup* next) {
    std::vector<LogEntry> entries;
    for (const auto& staged : staged_) {
        if (staged.logged) entries.push_back(entry(staged));
    }
    if (!making_) {
        begin_making([](const Staged& staged) { return staged.error ? std::nullopt : std::optional(staged.how); });
    }
    std::optional<Error> unlogged;
    if (!entries.empty()) {
        const auto meanwhile = [&] {
            making_.reset();
            writer_->temporaries().remove_waiting();
            if (next != nullptr && next->writer_ == writer_ && writer_->helper() != nullptr) next->make_ahead();
        };
        // Only what the log is sure to have may be in its place: a power cut could leave it there with half of its bytes.
        const auto logged = log->commit(entries, meanwhile);
        if (!logged) unlogged = logged.error();
        logged_ = true;
    }
    making_.reset();
    for (auto& staged : staged_) {
        if (staged.logged && unlogged) {
            staged.error = unlogged;
            staged.logged = false;
        }
        if (!staged.error) staged.error = staged.logged ? std::move(staged.unmade) : sync(staged);
        if (!staged.error) place(staged);
        const std::size_t request = staged.request;
        if (!staged.error) {
            results_[request] = Version{std::move(staged.etag), {}};
            if (!staged.logged) staged.folder->changed.push_back(request);
        }
        if (staged.logged && staged.error) {
            tell(LogEntry::Kind::undone, request);
        } else if (staged.logged && staged.created_after_all) {
            later_.push_back(entry(staged));
            corrected_.push_back(request);
        }
        if (staged.error) refuse(request, std::move(*staged.error));
    }
    settle();
}

// Other programs have no locks: what check() saw may have changed.
void PutGroup::place(Staged& staged) const {
    const Descriptor& folder = *staged.folder->opened;
    int number = staged.file->place(folder, staged.name, staged.how);
    if (number == ENOENT && staged.how == Placing::swap) {
        number = staged.file->place(folder, staged.name, Placing::over);
        staged.created_after_all = true;
    } else if (number == EEXIST && requests_[staged.request].mode.kind != PutMode::Kind::create) {
        number = staged.file->place(folder, staged.name, Placing::over);
    }
    staged.file.reset();
    if (number == 0) return;
    staged.error = number == EEXIST   ? refusal(ErrorCode::conflict, "an object with this key is there already")
                   : number == EISDIR ? refusal(ErrorCode::invalid_argument, "the key names a folder that holds other objects")
                                      : system_error(number, "cannot move the object into its folder");
}

const Error* RemoveGroup::error_of(std::size_t request) const {
    return results_[request] ? nullptr : &results_[request].error();
}

void RemoveGroup::refuse(std::size_t request, Error error) {
    results_[request] = fail_at(std::move(error), "remove", requests_[request].key);
}

void RemoveGroup::run() {
    const auto log = writer_->log_for(requests_.size());
    std::vector<std::size_t> stripes;
    for (const auto& request : requests_) stripes.push_back(KeyLocks::stripe_of(request.key));
    {
        const auto held = log ? writer_->locks().lock(std::move(stripes)) : Result<KeyLocks::Held>(fail(log.error()));
        for (std::size_t request = 0; request < requests_.size(); ++request) {
            results_[request] = false;
            auto found = held ? find(request) : Result<std::optional<Found>>(fail(held.error()));
            if (!found) {
                refuse(request, std::move(found.error()));
            } else if (*found) {
                found_.push_back(std::move(**found));
            } else {
                tell(LogEntry::Kind::remove, request);
            }
        }
        if (!found_.empty()) remove_all(*log);
        settle();
    }
    if (logged_) writer_->logged();
}

Result<std::optional<RemoveGroup::Found>> RemoveGroup::find(std::size_t request) {
    const auto& [key, etag, version_id] = requests_[request];
    if (const auto fault = path_key_fault(key)) return fail(refusal(ErrorCode::invalid_argument, *fault));
    if (!version_id.empty()) return fail(refusal(ErrorCode::unsupported, no_versions));
    auto [path, name] = split(path_of(key));
    Folder& folder = folders_[path];
    if (!*folder.opened) folder.opened = open_below(writer_->root(), path, O_RDONLY | O_DIRECTORY);
    const Descriptor& opened = *folder.opened;
    if (!opened && errno != ENOENT && errno != ENOTDIR) {
        return fail(errno == ELOOP ? link_error() : system_error(errno, "cannot open the object's folder"));
    }
    FileIdentity identity;
    const bool seen = opened && opened.identify(name, identity);
    if (opened && !seen && errno != ENOENT) return fail(system_error(errno, "cannot look at the object"));
    if (!seen || !S_ISREG(identity.mode)) return std::nullopt;
    if (etag) {
        if (auto fault = version_fault(opened, name, *etag)) return fail(std::move(*fault));
    }
    return Found{request, std::move(name), &folder, {identity.inode, identity.born}};
}

void RemoveGroup::remove_all(DirectoryLog* log) {
    if (log != nullptr) {
        std::vector<LogEntry> entries;
        for (const auto& found : found_) {
            entries.push_back({LogEntry::Kind::remove, false, log_time(), found.id, requests_[found.request].key, {}});
        }
        if (const auto logged = log->commit(entries, {}); !logged) {
            for (const auto& found : found_) refuse(found.request, logged.error());
            return;
        }
        logged_ = true;
    }
    for (const auto& found : found_) {
        const Descriptor& folder = *found.folder->opened;
        if (folder.files().unlinkat(folder.get(), found.name.c_str(), 0) == 0) {
            results_[found.request] = true;
            if (log == nullptr) found.folder->changed.push_back(found.request);
        } else if (errno != ENOENT) {
            refuse(found.request, system_error(errno, "cannot remove the object"));
            if (log == nullptr) continue;
            tell(LogEntry::Kind::undone, found.request);
        }
    }
}

}  // namespace dualstore::object
