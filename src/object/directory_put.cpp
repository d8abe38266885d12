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

constexpr std::size_t sync_all_from = 8;  // files

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

bool is_folder(const Descriptor& folder, const std::string& name) {
    struct stat status{};
    return folder.look_at(name, status) && S_ISDIR(status.st_mode);
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

void PutGroup::refuse(std::size_t request, Error error) {
    results_[request] = fail_at(std::move(error), "put", requests_[request].key);
}

void PutGroup::run() {
    staged_.reserve(requests_.size());
    for (std::size_t request = 0; request < requests_.size(); ++request) stage(request);
    if (writer_.syncs()) sync_files();
    place_all();
    if (writer_.syncs()) sync_folders();
}

void PutGroup::stage(std::size_t request) {
    const auto& [key, bytes, mode] = requests_[request];
    if (const auto fault = path_key_fault(key)) return refuse(request, refusal(ErrorCode::invalid_argument, *fault));
    if (bytes.size() > largest_object) return refuse(request, refusal(ErrorCode::invalid_argument, "the object is larger than 5 GiB"));
    auto [path, name] = split(path_of(key));
    auto folder = folders_.find(path);
    if (folder == folders_.end()) folder = folders_.emplace(path, Folder{writer_.open_folder(path), {}}).first;
    if (!folder->second.opened) return refuse(request, folder->second.opened.error());
    auto file = Temporary::write(writer_.temporaries(), bytes);
    if (!file) return refuse(request, std::move(file.error()));
    staged_.push_back({request, std::move(name), &folder->second, std::move(*file), etag_of(bytes)});
}

void PutGroup::sync_files() {
    // One sync of the file system takes as long as those of a few files, however many there are. If it fails, each file's own sync
    // tells which of them it was.
    const int all = staged_.size() < sync_all_from ? ENOSYS : sync_all(writer_.temporaries().folder());
    if (all == 0) return;
    std::vector<Staged> synced;
    synced.reserve(staged_.size());
    for (auto& staged : staged_) {
        if (auto done = staged.file.sync(); !done) {
            refuse(staged.request, std::move(done.error()));
        } else {
            synced.push_back(std::move(staged));
        }
    }
    staged_ = std::move(synced);
}

void PutGroup::place_all() {
    std::vector<std::size_t> stripes;
    for (const auto& staged : staged_) stripes.push_back(KeyLocks::stripe_of(requests_[staged.request].key));
    const auto held = writer_.locks().lock(std::move(stripes));
    for (auto& staged : staged_) {
        auto error = held ? place(staged) : std::optional(held.error());
        if (error) {
            refuse(staged.request, std::move(*error));
        } else {
            results_[staged.request] = Version{std::move(staged.etag), {}};
            staged.folder->placed.push_back(staged.request);
        }
    }
}

std::optional<Error> PutGroup::place(Staged& staged) {
    const auto& mode = requests_[staged.request].mode;
    const Descriptor& folder = *staged.folder->opened;
    if (mode.kind == PutMode::Kind::if_match) {
        if (auto fault = version_fault(folder, staged.name, mode.etag)) return fault;
    }
    const int number = staged.file.place(folder, staged.name, mode.kind == PutMode::Kind::create);
    if (number == 0) return std::nullopt;
    if ((number == EISDIR || number == EEXIST) && is_folder(folder, staged.name)) {
        return refusal(ErrorCode::invalid_argument, "the key names a folder that holds other objects");
    }
    if (number == EEXIST) return refusal(ErrorCode::conflict, "an object with this key is there already");
    return system_error(number, "cannot move the object into its folder");
}

void PutGroup::sync_folders() {
    for (const auto& [path, folder] : folders_) {
        if (folder.placed.empty()) continue;
        const int number = sync(*folder.opened);
        if (number == 0) continue;
        for (const std::size_t request : folder.placed) {
            refuse(request, unsynced("object is in its place", number));
        }
    }
}

void RemoveGroup::run() {
    std::vector<std::size_t> stripes;
    for (const auto& request : requests_) stripes.push_back(KeyLocks::stripe_of(request.key));
    {
        const auto held = writer_.locks().lock(std::move(stripes));
        for (std::size_t request = 0; request < requests_.size(); ++request) {
            auto done = held ? remove(request) : Result<bool>(fail(held.error()));
            if (!done) done = fail_at(std::move(done.error()), "remove", requests_[request].key);
            results_[request] = std::move(done);
        }
    }
    for (const auto& [path, folder] : folders_) {
        if (folder.removed.empty() || !writer_.syncs()) continue;
        const int number = sync(folder.opened);
        if (number == 0) continue;
        for (const std::size_t request : folder.removed) {
            results_[request] = fail_at(unsynced("object is removed", number), "remove", requests_[request].key);
        }
    }
}

Result<bool> RemoveGroup::remove(std::size_t request) {
    const auto& [key, etag, version_id] = requests_[request];
    if (const auto fault = path_key_fault(key)) return fail(refusal(ErrorCode::invalid_argument, *fault));
    if (!version_id.empty()) return fail(refusal(ErrorCode::unsupported, no_versions));
    auto [path, name] = split(path_of(key));
    auto& folder = folders_[path];
    if (!folder.opened) folder.opened = open_below(writer_.root(), path, O_RDONLY | O_DIRECTORY);
    if (!folder.opened && errno != ENOENT && errno != ENOTDIR) {
        return fail(errno == ELOOP ? link_error() : system_error(errno, "cannot open the object's folder"));
    }
    struct stat status{};
    const Descriptor& opened = folder.opened;
    const bool seen = opened && opened.look_at(name, status);
    if (opened && !seen && errno != ENOENT) return fail(system_error(errno, "cannot look at the object"));
    const bool there = seen && S_ISREG(status.st_mode);
    if (there && etag) {
        if (auto fault = version_fault(opened, name, *etag)) return fail(std::move(*fault));
    }
    if (!there) return false;
    if (opened.files().unlinkat(opened.get(), name.c_str(), 0) != 0) {
        if (errno == ENOENT) return false;
        return fail(system_error(errno, "cannot remove the object"));
    }
    folder.removed.push_back(request);
    return true;
}

}  // namespace dualstore::object
