#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <set>

#include "aws/service_fixture.hpp"

namespace dualstore::aws {
namespace {

using namespace std::chrono_literals;
using servers::Answer;
using servers::Request;
using servers::ScriptedServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ServiceTest, GivesStatusHeadersAndBody) {
    ScriptedServer server;
    server.answer({.status = 404, .headers = {{"X-Thing", "a"}}, .body = "nothing here"});
    Attempts attempts;
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), put("/a%20b?c=%2F", "12345"));
    EXPECT_EQ(reply.response.status, 404);
    EXPECT_EQ(reply.response.header("x-thing"), "a");
    EXPECT_EQ(reply.response.body, "nothing here");
    EXPECT_FALSE(reply.lost);
    const Request request = server.requests().at(0);
    EXPECT_EQ(request.target, "/a%20b?c=%2F");
    EXPECT_EQ(request.body, "12345");
    EXPECT_EQ(request.header("host"), "127.0.0.1:" + std::to_string(server.port()));
    ASSERT_EQ(attempts.all().size(), 1U);
    EXPECT_EQ(attempts.all()[0].sent, 5U);
    EXPECT_EQ(attempts.all()[0].received, 12U);
}

TEST(ServiceTest, AHeadsLengthIsNotWaitedFor) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "16 bytes of body"}; });
    Attempts attempts;
    Call head = get("/k");
    head.method = "HEAD";
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), head);
    EXPECT_EQ(reply.response.status, 200);
    EXPECT_EQ(reply.response.header("content-length"), "16");
}

TEST(ServiceTest, WhatTheServiceDidNotDoIsTriedAgain) {
    ScriptedServer server;
    server.answer({.status = 503});
    server.answer({.status = 409});
    server.answer({.status = 200});
    Attempts attempts;
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), put("/k", "x"));
    EXPECT_EQ(reply.response.status, 200);
    EXPECT_EQ(reply.attempts, 3);
    EXPECT_FALSE(reply.lost);
    EXPECT_THAT(attempts.statuses(), ElementsAre(503, 409, 200));
}

TEST(ServiceTest, WhatTheServiceMayHaveDoneIsRepeatedOnlyWhereThatDoesNoHarm) {
    ScriptedServer server;
    Attempts attempts;
    const auto service = open(unsigned_options(server.endpoint(), attempts));
    server.answer({.status = 500});
    Reply reply = call(*service, put("/k", "x"));
    EXPECT_EQ(reply.response.status, 500);
    EXPECT_EQ(reply.attempts, 1);
    EXPECT_TRUE(reply.lost);

    server.answer({.status = 500});
    server.answer({.status = 412});
    reply = call(*service, get("/k"));
    EXPECT_EQ(reply.response.status, 412);
    EXPECT_EQ(reply.attempts, 2);
    EXPECT_TRUE(reply.lost) << "the first attempt's fate stays open";
}

class LostAnswer : public ::testing::TestWithParam<Answer::Delivery> {};

TEST_P(LostAnswer, IsNotRepeatedWhereThatMightDoHarm) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    server.answer({.body = std::string(5000, 'x'), .delivery = GetParam()});
    Attempts attempts;
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), put("/k", "x"));
    EXPECT_EQ(reply.response.status, 0);
    EXPECT_TRUE(reply.lost);
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_THAT(reply.error, HasSubstr("no answer from 127.0.0.1"));
    EXPECT_THAT(attempts.statuses(), ElementsAre(0));
}

TEST_P(LostAnswer, IsAskedForAgainWhereItDoesNone) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    server.answer({.body = std::string(5000, 'x'), .delivery = GetParam()});
    Attempts attempts;
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), get("/k"));
    EXPECT_EQ(reply.response.body, "ok");
    EXPECT_EQ(reply.attempts, 2);
    EXPECT_TRUE(reply.lost);
}

INSTANTIATE_TEST_SUITE_P(Ways, LostAnswer,
                         ::testing::Values(Answer::Delivery::close, Answer::Delivery::reset, Answer::Delivery::reset_half));

TEST(ServiceTest, TheLastAnswerCountsWhereTheFirstWasThrottledAndTheNextLost) {
    ScriptedServer server;
    server.answer({.status = 503});
    server.answer({.delivery = Answer::Delivery::reset});
    Attempts attempts;
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), put("/k", "x"));
    EXPECT_EQ(reply.response.status, 0);
    EXPECT_TRUE(reply.lost);
}

TEST(ServiceTest, TheDeadlineEndsACallWithoutAnAnswer) {
    ScriptedServer server([](const Request&) -> Answer { return {.after = 5s}; });
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.deadline = 300ms;
    const auto service = open(options);
    Reply reply;
    const auto time = time_of([&] { reply = call(*service, put("/k", "x")); });
    EXPECT_GE(time, 300ms);
    EXPECT_LT(time, 2s);
    EXPECT_EQ(reply.response.status, 0);
    EXPECT_TRUE(reply.lost);
    EXPECT_THAT(reply.error, HasSubstr("nothing came for too long"));
}

TEST(ServiceTest, TheDeadlineHoldsForAllAttemptsTogether) {
    ScriptedServer server([](const Request&) -> Answer { return {.status = 503}; });
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.deadline = 1s;
    const auto service = open(options);
    Reply reply;
    const auto time = time_of([&] { reply = call(*service, get("/k")); });
    EXPECT_LT(time, 2s);
    EXPECT_EQ(reply.response.status, 503) << "the last answer, not that there was none";
    EXPECT_FALSE(reply.lost);
}

TEST(ServiceTest, TheDeadlineHoldsForWaitingForAConnection) {
    ScriptedServer server([](const Request&) -> Answer { return {.after = 1s}; });
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.connections = 1;
    options.silence = 2s;  // it is looked at often
    const auto service = open(options);
    std::promise<Reply> first;
    service->start(put("/first", "x"), [&first](Reply reply) { first.set_value(std::move(reply)); });
    ASSERT_TRUE(server.wait_for_requests(1));
    Call hasty = put("/second", "x");
    hasty.deadline = 200ms;
    const Reply second = call(*service, hasty);
    EXPECT_EQ(second.response.status, 0);
    EXPECT_FALSE(second.lost) << "it was never sent";
    EXPECT_EQ(first.get_future().get().response.status, 200);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(ServiceTest, ASilentAttemptIsGivenUpLongBeforeTheDeadline) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    server.answer({.after = 3s});
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.silence = 300ms;
    const auto service = open(options);
    Reply reply;
    const auto time = time_of([&] { reply = call(*service, get("/k")); });
    EXPECT_EQ(reply.response.status, 200);
    EXPECT_EQ(reply.attempts, 2);
    EXPECT_LT(time, 2s);
}

TEST(ServiceTest, SlowBytesAreWaitedFor) {
    ScriptedServer server;
    server.answer({.body = std::string(100, 'x'), .between_bytes = 10ms});
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.silence = 300ms;
    const Reply reply = call(*open(options), get("/k"));
    EXPECT_EQ(reply.response.body.size(), 100U);
    EXPECT_EQ(reply.attempts, 1);
}

TEST(ServiceTest, AWrongAddressIsReportedSoon) {
    Attempts attempts;
    const std::string port = std::to_string(servers::free_port());
    const auto service = open(unsigned_options("http://127.0.0.1:" + port, attempts));
    Reply reply;
    const auto time = time_of([&] { reply = call(*service, put("/k", "x")); });
    EXPECT_LT(time, 3s);
    EXPECT_EQ(reply.error, "cannot connect to 127.0.0.1:" + port + ": connection refused");
    EXPECT_FALSE(reply.lost);
    EXPECT_EQ(attempts.all().size(), 3U);
    const Error error = reply_error(reply, "put", "k");
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.retry, Retry::safe);
}

TEST(ServiceTest, AnUnknownNameIsReportedSoon) {
    Attempts attempts;
    const auto service = open(unsigned_options("http://no-such-name.invalid", attempts));
    Reply reply;
    const auto time = time_of([&] { reply = call(*service, get("/k")); });
    EXPECT_LT(time, 20s);
    EXPECT_THAT(reply.error, HasSubstr("the name no-such-name.invalid is not known"));
}

TEST(ServiceTest, ConnectionsThatAreResetAtOnceAreTriedAgain) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    server.reset_connections(2);
    Attempts attempts;
    const Reply reply = call(*open(unsigned_options(server.endpoint(), attempts)), get("/k"));
    EXPECT_EQ(reply.response.status, 200);
    EXPECT_EQ(reply.attempts, 3);
}

TEST(ServiceTest, RetryAfterIsHonoured) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    server.answer({.status = 503, .headers = {{"Retry-After", "1"}}});
    Attempts attempts;
    const auto service = open(unsigned_options(server.endpoint(), attempts));
    Reply reply;
    EXPECT_GE(time_of([&] { reply = call(*service, get("/k")); }), 1s);
    EXPECT_EQ(reply.response.status, 200);
}

TEST(ServiceTest, OneConnectionServesCallAfterCall) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    Attempts attempts;
    const auto service = open(unsigned_options(server.endpoint(), attempts));
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(call(*service, put("/k", "x")).response.status, 200);
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST(ServiceTest, AServerThatClosesBehindEachAnswerIsFine) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok", .then_close = true}; });
    Attempts attempts;
    const auto service = open(unsigned_options(server.endpoint(), attempts));
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(call(*service, put("/k", "x")).response.status, 200);
    }
    EXPECT_EQ(attempts.all().size(), 20U);
}

// All calls at once, from the one thread that starts them.
struct Crowd {
    std::vector<Reply> replies;

    Crowd(Service& service, int count, const std::function<Call(int)>& call) : replies(static_cast<std::size_t>(count)) {
        std::atomic<int> left = count;
        std::binary_semaphore all{0};
        for (int i = 0; i < count; ++i) {
            service.start(call(i), [this, i, &left, &all](Reply reply) {
                replies[static_cast<std::size_t>(i)] = std::move(reply);
                if (--left == 0) {
                    all.release();
                }
            });
        }
        all.acquire();
    }
};

TEST(ServiceTest, AThousandCallsFromOneThreadAreInFlightAtOnce) {
    ScriptedServer server([](const Request& request) -> Answer { return {.body = request.target, .after = 50ms}; });
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.connections = 100;
    const auto service = open(options);
    const Crowd crowd(*service, 1000, [](int i) { return put("/" + std::to_string(i), "x"); });
    for (std::size_t i = 0; i < crowd.replies.size(); ++i) {
        EXPECT_EQ(crowd.replies[i].response.body, "/" + std::to_string(i)) << crowd.replies[i].error;
    }
    EXPECT_GT(server.most_in_flight(), 50);
    EXPECT_LE(server.connections(), 100);
}

TEST(ServiceTest, ACrowdOutlastsLostAnswersAndOverload) {
    std::atomic<unsigned> count = 0;
    ScriptedServer server([&count](const Request&) -> Answer {
        switch (count++ % 5) {
            case 0:
                return {.delivery = Answer::Delivery::reset};
            case 1:
                return {.status = 500};
            default:
                return {.body = "ok"};
        }
    });
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.connections = 50;
    const auto service = open(options);
    const Crowd crowd(*service, 500, [](int i) { return get("/" + std::to_string(i)); });
    EXPECT_TRUE(std::all_of(crowd.replies.begin(), crowd.replies.end(), [](const Reply& reply) { return reply.response.status == 200; }));
}

TEST(ServiceTest, CallsKeepTheServiceAlive) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok", .after = 100ms}; });
    Attempts attempts;
    auto service = open(unsigned_options(server.endpoint(), attempts));
    std::promise<Reply> promise;
    service->start(get("/k"), [&promise](Reply reply) { promise.set_value(std::move(reply)); });
    service.reset();
    EXPECT_EQ(promise.get_future().get().response.status, 200);
}

TEST(ServiceTest, TheLastReferenceMayGoInACallback) {
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    Attempts attempts;
    auto service = open(unsigned_options(server.endpoint(), attempts));
    std::promise<void> gone;
    Service& still = *service;
    still.start(get("/k"), [service = std::move(service), &gone](const Reply&) mutable {
        service.reset();
        gone.set_value();
    });
    EXPECT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
}

TEST(ServiceTest, ACallMayBeStartedInACallback) {
    ScriptedServer server([](const Request& request) -> Answer { return {.body = request.target}; });
    Attempts attempts;
    const auto service = open(unsigned_options(server.endpoint(), attempts));
    std::promise<Reply> second;
    service->start(get("/1"), [&](const Reply&) { service->start(get("/2"), [&](Reply reply) { second.set_value(std::move(reply)); }); });
    EXPECT_EQ(second.get_future().get().response.body, "/2");
}

TEST(ServiceTest, AForkedChildIsToldToOpenItsOwn) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer has no threads after fork";
#endif
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    Attempts attempts;
    auto service = open(unsigned_options(server.endpoint(), attempts));
    ASSERT_EQ(call(*service, get("/parent")).response.status, 200);
    const pid_t child = fork();
    if (child == 0) {
        const Reply inherited = call(*service, get("/inherited"));
        service.reset();
        Attempts own_attempts;
        const Reply own = call(*open(unsigned_options(server.endpoint(), own_attempts)), get("/own"));
        _exit((inherited.error.find("fork") != std::string::npos ? 0 : 1) + (own.response.status == 200 ? 0 : 2));
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(call(*service, get("/parent")).response.status, 200);
}

TEST(ServiceTest, WrongOptionsAreRefused) {
    Attempts attempts;
    EXPECT_EQ(open_service(unsigned_options("127.0.0.1:80", attempts)).error().code, ErrorCode::invalid_argument);
    ServiceOptions options = unsigned_options("http://127.0.0.1", attempts);
    options.sign = true;
    EXPECT_EQ(open_service(options).error().code, ErrorCode::invalid_argument);
}

TEST(ReplyTest, AnErrorNamesStatusAndTheServicesCode) {
    Reply reply;
    reply.attempts = 2;
    reply.response = {403, {}, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"};
    const Error denied = reply_error(reply, "GetObject", "k");
    EXPECT_EQ(denied.code, ErrorCode::permission_denied);
    EXPECT_EQ(denied.message, "GetObject: the service answered 403 AccessDenied (after 2 attempts)");
    reply.response = {400, {}, R"({"__type":"com.amazonaws.athena#TooManyRequestsException","message":"slow"})"};
    EXPECT_EQ(error_code(reply.response), "TooManyRequestsException");
    reply.response = {400, {{"X-Amzn-ErrorType", "InvalidRequestException:http://internal"}}, "{}"};
    EXPECT_EQ(error_code(reply.response), "InvalidRequestException");
}

}  // namespace
}  // namespace dualstore::aws
