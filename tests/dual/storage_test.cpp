#include "dualstore/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "temporary_folder.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class StorageTest : public testing::Test {
  protected:
    void SetUp() override { ::setenv("DUALSTORE_HOME", folder_.path().c_str(), 1); }
    void TearDown() override { ::unsetenv("DUALSTORE_HOME"); }
    TemporaryFolder folder_;
};

TEST_F(StorageTest, WritesAndReadsTheFourRecordTypes) {
    auto client = DualStorageClient::open("a-bucket", "brands").value();
    const auto metadata = client.write_metadata(123, R"({"brandid":9,"brandname":"Test","mccids":[5411],"confidence_score":0.95})");
    ASSERT_TRUE(metadata) << metadata.error().message;
    EXPECT_EQ(metadata->s3_key, "metadata/brand_123.json");
    EXPECT_EQ(metadata->status, "success");
    EXPECT_EQ(metadata->bucket, "a-bucket");
    EXPECT_EQ(metadata->table, "generated_metadata");
    EXPECT_THAT(**client.read_metadata(123), StartsWith(R"({"brandid":123,"brandname":"Test")"));

    const auto feedback = client.write_feedback(123, R"({"feedback_text":"wrong","category":"regex_correction"})");
    ASSERT_TRUE(feedback && feedback->feedback_id);
    EXPECT_THAT(**client.read_feedback(123, *feedback->feedback_id), HasSubstr("\"brandid\":123"));

    const auto execution =
        client.write_workflow_execution(R"({"execution_arn":"arn:aws:states:eu-west-1:1:execution:w:exec-1","brandid":123})");
    ASSERT_TRUE(execution);
    EXPECT_THAT(**client.read_workflow_execution("exec-1"), HasSubstr("\"start_time\":\"20"));

    const auto escalation = client.write_escalation(R"({"brandid":123,"reason":"Low confidence score"})");
    ASSERT_TRUE(escalation && escalation->escalation_id);
    EXPECT_THAT(**client.read_escalation("123", *escalation->escalation_id), HasSubstr("\"status\":\"pending\""));
    EXPECT_EQ(*client.read_metadata(124), std::nullopt);
}

TEST_F(StorageTest, NamesTheFailure) {
    auto client = DualStorageClient::open("a-bucket", "brands").value();
    const auto refused = client.write_metadata(1, R"({"version":"x"})");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, StartsWith("Failed to write to dual storage: field 'version'"));
}

TEST_F(StorageTest, FindsTheDatabaseThatADualStorageClientNamed) {
    auto writer = DualStorageClient::open("a-bucket", "brands").value();
    ASSERT_TRUE(writer.write_metadata(1, R"({"confidence_score":0.4})"));
    ASSERT_TRUE(writer.write_metadata(2, R"({"confidence_score":0.6})"));
    auto athena = AthenaClient::open({.database = "brands"}).value();
    EXPECT_EQ(*athena.get_table_count("generated_metadata"), 2);
    EXPECT_EQ(*athena.get_table_count("generated_metadata", "confidence_score < 0.5"), 1);
    const auto rows = athena.query_table("generated_metadata", "brandid", "confidence_score < 0.5", 10);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(std::get<std::int64_t>(rows->rows.at(0).at(0)), 1);
    EXPECT_EQ(std::get<std::int64_t>(athena.execute_query("SELECT max(brandid) FROM brands.generated_metadata")->rows[0][0]), 2);
    EXPECT_EQ(athena.get_table_count("generated_metadata", "1 = 0 UNION SELECT 5").error().code, ErrorCode::query);
    EXPECT_EQ(athena.query_table("generated_metadata; DROP TABLE x").error().code, ErrorCode::invalid_argument);

    EXPECT_EQ(AthenaClient::open({.database = "nobody"}).error().code, ErrorCode::not_found);
    auto by_bucket = AthenaClient::open({.database = "nobody", .output_location = "s3://a-bucket/results/"}).value();
    EXPECT_EQ(*by_bucket.get_table_count("generated_metadata"), 2);
    EXPECT_EQ(DualStorageClient::open("other-bucket", "brands").error().code, ErrorCode::conflict);
}

TEST_F(StorageTest, S3ClientKnowsNoTables) {
    auto s3 = S3Client::open("a-bucket").value();
    EXPECT_EQ(*s3.write_metadata(5, R"({"brandname":"Test"})"), "metadata/brand_5.json");
    EXPECT_EQ(*s3.read_metadata(5), R"({"brandname":"Test","brandid":5})");
    EXPECT_EQ(*s3.write_metadata(6, R"({"brandid":"x"})", "other/"), "other/brand_6.json");
    EXPECT_EQ(*s3.read_metadata(6, "other"), R"({"brandid":6})");
    EXPECT_EQ(*s3.write_json("reports/2024 é.json", " [1, {\"a\" : null}]\n"), "reports/2024 é.json");
    EXPECT_EQ(*s3.read_json("reports/2024 é.json"), R"([1,{"a":null}])");
    EXPECT_EQ(*s3.read_json("nothing"), std::nullopt);
    EXPECT_THAT(*s3.list_keys(), ElementsAre("metadata/brand_5.json", "other/brand_6.json", "reports/2024 é.json"));
    EXPECT_THAT(*s3.list_keys("re"), ElementsAre("reports/2024 é.json"));
    EXPECT_EQ(*s3.key_exists("reports/2024 é.json"), true);
    EXPECT_EQ(*s3.delete_key("reports/2024 é.json"), true);
    EXPECT_EQ(*s3.delete_key("reports/2024 é.json"), false);
    EXPECT_EQ(*s3.key_exists("reports/2024 é.json"), false);
    EXPECT_EQ(s3.write_json("x", "{").error().code, ErrorCode::invalid_record);
    for (const std::string& key :
         {std::string("../x"), std::string("a//b"), std::string(".dualstore/x"), std::string(256, 'x'), std::string("metadata")}) {
        EXPECT_EQ(s3.write_json(key, "1").error().code, ErrorCode::invalid_argument) << key;
    }
}

TEST_F(StorageTest, BucketsAreDirectoriesWithS3Names) {
    for (const char* bucket : {"ab", "Upper", "a..b", "-ab", "../up", "192.168.0.1", ".dualstore", "a/b"}) {
        EXPECT_EQ(S3Client::open(bucket).error().code, ErrorCode::invalid_argument) << bucket;
    }
}

TEST_F(StorageTest, WithoutAHomeItIsTheCloud) {
    ::unsetenv("DUALSTORE_HOME");
    EXPECT_EQ(S3Client::open("Upper").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(DualStorageClient::open("Upper").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(DualStorageClient::open("a-bucket", "brands?timeout=1").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(DualStorageClient::open("a-bucket", "brands", "eu&owner=x").error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(S3Client::open("a-bucket"));
    EXPECT_TRUE(AthenaClient::open({.database = "brands"}));
    EXPECT_TRUE(DualStorageClient::open("a-bucket", "brands"));
    EXPECT_THAT(std::filesystem::exists(folder_.path() / "a-bucket"), false);
}

}  // namespace
}  // namespace dualstore
