// A bucket instead of a directory: the same client, on a real S3 server, with the embedded engine.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <set>
#include <thread>

#include "cloud.hpp"
#include "dualstore/storage.hpp"
#include "servers/fault_proxy.hpp"
#include "servers/python.hpp"

namespace dualstore {
namespace {

using servers::Fault;
using servers::FaultProxy;
using servers::SeaweedFs;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class BucketTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { SeaweedFs::shared(); }

    [[nodiscard]] ClientOptions options(const std::string& url) {
        ClientOptions wanted{.store = url};
        wanted.cache = cache_.path().string();
        wanted.trace = requests_.tracer();
        return wanted;
    }
    [[nodiscard]] Client open(const std::string& url) { return Client::open(options(url)).value(); }

    static std::int64_t number(Client& client, std::string_view sql) {
        auto result = client.query(sql);
        EXPECT_TRUE(result) << sql << ": " << (result ? "" : result.error().message);
        return result ? std::get<std::int64_t>(result->rows.at(0).at(0)) : -1;
    }

    TemporaryFolder cache_;
    RequestCounter requests_;
};

TEST_F(BucketTest, TheThreeClassesFindEachOthersRecords) {
    SeaweedFs::shared().make_bucket("three-classes");
    ::setenv("AWS_ENDPOINT_URL_S3", SeaweedFs::shared().endpoint().c_str(), 1);
    ::setenv("DUALSTORE_ENGINE", "embedded", 1);
    ::setenv("XDG_CACHE_HOME", cache_.path().c_str(), 1);
    EXPECT_EQ(AthenaClient::open({.database = "brands_here"}).error().code, ErrorCode::not_found) << "nobody named it";
    auto writer = DualStorageClient::open("three-classes", "brands_here", "us-east-1").value();
    const auto written = writer.write_metadata(7, R"({"brandname":"Kōji"})");
    ASSERT_TRUE(written) << written.error().message;
    auto athena = AthenaClient::open({.database = "brands_here", .region = "us-east-1"}).value();
    EXPECT_EQ(*athena.get_table_count("generated_metadata", "brandname = 'Kōji'"), 1);
    auto by_bucket =
        AthenaClient::open({.database = "others", .region = "us-east-1", .output_location = "s3://three-classes/out/"}).value();
    EXPECT_EQ(*by_bucket.get_table_count("generated_metadata"), 1);
    EXPECT_THAT(*S3Client::open("three-classes", "us-east-1")->list_keys(), ElementsAre("metadata/brand_7.json"));
    for (const char* name : {"AWS_ENDPOINT_URL_S3", "DUALSTORE_ENGINE", "XDG_CACHE_HOME"}) ::unsetenv(name);
}

TEST_F(BucketTest, GivesARecordBackByKeyAndInSql) {
    auto client = open(new_bucket("both-ways"));
    ASSERT_TRUE(client.init());
    const auto put = client.put("generated_metadata", R"({"brandid":7,"brandname":"Kōji","mccids":[5411]})");
    ASSERT_TRUE(put) << put.error().message;
    const auto record = client.get("generated_metadata", {"7"});
    ASSERT_TRUE(record && *record);
    EXPECT_THAT((*record)->bytes, HasSubstr("\"brandname\":\"Kōji\""));
    EXPECT_EQ((*record)->version, put->version);
    EXPECT_EQ(number(client, "SELECT count(*) FROM generated_metadata WHERE brandname = 'Kōji' AND contains(mccids, 5411)"), 1);
    EXPECT_EQ(number(client, "SELECT count(*) FROM generated_metadata WHERE \"$path\" = 's3://both-ways/metadata/brand_7.json'"), 1);
    EXPECT_EQ(client.bucket(), "both-ways");
    ASSERT_TRUE(client.remove("generated_metadata", std::vector<std::string>{"7"}).value());
    EXPECT_EQ(number(client, "SELECT count(*) FROM generated_metadata"), 0);
    EXPECT_EQ(*client.get("generated_metadata", {"7"}), std::nullopt);
}

TEST_F(BucketTest, AVerifiedPutIsOneRequest) {
    auto client = open(new_bucket("one-request"));
    const auto lines = sample_records("generated_metadata");
    const std::vector<std::string_view> records(lines.begin(), lines.begin() + 500);
    for (const auto* what : {"new", "replaced"}) {
        requests_.take();
        for (const auto& stored : client.put_many("generated_metadata", records)) ASSERT_TRUE(stored) << stored.error().message;
        EXPECT_THAT(requests_.take(), ElementsAre(Pair("s3 PutObject", 500))) << what;
    }
    for (const auto record : records) ASSERT_TRUE(client.put("generated_metadata", record));
    EXPECT_THAT(requests_.take(), ElementsAre(Pair("s3 PutObject", 500))) << "one by one";
}

TEST_F(BucketTest, AQueryReadsWhatChangedAndTheMirrorKeepsIt) {
    const std::string url = new_bucket("mirror");
    const auto lines = sample_records("escalations");
    {
        auto client = open(url);
        const std::vector<std::string_view> records(lines.begin(), lines.end());
        for (const auto& stored : client.put_many("escalations", records)) ASSERT_TRUE(stored) << stored.error().message;
        requests_.take();
        EXPECT_EQ(number(client, "SELECT count(*) FROM escalations"), 500);
        EXPECT_EQ(requests_.take()["s3 GetObject"], 500);
    }
    auto client = open(url);
    EXPECT_EQ(number(client, "SELECT count(*) FROM escalations"), 500);
    EXPECT_THAT(requests_.take(), UnorderedElementsAre(Pair("s3 ListObjectsV2", 1)));
    ASSERT_TRUE(client.put("escalations", R"({"brandid":1,"escalation_id":"new"})"));
    auto other = open(url);
    requests_.take();
    EXPECT_EQ(number(other, "SELECT count(*) FROM escalations WHERE escalation_id = 'new'"), 1);
    EXPECT_EQ(requests_.take()["s3 GetObject"], 1);
}

TEST_F(BucketTest, AListMayBeAsOldAsTheCallerSays) {
    const std::string url = new_bucket("stale");
    auto writer = open(url);
    ASSERT_TRUE(writer.put("escalations", R"({"brandid":1,"escalation_id":"a"})"));
    auto wanted = options(url);
    wanted.stale = std::chrono::seconds(3600);
    auto first = Client::open(wanted).value();
    EXPECT_EQ(number(first, "SELECT count(*) FROM escalations"), 1);
    ASSERT_TRUE(writer.put("escalations", R"({"brandid":2,"escalation_id":"b"})"));
    requests_.take();
    EXPECT_EQ(number(first, "SELECT count(*) FROM escalations"), 1);
    auto second = Client::open(wanted).value();
    EXPECT_EQ(number(second, "SELECT count(*) FROM escalations"), 1);
    EXPECT_TRUE(requests_.take().empty());
    EXPECT_EQ(number(writer, "SELECT count(*) FROM escalations"), 2);
}

TEST_F(BucketTest, AFailedVerificationByQueryRestoresTheVersionBefore) {
    auto wanted = options(new_bucket("roll-back"));
    wanted.verify = Verify::query;
    auto client = Client::open(wanted).value();
    const auto first = client.put("generated_metadata", R"({"brandid":1,"brandname":"old"})");
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(put_object(*client.objects(), "metadata/broken.json", "{\n"));
    const auto replaced = client.put("generated_metadata", R"({"brandid":1,"brandname":"new"})");
    ASSERT_FALSE(replaced);
    EXPECT_THAT(replaced.error().message, HasSubstr("the version before is there again"));
    EXPECT_EQ((*client.get("generated_metadata", {"1"}))->version, first->version);
    EXPECT_FALSE(client.put("generated_metadata", R"({"brandid":2})"));
    EXPECT_EQ(*client.get("generated_metadata", {"2"}), std::nullopt);
}

TEST_F(BucketTest, WritersThatFailVerificationLeaveTheOthersRecords) {
    const std::string url = new_bucket("racing");
    auto plain = open(url);
    ASSERT_TRUE(plain.put("generated_metadata", R"({"brandid":1,"version":0})"));
    ASSERT_TRUE(put_object(*plain.objects(), "metadata/broken.json", "{\n"));  // no query over the table succeeds any more
    auto wanted = options(url);
    wanted.verify = Verify::query;
    auto failing = Client::open(wanted).value();
    std::atomic<bool> over = false;
    std::thread others([&] {
        while (!over) (void)failing.put("generated_metadata", R"({"brandid":1,"version":-1})");
    });
    for (int version = 1; version <= 40; ++version) {
        const auto stored = plain.put("generated_metadata", fmt::format(R"({{"brandid":1,"version":{}}})", version));
        EXPECT_TRUE(stored) << stored.error().message;
    }
    over = true;
    others.join();
    EXPECT_THAT((*plain.get("generated_metadata", {"1"}))->bytes, HasSubstr("\"version\":40"));
}

TEST_F(BucketTest, OverABadLineNothingAcknowledgedIsLost) {
    constexpr int records = 10'000;
    const auto direct_url = new_bucket("bad-line");
    FaultProxy proxy(SeaweedFs::shared().port(), {.reset_before = 0.04,
                                                  .reset_after = 0.04,
                                                  .reset_behind = 0.02,
                                                  .slow_down = 0.04,
                                                  .too_many = 0.02,
                                                  .lost = 0.03,
                                                  .slow_bytes = 0.01});
    auto client = open("s3://bad-line?region=us-east-1&endpoint=" + proxy.endpoint());
    std::vector<std::string> lines;
    for (int i = 0; i < records; ++i) lines.push_back(fmt::format(R"({{"brandid":{},"generated_at":"2024-01-01 00:00:00"}})", i));
    int stored = 0;
    int reported = 0;
    std::vector<std::optional<std::string>> versions(records);
    for (std::size_t from = 0; from < lines.size(); from += 500) {
        const std::vector<std::string_view> batch(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                                  lines.begin() + static_cast<std::ptrdiff_t>(from + 500));
        // Half are creations: a lost answer must not make them fail for having succeeded.
        const auto outcomes =
            client.put_many("generated_metadata", batch, {.mode = from % 1000 == 0 ? PutMode::create() : PutMode::replace()});
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (outcomes[i]) {
                ++stored;
                versions[from + i] = outcomes[i]->version;
            } else {
                ++reported;
                EXPECT_NE(outcomes[i].error().code, ErrorCode::conflict) << outcomes[i].error().message;
            }
        }
    }
    const int faults = proxy.requests() - proxy.count(Fault::none);
    std::cout << fmt::format("{} requests, {} of them disturbed: {} records acknowledged, {} reported\n", proxy.requests(), faults, stored,
                             reported);
    EXPECT_EQ(stored + reported, records);
    EXPECT_GT(faults, records / 10);
    EXPECT_GT(stored, records * 9 / 10);
    auto direct = open(direct_url);
    std::vector<std::string> keys;
    for (int i = 0; i < records; ++i) keys.push_back(fmt::format("metadata/brand_{}.json", i));
    const auto found = direct.objects()->get(keys);
    for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_TRUE(found[i]) << found[i].error().message;
        if (!versions[i]) continue;
        ASSERT_TRUE(*found[i]) << keys[i] << " was acknowledged";
        EXPECT_EQ((*found[i])->bytes, lines[i] + "\n");
        EXPECT_EQ((*found[i])->etag, *versions[i]);
    }
}

TEST_F(BucketTest, Boto3ReadsWhatItWroteAndTheOtherWayRound) {
    auto client = open(new_bucket("boto"));
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":1,"brandname":"Kōji"})"));
    ASSERT_TRUE(client.put("workflow_executions", R"({"execution_arn":"arn:x:a b%+?#'ü"})"));
    const std::string script = R"(
import boto3, json, os
s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1")
keys = sorted(o["Key"] for o in s3.list_objects_v2(Bucket="boto")["Contents"])
assert keys == ["metadata/brand_1.json", "workflow-executions/a b%25+?#'ü.json"], keys
answer = s3.get_object(Bucket="boto", Key=keys[0], ChecksumMode="ENABLED")
assert json.loads(answer["Body"].read())["brandname"] == "Kōji"
assert s3.get_object(Bucket="boto", Key=keys[1])["Body"].read().endswith(b"\n")
s3.put_object(Bucket="boto", Key="metadata/brand_2.json", Body=b'{"brandid":2,"brandname":"boto"}\n', ChecksumAlgorithm="CRC32")
s3.put_object(Bucket="boto", Key="metadata/brand_3.json", Body=b'{"brandid":3,"brandname":"boto"}\n', ChecksumAlgorithm="SHA256")
)";
    ASSERT_TRUE(servers::run_python(script, {{"ENDPOINT", SeaweedFs::shared().endpoint()}}));
    for (const char* id : {"2", "3"}) {
        const auto record = client.get("generated_metadata", {id});
        ASSERT_TRUE(record) << record.error().message;
        EXPECT_THAT((*record)->bytes, HasSubstr("\"brandname\":\"boto\""));
    }
    EXPECT_EQ(number(client, "SELECT count(*) FROM generated_metadata WHERE brandname = 'boto'"), 2);
}

}  // namespace
}  // namespace dualstore
