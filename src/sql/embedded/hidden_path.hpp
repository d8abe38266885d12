// The hidden column "$path" of every table.
#pragma once

#include <string>
#include <string_view>

namespace dualstore::sql {

[[nodiscard]] bool names_path(std::string_view sql);
// Keeps "$path", which views have only for queries that name it, out of the columns that a * stands for.
[[nodiscard]] std::string hide_path_from_stars(std::string_view sql);

}  // namespace dualstore::sql
