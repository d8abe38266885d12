#include "cli/record_stream.hpp"

#include <algorithm>

#include "record/json.hpp"

namespace dualstore::cli {

void RecordStream::feed(std::string_view bytes) {
    // What was cut already goes; the buffer never holds more than one record and what was fed last.
    buffer_.erase(0, start_);
    at_ -= start_;
    swallowed_ -= std::min(swallowed_, start_);
    start_ = 0;
    buffer_ += bytes;
}

void RecordStream::begin(State state) {
    state_ = state;
    start_ = at_;
    start_line_ = line_;
    depth_ = 0;
    in_string_ = escaped_ = crowded_ = complete_ = false;
}

bool RecordStream::step() {
    if (at_ == buffer_.size()) return false;
    const char c = buffer_[at_];
    switch (state_) {
        case State::between:
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                start_ = at_ + 1;
                break;
            }
            begin(c == '{' ? State::inside : State::plain);
            return true;  // the byte is looked at again
        case State::inside:
            if (escaped_) {
                escaped_ = false;
            } else if (in_string_) {
                escaped_ = c == '\\';
                in_string_ = c != '"';
                complete_ = c == '\n';  // JSON has no line breaks in strings: it is broken, and ends here
            } else if (c == '"') {
                in_string_ = true;
            } else if (c == '{') {
                if (depth_ > 0 && at_ < swallowed_ && buffer_[at_ - 1] == '\n') {
                    complete_ = true;  // the next record; so each of these lines is looked at twice, not once for each before it
                    return true;
                }
                ++depth_;
            } else if (c == '}' && --depth_ == 0) {
                state_ = State::behind;
            }
            break;
        case State::behind:
            if (c == '\n') complete_ = true;
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') crowded_ = true;
            break;
        case State::plain:
            complete_ = c == '\n';
            break;
        case State::skipping:
            if (c == '{' && (at_ == 0 || buffer_[at_ - 1] == '\n')) {
                begin(State::inside);
                return true;
            }
            start_ = at_;  // keeps the last byte, to know whether a line begins
            break;
    }
    if (c == '\n') ++line_;
    ++at_;
    return true;
}

RecordStream::Piece RecordStream::cut(std::string problem) {
    Piece piece{buffer_.substr(start_, at_ - start_), start_line_, std::move(problem)};
    begin(State::between);
    return piece;
}

// A broken object may have swallowed whole ones behind it.
void RecordStream::restart_behind_first_line(const Piece& piece) {
    const std::size_t began = at_ - piece.text.size();
    swallowed_ = std::max(swallowed_, at_);
    at_ = began + piece.text.find('\n');
    line_ = piece.line;
    begin(State::skipping);
}

std::optional<RecordStream::Piece> RecordStream::next() {
    while (step()) {
        if (!complete_ && state_ != State::between && state_ != State::skipping && at_ - start_ > record::largest_record + 1) {
            Piece piece = cut("it has more than the limit of 16 MiB");
            if (piece.text.find('\n') != piece.text.npos) {
                restart_behind_first_line(piece);
            } else {
                state_ = State::skipping;
            }
            return piece;
        }
        if (complete_) break;
    }
    const bool open = state_ == State::inside || state_ == State::behind || state_ == State::plain;
    if (!open || (!complete_ && !finished_)) return std::nullopt;
    const bool crowded = crowded_;
    Piece piece = cut({});
    if (crowded) piece.problem = "more than one JSON value stands on a line: put each on a line of its own";
    const auto first_line = piece.text.find('\n');
    if (first_line != piece.text.npos && first_line + 1 < piece.text.size() && piece.problem.empty()) {
        if (auto parsed = record::parse_json(piece.text); !parsed) {
            piece.problem = parsed.error().message;
            restart_behind_first_line(piece);
        }
    }
    return piece;
}

}  // namespace dualstore::cli
