#include "servers/python.hpp"

#include "servers/process.hpp"

namespace dualstore::servers {

testing::AssertionResult run_python(const std::string& script, const std::map<std::string, std::string>& environment) {
    ServerCommand command{.name = "python", .program = TEST_PYTHON "/python3", .arguments = {"-c", script}, .environment = environment};
    command.environment["PYTHONPATH"] = TEST_PYTHON;
    ServerProcess python(command);
    if (python.wait(std::chrono::seconds(120)) == 0) return testing::AssertionSuccess();
    return testing::AssertionFailure() << python.end_of_log();
}

}  // namespace dualstore::servers
