// What every object store must do with one object, and with keys.
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
    const auto etag = put("new/key", "x", PutMode::create());
    EXPECT_EQ(get_object(*store_, "new/key").value()->etag, etag);
}

TEST_P(StoreConformance, CreateRefusesAnExistingKey) {
    put("k", "old");
    EXPECT_EQ(put_error("k", "new", PutMode::create()), ErrorCode::conflict);
    EXPECT_EQ(put_error("k", "old", PutMode::create()), ErrorCode::conflict);
    EXPECT_EQ(get("k"), "old");
}

TEST_P(StoreConformance, CreateWorksAgainAfterRemove) {
    put("k", "old");
    EXPECT_TRUE(remove_object(*store_, "k").value());
    put("k", "new", PutMode::create());
    EXPECT_EQ(get("k"), "new");
}

TEST_P(StoreConformance, IfMatchReplacesOnlyItsOwnVersion) {
    const auto first = put("k", "first");
    const auto second = put("k", "second", PutMode::if_match(first));
    EXPECT_EQ(put_error("k", "third", PutMode::if_match(first)), ErrorCode::conflict);
    EXPECT_EQ(get("k"), "second");
    put("k", "third", PutMode::if_match(second));
    EXPECT_EQ(get("k"), "third");
}

TEST_P(StoreConformance, IfMatchMakesNoNewKey) {
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
    put("k", "1");
    settle();
    const auto second = store_->head("k").value()->stamp;
    EXPECT_FALSE(second.empty());
    EXPECT_NE(second, first);
}

TEST_P(StoreConformance, RemoveTellsWhetherThereWasOne) {
    put("a/k", "x");
    EXPECT_TRUE(remove_object(*store_, "a/k").value());
    EXPECT_FALSE(remove_object(*store_, "a/k").value());
    EXPECT_FALSE(remove_object(*store_, "a/none").value());
    EXPECT_FALSE(remove_object(*store_, "b/none").value());
}

TEST_P(StoreConformance, RemovedIsGoneForEveryCall) {
    put("a/k", "x");
    put("a/l", "y");
    EXPECT_TRUE(remove_object(*store_, "a/k").value());
    EXPECT_EQ(get("a/k"), std::nullopt);
    EXPECT_EQ(store_->head("a/k").value(), std::nullopt);
    EXPECT_THAT(keys(), ElementsAre("a/l"));
    EXPECT_EQ(put_error("a/k", "z", PutMode::if_match("anything")), ErrorCode::conflict);
}

TEST_P(StoreConformance, RemoveIfMatchTakesOnlyThatVersion) {
    const auto first = put("k", "first");
    const auto second = put("k", "second");
    const auto refused = remove_object(*store_, "k", first);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(refused.error().operation, "remove");
    EXPECT_EQ(get("k"), "second");
    EXPECT_TRUE(remove_object(*store_, "k", second).value());
    EXPECT_FALSE(remove_object(*store_, "k", second).value());
}

TEST_P(StoreConformance, EmptyStoreListsNothing) {
    EXPECT_THAT(keys(), IsEmpty());
    EXPECT_THAT(keys("metadata/"), IsEmpty());
}

TEST_P(StoreConformance, ListIsInByteOrderOfWholeKeys) {
    const std::vector<std::string> sorted = {"A",         "B/a",    "a",     "a b",  "a!b/c", "a%2Fb",
                                             "a-/z",      "a.json", "b/a/z", "b/a0", "b/é",   "b/\xf0\x9f\x98\x80",
                                             "z/1/2/3/4", "z/10",   "z/2",   "é"};
    for (auto key = sorted.rbegin(); key != sorted.rend(); ++key) put(*key, *key);
    EXPECT_EQ(keys(), sorted);
    EXPECT_EQ(keys("", 1), sorted);
    EXPECT_EQ(keys("", 3), sorted);
}

TEST_P(StoreConformance, PrefixIsAnyBeginningOfAKey) {
    for (const auto* key : {"m/brand_1.json", "m/brand_12.json", "m/brand_2.json", "m/brand_1/x", "n/brand_1.json"}) put(key, "x");
    EXPECT_THAT(keys("m/brand_1"), ElementsAre("m/brand_1.json", "m/brand_1/x", "m/brand_12.json"));
    EXPECT_THAT(keys("m/brand_1/"), ElementsAre("m/brand_1/x"));
    EXPECT_THAT(keys("n"), ElementsAre("n/brand_1.json"));
    EXPECT_THAT(keys("m/brand_12.json"), ElementsAre("m/brand_12.json"));
    EXPECT_THAT(keys("m/brand_12.json/"), IsEmpty());
    EXPECT_THAT(keys("o"), IsEmpty());
}

TEST_P(StoreConformance, PrefixThatNoKeyHasListsNothing) {
    put("a/b", "x");
    for (const auto* prefix : {"/", "//", "../", "a/../", "a//", "./", "a/./", ".dualstore/", ".dualstore/tmp/"}) {
        EXPECT_THAT(keys(prefix), IsEmpty()) << prefix;
    }
}

TEST_P(StoreConformance, ListBeginsAfterAKeyThereOrNot) {
    for (const auto* key : {"a/1", "a/3", "a/5", "b/1"}) put(key, "x");
    const auto after = [&](std::string_view prefix, std::string_view key) {
        std::vector<std::string> found;
        const auto page = store_->list(prefix, key, 0).value();
        for (const auto& object : page.objects) found.push_back(object.key);
        return found;
    };
    EXPECT_THAT(after("a/", "a/3"), ElementsAre("a/5"));
    EXPECT_THAT(after("a/", "a/2"), ElementsAre("a/3", "a/5"));
    EXPECT_THAT(after("", "a/5"), ElementsAre("b/1"));
    EXPECT_THAT(after("b", "a/5"), ElementsAre("b/1"));
    EXPECT_THAT(after("a/", "b/1"), IsEmpty());
    EXPECT_THAT(after("", "a/30"), ElementsAre("a/5", "b/1"));
}

TEST_P(StoreConformance, PagesGiveEachKeyOnce) {
    std::vector<std::string> expected;
    for (int i = 0; i < 2500; ++i) expected.push_back(fmt::format("f{}/k{:05}.json", i / 900, i));
    std::vector<PutRequest> requests;
    for (const auto& key : expected) requests.push_back({key, key, {}});
    for (const auto& result : store_->put(requests)) ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(keys("", 1000), expected);
    EXPECT_EQ(keys("f", 77), expected);
    EXPECT_EQ(keys(), expected);
}

TEST_P(StoreConformance, LastPageHasNoNext) {
    for (const auto* key : {"a", "b", "c"}) put(key, "x");
    const auto first = store_->list("", "", 2).value();
    EXPECT_EQ(first.objects.size(), 2U);
    EXPECT_FALSE(first.next.empty());
    EXPECT_EQ(store_->list("", first.next, 2)->objects.size(), 1U);
    EXPECT_EQ(store_->list("", first.next, 2)->next, "");
    EXPECT_EQ(store_->list("", "", 3)->next, "");
    EXPECT_EQ(store_->list("", "", 4)->next, "");
}

TEST_P(StoreConformance, ListGivesSizes) {
    put("a", "1");
    put("b", "22");
    const auto page = store_->list("", "", 0).value();
    ASSERT_EQ(page.objects.size(), 2U);
    EXPECT_EQ(page.objects[0].size, 1U);
    EXPECT_EQ(page.objects[1].size, 2U);
}

TEST_P(StoreConformance, RefusesWhatIsNoKey) {
    const std::string nul("a\0b", 3);
    for (const auto& key :
         {std::string(), std::string(1025, 'k'), nul, std::string("a\xff"), std::string("\xc3"), std::string("\xed\xa0\x80")}) {
        EXPECT_EQ(put_error(key, "x"), ErrorCode::invalid_argument);
        const auto found = get_object(*store_, key);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(found.error().operation, "get");
        EXPECT_FALSE(remove_object(*store_, key));
        EXPECT_FALSE(store_->head(key));
    }
    EXPECT_THAT(keys(), IsEmpty());
}

TEST_P(StoreConformance, KeysAreKeptAsTheyAre) {
    std::string letters;
    for (int i = 0; i < 300; ++i) letters += i % 2 == 0 ? "é" : "ж";
    std::string emoji;
    for (int i = 0; i < 250; ++i) emoji += "\xf0\x9f\x98\x80";
    const std::vector<std::string> odd = {"a b/c  d.json",
                                          " ",
                                          "%",
                                          "%2F%2E",
                                          "q\"uo'te`s",
                                          "back\\slash",
                                          "tab\tnew\nline\r",
                                          "\x01\x1f\x7f",
                                          "*?[a]{b}",
                                          "$HOME ~ #;&|<>",
                                          "-rf",
                                          "...",
                                          "..a/.b/c..",
                                          "ünïcödé/日本語/\xf0\x9f\x98\x80.json",
                                          "e\xcc\x81",
                                          "\xc3\xa9",
                                          "\xe2\x80\xa8",
                                          ".hidden",
                                          ".dualstore2/x",
                                          "x/.dualstore/y",
                                          "CON",
                                          "a:b",
                                          "+%+a",
                                          letters,
                                          "t/" + letters + ".json",
                                          letters.substr(0, 250) + "/" + letters,
                                          emoji,
                                          std::string(1024, 'k'),
                                          std::string(255, 'l'),
                                          std::string(256, 'm'),
                                          "d/" + std::string(1022, 'n')};
    for (const auto& key : odd) put(key, key);
    for (const auto& key : odd) {
        EXPECT_EQ(get(key), key);
        EXPECT_EQ(store_->head(key).value()->size, key.size()) << key;
    }
    auto sorted = odd;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(keys(), sorted);
    EXPECT_EQ(keys("", 2), sorted);
    EXPECT_THAT(keys(letters.substr(0, 280)), ElementsAre(letters));
    for (const auto& key : odd) EXPECT_TRUE(remove_object(*store_, key).value()) << key;
    EXPECT_THAT(keys(), IsEmpty());
}

TEST_P(StoreConformance, LongKeysThatDifferInOneByteAreTwo) {
    const std::string begin(700, 'x');
    for (const auto* end : {"a", "b", "aa", ""}) put(begin + end, end);
    EXPECT_THAT(keys(begin), ElementsAre(begin, begin + "a", begin + "aa", begin + "b"));
    EXPECT_EQ(get(begin + "a"), "a");
    EXPECT_EQ(get(begin + "aa"), "aa");
    EXPECT_EQ(get(begin), "");
    EXPECT_TRUE(remove_object(*store_, begin + "a").value());
    EXPECT_THAT(keys(begin + "a"), ElementsAre(begin + "aa"));
}

TEST_P(StoreConformance, KeysOfOtherCaseAreOthers) {
    put("a/Key", "1");
    put("a/key", "2");
    EXPECT_EQ(get("a/Key"), "1");
    EXPECT_EQ(get("a/key"), "2");
}

TEST_P(StoreConformance, DeepKeysWork) {
    std::string key;
    for (int i = 0; i < 511; ++i) key += "d/";
    key += "f";
    put(key, "deep");
    EXPECT_EQ(get(key), "deep");
    EXPECT_THAT(keys("d/d/d/"), ElementsAre(key));
}

TEST_P(StoreConformance, DoesAllThatIsConditional) {
    const auto can = store_->capabilities().value();
    EXPECT_TRUE(can.create && can.if_match && can.remove_if_match);
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
