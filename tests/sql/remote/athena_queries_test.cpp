// Queries from their start to their end, against Athena as a script plays it.
#include <chrono>
#include <future>
#include <set>
#include <thread>

#include "sql/remote/athena_fixture.hpp"

namespace dualstore::sql::remote {
namespace {

using namespace std::chrono_literals;

ScriptedQuery one_number(std::string_view number) {
    ScriptedQuery query;
    query.results = result_set({{"n", "bigint"}}, {row({"n"}), row({number})});
    return query;
}

ScriptedQuery failing_for_now(std::string_view reason) {
    ScriptedQuery query;
    query.statuses = {status("FAILED", reason)};
    query.statuses[0]["AthenaError"] = {{"ErrorCategory", 1}, {"Retryable", true}};
    return query;
}

std::int64_t number_of(const QueryResult& result) {
    if (result.rows.size() != 1 || result.rows[0].size() != 1) return -1;
    const auto* number = std::get_if<std::int64_t>(&result.rows[0][0]);
    return number != nullptr ? *number : -1;
}

TEST_F(AthenaTest, AQueryIsStartedFollowedAndRead) {
    ScriptedQuery query = one_number("7");
    query.statuses = {status("QUEUED"), status("RUNNING"), status("SUCCEEDED")};
    query.statistics = {{"DataScannedInBytes", 25'000'000},
                        {"QueryQueueTimeInMillis", 12},
                        {"EngineExecutionTimeInMillis", 340},
                        {"TotalExecutionTimeInMillis", 371}};
    athena_.script(query);
    std::vector<std::string> states;
    const auto thread = std::this_thread::get_id();
    QueryOptions query_options;
    query_options.progress = [&](const QueryProgress& progress) {
        EXPECT_EQ(std::this_thread::get_id(), thread);
        if (states.empty() || states.back() != progress.state) states.push_back(progress.state);
    };
    const auto result = engine()->execute("SELECT count(*) AS n FROM t", {}, query_options);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(number_of(*result), 7);
    EXPECT_EQ(states, (std::vector<std::string>{"QUEUED", "RUNNING"}));
    EXPECT_EQ(result->statistics.query_id, "query-1");
    EXPECT_EQ(result->statistics.bytes_scanned, 25'000'000U);
    EXPECT_EQ(result->statistics.queued, 12ms);
    EXPECT_EQ(result->statistics.executed, 340ms);
    EXPECT_EQ(result->statistics.total, 371ms);
    EXPECT_NEAR(result->statistics.cost.value(), 24 * 5.0 / (1024 * 1024), 1e-12) << "24 begun megabytes";

    const auto requests = athena_.requests();
    EXPECT_EQ(requests.at(0).method, "POST");
    EXPECT_EQ(requests.at(0).target, "/");
    EXPECT_EQ(requests.at(0).header("Content-Type"), "application/x-amz-json-1.1");
    EXPECT_NE(requests.at(0).header("Authorization").find("/eu-west-1/athena/aws4_request"), std::string_view::npos);
    const json start = athena_.asked("StartQueryExecution").at(0);
    EXPECT_EQ(start["QueryString"], "SELECT count(*) AS n FROM t");
    EXPECT_EQ(start["QueryExecutionContext"], (json{{"Catalog", "AwsDataCatalog"}, {"Database", "db"}}));
    EXPECT_GE(start["ClientRequestToken"].get<std::string>().size(), 32U);
    EXPECT_EQ(start["ResultReuseConfiguration"]["ResultReuseByAgeConfiguration"]["Enabled"], false);
    for (const char* absent : {"WorkGroup", "ResultConfiguration", "ExecutionParameters"}) EXPECT_FALSE(start.contains(absent)) << absent;
}

TEST_F(AthenaTest, WorkgroupCatalogAndOutputAreSentWhereGiven) {
    AthenaOptions given = options();
    given.workgroup = "analysts";
    given.catalog = "other";
    given.output = "s3://results/here/";
    ask(*engine(given), "SELECT 1");
    const json start = athena_.asked("StartQueryExecution").at(0);
    EXPECT_EQ(start["WorkGroup"], "analysts");
    EXPECT_EQ(start["QueryExecutionContext"]["Catalog"], "other");
    EXPECT_EQ(start["ResultConfiguration"], (json{{"OutputLocation", "s3://results/here/"}}));
}

TEST_F(AthenaTest, SmallScansCostTenMegabytesAndDdlNothing) {
    ScriptedQuery query = one_number("1");
    query.statistics = {{"DataScannedInBytes", 300}};
    athena_.script(query);
    query.statement_type = "DDL";
    query.results = ScriptedQuery().results;
    athena_.script(query);
    query = one_number("1");
    query.statistics = {{"DataScannedInBytes", 0}};
    athena_.script(query);
    const auto opened = engine();
    EXPECT_NEAR(ask(*opened, "SELECT count(*) FROM t").statistics.cost.value(), 10 * 5.0 / (1024 * 1024), 1e-12);
    EXPECT_EQ(ask(*opened, "DROP TABLE t").statistics.cost, 0.0);
    EXPECT_EQ(ask(*opened, "SELECT 1").statistics.cost, 0.0);
}

TEST_F(AthenaTest, ALostAnswerOfTheStartIsAskedForAgainUnderOneToken) {
    athena_.script(one_number("7"));
    athena_.lose_answer("StartQueryExecution");
    athena_.refuse("StartQueryExecution", {.status = 500, .body = "{}"});
    EXPECT_EQ(number_of(ask(*engine(), "INSERT INTO t SELECT 1")), 7);
    const auto starts = athena_.asked("StartQueryExecution");
    ASSERT_EQ(starts.size(), 3U);
    EXPECT_EQ(starts[0], starts[1]);
    EXPECT_EQ(starts[1], starts[2]);
    EXPECT_EQ(athena_.started(), 1U);
}

TEST_F(AthenaTest, AStartWhoseAnswerStaysLostIsReportedAsPerhapsDone) {
    athena_.refuse_always("StartQueryExecution", {.delivery = Answer::Delivery::reset});
    AthenaOptions hasty = options();
    hasty.aws.deadline = 500ms;
    const Error error = refused(*engine(hasty), "SELECT 1");
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_NE(error.message.find("may have been started"), std::string::npos) << error.message;
    std::set<std::string> tokens;
    for (const json& start : athena_.asked("StartQueryExecution")) tokens.insert(start["ClientRequestToken"]);
    EXPECT_EQ(tokens.size(), 1U);
}

TEST_F(AthenaTest, ThrottlingIsWaitedOut) {
    athena_.script(one_number("7"));
    athena_.refuse("StartQueryExecution", refusal("ThrottlingException", "Rate exceeded"));
    athena_.refuse("StartQueryExecution", refusal("TooManyRequestsException", "You have exceeded the limit for the number of queries"));
    athena_.refuse("GetQueryExecution", refusal("ThrottlingException", "Rate exceeded"));
    athena_.refuse("GetQueryResults", refusal("com.amazonaws.athena#InternalServerException", "try again", 500));
    EXPECT_EQ(number_of(ask(*engine(), "SELECT 7")), 7);
    EXPECT_EQ(athena_.started(), 1U);
}

TEST_F(AthenaTest, AFailedQueryThatComesBackIsFollowed) {
    ScriptedQuery query = one_number("7");
    json failed = status("FAILED", "HIVE_CANNOT_OPEN_SPLIT: Please reduce your request rate (SlowDown)");
    query.statuses = {status("RUNNING"), failed, status("QUEUED"), status("RUNNING"), status("SUCCEEDED")};
    athena_.script(query);
    EXPECT_EQ(number_of(ask(*engine(), "SELECT 7")), 7);
    EXPECT_EQ(athena_.started(), 1U);
}

TEST_F(AthenaTest, AQueryThatFailsForNowIsStartedOnceMoreUnderANewToken) {
    athena_.script(failing_for_now("GENERIC_INTERNAL_ERROR: worker lost"));
    athena_.script(one_number("7"));
    EXPECT_EQ(number_of(ask(*engine(), "-- why\n (SELECT 7)")), 7);
    const auto starts = athena_.asked("StartQueryExecution");
    ASSERT_EQ(starts.size(), 2U);
    EXPECT_NE(starts[0]["ClientRequestToken"], starts[1]["ClientRequestToken"]);
    EXPECT_EQ(starts[0]["QueryString"], starts[1]["QueryString"]);
}

TEST_F(AthenaTest, AQueryIsNotStartedAThirdTime) {
    const ScriptedQuery failing = failing_for_now("GENERIC_INTERNAL_ERROR: worker lost");
    athena_.script(failing);
    athena_.script(failing);
    const Error error = refused(*engine(), "SELECT 7");
    EXPECT_EQ(athena_.started(), 2U);
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.retry, Retry::safe);
    EXPECT_TRUE(error.message.starts_with("GENERIC_INTERNAL_ERROR: worker lost")) << error.message;
}

TEST_F(AthenaTest, NothingIsTriedMoreOftenThanAllowed) {
    AthenaOptions given = options();
    given.aws.max_retries = 0;
    athena_.script(failing_for_now("GENERIC_INTERNAL_ERROR: worker lost"));
    EXPECT_EQ(refused(*engine(given), "SELECT 7").code, ErrorCode::unavailable);
    EXPECT_EQ(athena_.started(), 1U);

    athena_.refuse_always("StartQueryExecution", {.status = 503});
    given.aws.max_retries = 2;
    const auto before = athena_.asked("StartQueryExecution").size();
    EXPECT_EQ(refused(*engine(given), "SELECT 7").code, ErrorCode::unavailable);
    EXPECT_EQ(athena_.asked("StartQueryExecution").size() - before, 3U) << "once, and two times again";
}

TEST_F(AthenaTest, WhatWritesIsNeverStartedTwice) {
    athena_.script(failing_for_now("SlowDown"));
    const Error error = refused(*engine(), "INSERT INTO t SELECT 1");
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(athena_.started(), 1U);
}

TEST_F(AthenaTest, AQueryThatIsCanceledIsStopped) {
    ScriptedQuery query;
    query.statuses = {status("RUNNING")};
    athena_.script(query);
    const auto opened = engine();
    std::stop_source source;
    QueryOptions query_options;
    query_options.stop = source.get_token();
    query_options.progress = [&](const QueryProgress&) { source.request_stop(); };
    const Error error = refused(*opened, "SELECT 1", query_options);
    EXPECT_EQ(error.code, ErrorCode::query);
    EXPECT_EQ(error.message, "USER_CANCELED: the query was stopped");
    ASSERT_EQ(athena_.asked("StopQueryExecution").size(), 1U);
    EXPECT_EQ(athena_.asked("StopQueryExecution")[0]["QueryExecutionId"], "query-1");

    EXPECT_EQ(refused(*opened, "SELECT 1", query_options).message, "USER_CANCELED: the query was stopped");
    EXPECT_EQ(athena_.started(), 1U) << "stopped before it began";
}

TEST_F(AthenaTest, AQueryThatCannotBeStoppedIsNamed) {
    ScriptedQuery query;
    query.statuses = {status("RUNNING")};
    athena_.script(query);
    athena_.refuse("StopQueryExecution",
                   refusal("AccessDeniedException", "User: u is not authorized to perform: athena:StopQueryExecution"));
    AthenaOptions hasty = options();
    hasty.timeout = 1s;
    const Error error = refused(*engine(hasty), "SELECT 1");
    EXPECT_TRUE(error.message.starts_with("EXCEEDED_TIME_LIMIT: the query ran longer than 1 s")) << error.message;
    EXPECT_NE(error.message.find("query-1"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("athena:StopQueryExecution"), std::string::npos) << error.message;
}

TEST_F(AthenaTest, AQueryThatRunsTooLongIsStopped) {
    ScriptedQuery query;
    query.statuses = {status("RUNNING")};
    athena_.script(query);
    AthenaOptions hasty = options();
    hasty.timeout = 1s;
    const Error error = refused(*engine(hasty), "SELECT 1");
    EXPECT_EQ(error.code, ErrorCode::query);
    EXPECT_EQ(error.message, "EXCEEDED_TIME_LIMIT: the query ran longer than 1 s and was stopped");
    EXPECT_EQ(athena_.asked("StopQueryExecution").size(), 1U);
    EXPECT_LE(athena_.asked("GetQueryExecution").size(), 8U) << "pauses grow";
}

// Twenty queries, each of which is seen running six times.
void ask_twenty(QueryEngine& engine, FakeAthena& athena) {
    std::vector<std::future<std::int64_t>> answers;
    for (int i = 0; i < 20; ++i) {
        ScriptedQuery query = one_number(std::to_string(i));
        query.statuses.assign(6, status("RUNNING"));
        query.statuses.push_back(status("SUCCEEDED"));
        athena.script(query);
    }
    for (int i = 0; i < 20; ++i) {
        answers.push_back(std::async(std::launch::async, [&engine] {
            const auto result = engine.execute("SELECT n FROM t", {});
            EXPECT_TRUE(result) << result.error().message;
            return result ? number_of(*result) : -1;
        }));
    }
    std::set<std::int64_t> numbers;
    for (auto& answer : answers) numbers.insert(answer.get());
    EXPECT_EQ(numbers.size(), 20U) << "each has its own answer";
}

TEST_F(AthenaTest, QueriesThatWaitAtOneTimeShareOnePoller) {
    const auto opened = engine();
    ask_twenty(*opened, athena_);
    const auto batches = athena_.asked("BatchGetQueryExecution").size();
    EXPECT_GT(batches, 0U);
    EXPECT_LE(batches + athena_.asked("GetQueryExecution").size(), 20U) << "20 pollers would need 140 looks";
}

TEST_F(AthenaTest, ARoleThatMayNotLookAtBatchesLooksOneByOne) {
    athena_.refuse_always("BatchGetQueryExecution",
                          refusal("AccessDeniedException", "You are not authorized to perform: athena:BatchGetQueryExecution"));
    const auto opened = engine();
    ask_twenty(*opened, athena_);
    EXPECT_EQ(athena_.asked("BatchGetQueryExecution").size(), 1U) << "asked once";
}

TEST_F(AthenaTest, AQueryThatCannotBeFollowedIsNamed) {
    athena_.refuse_always("GetQueryExecution",
                          refusal("AccessDeniedException", "You are not authorized to perform: athena:GetQueryExecution"));
    const Error error = refused(*engine(), "SELECT 1");
    EXPECT_EQ(error.code, ErrorCode::permission_denied);
    EXPECT_NE(error.message.find("athena:GetQueryExecution"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("the query query-1 may still run"), std::string::npos) << error.message;
}

TEST_F(AthenaTest, ParametersAreBoundWhereAthenaBindsThem) {
    const auto opened = engine();
    ask(*opened, "SELECT '?' AS q FROM t WHERE a = ? AND b < ? -- ?", {std::string("it's"), std::int64_t{-5}});
    ask(*opened, "SELECT ? FROM t WHERE a = ?", {std::string("it's"), std::int64_t{-5}});
    ask(*opened, "SELECT a FROM t WHERE a = ?", {std::string(1100, 'x')});
    ask(*opened, "SELECT a FROM t WHERE contains(?, a)", {Array{{std::string("x"), std::string("'); DROP TABLE t --")}}});
    const auto starts = athena_.asked("StartQueryExecution");
    EXPECT_EQ(starts.at(0)["QueryString"], "SELECT '?' AS q FROM t WHERE a = ? AND b < ? -- ?");
    EXPECT_EQ(starts.at(0)["ExecutionParameters"], (json{"'it''s'", "-5"}));
    EXPECT_EQ(starts.at(1)["QueryString"], "SELECT 'it''s' FROM t WHERE a = (-5)");
    EXPECT_EQ(starts.at(2)["QueryString"], "SELECT a FROM t WHERE a = '" + std::string(1100, 'x') + "'");
    EXPECT_EQ(starts.at(3)["QueryString"], "SELECT a FROM t WHERE contains(ARRAY['x', '''); DROP TABLE t --'], a)");
    for (std::size_t i = 1; i < starts.size(); ++i) EXPECT_FALSE(starts[i].contains("ExecutionParameters"));
}

TEST_F(AthenaTest, AWrongNumberOfParametersStartsNothing) {
    const auto result = engine()->execute("SELECT a FROM t WHERE a = ?", {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::query);
    EXPECT_EQ(result.error().message, "INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 1 but found 0");
    EXPECT_EQ(athena_.started(), 0U);
}

TEST_F(AthenaTest, OptionsThatCannotWorkAreRefused) {
    for (const auto& change : std::vector<void (*)(AthenaOptions&)>{
             [](AthenaOptions& wrong) { wrong.database.clear(); }, [](AthenaOptions& wrong) { wrong.output = "results"; },
             [](AthenaOptions& wrong) { wrong.output = "s3:///x"; }, [](AthenaOptions& wrong) { wrong.timeout = 0s; },
             [](AthenaOptions& wrong) { wrong.aws.region = wrong.aws.endpoint = ""; }}) {
        AthenaOptions wrong = options();
        change(wrong);
        const auto opened = open_athena_engine(wrong);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument) << opened.error().message;
    }
}

}  // namespace
}  // namespace dualstore::sql::remote
