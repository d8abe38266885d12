// Tables as Athena's catalog describes them.
#pragma once

#include <string>

#include "dualstore/table.hpp"
#include "sql/remote/athena_api.hpp"

namespace dualstore::sql::remote {

// The definition of a table of the catalog, its location with the bucket: "s3://bucket/metadata/".
// conflict: it is a view, is partitioned, or has a SerDe or a column type that no table of dualstore has.
[[nodiscard]] Result<TableDefinition> definition_of(const TableMetadata& table, const std::string& name);

}  // namespace dualstore::sql::remote
