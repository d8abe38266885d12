#include "object/directory_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "object/key_rules.hpp"

namespace dualstore::object {
namespace {

constexpr std::size_t longest_name = 255;  // bytes, of a file's name
constexpr std::size_t chunk_length = 250;
constexpr std::string_view chunk_mark = "%+";

#ifdef O_PATH
constexpr int pass_through = O_PATH | O_DIRECTORY | O_CLOEXEC;
#else
constexpr int pass_through = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

void append_part(std::string& path, std::string_view part) {
    while (part.size() > longest_name) {
        std::size_t end = chunk_length;
        while ((static_cast<unsigned char>(part[end]) & 0xc0) == 0x80) --end;  // not inside a character
        path += part.substr(0, end);
        path += chunk_mark;
        path += '/';
        part.remove_prefix(end);
    }
    path += part;
}

bool is_link(const Descriptor& folder, const std::string& name) {
    struct stat status{};
    return folder.look_at(name, status) && S_ISLNK(status.st_mode);
}

Descriptor open_step(const Descriptor& folder, const std::string& name, int flags) {
    Descriptor opened = folder.open(name, flags | O_NOFOLLOW | O_CLOEXEC);
    // A link where a folder is asked for gives ENOTDIR, and O_PATH opens the link itself.
    if ((opened || errno == ENOTDIR) && is_link(folder, name)) {
        opened = Descriptor();
        errno = ELOOP;
    }
    return opened;
}

enum class Kind { file, folder, other, unknown };  // unknown: with errno

Kind kind_of(const Descriptor& folder, const char* name, unsigned char type) {
    if (type == DT_REG) return Kind::file;
    if (type == DT_DIR) return Kind::folder;
    if (type != DT_UNKNOWN) return Kind::other;
    struct stat status{};
    if (!folder.look_at(name, status)) return errno == ENOENT ? Kind::other : Kind::unknown;
    return S_ISREG(status.st_mode) ? Kind::file : S_ISDIR(status.st_mode) ? Kind::folder : Kind::other;
}

// One folder to be read, and what the keys in it begin with.
struct Branch {
    std::string path;  // empty: the root
    std::string begin;

    [[nodiscard]] std::string below(std::string_view name) const {
        return path.empty() ? std::string(name) : path + '/' + std::string(name);
    }
    [[nodiscard]] bool chunk() const { return path.ends_with(chunk_mark); }
};

class Walk {
  public:
    Walk(const Descriptor& root, std::string_view prefix, std::string_view after) : root_(root), prefix_(prefix), after_(after) {}

    Result<std::vector<std::string>> run(Branch start) {
        branches_.push_back(std::move(start));
        for (bool first = true; !branches_.empty(); first = false) {
            const Branch branch = std::move(branches_.back());
            branches_.pop_back();
            if (const int number = read(branch)) {
                if (number == ENOENT || number == ENOTDIR || (number == ELOOP && !first)) continue;  // gone or replaced meanwhile
                if (number == ELOOP) return fail(link_error());
                return fail(system_error(number, "cannot list the folder"));
            }
        }
        return std::move(keys_);
    }

  private:
    int read(const Branch& branch) {
        const Descriptor opened = open_below(root_, branch.path.empty() ? "." : branch.path, O_RDONLY | O_DIRECTORY);
        if (!opened) return errno;
        int fault = 0;
        const auto take = [&](const char* name, unsigned char type) {
            if (branch.path.empty() && std::string_view(name) == ".dualstore") return;
            const Kind kind = kind_of(opened, name, type);
            if (kind == Kind::folder) take_folder(branch, name);
            if (kind == Kind::file) take_file(branch, name);
            if (kind == Kind::unknown) fault = errno;
        };
        return opened.files().read_folder(opened.get(), take) == 0 ? fault : errno;
    }

    void take_folder(const Branch& branch, std::string_view name) {
        Branch next{branch.below(name), branch.begin};
        if (next.chunk()) {
            next.begin += name.substr(0, name.size() - chunk_mark.size());
        } else {
            next.begin.append(name).append("/");
        }
        const bool wanted = next.begin.starts_with(prefix_) || prefix_.starts_with(next.begin);
        const bool passed = next.begin <= after_ && !after_.starts_with(next.begin);
        if (wanted && !passed && next.begin.size() <= longest_key) branches_.push_back(std::move(next));
    }

    void take_file(const Branch& branch, std::string_view name) {
        std::string key = branch.begin;
        key += name;
        if (key <= after_ || !key.starts_with(prefix_) || path_key_fault(key)) return;
        if (branch.path.find(chunk_mark) != branch.path.npos && path_of(key) != branch.below(name))
            return;  // cut elsewhere than the store would
        keys_.push_back(std::move(key));
    }

    const Descriptor& root_;
    std::string_view prefix_;
    std::string_view after_;
    std::vector<Branch> branches_;
    std::vector<std::string> keys_;
};

}  // namespace

std::string path_of(std::string_view key) {
    if (key.size() <= longest_name) return std::string(key);
    std::string path;
    for (;;) {
        const auto end = key.find('/');
        append_part(path, key.substr(0, end));
        if (end == key.npos) return path;
        path += '/';
        key.remove_prefix(end + 1);
    }
}

std::string key_of(std::string_view path) {
    std::string key;
    for (std::string_view rest = path;;) {
        const auto end = rest.find('/');
        const auto name = rest.substr(0, end);
        if (end == rest.npos) {
            key += name;
            break;
        }
        if (name.ends_with(chunk_mark)) {
            key += name.substr(0, name.size() - chunk_mark.size());
        } else {
            key.append(name).append("/");
        }
        rest.remove_prefix(end + 1);
    }
    return !path_key_fault(key) && path_of(key) == path ? key : std::string();
}

Place split(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == path.npos) return {".", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

Descriptor open_below(const Descriptor& root, const std::string& path, int flags) {
    const int opened = root.files().openat_without_links(root.get(), path.c_str(), flags | O_CLOEXEC);
    if (opened >= 0 || errno != ENOSYS) return {root.files(), opened};
    return open_by_steps(root, path, flags);
}

Descriptor open_by_steps(const Descriptor& root, std::string_view path, int flags) {
    Descriptor folder;
    for (const Descriptor* at = &root;;) {
        const auto end = path.find('/');
        const std::string name(path.substr(0, end));
        if (end == path.npos) return open_step(*at, name, flags);
        Descriptor next = open_step(*at, name, pass_through);
        if (!next) return next;
        folder = std::move(next);
        at = &folder;
        path.remove_prefix(end + 1);
    }
}

Error link_error() {
    Error error;
    error.code = ErrorCode::invalid_argument;
    error.message = "a symbolic link lies on the way, and links inside a store are not followed: put a folder or file in its place";
    return error;
}

// Another process may have made a folder and not synced its name yet, so every name on the way is synced.
Result<Descriptor> make_folder_below(const Descriptor& root, std::string_view path, bool synced) {
    Descriptor folder = open_below(root, ".", O_RDONLY | O_DIRECTORY);
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
        if (next && synced) {
            if (const int number = sync(folder)) return fail(system_error(number, "cannot sync a new folder to the disk"));
        }
        folder = std::move(next);
    }
    if (!folder) return fail(system_error(errno, "cannot open the object's folder"));
    return folder;
}

Result<std::vector<std::string>> find_keys(const Descriptor& root, std::string_view prefix, std::string_view after, std::size_t limit) {
    const auto slash = prefix.rfind('/');
    Branch start;
    if (slash != prefix.npos) {
        const auto folder = prefix.substr(0, slash);
        if (path_key_fault(folder)) return std::vector<std::string>();  // no key begins so
        start = {path_of(folder), std::string(prefix.substr(0, slash + 1))};
    }
    auto found = Walk(root, prefix, after).run(std::move(start));
    if (!found) return found;
    if (limit != 0 && found->size() > limit) {
        std::nth_element(found->begin(), found->begin() + static_cast<std::ptrdiff_t>(limit), found->end());
        found->resize(limit);
    }
    std::sort(found->begin(), found->end());
    return found;
}

}  // namespace dualstore::object
