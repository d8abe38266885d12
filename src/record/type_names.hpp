#pragma once

#include <string_view>
#include <vector>

#include "dualstore/table.hpp"

namespace dualstore::record {

struct ScalarName {
    std::string_view hive;
    std::string_view trino;
    Type::Kind kind;
};

// Every type without parameters; the first name of a kind is the one to write.
[[nodiscard]] const std::vector<ScalarName>& scalar_names();

}  // namespace dualstore::record
