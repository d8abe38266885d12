#include "servers/process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include "object/processes.hpp"

namespace dualstore::servers {
namespace {

using namespace std::chrono_literals;

const ServerCommand asleep{.name = "asleep", .program = "/bin/sleep", .arguments = {"1000"}};

bool gone_soon(pid_t id) {
    for (int look = 0; look < 200; ++look) {
        if (::kill(id, 0) != 0 && errno == ESRCH) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

TEST(ServerProcess, GoesWithItsOwner) {
    pid_t id = 0;
    {
        ServerProcess server(asleep);
        id = server.id();
        EXPECT_TRUE(server.running());
    }
    EXPECT_TRUE(gone_soon(id));
}

TEST(ServerProcess, GoesWithATestThatIsKilled) {
    Pipe pipe;
    Process test([&] {
        const ServerProcess server(asleep);
        pipe.write(std::to_string(server.id()));
        std::this_thread::sleep_for(1000s);
        return 0;
    });
    const pid_t id = std::stoi(pipe.read_some());
    ASSERT_EQ(::kill(id, 0), 0);
    test.kill_and_wait();
    EXPECT_TRUE(gone_soon(id));
}

TEST(ServerProcess, SaysThatAProgramEndedBeforeItWasReadyAndWhatItWrote) {
    ServerProcess server({.name = "failing", .program = "/bin/sh", .arguments = {"-c", "echo no port >&2; exit 3"}});
    EXPECT_FALSE(server.wait_until([] { return false; }, 10s));
    EXPECT_NE(server.end_of_log().find("no port"), std::string::npos);
    EXPECT_EQ(server.wait(1s), 3);
}

TEST(ServerProcess, LosesPatience) {
    ServerProcess server(asleep);
    EXPECT_THROW((void)server.wait_until([] { return false; }, 0s), std::runtime_error);
}

}  // namespace
}  // namespace dualstore::servers
