#include "object/s3_address.hpp"

#include <gmock/gmock.h>

#include "object/s3_request.hpp"

namespace dualstore::object {
namespace {

S3Address address(S3Options options, std::string_view region, std::string_view endpoint = {}) {
    const auto found = s3_address(options, region, endpoint);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(S3Address{});
}

TEST(S3Address, AmazonsOwnHasAHostForEachBucket) {
    const auto own = address({.bucket = "my-bucket"}, "eu-west-1");
    EXPECT_EQ(own.endpoint, "https://my-bucket.s3.eu-west-1.amazonaws.com");
    EXPECT_EQ(own.root, "/");
    EXPECT_TRUE(own.amazon);
    EXPECT_EQ(address({.bucket = "my-bucket"}, "cn-north-1").endpoint, "https://my-bucket.s3.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(address({.bucket = "my-bucket"}, "us-gov-west-1").endpoint, "https://my-bucket.s3.us-gov-west-1.amazonaws.com");
}

TEST(S3Address, NamesWithDotsAreInThePath) {
    const auto dotted = address({.bucket = "my.bucket"}, "eu-west-1");
    EXPECT_EQ(dotted.endpoint, "https://s3.eu-west-1.amazonaws.com");
    EXPECT_EQ(dotted.root, "/my.bucket/");
    EXPECT_EQ(address({.bucket = "my-bucket", .path_style = true}, "eu-west-1").root, "/my-bucket/");
}

TEST(S3Address, OtherServersGetThePathUnlessTold) {
    const auto path = address({.bucket = "my-bucket"}, "us-east-1", "http://127.0.0.1:9000/");
    EXPECT_EQ(path.endpoint, "http://127.0.0.1:9000");
    EXPECT_EQ(path.root, "/my-bucket/");
    EXPECT_FALSE(path.amazon);
    const auto host = address({.bucket = "my-bucket", .path_style = false}, "us-east-1", "https://storage.example.com");
    EXPECT_EQ(host.endpoint, "https://my-bucket.storage.example.com");
    EXPECT_EQ(host.root, "/");
    EXPECT_FALSE(address({.bucket = "my-bucket"}, "us-east-1", "https://amazonaws.com.example.com").amazon);
}

TEST(S3Address, RefusesWhatCannotBe) {
    const auto code = [](const S3Options& options, std::string_view region = "eu-west-1", std::string_view endpoint = {}) {
        const auto found = s3_address(options, region, endpoint);
        return found ? "accepted" : std::string(name(found.error().code));
    };
    for (const auto* bucket : {"", "ab", "UPPER", "under_score", "a..b", "-ab", "ab.", "192.168.0.1", "a/b", "a?b", "a b"}) {
        EXPECT_EQ(code({.bucket = bucket}), "invalid_argument") << bucket;
    }
    EXPECT_EQ(code({.bucket = "fast--use1-az4--x-s3"}), "unsupported");
    EXPECT_EQ(code({.bucket = "bucket", .prefix = "no-slash"}), "invalid_argument");
    EXPECT_EQ(code({.bucket = "bucket", .prefix = "\xff/"}), "invalid_argument");
    for (const auto* region : {"", "eu-west-1.example.com/", "EU", "eu west"}) {
        EXPECT_EQ(code({.bucket = "bucket"}, region), "invalid_argument") << region;
    }
    for (const auto* endpoint : {"127.0.0.1:9000", "ftp://host", "http://", "http://host/path", "http://user@host"}) {
        EXPECT_EQ(code({.bucket = "bucket"}, "eu-west-1", endpoint), "invalid_argument") << endpoint;
    }
}

TEST(S3Address, RefusesOptionsThatNoServiceKnows) {
    const auto code = [](const S3Options& options) {
        const auto made = S3Requests::make({}, options);
        return made ? "accepted" : std::string(name(made.error().code));
    };
    EXPECT_EQ(code({.bucket = "bucket", .encryption = "AES256"}), "accepted");
    EXPECT_EQ(code({.bucket = "bucket", .expected_owner = "me"}), "invalid_argument");
    EXPECT_EQ(code({.bucket = "bucket", .encryption = "rot13"}), "invalid_argument");
    EXPECT_EQ(code({.bucket = "bucket", .encryption = "AES256", .kms_key = "k"}), "invalid_argument");
    EXPECT_EQ(code({.bucket = "bucket", .encryption = "aws:kms", .kms_key = "k\r\nx-amz-acl: public-read"}), "invalid_argument");
}

}  // namespace
}  // namespace dualstore::object
