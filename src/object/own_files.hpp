// Small files that are a store's own: definitions of tables, names of databases.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "dualstore/error.hpp"
#include "dualstore/file_system.hpp"

namespace dualstore::object {

// The whole of a file; none where there is none. Any other failure is an error that names the path, as is a path that is no file.
[[nodiscard]] Result<std::optional<std::string>> read_file(FileSystem& files, const std::filesystem::path& path);

// Puts a file at OWN/FOLDER/NAME, where OWN is a store's own folder, which has the temporaries; makes the folders that are missing.
// Durable and whole, or what was there before. `only_new`: conflict where something is there. outcome_unknown: it is in its place, but a
// power cut may undo that.
[[nodiscard]] Result<void> place_file(FileSystem& files, const std::filesystem::path& path, std::string_view bytes, bool only_new);

}  // namespace dualstore::object
