#include "servers/fault_proxy.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include "servers/python.hpp"
#include "servers/scripted_server.hpp"
#include "servers/seaweedfs.hpp"

namespace dualstore::servers {
namespace {

using namespace std::chrono_literals;

struct Outcome {
    bool answered = false;
    int status = 0;
    std::size_t reached_server = 0;
};

Outcome through(FaultRates rates) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "whole"}; });
    FaultProxy proxy(server.port(), rates);
    const auto result = httplib::Client(proxy.endpoint()).Post("/key?a=b", "body", "text/plain");
    if (result && result->status == 200) {
        EXPECT_EQ(result->body, "whole");
    }
    return {static_cast<bool>(result), result ? result->status : 0, server.requests().size()};
}

TEST(FaultProxy, PassesRequestsUnchanged) {
    ScriptedServer server([](const Request&) -> Answer { return {.headers = {{"ETag", "\"1\""}}, .body = "whole"}; });
    FaultProxy proxy(server.port(), {});
    httplib::Client client(proxy.endpoint());
    client.set_keep_alive(true);
    for (int call = 0; call < 3; ++call) {
        const auto result = client.Post("/a%2Fb?x=%20", {{"Host", "bucket.example"}}, "body", "text/plain");
        ASSERT_TRUE(result);
        EXPECT_EQ(result->get_header_value("ETag"), "\"1\"");
    }
    const auto request = server.requests().at(2);
    EXPECT_EQ(request.target, "/a%2Fb?x=%20");
    EXPECT_EQ(request.header("Host"), "bucket.example");
    EXPECT_EQ(request.body, "body");
    EXPECT_EQ(proxy.count(Fault::none), 3);
    EXPECT_EQ(proxy.forwarded(), 3);
}

TEST(FaultProxy, EachFaultDoesWhatItSays) {
    const auto before = through({.reset_before = 1});
    EXPECT_FALSE(before.answered);
    EXPECT_EQ(before.reached_server, 0U);
    const auto after = through({.reset_after = 1});
    EXPECT_FALSE(after.answered);
    EXPECT_EQ(after.reached_server, 1U);
    EXPECT_EQ(through({.reset_behind = 1}).status, 200);
    const auto slow_down = through({.slow_down = 1});
    EXPECT_EQ(slow_down.status, 503);
    EXPECT_EQ(slow_down.reached_server, 0U);
    EXPECT_EQ(through({.too_many = 1}).status, 429);
    EXPECT_EQ(through({.slow_bytes = 1}).status, 200);
    EXPECT_FALSE(through({.lost = 1, .silence = 10ms}).answered);
}

TEST(FaultProxy, KeepsToItsRates) {
    ScriptedServer server([](const Request&) -> Answer { return {}; });
    FaultProxy proxy(server.port(), {.reset_before = 0.1, .reset_after = 0.1, .slow_down = 0.1, .lost = 0.2, .silence = 1ms}, 7);
    for (int call = 0; call < 1000; ++call) httplib::Client(proxy.endpoint()).Get("/");
    EXPECT_EQ(proxy.requests(), 1000);
    EXPECT_NEAR(proxy.count(Fault::lost), 200, 50);
    EXPECT_NEAR(proxy.count(Fault::reset_after), 100, 40);
    EXPECT_EQ(server.requests().size(), static_cast<std::size_t>(proxy.forwarded()));
    EXPECT_NEAR(proxy.forwarded(), 700, 60) << "half of the lost ones arrive";
}

TEST(FaultProxy, SignaturesHoldThroughIt) {
    auto& server = SeaweedFs::shared();
    server.make_bucket("proxy-test");
    FaultProxy proxy(server.port(),
                     {.reset_before = 0.05, .reset_after = 0.05, .reset_behind = 0.05, .slow_down = 0.05, .slow_bytes = 0.05});
    EXPECT_TRUE(run_python(R"(
import boto3, botocore.config, concurrent.futures, os
s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1",
                  config=botocore.config.Config(max_pool_connections=32, retries={"max_attempts": 20, "mode": "standard"}))
def put(number):
    s3.put_object(Bucket="proxy-test", Key=f"{number}.json", Body=b"%d" % number)
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    list(pool.map(put, range(200)))
assert sum(len(page["Contents"]) for page in s3.get_paginator("list_objects_v2").paginate(Bucket="proxy-test")) == 200
assert all(s3.get_object(Bucket="proxy-test", Key=f"{number}.json")["Body"].read() == b"%d" % number for number in range(0, 200, 10))
)",
                           {{"ENDPOINT", proxy.endpoint()}}));
    EXPECT_GT(proxy.count(Fault::reset_after), 0);
}

}  // namespace
}  // namespace dualstore::servers
