// Runs the real program, without a shell.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dualstore::cli_test {

struct Outcome {
    int code = -1;  // the exit code; minus the signal's number if a signal ended it
    std::string out;
    std::string err;
};

struct Command {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment = {};  // beside the test's own, from which every DUALSTORE_* is taken out
    std::filesystem::path folder = {};                    // to run in; empty: the test's own
    std::filesystem::path program = DUALSTORE_PROGRAM;
    std::filesystem::path standard_output = {};  // a file instead of a pipe
    bool obeys_permissions = false;              // also where the test runs as root: without the right to pass over them
};

// A program that runs, with pipes to its three ends; killed with its owner.
class RunningProgram {
  public:
    static constexpr std::chrono::seconds patience{60};  // a program that takes longer hangs

    explicit RunningProgram(const Command& command);
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    ~RunningProgram();

    [[nodiscard]] pid_t id() const { return id_; }
    // Adds to its standard input, which stays open.
    void write(const std::string& text);
    // The next line of its standard output without the line break; none once it ended or lost patience.
    std::optional<std::string> read_line();
    // Writes the rest of its input, closes it, and waits for the end.
    Outcome finish(const std::string& input = {});

  private:
    using Deadline = std::chrono::steady_clock::time_point;
    bool exchange(Deadline deadline);  // one step of reading and writing; false: nothing is left to do, or too late
    void close_input();
    int wait();

    pid_t id_ = -1;
    int in_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string pending_;  // not yet written
    bool closing_ = false;
    std::string out_text_;
    std::string err_text_;
};

Outcome run(const Command& command, const std::string& input = {});

}  // namespace dualstore::cli_test
