#include "aws/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace dualstore::aws {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds longest_of_many(Failure failure, int attempts) {
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 1000; ++i) {
        longest = std::max(longest, back_off(failure, attempts));
    }
    return longest;
}

TEST(RetryTest, WaitsGrowAndAreJittered) {
    EXPECT_LE(longest_of_many(Failure::lost, 1), 50ms);
    EXPECT_GT(longest_of_many(Failure::lost, 1), 25ms);
    EXPECT_LE(longest_of_many(Failure::lost, 3), 200ms);
    EXPECT_GT(longest_of_many(Failure::throttled, 1), 250ms);
    EXPECT_LE(longest_of_many(Failure::broken, 1000), 5s);
    EXPECT_GT(longest_of_many(Failure::broken, 1000), 4s);
}

TEST(RetryTest, RetryAfterIsTakenInSecondsAndBounded) {
    EXPECT_EQ(retry_after("2"), 2s);
    EXPECT_EQ(retry_after("100000"), 20s);
    EXPECT_EQ(retry_after(""), 0s);
    EXPECT_EQ(retry_after("-1"), 0s);
    EXPECT_EQ(retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), 0s);
}

TEST(RetryTest, TheQuotaRunsOutAndSuccessesFillIt) {
    RetryQuota quota(1);
    int retries = 0;
    while (quota.take(Failure::throttled) != 0) {
        ++retries;
    }
    EXPECT_GT(retries, 50);
    EXPECT_LT(retries, 200);
    for (int i = 0; i < 4; ++i) {
        quota.put_back(0);
    }
    EXPECT_EQ(quota.take(Failure::throttled), 0);
    quota.put_back(0);
    EXPECT_NE(quota.take(Failure::throttled), 0) << "five successes pay for a retry";
}

}  // namespace
}  // namespace dualstore::aws
