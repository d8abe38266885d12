#include "object/directory_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <iterator>
#include <limits>
#include <system_error>
#include <unordered_set>

#include "object/directory_put.hpp"
#include "object/directory_root.hpp"
#include "object/directory_tree.hpp"
#include "object/directory_watch.hpp"
#include "object/key_rules.hpp"

namespace dualstore::object {
namespace {

#ifdef O_PATH
constexpr int only_to_stat = O_PATH;
#else
constexpr int only_to_stat = O_RDONLY | O_NONBLOCK;
#endif

constexpr std::size_t worth_a_thread = 4096;  // keys

// File systems keep times in steps of some milliseconds: within one, a second change of the same size would not show.
constexpr std::int64_t settled_after = 100'000'000;  // ns

// ObjectInfo's.
std::string list_stamp(const struct stat& status) {
    const auto [modified, changed] = times_of(status);
    timespec clock{};
    clock_gettime(CLOCK_REALTIME, &clock);
    const std::int64_t settled = nanoseconds(clock) - settled_after;
    // A time of modification may be set at will, also to the far future; the other one is always the clock's.
    if (changed > settled || (modified > settled && modified < settled + 2 * settled_after)) return {};
    return fmt::format("{:x}.{:x}.{:x}.{:x}", status.st_ino, status.st_size, modified, changed);
}

std::optional<Error> key_error(const std::string& key) {
    const auto fault = path_key_fault(key);
    if (!fault) return std::nullopt;
    Error error;
    error.code = ErrorCode::invalid_argument;
    error.message = *fault;
    return error;
}

// Size and stamp of keys, opening a folder once for all neighbours in it.
class Inspection {
  public:
    explicit Inspection(const Descriptor& root) : root_(root) {}

    // None: gone, or no regular file.
    Result<std::optional<ObjectInfo>> look(std::string key) {
        auto [folder, name] = split(path_of(key));
        if (!opened_ || folder != folder_) {
            opened_ = open_below(root_, folder, O_RDONLY | O_DIRECTORY);
            folder_ = std::move(folder);
        }
        struct stat status{};
        if (!opened_ || !opened_.look_at(name, status)) {
            if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return std::nullopt;
            return fail_at(system_error(errno, "cannot look at the object"), "list", key);
        }
        if (!S_ISREG(status.st_mode)) return std::nullopt;
        return ObjectInfo{std::move(key), static_cast<std::uint64_t>(status.st_size), list_stamp(status)};
    }

  private:
    const Descriptor& root_;
    std::string folder_;
    Descriptor opened_;
};

Result<std::vector<ObjectInfo>> look_at(const Descriptor& root, std::span<std::string> keys) {
    Inspection inspection(root);
    std::vector<ObjectInfo> objects;
    objects.reserve(keys.size());
    for (auto& key : keys) {
        auto found = inspection.look(std::move(key));
        if (!found) return fail(std::move(found.error()));
        if (*found) objects.push_back(std::move(**found));
    }
    return objects;
}

// How many of the first requests make a group: a key that comes again begins another one.
template <class Request>
std::size_t group_length(std::span<const Request> requests, std::size_t (*bytes_of)(const Request&)) {
    if (requests.size() == 1) return 1;
    std::unordered_set<std::string_view> keys;
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < requests.size(); ++count) {
        bytes += bytes_of(requests[count]);
        const bool fits = count < ChangeGroup::most_changes && (count == 0 || bytes <= ChangeGroup::most_bytes);
        if (!fits || !keys.insert(requests[count].key).second) return count;
    }
    return requests.size();
}

class DirectoryStore : public ObjectStore {
  public:
    DirectoryStore(const std::string& root, DirectoryStoreOptions options) : root_(std::make_shared<Root>(root, options)) {
        if (options.files == &system_files()) events_ = std::make_shared<DirectoryEvents>(root_);
    }

    std::vector<Result<Version>> put(std::span<const PutRequest> requests) override {
        std::vector<Result<Version>> results(requests.size());
        std::size_t at = 0;
        const auto next_group = [&]() -> std::unique_ptr<PutGroup> {
            while (at < requests.size()) {
                const auto rest = requests.subspan(at);
                const auto group =
                    rest.first(group_length<PutRequest>(rest, [](const PutRequest& request) { return request.bytes.size(); }));
                const auto group_results = std::span(results).subspan(at, group.size());
                at += group.size();
                const auto writer = root_->writer();
                if (writer) return std::make_unique<PutGroup>(*writer, group, group_results);
                for (std::size_t i = 0; i < group.size(); ++i) group_results[i] = fail_at(writer.error(), "put", group[i].key);
            }
            return nullptr;
        };
        for (auto group = next_group(); group;) {
            auto next = next_group();
            group->run(next.get());
            group = std::move(next);
        }
        return results;
    }

    std::vector<Result<std::optional<Object>>> get(std::span<const std::string> keys) override {
        std::vector<Result<std::optional<Object>>> results;
        results.reserve(keys.size());
        const auto recent = root_->recent_reader();
        for (const auto& key : keys) {
            auto found = read(recent, key);
            if (found && !*found) {
                const auto root = root_->reader();
                if (!root || *root != *recent) found = read(root, key);
            }
            if (!found) found = fail_at(std::move(found.error()), "get", key);
            results.push_back(std::move(found));
        }
        return results;
    }

    Result<std::optional<ObjectInfo>> head(const std::string& key) override {
        const auto root = root_->reader();
        auto error = root ? key_error(key) : root.error();
        if (error) return fail_at(std::move(*error), "head", key);
        if (!*root) return std::nullopt;
        const Descriptor opened = open_below(**root, path_of(key), only_to_stat);
        if (!opened && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
        struct stat status{};
        if (!opened || opened.files().fstat(opened.get(), status) != 0) {
            return fail_at(errno == ELOOP ? link_error() : system_error(errno, "cannot look at the object"), "head", key);
        }
        if (!S_ISREG(status.st_mode)) return std::nullopt;
        return ObjectInfo{key, static_cast<std::uint64_t>(status.st_size), list_stamp(status)};
    }

    std::vector<Result<bool>> remove(std::span<const RemoveRequest> requests) override;
    Result<ObjectPage> list(std::string_view prefix, std::string_view after, std::size_t limit) override;

    [[nodiscard]] std::unique_ptr<ChangeWatch> watch(std::string_view prefix) override {
        return events_ ? events_->watch(prefix) : nullptr;
    }
    [[nodiscard]] Result<Capabilities> capabilities() override { return Capabilities{true, true, true}; }

  private:
    static Result<std::optional<Object>> read(const Result<std::shared_ptr<const Descriptor>>& root, const std::string& key) {
        auto error = root ? key_error(key) : root.error();
        if (error) return fail(std::move(*error));
        if (!*root) return std::nullopt;
        return read_object(open_below(**root, path_of(key), O_RDONLY | O_NONBLOCK));
    }

    std::shared_ptr<Root> root_;
    std::shared_ptr<DirectoryEvents> events_;  // null for files that are not the machine's own
};

std::vector<Result<bool>> DirectoryStore::remove(std::span<const RemoveRequest> requests) {
    std::vector<Result<bool>> results(requests.size(), Result<bool>(false));
    const auto root = root_->reader();
    if (root && !*root) return results;  // an empty store stays unmade
    for (std::size_t at = 0, count = 0; at < requests.size(); at += count) {
        count = group_length<RemoveRequest>(requests.subspan(at), [](const RemoveRequest&) { return std::size_t{0}; });
        const auto group = requests.subspan(at, count);
        const auto group_results = std::span(results).subspan(at, count);
        if (const auto writer = root_->writer()) {
            RemoveGroup(*writer, group, group_results).run();
        } else {
            for (std::size_t i = 0; i < count; ++i) group_results[i] = fail_at(writer.error(), "remove", group[i].key);
        }
    }
    return results;
}

Result<ObjectPage> DirectoryStore::list(std::string_view prefix, std::string_view after, std::size_t limit) {
    ObjectPage page;
    const auto root = root_->reader();
    if (!root) return fail_at(root.error(), "list", std::string(prefix));
    if (!*root) return page;
    // One more than asked for tells whether a next page has anything.
    const std::size_t wanted = limit == 0 || limit == std::numeric_limits<std::size_t>::max() ? 0 : limit + 1;
    auto keys = find_keys(**root, prefix, after, wanted);
    if (!keys) return fail_at(std::move(keys.error()), "list", std::string(prefix));
    if (wanted != 0 && keys->size() == wanted) {
        keys->pop_back();
        page.next = keys->back();
    }
    // On both cores where there are many: looking at each of them is most of the time that a list takes.
    const std::size_t half = keys->size() < worth_a_thread ? keys->size() : keys->size() / 2;
    std::future<Result<std::vector<ObjectInfo>>> others;
    if (half < keys->size()) {
        try {
            others = std::async(std::launch::async, look_at, std::cref(**root), std::span(*keys).subspan(half));
        } catch (const std::system_error&) {
            others = {};  // no thread to be had
        }
    }
    auto found = look_at(**root, std::span(*keys).first(others.valid() ? half : keys->size()));
    auto rest = others.valid() ? others.get() : Result<std::vector<ObjectInfo>>();
    if (!found) return fail(std::move(found.error()));
    if (!rest) return fail(std::move(rest.error()));
    page.objects = std::move(*found);
    page.objects.insert(page.objects.end(), std::move_iterator(rest->begin()), std::move_iterator(rest->end()));
    return page;
}

}  // namespace

Result<std::vector<std::string>> leftovers(const std::string& root) {
    const Descriptor folder = Descriptor::open_folder(system_files(), root);
    if (!folder && errno == ENOENT) return std::vector<std::string>();  // it is made by the first write
    if (!folder) return fail(system_error(errno, fmt::format("cannot open the directory {}", root)));
    const Descriptor own = open_below(folder, ".dualstore", O_RDONLY | O_DIRECTORY);
    if (!own && errno == ENOENT) return std::vector<std::string>();
    if (!own) return fail(errno == ELOOP ? link_error() : system_error(errno, "cannot open .dualstore"));
    auto found = leftovers_in(own);
    if (!found) return found;
    for (auto& path : *found) path.insert(0, ".dualstore/");
    return found;
}

}  // namespace dualstore::object

namespace dualstore {

Result<std::shared_ptr<ObjectStore>> open_directory_store(const std::string& root, DirectoryStoreOptions options) {
    struct stat status{};
    if (root.empty()) return fail(ErrorCode::invalid_argument, "the path of the directory is empty", "open");
    if (options.files->fstatat(AT_FDCWD, root.c_str(), status, 0) == 0) {
        if (!S_ISDIR(status.st_mode)) return fail(ErrorCode::invalid_argument, fmt::format("{} is a file, not a directory", root), "open");
    } else if (errno == ENOTDIR) {
        return fail(ErrorCode::invalid_argument, fmt::format("{} lies under a file, not in a directory", root), "open");
    } else if (errno != ENOENT) {
        return object::fail_at(object::system_error(errno, fmt::format("cannot open the directory {}", root)), "open", {});
    } else if (!options.create) {
        return fail(ErrorCode::not_found, fmt::format("there is no directory {}", root), "open");
    }
    return std::make_shared<object::DirectoryStore>(root, options);
}

}  // namespace dualstore
