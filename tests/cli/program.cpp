#include "cli/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/capability.h>
#include <sys/prctl.h>
#endif

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

extern char** environ;

namespace dualstore::cli_test {
namespace {

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> all;
    for (char** one = environ; *one != nullptr; ++one) {
        const std::string_view entry = *one;
        const std::string name(entry.substr(0, entry.find('=')));
        if (!entry.starts_with("DUALSTORE_") && !command.environment.contains(name)) all.emplace_back(entry);
    }
    for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

struct Pipes {
    std::array<int, 2> in{}, out{}, err{};
};

// In the child: becomes the program.
[[noreturn]] void become(const Command& command, const Pipes& pipes, std::vector<char*> arguments, std::vector<char*> environment) {
    ::dup2(pipes.in[0], STDIN_FILENO);
    ::dup2(pipes.out[1], STDOUT_FILENO);
    ::dup2(pipes.err[1], STDERR_FILENO);
    if (!command.standard_output.empty()) {
        const int file = ::open(command.standard_output.c_str(), O_WRONLY | O_CLOEXEC);
        if (file < 0 || ::dup2(file, STDOUT_FILENO) < 0) ::_exit(126);
    }
    ::signal(SIGPIPE, SIG_DFL);
    if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) ::_exit(126);
#if defined(__linux__)
    if (command.obeys_permissions && ::geteuid() == 0) {
        for (const int right : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) {
            if (::prctl(PR_CAPBSET_DROP, right, 0, 0, 0) != 0) ::_exit(126);
        }
    }
#endif
    ::execve(command.program.c_str(), arguments.data(), environment.data());
    ::_exit(127);
}

}  // namespace

RunningProgram::RunningProgram(const Command& command) {
    ::signal(SIGPIPE, SIG_IGN);
    Pipes pipes;
    for (auto* ends : {&pipes.in, &pipes.out, &pipes.err}) {
        if (::pipe2(ends->data(), O_CLOEXEC) != 0) std::abort();
    }
    std::vector<std::string> arguments = command.arguments;
    arguments.insert(arguments.begin(), "dualstore");
    std::vector<std::string> environment = environment_of(command);
    auto argument_pointers = pointers(arguments);
    auto environment_pointers = pointers(environment);
    id_ = ::fork();
    if (id_ < 0) std::abort();
    if (id_ == 0) become(command, pipes, std::move(argument_pointers), std::move(environment_pointers));
    for (const int childs : {pipes.in[0], pipes.out[1], pipes.err[1]}) ::close(childs);
    in_ = pipes.in[1];
    out_ = pipes.out[0];
    err_ = pipes.err[0];
    for (const int end : {in_, out_, err_}) ::fcntl(end, F_SETFL, O_NONBLOCK);
}

RunningProgram::~RunningProgram() {
    for (const int end : {in_, out_, err_}) {
        if (end >= 0) ::close(end);
    }
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait();
}

void RunningProgram::close_input() {
    if (in_ >= 0) ::close(std::exchange(in_, -1));
}

int RunningProgram::wait() {
    int status = 0;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool RunningProgram::exchange(Deadline deadline) {
    if (pending_.empty() && closing_) close_input();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if ((out_ < 0 && err_ < 0) || left <= 0) return false;
    std::array<pollfd, 3> ends{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}, pollfd{pending_.empty() ? -1 : in_, POLLOUT, 0}};
    ::poll(ends.data(), ends.size(), static_cast<int>(left));
    const auto read = [](int& end, std::string& text) {
        std::array<char, 65536> buffer;
        const ssize_t got = ::read(end, buffer.data(), buffer.size());
        if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
        if (got == 0) ::close(std::exchange(end, -1));
    };
    if (ends[0].revents != 0) read(out_, out_text_);
    if (ends[1].revents != 0) read(err_, err_text_);
    if (ends[2].revents != 0) {
        const ssize_t written = ::write(in_, pending_.data(), pending_.size());
        if (written > 0) pending_.erase(0, static_cast<std::size_t>(written));
        if (written < 0 && errno == EPIPE) {
            pending_.clear();
            close_input();
        }
    }
    return true;
}

void RunningProgram::write(const std::string& text) {
    pending_ += text;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!pending_.empty() && exchange(deadline)) {
    }
}

std::optional<std::string> RunningProgram::read_line() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
        if (const auto end = out_text_.find('\n'); end != out_text_.npos) {
            std::string line = out_text_.substr(0, end);
            out_text_.erase(0, end + 1);
            return line;
        }
        if (!exchange(deadline)) return std::nullopt;
    }
}

Outcome RunningProgram::finish(const std::string& input) {
    pending_ += input;
    closing_ = true;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (exchange(deadline)) {
    }
    const bool late = out_ >= 0 || err_ >= 0;
    if (late) ::kill(id_, SIGKILL);
    const int code = wait();
    return {code, std::move(out_text_), std::move(err_text_)};
}

Outcome run(const Command& command, const std::string& input) {
    return RunningProgram(command).finish(input);
}

}  // namespace dualstore::cli_test
