// Lines and tables on the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dualstore::cli {

// Standard output.
void print(std::string_view text);
// Whether all that was printed got out: Exit::done, or Exit::failed and a line that says so.
[[nodiscard]] int flushed();
// One line on standard error.
void say(std::string_view line);
// Control characters escaped, so that no text from data breaks a line or drives the terminal.
[[nodiscard]] std::string one_line(std::string_view text);
// Columns of a terminal that the text takes.
[[nodiscard]] std::size_t width(std::string_view text);

// Columns side by side; numbers to the right.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> header) : header_(std::move(header)) {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] std::string text() const;

  private:
    std::vector<std::string> header_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace dualstore::cli
