// Stand-ins for tests of programs that use dualstore.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "dualstore/environment.hpp"
#include "dualstore/file_system.hpp"
#include "dualstore/object_store.hpp"

namespace dualstore {

// An object store in memory, as strict as the others about keys, conditions and order. It lives as long as its owner.
class MemoryStore : public ObjectStore {
  public:
    // How many objects each call was asked about; a list counts one a page.
    struct Requests {
        std::size_t put = 0, get = 0, head = 0, remove = 0, list = 0;

        bool operator==(const Requests&) const = default;
    };

    std::vector<Result<Version>> put(std::span<const PutRequest> requests) override;
    std::vector<Result<std::optional<Object>>> get(std::span<const std::string> keys) override;
    Result<std::optional<ObjectInfo>> head(const std::string& key) override;
    std::vector<Result<bool>> remove(std::span<const RemoveRequest> requests) override;
    // At most 1,000 objects a page, as a bucket gives.
    Result<ObjectPage> list(std::string_view prefix, std::string_view after, std::size_t limit) override;
    [[nodiscard]] Result<Capabilities> capabilities() override { return Capabilities{true, true, true}; }

    // Since the store was made.
    [[nodiscard]] Requests requests() const;

  private:
    struct Stored {
        std::string bytes;
        std::string etag;
        std::uint64_t change = 0;
    };

    Result<Version> put_one(const PutRequest& request);
    Result<bool> remove_one(const RemoveRequest& request);

    mutable std::mutex mutex_;
    std::map<std::string, Stored, std::less<>> objects_;
    std::uint64_t changes_ = 0;
    Requests requests_;
};

// A file system in memory that knows what a power cut would leave of it. A folder "/" is there from the start; there are no links, no
// owners and no rights. Stores that are open in it must not be used after it lost power, but may be closed.
class MemoryFiles {
  public:
    MemoryFiles();
    ~MemoryFiles();

    [[nodiscard]] FileSystem& file_system();  // lives as long as this

    // One of the numbers below `count`, which is never 0.
    using Choose = std::function<std::size_t(std::size_t count)>;
    // Keeps what fsync and syncfs promise. Of a file's other bytes it keeps none, a part, all, or zeros in their place; of a folder's
    // other names each in one of the states it had since the last sync: as `choose` says. Times are as if they had all been written.
    // Descriptors are closed, and the next call comes a second later.
    void lose_power(const Choose& choose);

  private:
    class Files;
    std::unique_ptr<Files> files_;
};

// Another file system whose calls fail as planned. One that closes a descriptor does so in any case, as on Linux.
class FailingFiles {
  public:
    enum class Fault {
        error,        // nothing happens
        lost_answer,  // it happens, and fails all the same
        short_write,  // half of the bytes are written and nothing fails; calls other than pwrite do as they should
    };
    struct Plan {
        Fault fault = Fault::error;
        int number = 0;           // errno
        std::uint64_t first = 0;  // the call that fails, from 1; 0: none
        bool only_first = true;   // false: every later one too
        double probability = 0;   // of each call besides
        std::uint64_t seed = 0;   // of that
    };

    // `below` must outlive it.
    explicit FailingFiles(FileSystem& below);
    ~FailingFiles();

    [[nodiscard]] FileSystem& file_system();  // lives as long as this

    // From now on, counting from here.
    void plan(const Plan& plan);
    [[nodiscard]] std::uint64_t failures() const;  // since the last plan

  private:
    class Files;
    std::unique_ptr<Files> files_;
};

// A time that stands still until it is set, also back, and random bytes that a seed decides. Safe to use from many threads.
class TestEnvironment {
  public:
    explicit TestEnvironment(Environment::Time now, std::uint64_t seed = 0) : now_(now), random_(seed) {}

    [[nodiscard]] Environment environment();  // must not outlive this
    void set(Environment::Time now);

  private:
    std::mutex mutex_;
    Environment::Time now_;
    std::mt19937_64 random_;
};

}  // namespace dualstore
