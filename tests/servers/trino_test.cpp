#include "servers/trino.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "servers/python.hpp"

namespace dualstore::servers {
namespace {

void put(const std::string& key, const std::string& body) {
    EXPECT_TRUE(run_python(R"(
import boto3, os
boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1").put_object(Bucket="trino-test", Key=os.environ["KEY"], Body=os.environ["BODY"])
)",
                           {{"ENDPOINT", SeaweedFs::shared().endpoint()}, {"KEY", key}, {"BODY", body}}));
}

TEST(Trino, SeesNewObjectsOfTheStoreAtOnce) {
    auto& trino = Trino::shared();
    SeaweedFs::shared().make_bucket("trino-test");
    trino.query("CREATE SCHEMA hive.fixture");
    trino.query(
        "CREATE TABLE hive.fixture.t (id INTEGER, at TIMESTAMP(3)) WITH (external_location = 's3://trino-test/t/', format = 'OPENX_JSON')");
    EXPECT_EQ(trino.query("SELECT * FROM hive.fixture.t").dump(), "[]");
    put("t/1.json", R"({"id":1,"at":"2025-01-02 03:04:05.678"})"
                    "\n");
    EXPECT_EQ(trino.query("SELECT id, at, \"$path\" FROM hive.fixture.t").dump(),
              R"([[1,"2025-01-02 03:04:05.678","s3://trino-test/t/1.json"]])");
    put("t/2.json", R"({"id":2})"
                    "\n");
    EXPECT_EQ(trino.query("SELECT count(*) FROM hive.fixture.t").dump(), "[[2]]");
    EXPECT_EQ(trino.query("SELECT current_timezone()").dump(), R"([["UTC"]])");
}

TEST(Trino, SaysWhatIsWrong) {
    EXPECT_THROW(Trino::shared().query("SELECT nothing"), std::runtime_error);
}

}  // namespace
}  // namespace dualstore::servers
