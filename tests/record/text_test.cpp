#include "record/text.hpp"

#include <gtest/gtest.h>

#include "record/number.hpp"

namespace dualstore::record {
namespace {

TEST(Utf8, RefusesOverlongSurrogateAndCutOffForms) {
    EXPECT_TRUE(valid_utf8("plain, é, 雪, 😀"));
    for (const char* text : {"\xc0\xaf", "\xe9", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xf8\x88\x80\x80\x80"}) {
        EXPECT_FALSE(valid_utf8(text)) << excerpt(text);
    }
}

TEST(Fold, IgnoresCaseBeyondAscii) {
    EXPECT_EQ(fold("BrandID"), "brandid");
    EXPECT_EQ(fold("ÉCOLE"), fold("école"));
    EXPECT_EQ(fold("ΣΑΣ"), fold("σασ"));
}

TEST(Fold, IsWhatFoldsToComparesWith) {
    const std::string_view names[] = {"", "k", "K", "\u212a", "ka", "KA", "kb", "\u212aa", "école", "ÉCOLE", "écol", "\xff", "k\xff"};
    for (const auto name : names) {
        for (const auto other : names) EXPECT_EQ(folds_to(name, fold(other)), fold(name) == fold(other)) << name << " and " << other;
    }
}

TEST(JsonString, EscapesOnlyWhatJsonForbids) {
    std::string out;
    append_json_string(out, std::string_view("a\"b\\c\n\t\x01\x7f\0é", 11 + 1));
    EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\t\\u0001\x7f\\u0000é\"");
}

// Eight bytes are looked at together.
TEST(JsonString, EscapesWhereverItStands) {
    for (std::size_t length = 1; length < 20; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            for (const char special : {'"', '\\', '\x1f', ' ', '!', '#', '[', ']', '\x7f', '\x80', '\xff'}) {
                std::string text(length, 'a');
                text[at] = special;
                std::string escaped(1, special);
                if (special == '"' || special == '\\') escaped = std::string("\\") + special;
                if (special == '\x1f') escaped = "\\u001f";
                std::string out;
                append_json_string(out, text);
                EXPECT_EQ(out, '"' + text.replace(at, 1, escaped) + '"');
            }
        }
    }
}

TEST(Excerpt, StaysOnOneLineAndShort) {
    EXPECT_EQ(excerpt("a\nb"), "a\\x0ab");
    EXPECT_EQ(excerpt(std::string(500, 'x')), std::string(60, 'x') + "…");
    EXPECT_EQ(excerpt("\xe9"), "\\xe9");
}

TEST(Number, IsWhatItsDigitsState) {
    EXPECT_EQ(static_cast<long>(scaled("1.5e3", 0, 19).value), 1500);
    EXPECT_EQ(static_cast<long>(scaled("-0", 0, 19).value), 0);
    EXPECT_EQ(static_cast<long>(scaled("1e-2", 2, 10).value), 1);
    EXPECT_EQ(static_cast<long>(scaled("100.000", 0, 3).value), 100);
    EXPECT_EQ(scaled("1.005", 2, 10).fit, NumberFit::inexact);
    EXPECT_EQ(scaled("99999999.99", 2, 10).fit, NumberFit::exact);
    EXPECT_EQ(scaled("100000000", 2, 10).fit, NumberFit::out_of_range);
    EXPECT_EQ(scaled("1e99999999999999999999", 0, 38).fit, NumberFit::out_of_range);
    EXPECT_EQ(scaled("1e-99999999999999999999", 0, 38).fit, NumberFit::inexact);
    EXPECT_EQ(scaled("0e99999999999999999999", 0, 38).fit, NumberFit::exact);
}

TEST(Number, BecomesADoubleOnlyIfItDoesNotVanish) {
    EXPECT_EQ(nearest_double("4.9e-324"), 5e-324);
    EXPECT_EQ(nearest_double("0.0e-999"), 0.0);
    EXPECT_FALSE(nearest_double("1e-400"));
    EXPECT_FALSE(nearest_double("1e400"));
    EXPECT_FALSE(nearest_float("3.4028236e38"));
    EXPECT_TRUE(nearest_float("3.4028234e38"));
}

}  // namespace
}  // namespace dualstore::record
