#include "servers/moto.hpp"

#include <gtest/gtest.h>

#include "servers/python.hpp"

namespace dualstore::servers {
namespace {

TEST(Moto, KeepsObjectsAndAnswersQueriesAsItWasTold) {
    auto& moto = Moto::shared();
    moto.make_bucket("moto-test");
    moto.queue_athena_results(R"([{"rows": [{"Data": [{"VarCharValue": "n"}]}, {"Data": [{"VarCharValue": "42"}]}], "column_info": []}])");
    const std::string script = R"(
import boto3, os
aws = dict(endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1")
boto3.client("s3", **aws).put_object(Bucket="moto-test", Key="a", Body=b"1")
athena = boto3.client("athena", **aws)
query = athena.start_query_execution(QueryString="SELECT 42", ResultConfiguration={"OutputLocation": "s3://moto-test/out/"})["QueryExecutionId"]
assert athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"] == "SUCCEEDED"
rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
assert rows[1]["Data"][0]["VarCharValue"] == "42", rows
)";
    EXPECT_TRUE(run_python(script, {{"ENDPOINT", moto.endpoint()}}));
    moto.reset();
    EXPECT_FALSE(run_python(script, {{"ENDPOINT", moto.endpoint()}})) << "the bucket is forgotten";
}

}  // namespace
}  // namespace dualstore::servers
