// The program on a bucket: the same commands, lines and exit codes as on a directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "servers/seaweedfs.hpp"
#include "temporary_folder.hpp"

namespace dualstore::cli_test {
namespace {

using servers::SeaweedFs;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class BucketProgram : public testing::Test {
  protected:
    static void SetUpTestSuite() { SeaweedFs::shared().make_bucket("program"); }

    Outcome run(std::vector<std::string> arguments, const std::string& input = {}, const std::string& bucket = "program",
                std::map<std::string, std::string> environment = {}) {
        environment["DUALSTORE_STORE"] = "s3://" + bucket + "?region=us-east-1&endpoint=" + SeaweedFs::shared().endpoint();
        environment["XDG_CACHE_HOME"] = cache_.path();
        return cli_test::run({.arguments = std::move(arguments), .environment = std::move(environment)}, input);
    }
    TemporaryFolder cache_;
};

TEST_F(BucketProgram, SaysTheSameAsOnADirectory) {
    EXPECT_EQ(run({"init"}).code, 0);
    const auto put = run({"put", "generated_metadata"}, "{\"brandid\":7,\"brandname\":\"Kōji\"}\n{\"brandid\":8}\n{\"brandid\":\"x\"}\n");
    EXPECT_EQ(put.code, 1);
    EXPECT_THAT(put.out,
                AllOf(HasSubstr(R"("s3_key":"metadata/brand_7.json","status":"success","bucket":"program")"), HasSubstr("brand_8.json")));
    EXPECT_THAT(put.err, HasSubstr("standard input:3: field 'brandid'"));
    EXPECT_THAT(run({"get", "generated_metadata", "7"}).out, HasSubstr("\"brandname\":\"Kōji\""));
    EXPECT_EQ(run({"ls", "generated_metadata"}).out, "metadata/brand_7.json\nmetadata/brand_8.json\n");
    EXPECT_EQ(run({"sql", "SELECT brandid FROM generated_metadata ORDER BY 1"}).out, "{\"brandid\":7}\n{\"brandid\":8}\n");
    EXPECT_EQ(run({"count", "generated_metadata", "--where", "brandid > 7"}).out, "1\n");
    EXPECT_EQ(run({"put", "generated_metadata", "--if-new"}, "{\"brandid\":7}\n").code, 1);
    EXPECT_EQ(run({"--verify", "query", "put", "generated_metadata", "--quiet"}, "{\"brandid\":9}\n").code, 0);
    EXPECT_EQ(run({"check"}).code, 0);
    EXPECT_EQ(run({"rm", "generated_metadata", "9"}).code, 0);
    EXPECT_EQ(run({"rm", "generated_metadata", "9"}).code, 1);
    EXPECT_EQ(run({"get", "generated_metadata", "9"}).code, 1);
    EXPECT_THAT(run({"init", "--print"}).out, HasSubstr("LOCATION 's3://program/metadata/'"));
}

TEST_F(BucketProgram, ShowsRequestsWithoutSecrets) {
    const auto put = run({"--verbose", "put", "generated_metadata"}, "{\"brandid\":1}\n");
    EXPECT_EQ(put.code, 0) << put.err;
    EXPECT_THAT(put.err, AllOf(HasSubstr("s3 PutObject metadata/brand_1.json: 200"), Not(HasSubstr(SeaweedFs::secret_key)),
                               Not(HasSubstr("Signature")), Not(HasSubstr(SeaweedFs::access_key))));
}

TEST_F(BucketProgram, SaysWhatIsWrongWithTheBucket) {
    const auto absent = run({"get", "generated_metadata", "1"}, {}, "no-such-bucket");
    EXPECT_NE(absent.code, 0);
    EXPECT_THAT(absent.err, HasSubstr("there is no bucket no-such-bucket"));
    EXPECT_THAT(run({"init"}, {}, "no-such-bucket").err, HasSubstr("there is no bucket no-such-bucket"));
    const auto refused = run({"get", "generated_metadata", "1"}, {}, "program", {{"AWS_SECRET_ACCESS_KEY", "not-the-secret"}});
    EXPECT_EQ(refused.code, 3);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("SignatureDoesNotMatch"), Not(HasSubstr("not-the-secret"))));
    const auto down = cli_test::run(
        {.arguments = {"--store", "s3://program?region=us-east-1&endpoint=http://127.0.0.1:1", "get", "generated_metadata", "1"}});
    EXPECT_EQ(down.code, 3);
    EXPECT_THAT(down.err, HasSubstr("connection refused"));
}

}  // namespace
}  // namespace dualstore::cli_test
