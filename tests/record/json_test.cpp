#include "record/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualstore::record {
namespace {

std::string refusal(std::string_view text) {
    auto parsed = parse_record(text);
    return parsed ? "taken" : parsed.error().message;
}

TEST(Json, TakesOnlyWhatTheStandardAllows) {
    EXPECT_EQ(refusal("  {\"a\": [1, 2e5, \"\\ud83d\\ude00\", null]}\r\n"), "taken");
    for (const char* text : {"{a:1}", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":5.}",
                             "{\"a\":007}", "{\"a\":1} x", "{\"a\":1},", "{\"a\":1}{\"b\":2}", "//c\n{\"a\":1}", "{\"a\":\"\t\"}",
                             "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ude00\\ud83d\"}", "{\"a\":0x10}", "{\"a\":tru}"}) {
        EXPECT_NE(refusal(text), "taken") << text;
    }
}

TEST(Json, SaysWhatIsWrongInPlainWords) {
    EXPECT_THAT(refusal(""), testing::HasSubstr("empty"));
    EXPECT_THAT(refusal("{\"a\":"), testing::HasSubstr("cut off"));
    EXPECT_THAT(refusal("{\"a\":\"\xe9\"}"), testing::HasSubstr("UTF-8"));
    EXPECT_THAT(refusal("\xef\xbb\xbf{}"), testing::HasSubstr("byte order mark"));
    EXPECT_THAT(refusal("{\"a\":'x'}"), testing::HasSubstr("not valid JSON: unexpected character"));
    EXPECT_THAT(refusal("[1]"), testing::HasSubstr("an array: expected a JSON object"));
    EXPECT_THAT(refusal("5"), testing::HasSubstr("a number: expected a JSON object"));
    EXPECT_THAT(refusal("{\n\"a\": x}"), testing::HasSubstr("line 2 of it, byte 6"));
}

TEST(Json, LimitsARecordTo16MiB) {
    const std::string frame = "{\"a\":\"\"}";
    const auto record = [&](std::size_t size) { return "{\"a\":\"" + std::string(size - frame.size(), 'x') + "\"}"; };
    EXPECT_EQ(refusal(record(largest_record)), "taken");
    EXPECT_THAT(refusal(record(largest_record + 1)), testing::HasSubstr("16 MiB"));
}

}  // namespace
}  // namespace dualstore::record
