// What every object store must do with one object.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "object/conformance.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreConformance : public ConformanceTest {};

TEST_P(StoreConformance, MissingKeyIsNone) {
    EXPECT_EQ(get("metadata/none.json"), std::nullopt);
    put("metadata/other.json", "x");
    EXPECT_EQ(get("metadata/none.json"), std::nullopt);
    EXPECT_EQ(get("metadata"), std::nullopt);
}

TEST_P(StoreConformance, GetGivesWhatPutStored) {
    put("metadata/brand_1.json", "{\"brandid\":1}\n");
    EXPECT_EQ(get("metadata/brand_1.json"), "{\"brandid\":1}\n");
}

TEST_P(StoreConformance, EmptyObjectIsAnObject) {
    put("a/empty", "");
    EXPECT_EQ(get("a/empty"), "");
    EXPECT_THAT(keys(), ElementsAre("a/empty"));
    EXPECT_EQ(store_->head("a/empty").value()->size, 0U);
}

TEST_P(StoreConformance, SixteenMebibytesComeBackWhole) {
    std::string bytes(16U << 20, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 13);
    put("big", bytes);
    const auto found = get("big");
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(*found == bytes);
    EXPECT_EQ(store_->head("big").value()->size, bytes.size());
}

TEST_P(StoreConformance, BytesMayHoldAnything) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    put("bytes", bytes);
    EXPECT_EQ(get("bytes"), bytes);
}

TEST_P(StoreConformance, PutReplaces) {
    put("k", "a long first version");
    put("k", "second");
    EXPECT_EQ(get("k"), "second");
    EXPECT_THAT(keys(), ElementsAre("k"));
}

TEST_P(StoreConformance, EtagOfPutIsThatOfGet) {
    const auto etag = put("k", "bytes");
    EXPECT_FALSE(etag.empty());
    EXPECT_EQ(get_object(*store_, "k").value()->etag, etag);
}

TEST_P(StoreConformance, EtagFollowsTheBytes) {
    const auto first = put("a", "same");
    EXPECT_EQ(put("b", "same"), first);
    EXPECT_NE(put("a", "other"), first);
    EXPECT_EQ(put("a", "same"), first);
    EXPECT_NE(put("empty", ""), first);
}

TEST_P(StoreConformance, CreateStoresANewKey) {
    if (!can().create) GTEST_SKIP();
    const auto etag = put("new/key", "x", PutMode::create());
    EXPECT_EQ(get_object(*store_, "new/key").value()->etag, etag);
}

TEST_P(StoreConformance, CreateRefusesAnExistingKey) {
    if (!can().create) GTEST_SKIP();
    put("k", "old");
    EXPECT_EQ(put_error("k", "new", PutMode::create()), ErrorCode::conflict);
    EXPECT_EQ(put_error("k", "old", PutMode::create()), ErrorCode::conflict);
    EXPECT_EQ(get("k"), "old");
}

TEST_P(StoreConformance, CreateWorksAgainAfterRemove) {
    if (!can().create) GTEST_SKIP();
    put("k", "old");
    EXPECT_TRUE(remove("k"));
    put("k", "new", PutMode::create());
    EXPECT_EQ(get("k"), "new");
}

TEST_P(StoreConformance, IfMatchReplacesOnlyItsOwnVersion) {
    if (!can().if_match) GTEST_SKIP();
    const auto first = put("k", "first");
    const auto second = put("k", "second", PutMode::if_match(first));
    EXPECT_EQ(put_error("k", "third", PutMode::if_match(first)), ErrorCode::conflict);
    EXPECT_EQ(get("k"), "second");
    put("k", "third", PutMode::if_match(second));
    EXPECT_EQ(get("k"), "third");
}

TEST_P(StoreConformance, IfMatchMakesNoNewKey) {
    if (!can().if_match) GTEST_SKIP();
    const auto etag = put("other", "x");
    EXPECT_EQ(put_error("none", "x", PutMode::if_match(etag)), ErrorCode::conflict);
    EXPECT_EQ(put_error("k/none", "x", PutMode::if_match("")), ErrorCode::conflict);
    EXPECT_THAT(keys(), ElementsAre("other"));
}

TEST_P(StoreConformance, HeadGivesKeyAndSize) {
    put("a/k", "12345");
    const auto info = store_->head("a/k").value();
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->key, "a/k");
    EXPECT_EQ(info->size, 5U);
    EXPECT_EQ(store_->head("a/none").value(), std::nullopt);
    EXPECT_EQ(store_->head("a").value(), std::nullopt);
}

TEST_P(StoreConformance, StampTellsAChangeOfEqualSize) {
    const auto settle = [] { std::this_thread::sleep_for(std::chrono::milliseconds(130)); };
    put("k", "1");
    settle();
    const auto first = store_->head("k").value()->stamp;
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(store_->head("k").value()->stamp, first);
    EXPECT_EQ(store_->list("k", "", 0)->objects.at(0).stamp, first);
    put("k", "2");
    settle();
    const auto second = store_->head("k").value()->stamp;
    EXPECT_FALSE(second.empty());
    EXPECT_NE(second, first);
    EXPECT_EQ(store_->list("k", "", 0)->objects.at(0).stamp, second);
}

TEST_P(StoreConformance, RemoveTellsWhetherThereWasOne) {
    put("a/k", "x");
    EXPECT_TRUE(remove("a/k"));
    EXPECT_FALSE(remove("a/k"));
    EXPECT_FALSE(remove("a/none"));
    EXPECT_FALSE(remove("b/none"));
}

TEST_P(StoreConformance, RemovedIsGoneForEveryCall) {
    put("a/k", "x");
    put("a/l", "y");
    EXPECT_TRUE(remove("a/k"));
    EXPECT_EQ(get("a/k"), std::nullopt);
    EXPECT_EQ(store_->head("a/k").value(), std::nullopt);
    EXPECT_THAT(keys(), ElementsAre("a/l"));
    if (can().if_match) {
        EXPECT_EQ(put_error("a/k", "z", PutMode::if_match("anything")), ErrorCode::conflict);
    }
}

TEST_P(StoreConformance, RemoveIfMatchTakesOnlyThatVersion) {
    if (!can().remove_if_match) GTEST_SKIP();
    const auto first = put("k", "first");
    const auto second = put("k", "second");
    const auto refused = remove_object(*store_, "k", first);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(refused.error().operation, "remove");
    EXPECT_EQ(get("k"), "second");
    EXPECT_TRUE(remove("k", second));
    EXPECT_FALSE(remove("k", second));
}

TEST_P(StoreConformance, NoEtagStandsForAnyVersion) {
    const auto etag = put("k", "x");
    for (const std::string& wrong :
         {std::string("*"), '"' + etag + '"', "W/\"" + etag + '"', etag + ",x", etag + "\r\nx-amz-acl: public-read"}) {
        if (can().if_match) {
            EXPECT_EQ(put_error("k", "y", PutMode::if_match(wrong)), ErrorCode::conflict) << wrong;
        }
        if (!can().remove_if_match) continue;
        const auto removed = remove_object(*store_, "k", wrong);
        ASSERT_FALSE(removed) << wrong;
        EXPECT_EQ(removed.error().code, ErrorCode::conflict);
    }
    EXPECT_EQ(get("k"), "x");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::ValuesIn(store_kinds()), kind_name);

TEST(MemoryStore, CountsTheObjectsOfEachCall) {
    MemoryStore store;
    const std::vector<PutRequest> requests = {{"a", "x", {}}, {"b", "x", {}}};
    (void)store.put(requests);
    (void)get_object(store, "a");
    (void)store.head("a");
    (void)store.head("b");
    (void)store.list("", "", 0);
    (void)remove_object(store, "a");
    EXPECT_EQ(store.requests(), (MemoryStore::Requests{.put = 2, .get = 1, .head = 2, .remove = 1, .list = 1}));
}

}  // namespace
}  // namespace dualstore
