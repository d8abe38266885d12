// Some puts or removes that share their syncs.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "dualstore/object_store.hpp"
#include "object/directory_root.hpp"
#include "object/directory_tree.hpp"

namespace dualstore::object {

// Error with the call it belongs to.
[[nodiscard]] tl::unexpected<Error> fail_at(Error error, std::string_view operation, const std::string& key);

// The object in an opened file. None: `opened` is invalid as errno says there is no such file, or it is no regular file.
[[nodiscard]] Result<std::optional<Object>> read_object(const Descriptor& opened);

// None if the version at `name` is the one with this etag; else why the change is refused.
[[nodiscard]] std::optional<Error> version_fault(const Descriptor& folder, const std::string& name, std::string_view etag);

// Writes all files, syncs each, moves all into place under their keys' locks, and syncs each folder once.
class PutGroup {
  public:
    // Files held open by a group; callers cut longer batches.
    static constexpr std::size_t longest = 64;

    // `results` has one for each request and is filled.
    PutGroup(Writer& writer, std::span<const PutRequest> requests, std::span<Result<Version>> results)
        : writer_(writer), requests_(requests), results_(results) {}

    void run();

  private:
    struct Folder {
        Result<Descriptor> opened;
        std::vector<std::size_t> placed;  // requests whose file is in it now
    };
    struct Staged {
        std::size_t request;
        std::string name;
        Folder* folder;
        Temporary file;
        std::string etag;
    };

    void stage(std::size_t request);
    void sync_files();
    void place_all();
    std::optional<Error> place(Staged& staged);
    void sync_folders();
    void refuse(std::size_t request, Error error);

    Writer& writer_;
    std::span<const PutRequest> requests_;
    std::span<Result<Version>> results_;
    std::map<std::string, Folder> folders_;
    std::vector<Staged> staged_;
};

// Removes files under their keys' locks and syncs each folder once.
class RemoveGroup {
  public:
    RemoveGroup(Writer& writer, std::span<const RemoveRequest> requests, std::span<Result<bool>> results)
        : writer_(writer), requests_(requests), results_(results) {}

    void run();

  private:
    struct Folder {
        Descriptor opened;
        std::vector<std::size_t> removed;
    };

    Result<bool> remove(std::size_t request);

    Writer& writer_;
    std::span<const RemoveRequest> requests_;
    std::span<Result<bool>> results_;
    std::map<std::string, Folder> folders_;
};

}  // namespace dualstore::object
