// One order for all changes of a key, among the threads and processes that use a directory.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"
#include "object/directory_files.hpp"

namespace dualstore::object {

// 64 locks, each for the keys that hash to it: a mutex against this process's threads, and a byte of .dualstore/lock against others.
class KeyLocks {
  public:
    static constexpr std::size_t count = 64;

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
    // Waits for all of them. Taken in ascending order, so that no two callers wait for each other.
    [[nodiscard]] Result<Held> lock(std::vector<std::size_t> stripes);
    // False after someone removed .dualstore: then these locks no longer keep anybody out.
    [[nodiscard]] bool in_place() const;

  private:
    explicit KeyLocks(Descriptor file) : file_(std::move(file)) {}
    int change(std::size_t stripe, short type);

    Descriptor file_;
    std::array<std::mutex, count> mutexes_;
};

}  // namespace dualstore::object
