// Stand-ins for tests of programs that use dualstore.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

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

}  // namespace dualstore
