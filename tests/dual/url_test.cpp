// The URLs that name stores and engines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "dual/engine_url.hpp"
#include "dual/store_url.hpp"

namespace dualstore::dual {
namespace {

using testing::HasSubstr;
using testing::Not;

S3Options bucket(std::string_view url) {
    auto place = parse_store_url(url);
    EXPECT_TRUE(place) << url << ": " << (place ? "" : place.error().message);
    return place ? std::get<S3Options>(*place) : S3Options{};
}

TEST(StoreUrl, NamesABucketAndAllItsSettings) {
    const auto plain = bucket("s3://brands");
    EXPECT_EQ(plain.bucket, "brands");
    EXPECT_EQ(plain.prefix, "");
    EXPECT_EQ(plain.path_style, std::nullopt);
    EXPECT_EQ(plain.aws.deadline, std::chrono::seconds(60));

    const auto whole = bucket(
        "s3://brands/a/b%20c?endpoint=http://127.0.0.1:9000&region=eu-west-1&profile=dev&path_style=off&ca=/etc/ca.pem&owner=123456789012"
        "&encryption=aws:kms&kms_key=arn%3Aaws&deadline=5");
    EXPECT_EQ(whole.prefix, "a/b c/");
    EXPECT_EQ(whole.aws.endpoint, "http://127.0.0.1:9000");
    EXPECT_EQ(whole.aws.region, "eu-west-1");
    EXPECT_EQ(whole.aws.profile, "dev");
    EXPECT_EQ(whole.path_style, false);
    EXPECT_EQ(whole.aws.ca_file, "/etc/ca.pem");
    EXPECT_EQ(whole.expected_owner, "123456789012");
    EXPECT_EQ(whole.encryption, "aws:kms");
    EXPECT_EQ(whole.kms_key, "arn:aws");
    EXPECT_EQ(whole.aws.deadline, std::chrono::seconds(5));
    EXPECT_EQ(bucket("s3://brands/a/").prefix, "a/");
}

TEST(StoreUrl, SaysWhatIsWrong) {
    const auto error = [](std::string_view url) {
        const auto place = parse_store_url(url);
        EXPECT_FALSE(place) << url;
        return place ? std::string() : place.error().message;
    };
    EXPECT_THAT(error("s3://b?regoin=x"), HasSubstr("'regoin' is no setting of an S3 store: expected endpoint, region"));
    EXPECT_THAT(error("s3://b?region=x&region=y"), HasSubstr("stands twice"));
    EXPECT_THAT(error("s3://b?path_style=yes"), HasSubstr("expected on or off"));
    EXPECT_THAT(error("s3://b?deadline=0"), HasSubstr("number of seconds"));
    EXPECT_THAT(error("s3://b?ca=%zz"), HasSubstr("hexadecimal"));
    EXPECT_THAT(error("s3://"), HasSubstr("s3://BUCKET"));
    EXPECT_THAT(error("s3://key:secret@b"), testing::AllOf(HasSubstr("credentials come from the environment"), Not(HasSubstr("secret"))));
    EXPECT_THAT(error("gs://b"), HasSubstr("names no store"));
}

TEST(EngineUrl, NamesAthena) {
    const auto place = parse_engine_url("athena://brands?region=eu-west-1&workgroup=w&output=s3://o/p/&catalog=c&timeout=10&deadline=3");
    ASSERT_TRUE(place) << place.error().message;
    const auto& athena = std::get<AthenaOptions>(*place);
    EXPECT_EQ(athena.database, "brands");
    EXPECT_EQ(athena.aws.region, "eu-west-1");
    EXPECT_EQ(athena.workgroup, "w");
    EXPECT_EQ(athena.output, "s3://o/p/");
    EXPECT_EQ(athena.catalog, "c");
    EXPECT_EQ(athena.timeout, std::chrono::seconds(10));
    EXPECT_EQ(std::get<AthenaOptions>(*parse_engine_url("athena://brands")).catalog, "AwsDataCatalog");
}

TEST(EngineUrl, NamesTrino) {
    const auto trino = [](std::string_view url) { return std::get<TrinoOptions>(parse_engine_url(url).value()); };
    const auto plain = trino("trino://ann@127.0.0.1:8080/hive/brands");
    EXPECT_EQ(plain.endpoint, "http://127.0.0.1:8080");
    EXPECT_EQ(plain.user, "ann");
    EXPECT_EQ(plain.catalog, "hive");
    EXPECT_EQ(plain.schema, "brands");
    EXPECT_EQ(plain.password, "");
    const auto secret = trino("trino://ann:p%40ss@trino.example.com:443/hive/brands");
    EXPECT_EQ(secret.endpoint, "https://trino.example.com:443");
    EXPECT_EQ(secret.password, "p@ss");
    EXPECT_EQ(trino("trino://ann@h:9000/hive/brands?tls=on").endpoint, "https://h:9000");
    ::setenv("DUALSTORE_TRINO_PASSWORD", "from the environment", 1);
    EXPECT_EQ(trino("trino://ann@h:9000/hive/brands?tls=on").password, "from the environment");
    ::unsetenv("DUALSTORE_TRINO_PASSWORD");
}

TEST(EngineUrl, NeverRepeatsThePassword) {
    for (const char* url : {"trino://ann:hunter2@h:1/hive", "trino://ann:hunter2@h:1/hive/s?x=y", "trino:/ann:hunter2@h",
                            "presto://ann:hunter2@h/c/s", "athena://ann:hunter2@brands"}) {
        const auto place = parse_engine_url(url);
        ASSERT_FALSE(place) << url;
        EXPECT_EQ(place.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(place.error().message, Not(HasSubstr("hunter2")));
    }
}

}  // namespace
}  // namespace dualstore::dual
