// The stores that the conformance tests run on, and what those tests share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/s3.hpp"
#include "dualstore/testing.hpp"
#include "temporary_folder.hpp"

namespace dualstore {

// What not every store can do, beside the conditions that it tells of itself. docs/stores.md has a table of it, which is held to be true.
enum class Feature {
    atomic_conditions,
    byte_order,
    list_after_any_key,
    backslashes,
    line_breaks,
    long_parts,
    empty_parts,
    dot_parts,
    versions,
    equal_bytes_new_stamp,
    one_remover,
    checked_signature,
    checked_checksum,
    checked_owner,
    encryption,
};

struct StoreKind {
    std::string name;
    std::function<std::shared_ptr<ObjectStore>(const std::string& root)> open;  // empty, for one test
    std::set<Feature> lacks = {};
    std::size_t longest_key = 1024;
    std::function<S3Options()> bucket = {};  // of a bucket: how to open it again
    int race_rounds = 5;
    std::string column = {};  // in docs/stores.md; empty: another kind speaks for it

    [[nodiscard]] bool has(Feature feature) const { return !lacks.contains(feature); }
};

inline void PrintTo(const StoreKind& kind, std::ostream* out) {
    *out << kind.name;
}

inline std::string kind_name(const testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

// A store joins the tests by an entry here: in local_kinds.cpp, or, where a server is needed, in server_kinds.cpp.
std::vector<StoreKind> store_kinds();

class ConformanceTest : public testing::TestWithParam<StoreKind> {
  protected:
    [[nodiscard]] static bool has(Feature feature) { return GetParam().has(feature); }
    [[nodiscard]] Capabilities can() {
        const auto found = store_->capabilities();
        EXPECT_TRUE(found) << found.error().message;
        return found.value_or(Capabilities{});
    }

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
    bool remove(const std::string& key, std::optional<std::string> if_match = {}) {
        const auto result = remove_object(*store_, key, std::move(if_match));
        EXPECT_TRUE(result) << key << ": " << result.error().message;
        return result.value_or(false);
    }
    // All keys with a prefix, by pages.
    std::vector<std::string> keys(std::string_view prefix = "", std::size_t limit = 0);

    TemporaryFolder folder_;
    std::shared_ptr<ObjectStore> store_ = GetParam().open(folder_.root().string());
};

}  // namespace dualstore
