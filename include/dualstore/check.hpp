// What a look at every object finds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore {

// Where a repair puts what it cannot mend. No table can be located there.
inline constexpr std::string_view set_aside_prefix = "dualstore-set-aside/";

struct Finding {
    std::string key;      // the object's key, or a leftover's path in the store
    std::string problem;  // what is wrong, one line
    std::string repair;   // what a repair did or why it could not; empty: none was asked for
    bool wrong = true;    // false: worth knowing but no error (a crash's leftover), or mended
};

struct CheckReport {
    std::uint64_t objects = 0;  // looked at
    std::vector<Finding> findings;
};

}  // namespace dualstore
