// What a store's URL names.
#pragma once

#include <string>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::dual {

struct StoreUrl {
    std::string root;    // absolute path of the directory
    std::string bucket;  // its last part
    bool sync = true;
};

// `file:PATH` or `file:PATH?sync=off`; PATH may be relative. invalid_argument or unsupported otherwise.
[[nodiscard]] Result<StoreUrl> parse_store_url(std::string_view url);

// `embedded` is the only engine of this version.
[[nodiscard]] Result<void> check_engine_url(std::string_view url);

}  // namespace dualstore::dual
