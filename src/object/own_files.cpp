#include "object/own_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "object/directory_files.hpp"

namespace dualstore::object {

Result<std::optional<std::string>> read_file(FileSystem& files, const std::filesystem::path& path) {
    const auto cannot = [&](int number) { return fail(system_error(number, fmt::format("cannot read {}", path.string()))); };
    const Descriptor file(files, files.openat(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0));
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>();
    if (!file) return cannot(errno);
    auto bytes = read_whole(file);
    if (!bytes) {
        bytes.error().message.insert(0, path.string() + ": ");
        return bytes;
    }
    if (!*bytes) return fail(ErrorCode::corrupt, fmt::format("{} is no file", path.string()));
    return bytes;
}

Result<void> place_file(FileSystem& files, const std::filesystem::path& path, std::string_view bytes, bool only_new) {
    const auto cannot = [&](int number) { return fail(system_error(number, fmt::format("cannot write {}", path.string()))); };
    const std::filesystem::path folder_path = path.parent_path();
    if (const int number = make_folders(files, folder_path, true)) return cannot(number);
    const Descriptor folder = Descriptor::open_folder(files, folder_path);
    if (!folder) return cannot(errno);
    const Descriptor own = Descriptor::open_folder(files, folder_path.parent_path());
    if (!own) return cannot(errno);
    auto temporaries = WriterFolder::make(own);
    if (!temporaries) return fail(std::move(temporaries.error()));
    auto file = Temporary::write(*temporaries, bytes);
    if (!file) return fail(std::move(file.error()));
    if (auto synced = file->sync(); !synced) return synced;
    const int number = file->place(folder, path.filename(), only_new ? Placing::alone : Placing::over);
    if (number == EEXIST) return fail(ErrorCode::conflict, fmt::format("{} is there already", path.string()));
    if (number != 0) return cannot(number);
    // Whoever made the folders may not have come to syncing them.
    for (const Descriptor* names : {&own, &folder}) {
        const int unsynced = sync(*names);
        if (unsynced == 0) continue;
        return fail(
            ErrorCode::outcome_unknown,
            fmt::format("{} is in its place, but its folder could not be synced ({}), so a power cut may undo that: look at the disk",
                        path.string(), std::generic_category().message(unsynced)));
    }
    return {};
}

}  // namespace dualstore::object
