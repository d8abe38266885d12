// One order for all changes of a key, among the threads and processes that use a directory.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"
#include "object/directory_files.hpp"

namespace dualstore::object {

// Locks, each of them a mutex against this process's threads, and a byte of .dualstore/lock against other processes: 256 for the keys
// that hash to them, one for the end of the log, one for cutting it. The file's bytes belong to the log (directory_log.hpp).
class KeyLocks {
  public:
    static constexpr std::size_t stripes = 256;
    static constexpr std::size_t log_end = stripes;
    static constexpr std::size_t log_cut = stripes + 1;

    // Locks, given back when it goes.
    class Held {
      public:
        Held() = default;
        Held(Held&& other) noexcept = default;
        Held& operator=(Held&&) = delete;
        ~Held();

      private:
        friend class KeyLocks;
        KeyLocks* locks_ = nullptr;
        std::vector<std::size_t> stripes_;
    };

    // `own`: the .dualstore folder.
    [[nodiscard]] static Result<std::unique_ptr<KeyLocks>> open(const Descriptor& own);

    [[nodiscard]] static std::size_t stripe_of(std::string_view key);
    // Waits for all of them. Taken in ascending order, so that no two callers wait for each other; only who cuts the log takes
    // others while it has that lock, which nobody waits for who has one.
    [[nodiscard]] Result<Held> lock(std::vector<std::size_t> wanted);
    // False after someone removed .dualstore, when these locks no longer keep anybody out, and after one could not be given back, which
    // keeps others out until this object goes.
    [[nodiscard]] bool in_place() const;
    [[nodiscard]] const Descriptor& file() const { return file_; }

  private:
    explicit KeyLocks(Descriptor file) : file_(std::move(file)) {}
    int change(std::size_t stripe, short type);
    void give_back(std::size_t stripe);

    Descriptor file_;
    std::atomic<bool> stuck_ = false;
    std::array<std::mutex, stripes + 2> mutexes_;
};

}  // namespace dualstore::object
