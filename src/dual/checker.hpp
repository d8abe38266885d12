// Looks at every object of a table, and mends what it can.
#pragma once

#include <span>

#include "dualstore/check.hpp"
#include "dualstore/object_store.hpp"
#include "record/table.hpp"

namespace dualstore::dual {

// An object is right if it is one line, valid, readable by the table's reader, and at its key where its own ids bind it to one. A repair
// writes an object again as a writer would (if nobody changed it since), moves it to its own key if that is free, or sets it aside.
[[nodiscard]] Result<CheckReport> check(ObjectStore& store, std::span<const record::Table* const> tables, bool repair);

}  // namespace dualstore::dual
