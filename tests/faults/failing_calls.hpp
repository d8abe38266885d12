// The C library's calls on files, as this program and all libraries in it make them: those below one folder fail as planned. So the files
// that no FileSystem stands before fail too: DuckDB's, and those of the standard library.
#pragma once

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dualstore::failing_calls {

struct Plan {
    int number = EIO;
    std::uint64_t first = 0;    // the call that fails, from 1; 0: none
    bool only_first = true;     // false: every later one too
    bool after_effect = false;  // it happens, and fails all the same; a call that opens never does
};

// Counts the calls on what is below `folder` from now on, by all threads. One plan at a time.
void plan(const std::filesystem::path& folder, const Plan& plan);
// No call fails or is counted any more. Returns them: "rename /store/current1.next".
[[nodiscard]] std::vector<std::string> stop();

// From now on the time of day is so many seconds away from the machine's, for all of this program. Files' times are not.
void shift_clock(std::int64_t seconds);

}  // namespace dualstore::failing_calls
