// What every object store must do with keys and lists of them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "object/conformance.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreKeys : public ConformanceTest {};

TEST_P(StoreKeys, EmptyStoreListsNothing) {
    EXPECT_THAT(keys(), IsEmpty());
    EXPECT_THAT(keys("metadata/"), IsEmpty());
}

TEST_P(StoreKeys, ListIsInByteOrderOfWholeKeys) {
    // '-' and '.' sort before '/', so folders and what lies in them are no neighbours.
    const std::vector<std::string> sorted = {"A",       "B/a",     "a b",   "a!b/c", "a%2Fb", "a-/z", "a-1", "a.json",
                                             "a/1",     "a/2-",    "a/2/x", "a0/x",  "b/a/z", "b/a0", "b/é", "b/\xf0\x9f\x98\x80",
                                             "z/1-2/3", "z/1/2/3", "z/10",  "z/2",   "é"};
    for (auto key = sorted.rbegin(); key != sorted.rend(); ++key) put(*key, *key);
    EXPECT_EQ(keys(), sorted);
    EXPECT_EQ(keys("", 1), sorted);
    EXPECT_EQ(keys("", 3), sorted);
}

TEST_P(StoreKeys, PrefixIsAnyBeginningOfAKey) {
    for (const auto* key : {"m/brand_1.json", "m/brand_12.json", "m/brand_2.json", "m/brand_1/x", "n/brand_1.json"}) put(key, "x");
    EXPECT_THAT(keys("m/brand_1"), ElementsAre("m/brand_1.json", "m/brand_1/x", "m/brand_12.json"));
    EXPECT_THAT(keys("m/brand_1/"), ElementsAre("m/brand_1/x"));
    EXPECT_THAT(keys("n"), ElementsAre("n/brand_1.json"));
    EXPECT_THAT(keys("m/brand_12.json"), ElementsAre("m/brand_12.json"));
    EXPECT_THAT(keys("m/brand_12.json/"), IsEmpty());
    EXPECT_THAT(keys("o"), IsEmpty());
}

TEST_P(StoreKeys, PrefixThatNoKeyHasListsNothing) {
    put("a/b", "x");
    for (const auto* prefix : {"/", "//", "../", "a/../", "a//", "./", "a/./", ".dualstore/", ".dualstore/tmp/"}) {
        EXPECT_THAT(keys(prefix), IsEmpty()) << prefix;
    }
}

TEST_P(StoreKeys, ListBeginsAfterAKeyThereOrNot) {
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

TEST_P(StoreKeys, PagesGiveEachKeyOnce) {
    std::vector<std::string> expected;
    for (int i = 0; i < 2500; ++i) expected.push_back(fmt::format("f{}/k{:05}.json", i / 900, i));
    std::vector<PutRequest> requests;
    for (const auto& key : expected) requests.push_back({key, key, {}});
    for (const auto& result : store_->put(requests)) ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(keys("", 1000), expected);
    EXPECT_EQ(keys("f", 77), expected);
    EXPECT_EQ(keys(), expected);
}

TEST_P(StoreKeys, NothingComesBehindTheLastPage) {
    for (const auto* key : {"a", "b", "c"}) put(key, "x");
    const auto first = store_->list("", "", 2).value();
    EXPECT_EQ(first.objects.size(), 2U);
    EXPECT_FALSE(first.next.empty());
    EXPECT_EQ(store_->list("", first.next, 2)->objects.size(), 1U);
    for (const std::size_t limit : {3U, 4U}) {
        const auto all = store_->list("", "", limit).value();
        EXPECT_EQ(all.objects.size(), 3U);
        // A server need not know that a page is the last one.
        if (!all.next.empty()) {
            EXPECT_EQ(store_->list("", all.next, limit)->objects.size(), 0U);
        }
    }
}

TEST_P(StoreKeys, ListGivesSizes) {
    put("a", "1");
    put("b", "22");
    const auto page = store_->list("", "", 0).value();
    ASSERT_EQ(page.objects.size(), 2U);
    EXPECT_EQ(page.objects[0].size, 1U);
    EXPECT_EQ(page.objects[1].size, 2U);
}

TEST_P(StoreKeys, RefusesWhatIsNoKey) {
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

// Whether this store takes such a key.
bool fits(const std::string& key) {
    const auto& kind = StoreKeys::GetParam();
    std::size_t longest_part = 0;
    for (std::size_t from = 0; from <= key.size();) {
        const std::size_t to = std::min(key.find('/', from), key.size());
        longest_part = std::max(longest_part, to - from);
        from = to + 1;
    }
    return key.size() <= kind.longest_key && (longest_part <= 255 || kind.has(Feature::long_parts)) &&
           (key.find_first_of("\r\n") == key.npos || kind.has(Feature::line_breaks)) &&
           (key.find('\\') == key.npos || kind.has(Feature::backslashes));
}

TEST_P(StoreKeys, KeysAreKeptAsTheyAre) {
    std::string letters;
    for (int i = 0; i < 300; ++i) letters += i % 2 == 0 ? "é" : "ж";
    std::string emoji;
    for (int i = 0; i < 250; ++i) emoji += "\xf0\x9f\x98\x80";
    std::vector<std::string> odd = {"a b/c  d.json",
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
    std::erase_if(odd, [](const auto& key) { return !fits(key); });
    for (const auto& key : odd) put(key, key);
    for (const auto& key : odd) {
        EXPECT_EQ(get(key), key);
        EXPECT_EQ(store_->head(key).value()->size, key.size()) << key;
    }
    auto sorted = odd;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(keys(), sorted);
    EXPECT_EQ(keys("", 2), sorted);
    if (fits(letters)) {
        EXPECT_THAT(keys(letters.substr(0, 280)), ElementsAre(letters));
    }
    for (const auto& key : odd) EXPECT_TRUE(remove(key)) << key;
    EXPECT_THAT(keys(), IsEmpty());
}

TEST_P(StoreKeys, LongKeysThatDifferInOneByteAreTwo) {
    const std::string part(230, 'x');
    const std::string begin = has(Feature::long_parts) ? std::string(700, 'x') : part + '/' + part + '/' + part;
    for (const auto* end : {"a", "b", "aa", ""}) put(begin + end, end);
    EXPECT_THAT(keys(begin), ElementsAre(begin, begin + "a", begin + "aa", begin + "b"));
    EXPECT_EQ(get(begin + "a"), "a");
    EXPECT_EQ(get(begin + "aa"), "aa");
    EXPECT_EQ(get(begin), "");
    EXPECT_TRUE(remove(begin + "a"));
    EXPECT_THAT(keys(begin + "a"), ElementsAre(begin + "aa"));
}

TEST_P(StoreKeys, KeysOfOtherCaseAreOthers) {
    put("a/Key", "1");
    put("a/key", "2");
    EXPECT_EQ(get("a/Key"), "1");
    EXPECT_EQ(get("a/key"), "2");
}

TEST_P(StoreKeys, DeepKeysWork) {
    std::string key;
    while (key.size() + 3 <= GetParam().longest_key) key += "d/";
    key += "f";
    put(key, "deep");
    EXPECT_EQ(get(key), "deep");
    EXPECT_THAT(keys("d/d/d/"), ElementsAre(key));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreKeys, testing::ValuesIn(store_kinds()), kind_name);

}  // namespace
}  // namespace dualstore
