#include "servers/seaweedfs.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include "servers/python.hpp"

namespace dualstore::servers {
namespace {

TEST(SeaweedFs, ServesABucketToThoseWhoSignOnly) {
    auto& server = SeaweedFs::shared();
    server.make_bucket("seaweedfs-test");
    EXPECT_TRUE(run_python(R"(
import boto3, os
bucket = boto3.resource("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1").Bucket("seaweedfs-test")
bucket.put_object(Key="a/b c.json", Body=b"{}\n")
assert [one.key for one in bucket.objects.all()] == ["a/b c.json"]
assert bucket.Object("a/b c.json").get()["Body"].read() == b"{}\n"
)",
                           {{"ENDPOINT", server.endpoint()}}));
    const auto unsigned_request = httplib::Client(server.endpoint()).Get("/seaweedfs-test/a/b%20c.json");
    ASSERT_TRUE(unsigned_request);
    EXPECT_EQ(unsigned_request->status, 403);
}

TEST(SeaweedFs, RefusesAWrongSecret) {
    auto& server = SeaweedFs::shared();
    EXPECT_TRUE(run_python(R"(
import boto3, botocore, os
try:
    boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1",
                 aws_access_key_id="testkey", aws_secret_access_key="wrong").list_buckets()
    raise SystemExit("it was let in")
except botocore.exceptions.ClientError as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
)",
                           {{"ENDPOINT", server.endpoint()}}));
}

}  // namespace
}  // namespace dualstore::servers
