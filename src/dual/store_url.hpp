// What a store's URL names.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "dualstore/error.hpp"
#include "dualstore/s3.hpp"

namespace dualstore::dual {

struct DirectoryPlace {
    std::string root;    // absolute path of the directory
    std::string bucket;  // its last part
    bool sync = true;
};

using StorePlace = std::variant<DirectoryPlace, S3Options>;

// `file:PATH` or `file:PATH?sync=off`, PATH may be relative; `s3://BUCKET[/PREFIX]?SETTING=VALUE&…`. invalid_argument otherwise.
[[nodiscard]] Result<StorePlace> parse_store_url(std::string_view url);

}  // namespace dualstore::dual
