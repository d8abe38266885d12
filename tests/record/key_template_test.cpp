#include "record/key_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace dualstore::record {
namespace {

using Ids = std::vector<std::string>;

const KeyTemplate& escalations() {
    static const auto parsed = KeyTemplate::parse("brand_{brandid=unknown}_{escalation_id}.json").value();
    return parsed;
}

TEST(KeyTemplate, EncodesOnlyWhatItMust) {
    const auto one = KeyTemplate::parse("{id}.json").value();
    const auto key = [&](const std::string& id) { return one.key(Ids{id}); };
    EXPECT_EQ(key("exec-123"), "exec-123.json");
    EXPECT_EQ(key("a_b.c d\"'é雪"), "a_b.c d\"'é雪.json");
    EXPECT_EQ(key("../../x"), "%2E.%2F..%2Fx.json");
    EXPECT_EQ(key("."), "%2E.json");
    EXPECT_EQ(key(".."), "%2E..json");
    EXPECT_EQ(key("_hidden"), "%5Fhidden.json");
    EXPECT_EQ(key("100%"), "100%25.json");
    EXPECT_EQ(key("a/b"), "a%2Fb.json");
    EXPECT_EQ(key("x\ny\x7f"), "x%0Ay%7F.json");
    EXPECT_EQ(key("\xc2\x85"), "%C2%85.json");
    EXPECT_EQ(escalations().key(Ids{"a_b", "c_d"}), "brand_a%5Fb_c_d.json");
}

TEST(KeyTemplate, GivesNoTwoIdsOneKeyAndReadsThemBack) {
    const Ids parts = {"a",   "b",   "_",     "__",      "a_b",   "_a",     "a_", ".",  "..",   "/",       "%",
                       "%5F", "%2F", "a/b",   "json",    ".json", "a.json", "\n", "\t", "é",    "雪",      "😀",
                       "\"",  "'",   "a%5Fb", "unknown", "-",     "0",      "1",  " ",  "\x7f", "\xc2\x85"};
    for (const char* text : {"brand_{x}_{y}.json", "{x}/{y}.json", "{x}F{y}_v2.json", "{x}雪{y}.json", "{x}5{y}.json"}) {
        const auto parsed = KeyTemplate::parse(text);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error();
        std::map<std::string, Ids> seen;
        for (const auto& x : parts) {
            for (const auto& y : parts) {
                const Ids ids = {x, y};
                const std::string key = parsed->key(ids);
                EXPECT_TRUE(seen.emplace(key, ids).second) << text << " gives " << key << " twice";
                EXPECT_EQ(parsed->ids(key), ids) << key;
                for (const char* part : {"//", "/.", "/_", "\n"}) EXPECT_EQ(('/' + key).find(part), std::string::npos) << key;
            }
        }
    }
}

TEST(KeyTemplate, FindsNoIdsInForeignKeys) {
    for (const char* key :
         {"", "brand_1.json", "brand__x.json", "brand_1_.json", "brand_1_x.txt", "brand_%zz_x.json", "brand_%61_x.json", "x"}) {
        EXPECT_FALSE(escalations().ids(key)) << key;
    }
    EXPECT_EQ(escalations().ids("brand_1_x.json"), (Ids{"1", "x"}));
}

TEST(KeyTemplate, SaysWhatIsWrongWithItsText) {
    const auto wrong = [](std::string_view text) { return KeyTemplate::parse(text).error(); };
    EXPECT_THAT(wrong("brand.json"), testing::HasSubstr("no field"));
    EXPECT_THAT(wrong("{a}{b}.json"), testing::HasSubstr("touch"));
    EXPECT_THAT(wrong("{a}"), testing::HasSubstr(".json"));
    EXPECT_THAT(wrong("{a.json"), testing::HasSubstr("without '}'"));
    EXPECT_THAT(wrong("a}.json"), testing::HasSubstr("without '{'"));
    EXPECT_THAT(wrong("{a:first}.json"), testing::HasSubstr("is not a field"));
    EXPECT_THAT(wrong("{}.json"), testing::HasSubstr("is not a field"));
    EXPECT_THAT(wrong("%{a}.json"), testing::HasSubstr("'%'"));
    EXPECT_THAT(wrong("/{a}.json"), testing::HasSubstr("part of its path"));
    EXPECT_THAT(wrong("_{a}.json"), testing::HasSubstr("part of its path"));
    EXPECT_THAT(wrong("x/../{a}.json"), testing::HasSubstr("part of its path"));
}

}  // namespace
}  // namespace dualstore::record
