// A whole table in one file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dualstore/object_store.hpp"

namespace dualstore::dual {

// Writes every line of the objects below `prefix` to `path`, in the order of their keys, replacing the file once it is whole. Returns the
// number of lines. Objects that readers skip are left out.
[[nodiscard]] Result<std::uint64_t> export_ndjson(ObjectStore& store, std::string_view prefix, const std::string& path);

}  // namespace dualstore::dual
