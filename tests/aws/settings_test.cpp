#include "aws/settings.hpp"

#include <fstream>

#include "aws/service_fixture.hpp"

namespace dualstore::aws {
namespace {

using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
  protected:
    void write_config(const std::string& text) const { std::ofstream(bare_.config_file()) << text; }

    BareEnvironment bare_;
};

TEST_F(SettingsTest, TheCallerGoesBeforeTheEnvironmentAndThatBeforeTheProfile) {
    write_config("[default]\nregion = eu-north-1\nendpoint_url = http://profile:1\nca_bundle = /profile.pem\n");
    EXPECT_EQ(resolve_settings("s3", {})->region, "eu-north-1");
    EXPECT_EQ(resolve_settings("s3", {})->endpoint, "http://profile:1");
    EXPECT_EQ(resolve_settings("s3", {})->ca_file, "/profile.pem");
    const Variable default_region("AWS_DEFAULT_REGION", "eu-west-2");
    EXPECT_EQ(resolve_settings("s3", {})->region, "eu-west-2");
    const Variable region("AWS_REGION", "eu-west-1");
    const Variable endpoint("AWS_ENDPOINT_URL", "http://environment:1");
    const Variable bundle("AWS_CA_BUNDLE", "/environment.pem");
    EXPECT_EQ(resolve_settings("s3", {})->region, "eu-west-1");
    EXPECT_EQ(resolve_settings("s3", {})->endpoint, "http://environment:1");
    EXPECT_EQ(resolve_settings("s3", {})->ca_file, "/environment.pem");
    AwsOptions options;
    options.region = "us-west-2";
    options.endpoint = "http://caller:1";
    options.ca_file = "/caller.pem";
    EXPECT_EQ(resolve_settings("s3", options)->region, "us-west-2");
    EXPECT_EQ(resolve_settings("s3", options)->endpoint, "http://caller:1");
    EXPECT_EQ(resolve_settings("s3", options)->ca_file, "/caller.pem");
}

TEST_F(SettingsTest, AServicesOwnEndpointGoesBeforeTheCommonOne) {
    write_config(
        "[default]\nregion = eu-west-1\nservices = local\nendpoint_url = http://common:1\n"
        "[services local]\ns3 =\n  endpoint_url = http://own:1\n");
    EXPECT_EQ(resolve_settings("s3", {})->endpoint, "http://own:1");
    EXPECT_EQ(resolve_settings("athena", {})->endpoint, "http://common:1");
    const Variable endpoint("AWS_ENDPOINT_URL", "http://environment:1");
    EXPECT_EQ(resolve_settings("s3", {})->endpoint, "http://environment:1");
    const Variable own("AWS_ENDPOINT_URL_S3", "http://environment-own:1");
    EXPECT_EQ(resolve_settings("s3", {})->endpoint, "http://environment-own:1");
    EXPECT_EQ(resolve_settings("athena", {})->endpoint, "http://environment:1");
}

TEST_F(SettingsTest, ConfiguredEndpointsCanBeIgnored) {
    write_config("[default]\nregion = eu-west-1\nendpoint_url = http://profile:1\n");
    const Variable endpoint("AWS_ENDPOINT_URL", "http://environment:1");
    const Variable ignore("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    EXPECT_EQ(resolve_settings("s3", {})->endpoint, "");
    AwsOptions options;
    options.endpoint = "http://caller:1";
    EXPECT_EQ(resolve_settings("s3", options)->endpoint, "http://caller:1");
}

TEST_F(SettingsTest, ANamedProfileIsTheOneThatCounts) {
    write_config("[default]\nregion = eu-west-1\n[profile other]\nregion = eu-west-3\n[profile third]\nregion = sa-east-1\n");
    const Variable profile("AWS_PROFILE", "other");
    EXPECT_EQ(resolve_settings("s3", {})->region, "eu-west-3");
    AwsOptions options;
    options.profile = "third";
    EXPECT_EQ(resolve_settings("s3", options)->region, "sa-east-1");
    options.profile = "missing";
    const auto missing = resolve_settings("s3", options);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(missing.error().message, HasSubstr("missing"));
}

TEST_F(SettingsTest, WithoutARegionOnlyAnEndpointOfOnesOwnWorks) {
    const auto settings = resolve_settings("s3", {});
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(settings.error().message, HasSubstr("AWS_REGION"));
    AwsOptions options;
    options.endpoint = "http://127.0.0.1:9000";
    EXPECT_EQ(resolve_settings("s3", options)->region, "us-east-1");
}

}  // namespace
}  // namespace dualstore::aws
