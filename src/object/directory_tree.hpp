// Keys as paths below a root, opened without following symbolic links, and the walk that lists them.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"
#include "object/directory_files.hpp"

namespace dualstore::object {

// The file of a key, relative to the root. A part over 255 bytes, which no file name may have, becomes folders whose names end in
// "%+" and a last name that does not: "aaa…%+/aaa….json".
[[nodiscard]] std::string path_of(std::string_view key);

// The key of a file, given its path relative to the root; empty for a file that no key names.
[[nodiscard]] std::string key_of(std::string_view path);

// Opens a relative path below `root`; never across a symbolic link (ELOOP). Invalid on failure, with errno.
[[nodiscard]] Descriptor open_below(const Descriptor& root, const std::string& path, int flags);
// The same where the system cannot tell at once: name by name.
[[nodiscard]] Descriptor open_by_steps(const Descriptor& root, std::string_view path, int flags);

// Opens the folder at a relative path, making what is missing; `synced`: all names on the way are on the disk when this returns.
[[nodiscard]] Result<Descriptor> make_folder_below(const Descriptor& root, std::string_view path, bool synced);

// Keys that begin with `prefix` and come after `after`, the first `limit` of them (0: all) in byte order.
[[nodiscard]] Result<std::vector<std::string>> find_keys(const Descriptor& root, std::string_view prefix, std::string_view after,
                                                         std::size_t limit);

// What a symbolic link on the way of a key means to the caller.
[[nodiscard]] Error link_error();

// "a/b/c" as folder "a/b" and name "c"; a name alone lies in folder ".".
struct Place {
    std::string folder;
    std::string name;
};
[[nodiscard]] Place split(const std::string& path);

}  // namespace dualstore::object
