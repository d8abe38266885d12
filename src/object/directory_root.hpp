// The folder of a directory store, opened for reading or, with the store's own files beside it, for changes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "dualstore/error.hpp"
#include "dualstore/object_store.hpp"
#include "object/directory_files.hpp"
#include "object/directory_helpers.hpp"
#include "object/directory_locks.hpp"
#include "object/directory_log.hpp"

namespace dualstore::object {

// What changes need. Made at the first one, so that reading never writes.
class Writer {
  public:
    [[nodiscard]] static Result<std::shared_ptr<Writer>> open(Descriptor root, bool sync);

    Writer(const Writer&) = delete;
    ~Writer();

    [[nodiscard]] const Descriptor& root() const { return root_; }
    [[nodiscard]] bool syncs() const { return sync_; }
    [[nodiscard]] KeyLocks& locks() { return *locks_; }
    [[nodiscard]] const WriterFolder& temporaries() const { return temporaries_; }
    // False in a forked child, which would share its parent's locks, after someone removed the store's folder, and where a lock cannot be
    // given back.
    [[nodiscard]] bool usable() const;

    // The log for so many changes; null where they are to be synced in their places: where no log is kept, and for a few at first, for
    // which it is not worth while to have one. An error: the log failed and could not be mended.
    [[nodiscard]] Result<DirectoryLog*> log_for(std::size_t changes);
    // What is synced in its place is to be told to this one too; null: there is none, or nothing in it that could matter for a key whose
    // lock the caller has.
    [[nodiscard]] Result<DirectoryLog*> log_in_use();
    [[nodiscard]] DirectoryLog* log() { return logging_ ? &logging_->log : nullptr; }
    // Null: work is not shared.
    [[nodiscard]] Helper* helper() { return logging_ && logging_->helper ? &*logging_->helper : nullptr; }
    // After changes that went through the log; the caller has no locks.
    void logged() { logging_->cutter.appended(); }

    // Opens a folder, making what is missing; with sync, its name is on the disk when this returns.
    [[nodiscard]] Result<Descriptor> open_folder(const std::string& path);

  private:
    struct Logging {
        Logging(const Descriptor& root, Descriptor own, KeyLocks& locks, const WriterFolder& temporaries, bool threads)
            : log(root, std::move(own), locks), cutter(log, temporaries, threads) {
            if (threads) helper.emplace();
        }
        DirectoryLog log;
        LogCutter cutter;
        std::optional<Helper> helper;
    };

    Writer(Descriptor root, Descriptor own, bool sync, std::unique_ptr<KeyLocks> locks, WriterFolder temporaries);
    bool known_durable(const std::string& path, const Descriptor& folder, bool now_durable);

    Descriptor root_;
    bool sync_;
    std::unique_ptr<KeyLocks> locks_;
    WriterFolder temporaries_;
    pid_t process_;
    std::unique_ptr<Logging> logging_;
    std::atomic<bool> warm_ = false;  // it has made changes
    std::mutex durable_mutex_;
    std::unordered_map<std::string, ino_t> durable_;  // folders whose names this process has synced
};

// Safe to use from many threads.
class Root {
  public:
    Root(std::string path, DirectoryStoreOptions options) : path_(std::move(path)), options_(options) {}

    // The open folder; null where there is none (yet).
    [[nodiscard]] Result<std::shared_ptr<const Descriptor>> reader();
    // The same, or the one before, which has been removed since: then nothing is in it.
    [[nodiscard]] Result<std::shared_ptr<const Descriptor>> recent_reader();
    [[nodiscard]] Result<std::shared_ptr<Writer>> writer();
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    Result<Descriptor> open() const;

    const std::string path_;
    const DirectoryStoreOptions options_;
    std::mutex mutex_;
    std::shared_ptr<const Descriptor> reader_;
    std::shared_ptr<Writer> writer_;
};

}  // namespace dualstore::object
