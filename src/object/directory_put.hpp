// Some puts or removes, in the order of a directory store's protocol.
#pragma once

#include <functional>
#include <map>
#include <optional>
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

// Changes of different keys, made in order, that share their syncs: they go through the log, or are synced in their places.
class ChangeGroup {
  public:
    // What the log takes at once; callers cut longer batches. The files of two groups are open at a time.
    static constexpr std::size_t most_changes = 128;
    static constexpr std::size_t most_bytes = std::size_t{4} << 20;

  protected:
    struct Folder {
        Result<Descriptor> opened;
        std::vector<std::size_t> changed;  // requests that were made in it, and are not in the log
    };

    explicit ChangeGroup(std::shared_ptr<Writer> writer) : writer_(std::move(writer)) {}
    ~ChangeGroup() = default;

    [[nodiscard]] virtual const std::string& key_of(std::size_t request) const = 0;
    [[nodiscard]] virtual bool removes() const = 0;
    // Of its result; null: it has none so far.
    [[nodiscard]] virtual const Error* error_of(std::size_t request) const = 0;
    virtual void refuse(std::size_t request, Error error) = 0;

    // Has settle() tell the log of a request. Of a remove also where there was no object: else a put that failed once the log had it could
    // come back when that is mended.
    void tell(LogEntry::Kind kind, std::size_t request);
    // Syncs the folders of what is not in the log, and adds to it what `later_` says and that those keys are settled. Refuses what is not
    // known to be durable.
    void settle();

    const std::shared_ptr<Writer> writer_;
    std::map<std::string, Folder> folders_;
    std::vector<LogEntry> later_;         // entries that correct ones before
    std::vector<std::size_t> corrected_;  // the requests they are about
    bool logged_ = false;
};

// Puts files in place, each a temporary first, under their keys' locks.
class PutGroup final : ChangeGroup {
  public:
    // `results` has one for each request and is filled. No two requests have one key.
    PutGroup(std::shared_ptr<Writer> writer, std::span<const PutRequest> requests, std::span<Result<Version>> results)
        : ChangeGroup(std::move(writer)), requests_(requests), results_(results) {}

    // `next`, which may be null: the group that is run after this one. Where work is shared, its files are made while this one's get their
    // names.
    void run(PutGroup* next);

  private:
    struct Staged {
        std::size_t request;
        std::string name;
        Folder* folder;
        std::string etag;
        bool logged;
        bool durable = false;  // the file's bytes, on the disk
        Placing how = Placing::alone;
        FileId replaced = {};
        bool created_after_all = false;  // what was to be replaced went meanwhile
        std::optional<Error> error = {};
        // Made on one thread while another looks at what is above.
        std::optional<Temporary> file = {};
        std::optional<Error> unmade = {};
    };

    // `logs`: the log takes what is small enough.
    void stage_all(bool logs);
    void stage(std::size_t request, bool logs);
    void make_ahead();
    void begin_making(std::optional<Placing> (*how)(const Staged&));
    void make(Staged& staged, Placing how) const;
    [[nodiscard]] std::optional<Error> sync(Staged& staged) const;
    std::optional<Error> check(Staged& staged) const;
    LogEntry entry(const Staged& staged) const;
    void log_and_place(DirectoryLog* log, PutGroup* next);
    void place(Staged& staged) const;
    [[nodiscard]] const std::string& key_of(std::size_t request) const override { return requests_[request].key; }
    [[nodiscard]] bool removes() const override { return false; }
    [[nodiscard]] const Error* error_of(std::size_t request) const override;
    void refuse(std::size_t request, Error error) override;

    std::span<const PutRequest> requests_;
    std::span<Result<Version>> results_;
    std::vector<Staged> staged_;
    Job files_;
    std::optional<Sharing> making_;  // while the files are made
};

// Removes files under their keys' locks.
class RemoveGroup final : ChangeGroup {
  public:
    RemoveGroup(std::shared_ptr<Writer> writer, std::span<const RemoveRequest> requests, std::span<Result<bool>> results)
        : ChangeGroup(std::move(writer)), requests_(requests), results_(results) {}

    void run();

  private:
    struct Found {
        std::size_t request;
        std::string name;
        Folder* folder;
        FileId id;
    };

    // None: there is nothing to remove.
    Result<std::optional<Found>> find(std::size_t request);
    void remove_all(DirectoryLog* log);
    [[nodiscard]] const std::string& key_of(std::size_t request) const override { return requests_[request].key; }
    [[nodiscard]] bool removes() const override { return true; }
    [[nodiscard]] const Error* error_of(std::size_t request) const override;
    void refuse(std::size_t request, Error error) override;

    std::span<const RemoveRequest> requests_;
    std::span<Result<bool>> results_;
    std::vector<Found> found_;
};

}  // namespace dualstore::object
