#include "servers/scripted_server.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <future>

namespace dualstore::servers {
namespace {

using namespace std::chrono_literals;

TEST(ScriptedServer, GivesTheQueuedAnswersInOrderAndThenAsksTheHandler) {
    ScriptedServer server([](const Request& request) -> Answer { return {.body = "for " + request.target}; });
    server.answer({.status = 503, .headers = {{"Retry-After", "0"}}, .body = "busy"});
    httplib::Client client(server.endpoint());
    client.set_keep_alive(true);
    const auto first = client.Get("/one?a=%2F");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->status, 503);
    EXPECT_EQ(first->get_header_value("Retry-After"), "0");
    EXPECT_EQ(first->body, "busy");
    const auto second = client.Post("/two", {{"X-Amz-Target", "AmazonAthena.StartQueryExecution"}}, "{}", "application/json");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->body, "for /two");

    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].method, "GET");
    EXPECT_EQ(requests[0].target, "/one?a=%2F");
    EXPECT_EQ(requests[1].header("x-amz-target"), "AmazonAthena.StartQueryExecution");
    EXPECT_EQ(requests[1].body, "{}");
    EXPECT_EQ(requests[1].connection, 1) << "the connection stays open";
    EXPECT_EQ(server.connections(), 1);
}

TEST(ScriptedServer, AnswersNothingWhereNothingIsScripted) {
    ScriptedServer server;
    const auto result = httplib::Client(server.endpoint()).Get("/");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 500);
}

TEST(ScriptedServer, BreaksConnectionsBeforeInsteadOfAndWithinAnAnswer) {
    ScriptedServer server;
    server.reset_connections(1);
    EXPECT_FALSE(httplib::Client(server.endpoint()).Get("/"));
    EXPECT_EQ(server.requests().size(), 0U);
    for (const auto delivery : {Answer::Delivery::close, Answer::Delivery::reset, Answer::Delivery::reset_half}) {
        server.answer({.body = std::string(1000, 'x'), .delivery = delivery});
        std::string body;
        const auto result = httplib::Client(server.endpoint()).Get("/", [&](const char* bytes, std::size_t size) {
            body.append(bytes, size);
            return true;
        });
        EXPECT_FALSE(result);
        EXPECT_EQ(body.size(), delivery == Answer::Delivery::reset_half ? 500U : 0U);
    }
    EXPECT_EQ(server.requests().size(), 3U);
    EXPECT_EQ(server.connections(), 4);
}

TEST(ScriptedServer, AnswersLateAndSlowly) {
    ScriptedServer server;
    server.answer({.body = "0123456789", .after = 100ms, .between_bytes = 10ms});
    const auto start = std::chrono::steady_clock::now();
    const auto result = httplib::Client(server.endpoint()).Get("/");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->body, "0123456789");
    EXPECT_GE(std::chrono::steady_clock::now() - start, 190ms);
}

TEST(ScriptedServer, CountsWhatIsInFlightAtOnce) {
    ScriptedServer server([](const Request&) -> Answer { return {.after = 300ms}; });
    std::vector<std::future<bool>> calls;
    for (int call = 0; call < 5; ++call) {
        calls.push_back(std::async(std::launch::async, [&] { return static_cast<bool>(httplib::Client(server.endpoint()).Get("/")); }));
    }
    EXPECT_TRUE(server.wait_for_requests(5));
    for (auto& call : calls) EXPECT_TRUE(call.get());
    EXPECT_EQ(server.most_in_flight(), 5);
}

TEST(ScriptedServer, EndsWhileClientsWait) {
    auto server = std::make_unique<ScriptedServer>([](const Request&) -> Answer { return {.after = 1h}; });
    auto call =
        std::async(std::launch::async, [endpoint = server->endpoint()] { return static_cast<bool>(httplib::Client(endpoint).Get("/")); });
    EXPECT_TRUE(server->wait_for_requests(1));
    server.reset();
    EXPECT_FALSE(call.get());
}

}  // namespace
}  // namespace dualstore::servers
