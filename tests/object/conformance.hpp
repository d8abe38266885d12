// The stores that the conformance tests run on, and what those tests share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/testing.hpp"
#include "temporary_folder.hpp"

namespace dualstore {

struct StoreKind {
    std::string name;
    std::function<std::shared_ptr<ObjectStore>(const std::string& root)> open;
};

inline void PrintTo(const StoreKind& kind, std::ostream* out) {
    *out << kind.name;
}

// A store joins the tests by an entry here.
inline std::vector<StoreKind> store_kinds() {
    return {
        {"Memory", [](const std::string&) { return std::make_shared<MemoryStore>(); }},
        {"Directory", [](const std::string& root) { return open_directory_store(root).value(); }},
        {"DirectoryWithoutSync", [](const std::string& root) { return open_directory_store(root, {.sync = false}).value(); }},
    };
}

class ConformanceTest : public testing::TestWithParam<StoreKind> {
  protected:
    std::string put(const std::string& key, std::string_view bytes, PutMode mode = {}) {
        auto result = put_object(*store_, key, bytes, std::move(mode));
        EXPECT_TRUE(result) << key << ": " << result.error().message;
        return result.value_or(Version()).etag;
    }
    ErrorCode put_error(const std::string& key, std::string_view bytes, PutMode mode = {}) {
        const auto result = put_object(*store_, key, bytes, std::move(mode));
        EXPECT_FALSE(result) << key;
        if (result) return ErrorCode::unavailable;
        EXPECT_EQ(result.error().operation, "put");
        EXPECT_EQ(result.error().key, key);
        EXPECT_FALSE(result.error().message.empty());
        return result.error().code;
    }
    std::optional<std::string> get(const std::string& key) {
        auto result = get_object(*store_, key);
        EXPECT_TRUE(result) << key << ": " << result.error().message;
        if (!result || !*result) return std::nullopt;
        return (*result)->bytes;
    }
    // All keys with a prefix, by pages.
    std::vector<std::string> keys(std::string_view prefix = "", std::size_t limit = 0) {
        std::vector<std::string> found;
        std::string after;
        do {
            const auto page = store_->list(prefix, after, limit);
            EXPECT_TRUE(page) << page.error().message;
            if (!page) break;
            EXPECT_TRUE(limit == 0 || page->objects.size() <= limit);
            for (const auto& object : page->objects) found.push_back(object.key);
            after = page->next;
        } while (!after.empty());
        return found;
    }

    TemporaryFolder folder_;
    std::shared_ptr<ObjectStore> store_ = GetParam().open(folder_.root().string());
};

inline std::string kind_name(const testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

}  // namespace dualstore
