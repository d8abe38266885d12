#include "aws/service_fixture.hpp"

namespace dualstore::aws {
namespace {

using servers::Answer;
using servers::Request;
using servers::ScriptedServer;

// A client that lives in a static variable, and is used once more on the way out.
struct Holder {
    std::shared_ptr<Service> service;
    ~Holder() {
        if (service) {
            static_cast<void>(call(*service, get("/last")));
        }
    }
};

[[noreturn, maybe_unused]] void use_and_exit(const std::string& endpoint) {
    static Attempts attempts;
    static Holder holder;
    holder.service = open(unsigned_options(endpoint, attempts));
    const int status = call(*holder.service, get("/k")).response.status;
    std::exit(status == 200 ? 0 : 1);
}

// The thread sanitizer has no threads after fork.
#ifndef __SANITIZE_THREAD__

TEST(ExitDeathTest, AStaticClientDoesNotDisturbTheEndOfTheProgram) {
    ::testing::GTEST_FLAG(death_test_style) = "fast";
    ScriptedServer server([](const Request&) -> Answer { return {.body = "ok"}; });
    EXPECT_EXIT(use_and_exit(server.endpoint()), ::testing::ExitedWithCode(0), "");
    EXPECT_EQ(server.requests().size(), 2U);
}

[[noreturn, maybe_unused]] void exit_with_calls_in_flight(const std::string& endpoint) {
    Attempts attempts;
    const auto service = open(unsigned_options(endpoint, attempts));
    for (int i = 0; i < 50; ++i) {
        service->start(put("/k", "x"), [](const Reply&) {});
    }
    std::exit(0);
}

TEST(ExitDeathTest, CallsInFlightDoNotHoldUpTheEndOfTheProgram) {
    ::testing::GTEST_FLAG(death_test_style) = "fast";
    ScriptedServer server([](const Request&) -> Answer { return {.after = std::chrono::seconds{3}}; });
    const auto time = time_of([&] { EXPECT_EXIT(exit_with_calls_in_flight(server.endpoint()), ::testing::ExitedWithCode(0), ""); });
    EXPECT_LT(time, std::chrono::seconds{3});
}

#endif

}  // namespace
}  // namespace dualstore::aws
