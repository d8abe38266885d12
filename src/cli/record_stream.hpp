// Cuts a stream of bytes into records: JSON objects, one a line or each over several lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dualstore::cli {

class RecordStream {
  public:
    struct Piece {
        std::string text;      // what should be a record; whether it is one, the writer finds out
        std::size_t line = 1;  // where it begins
        std::string problem;   // not empty: no record, and why
    };

    // Adds bytes of the input.
    void feed(std::string_view bytes);
    // No more bytes follow.
    void finish() { finished_ = true; }
    // The next record that is complete. One that is broken over several lines may have swallowed whole ones: among those lines, each that
    // begins with '{' begins a record.
    std::optional<Piece> next();

  private:
    enum class State { between, inside, behind, plain, skipping };
    bool step();  // looks at one more byte; false: none left
    Piece cut(std::string problem);
    void begin(State state);
    void restart_behind_first_line(const Piece& piece);

    std::string buffer_;
    std::size_t at_ = 0;         // the next byte to look at
    std::size_t start_ = 0;      // where the piece begins
    std::size_t swallowed_ = 0;  // before this byte, lines of a broken record are looked at again
    std::size_t line_ = 1;       // of `at_`
    std::size_t start_line_ = 1;
    State state_ = State::between;
    int depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
    bool crowded_ = false;  // something follows the object on its last line
    bool complete_ = false;
    bool finished_ = false;
};

}  // namespace dualstore::cli
