#include "record/timestamp.hpp"

#include <gtest/gtest.h>

namespace dualstore::record {
namespace {

std::string utc(std::string_view text) {
    const auto parsed = parse_timestamp(text);
    return parsed ? to_text(*parsed) : "none";
}

TEST(Timestamp, IsBroughtToUtcWithItsDigits) {
    EXPECT_EQ(utc("2024-01-02 03:04:05"), "2024-01-02 03:04:05");
    EXPECT_EQ(utc("2024-01-02T03:04:05Z"), "2024-01-02 03:04:05");
    EXPECT_EQ(utc("2024-01-02t03:04:05z"), "2024-01-02 03:04:05");
    EXPECT_EQ(utc("2024-01-02T03:04:05.678901+00:00"), "2024-01-02 03:04:05.678901");
    EXPECT_EQ(utc("2024-01-02T03:04:05-05:30"), "2024-01-02 08:34:05");
    EXPECT_EQ(utc("2024-01-02T23:04:05.9999+14:00"), "2024-01-02 09:04:05.9999");
    EXPECT_EQ(utc("2024-03-01T00:00:00+0100"), "2024-02-29 23:00:00");
    EXPECT_EQ(utc("2024-01-01T00:30:00+01"), "2023-12-31 23:30:00");
    EXPECT_EQ(utc("2024-01-02 03:04:05 UTC"), "2024-01-02 03:04:05");
    EXPECT_EQ(utc("2024-01-02 03:04:05.123456789"), "2024-01-02 03:04:05.123456789");
    EXPECT_EQ(utc("0001-01-01 00:00:00"), "0001-01-01 00:00:00");
    EXPECT_EQ(utc("1969-12-31 23:59:59.999"), "1969-12-31 23:59:59.999");
    EXPECT_EQ(utc("9999-12-31 23:59:59.999"), "9999-12-31 23:59:59.999");
}

TEST(Timestamp, RefusesWhatNamesNoInstant) {
    for (const char* text : {"",
                             "2024-01-02",
                             "2024-01-02T03",
                             "2024-01-02T03:04",
                             "2024-1-2 3:4:5",
                             "2024-13-01 00:00:00",
                             "2023-02-29 00:00:00",
                             "2024-01-02 24:00:00",
                             "2024-01-02 23:59:60",
                             "10000-01-01 00:00:00",
                             "0000-01-01 00:00:00",
                             "2024-01-02 03:04:05 ",
                             " 2024-01-02 03:04:05",
                             "2024-01-02 03:04:05.",
                             "2024-01-02 03:04:05.1234567890",
                             "2024-01-02 03:04:05+19:00",
                             "2024-01-02 03:04:05+00:60",
                             "2024-01-02 03:04:05+",
                             "0001-01-01T00:00:00+01:00",
                             "9999-12-31 23:59:59.9995",
                             "1704164645.5",
                             "20240102T030405Z",
                             "02/01/2024",
                             "2024-01-02 03:04:05,5"}) {
        EXPECT_EQ(utc(text), "none") << text;
    }
}

TEST(Timestamp, RoundsHalfUpToMilliseconds) {
    EXPECT_EQ(rounded_micros(*parse_timestamp("1970-01-01 00:00:00.0004999")), 0);
    EXPECT_EQ(rounded_micros(*parse_timestamp("1970-01-01 00:00:00.0005")), 1'000);
    EXPECT_EQ(rounded_micros(*parse_timestamp("1970-01-01 00:00:00.999999")), 1'000'000);
    EXPECT_EQ(rounded_micros(*parse_timestamp("1969-12-31 23:59:59.9995")), 0);
}

TEST(Timestamp, KnowsWhichReadersTakeTheFormItHas) {
    const auto form = [](std::string_view text) { return parse_timestamp(text)->form; };
    EXPECT_EQ(form("2024-01-02 03:04:05.5"), TimestampForm::plain);
    EXPECT_EQ(form("2024-01-02T03:04:05"), TimestampForm::plain);
    EXPECT_EQ(form("2024-01-02T03:04:05Z"), TimestampForm::offset);
    EXPECT_EQ(form("2024-01-02T03:04:05+00:00"), TimestampForm::offset);
    EXPECT_EQ(form("2024-01-02 03:04:05Z"), TimestampForm::other);
    EXPECT_EQ(form("2024-01-02T03:04:05+00"), TimestampForm::other);
}

TEST(Date, IsACalendarDay) {
    EXPECT_EQ(parse_date("1970-01-02"), 1);
    EXPECT_EQ(parse_date("1969-12-31"), -1);
    EXPECT_EQ(parse_date("2024-02-29"), 19782);
    for (const char* text : {"2023-02-29", "2024-1-2", "2024-01-02 ", "2024-01-02T00:00:00", "20240102", "0000-01-01", ""}) {
        EXPECT_FALSE(parse_date(text)) << text;
    }
}

}  // namespace
}  // namespace dualstore::record
