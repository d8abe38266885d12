// Writes the next snapshot of the mirror.
#pragma once

#include <filesystem>

#include "sql/embedded/session.hpp"

namespace dualstore::sql {

inline constexpr int snapshot_format = 1;

// Writes what the session shows of every table into a new DuckDB file: the old snapshot's rows that still count, and the changes.
// `old_snapshot` is the file that the session opened, or empty.
[[nodiscard]] Result<void> write_snapshot(Session& session, const std::filesystem::path& old_snapshot, const std::filesystem::path& file,
                                          const std::stop_token& stop);

}  // namespace dualstore::sql
