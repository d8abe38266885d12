// Programs that tests start beside themselves.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dualstore::servers {

struct ServerCommand {
    std::string name;  // names the log: build folder/server-logs/TEST-PROGRAM.NAME.log
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment = {};  // beside the test's own
    std::filesystem::path folder = {};                    // to run in, also for its temporary files; empty: the test's own
};

// A program in a process group of its own. It goes with its owner, and with the thread that started it, however that ends: start it in
// main's.
class ServerProcess {
  public:
    explicit ServerProcess(const ServerCommand& command);
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    ~ServerProcess() { stop(); }

    // Waits until `ready`; false: the program ended before. Throws, with the end of its log, after `patience`.
    [[nodiscard]] bool wait_until(const std::function<bool()>& ready, std::chrono::seconds patience);
    [[nodiscard]] bool running();
    // Waits for its end and gives its exit code; -1: a signal ended it, or it had not ended by then.
    [[nodiscard]] int wait(std::chrono::seconds patience);
    // Ends its whole group, at once.
    void stop();
    [[nodiscard]] std::string end_of_log() const;
    [[nodiscard]] pid_t id() const { return id_; }

  private:
    std::string name_;
    std::filesystem::path log_;
    pid_t id_ = -1;
    int exit_code_ = -1;
};

// True where GET http://127.0.0.1:PORT/PATH is answered with 200.
[[nodiscard]] bool answers(std::uint16_t port, const std::string& path);

// The credentials that clients of this test program find, and none but those: no profile, no role of the machine's.
void use_credentials(const std::string& access_key, const std::string& secret_key);

}  // namespace dualstore::servers
