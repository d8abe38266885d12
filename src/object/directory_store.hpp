#pragma once

#include <string>
#include <vector>

#include "dualstore/error.hpp"

namespace dualstore::object {

// Files that writers which are dead left below root/.dualstore, as paths relative to `root`. They go at the next write.
[[nodiscard]] Result<std::vector<std::string>> leftovers(const std::string& root);

}  // namespace dualstore::object
