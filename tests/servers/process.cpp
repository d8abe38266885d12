#include "servers/process.hpp"

#include <fcntl.h>
#include <httplib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

extern char** environ;

namespace dualstore::servers {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** one = environ; *one != nullptr; ++one) {
        const std::string_view entry(*one);
        if (!added.contains(std::string(entry.substr(0, entry.find('='))))) all.emplace_back(entry);
    }
    for (const auto& [name, value] : added) all.emplace_back(name).append("=").append(value);
    return all;
}

// In the child, where only system calls are safe.
[[noreturn]] void become(const ServerCommand& command, int log, pid_t parent, char* const* arguments, char* const* environment) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) ::_exit(126);
    ::execve(command.program.c_str(), arguments, environment);
    ::_exit(127);
}

}  // namespace

ServerProcess::ServerProcess(const ServerCommand& command) : name_(command.name) {
    fs::create_directories(TEST_SERVER_LOGS);
    log_ = fs::path(TEST_SERVER_LOGS) / (std::string(program_invocation_short_name) + "." + name_ + ".log");
    const int log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0) throw std::runtime_error("no log could be opened: " + log_.string());
    std::vector<std::string> arguments = command.arguments;
    arguments.insert(arguments.begin(), command.program);
    auto added = command.environment;
    if (!command.folder.empty()) added["TMPDIR"] = command.folder;
    std::vector<std::string> environment = environment_with(added);
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(environment);
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0) become(command, log, parent, argument_pointers.data(), environment_pointers.data());
    ::close(log);
    ::setpgid(id_, id_);  // here and in the child: whoever comes first, the group is there from now on
    if (id_ < 0) throw std::runtime_error("no process could be started for " + name_);
}

bool ServerProcess::running() {
    int status = 0;
    if (id_ > 0 && ::waitpid(id_, &status, WNOHANG) == id_) {
        id_ = -1;
        exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    return id_ > 0;
}

int ServerProcess::wait(std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (running() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return exit_code_;
}

bool ServerProcess::wait_until(const std::function<bool()>& ready, std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!ready()) {
        if (!running()) return false;
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(name_ + " did not become ready:\n" + end_of_log());
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return running();
}

void ServerProcess::stop() {
    if (!running()) return;
    ::kill(-id_, SIGKILL);  // what it has on disk goes with the test, so it need not tidy up, which takes SeaweedFS ten seconds
    ::waitpid(std::exchange(id_, -1), nullptr, 0);
}

std::string ServerProcess::end_of_log() const {
    std::ifstream file(log_, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    return "…" + all.substr(all.size() > 2000 ? all.size() - 2000 : 0) + "\n(" + log_.string() + ")";
}

bool answers(std::uint16_t port, const std::string& path) {
    httplib::Client client("127.0.0.1", port);
    client.set_connection_timeout(1);
    client.set_read_timeout(5);
    const auto result = client.Get(path);
    return result && result->status == 200;
}

void use_credentials(const std::string& access_key, const std::string& secret_key) {
    ::setenv("AWS_ACCESS_KEY_ID", access_key.c_str(), 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", secret_key.c_str(), 1);
    ::setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    for (const char* file : {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}) ::setenv(file, "/dev/null", 1);
    for (const char* other : {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
                              "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_ATHENA", "AWS_CA_BUNDLE"}) {
        ::unsetenv(other);
    }
}

}  // namespace dualstore::servers
