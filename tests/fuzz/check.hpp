// What a fuzz target claims of its input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace dualstore::fuzz {

inline void check(bool holds, const char* what, std::string_view input) {
    if (holds) return;
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(input.size()), input.data());
    std::abort();
}

}  // namespace dualstore::fuzz
