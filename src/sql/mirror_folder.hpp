// The mirror on disk: immutable snapshot files, and `current`, which names the newest. Everything here may fail or vanish at any time:
// then the engine answers from the objects.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dualstore/environment.hpp"

namespace dualstore::sql {

class MirrorFolder {
  public:
    // Held while a process writes the next snapshot; the kernel lets go of it when the process dies.
    class Lock {
      public:
        explicit Lock(int descriptor) : descriptor_(descriptor) {}
        Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
        Lock& operator=(Lock&& other) noexcept {
            std::swap(descriptor_, other.descriptor_);
            return *this;
        }
        ~Lock();

      private:
        int descriptor_;
    };

    explicit MirrorFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // The snapshot that `current` names, or empty: there is none, or `current` says nothing sensible.
    [[nodiscard]] std::string current() const;
    [[nodiscard]] std::filesystem::path path(const std::string& snapshot) const { return folder_ / snapshot; }
    // None: another process writes, or the folder cannot be written.
    [[nodiscard]] std::optional<Lock> try_lock() const;
    // A name that no snapshot had before.
    [[nodiscard]] static std::string new_name();
    // Makes a finished snapshot the current one, atomically, and removes all others. Only under the lock.
    [[nodiscard]] bool publish(const std::string& snapshot) const;
    // When the store was last asked for a table's objects and a snapshot held them all. Never: the epoch.
    [[nodiscard]] Environment::Time listed(const std::string& snapshot, const std::string& table) const;
    void mark_listed(const std::string& snapshot, const std::string& table, Environment::Time time) const;
    // Removes a snapshot that cannot be used, and `current` where it names it.
    void discard(const std::string& snapshot) const;
    // The files here of snapshots that are not the current one: of a writer, alive where the lock is held, or of none.
    [[nodiscard]] std::vector<std::string> leftovers() const;
    // Only under the lock.
    void remove_leftovers() const;

  private:
    [[nodiscard]] bool write(const std::string& name, const std::string& text) const;

    std::filesystem::path folder_;
};

}  // namespace dualstore::sql
