// Step 3 of a write, where verification comes after the put: records are read back through SQL, and what SQL does not show is rolled back.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "dual/place.hpp"
#include "dualstore/query_engine.hpp"
#include "record/table.hpp"

namespace dualstore::dual {

// What a write says when its roll-back did not happen; the key follows.
inline constexpr std::string_view manual_cleanup = "Manual cleanup may be required for S3 key: ";

// Puts each record over what it finds there, asks for all by their "$path" in one query, and takes back those that the query does not show:
// what was created is removed, what was replaced is restored, in a versioned bucket by the version's own name. Each step names the version
// it acts on, so what someone else wrote since is never touched. Known limit: someone's identical bytes, in a bucket without versions, are
// taken for one's own. A store without conditional calls is written to without roll-back. One outcome a record, in order.
[[nodiscard]] std::vector<Result<Version>> put_and_query(const Place& place, QueryEngine& engine, const record::Table& table,
                                                         std::span<const record::Encoded> records, const PutMode& mode);

}  // namespace dualstore::dual
