// The engine against moto's Athena, which another maker wrote; and what is said on the wire against Amazon's own model of the API.
#include <gmock/gmock.h>

#include <fstream>
#include <future>

#include "servers/moto.hpp"
#include "servers/python.hpp"
#include "sql/remote/athena_fixture.hpp"
#include "temporary_folder.hpp"

namespace dualstore::sql::remote {
namespace {

using testing::HasSubstr;

class AthenaOnMoto : public testing::Test {
  protected:
    void SetUp() override {
        moto_.reset();
        moto_.make_bucket("results");
        AthenaOptions options;
        options.database = "brands";
        options.output = "s3://results/here/";
        options.aws.region = servers::Moto::region;
        options.aws.endpoint = moto_.endpoint();
        auto opened = open_athena_engine(std::move(options));
        ASSERT_TRUE(opened) << opened.error().message;
        engine_ = std::move(*opened);
    }

    servers::Moto& moto_ = servers::Moto::shared();
    std::unique_ptr<QueryEngine> engine_;
};

TEST_F(AthenaOnMoto, AQueryIsStartedFollowedAndRead) {
    moto_.queue_athena_results(R"([{"rows": [{"Data": [{"VarCharValue": "n"}, {"VarCharValue": "s"}]},
                                             {"Data": [{"VarCharValue": "42"}, {}]}, {"Data": [{"VarCharValue": "43"}, {"VarCharValue": ""}]}],
                                    "column_info": [{"Name": "n", "Type": "integer"}, {"Name": "s", "Type": "varchar"}]}])");
    const std::vector<Value> parameters = {std::string("it's")};
    const auto result = engine_->execute("SELECT n, s FROM t WHERE s = ?", parameters);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->rows.size(), 2U);
    EXPECT_EQ(std::get<std::int64_t>(result->rows[0][0]), 42);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result->rows[0][1]));
    EXPECT_EQ(std::get<std::string>(result->rows[1][1]), "");
    EXPECT_EQ(result->columns[0].type, "integer");
    EXPECT_FALSE(result->statistics.query_id.empty());
}

TEST_F(AthenaOnMoto, CreateMakesTheDatabase) {
    const auto made = engine_->create(builtin_tables().front(), "bucket");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(servers::run_python(R"(
import boto3, os
athena = boto3.client("athena", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1")
assert athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="brands")["Database"]["Name"] == "brands"
queries = [athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Query"] for id in athena.list_query_executions()["QueryExecutionIds"]]
assert any(query.startswith("CREATE EXTERNAL TABLE") and "s3://bucket/" in query for query in queries), queries
)",
                                    {{"ENDPOINT", moto_.endpoint()}}));
}

TEST_F(AthenaOnMoto, WhatMotoLacksIsUnsupported) {
    const auto found = engine_->describe("t");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::unsupported) << found.error().message;
    EXPECT_THAT(found.error().message, HasSubstr("GetTableMetadata"));
}

// Every member of every request and answer that the scripted Athena saw or gave, against the model that boto3 is made from.
TEST_F(AthenaTest, SaysOnTheWireWhatAmazonsModelOfTheApiKnows) {
    AthenaOptions given = options();
    given.workgroup = "analysts";
    given.output = "s3://results/here/";
    ScriptedQuery query;
    query.statuses = {status("RUNNING"), {{"State", "SUCCEEDED"}, {"StateChangeReason", ""}}};
    query.statistics = {
        {"DataScannedInBytes", 1}, {"QueryQueueTimeInMillis", 1}, {"EngineExecutionTimeInMillis", 1}, {"TotalExecutionTimeInMillis", 1}};
    query.results = result_set({{"n", "decimal", 10, 2}}, {row({"n"}), row({nullptr})}, "0");
    query.results["UpdateCount"] = 0;
    query.pages = {result_set({{"n", "decimal", 10, 2}}, {row({"1.50"})})};
    athena_.script(query);
    query.statuses = {{{"State", "FAILED"}, {"AthenaError", {{"ErrorCategory", 1}, {"ErrorMessage", "x"}, {"Retryable", false}}}}};
    athena_.script(query);
    athena_.table({{"Name", "t"},
                   {"TableType", "VIRTUAL_VIEW"},
                   {"Columns", {{{"Name", "n"}, {"Type", "int"}, {"Comment", "c"}}}},
                   {"PartitionKeys", json::array()},
                   {"Parameters", {{"location", "s3://b/"}}}});
    const auto opened = engine(given);
    ask(*opened, "SELECT n FROM t WHERE n = ?", {std::int64_t{1}});
    EXPECT_EQ(refused(*opened, "SELECT 1").code, ErrorCode::unavailable);
    EXPECT_FALSE(opened->describe("t"));
    std::stop_source stop;
    query.statuses = {status("RUNNING")};
    athena_.script(query);
    QueryOptions stopping;
    stopping.stop = stop.get_token();
    stopping.progress = [&](const QueryProgress&) { stop.request_stop(); };
    EXPECT_EQ(refused(*opened, "SELECT 1", stopping).code, ErrorCode::query);

    query.statuses = {status("RUNNING"), status("RUNNING"), status("RUNNING"), status("SUCCEEDED")};
    athena_.script(query);
    athena_.script(query);
    const auto beside = std::async(std::launch::async, [&] { ask(*opened, "SELECT n FROM t"); });
    ask(*opened, "SELECT n FROM t");
    beside.wait();

    const TemporaryFolder folder;
    const std::string file = std::string(folder.path()) + "/exchanges.json";
    std::ofstream(file) << athena_.exchanges().dump();
    EXPECT_TRUE(servers::run_python(R"(
import json, os, botocore.session, botocore.validate

model = botocore.session.get_session().get_service_model("athena")

def known(value, shape, where):
    if shape.type_name == "structure":
        for name in value:
            assert name in shape.members, f"{where} has no member {name}"
            known(value[name], shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for item in value:
            known(item, shape.member, where)

seen = set()
for action, request, answer in json.load(open(os.environ["EXCHANGES"])):
    operation = model.operation_model(action)
    report = botocore.validate.ParamValidator().validate(request, operation.input_shape)
    assert not report.has_errors(), f"{action}: {report.generate_report()}"
    known(request, operation.input_shape, action)
    known(answer, operation.output_shape, action)
    seen.add(action)
assert seen == {"StartQueryExecution", "GetQueryExecution", "BatchGetQueryExecution",
                 "GetQueryResults", "StopQueryExecution", "GetTableMetadata"}, seen
)",
                                    {{"EXCHANGES", file}}));
}

}  // namespace
}  // namespace dualstore::sql::remote
