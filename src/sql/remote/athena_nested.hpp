// ARRAY, MAP and ROW columns out of Athena, whose own text for them does not tell where a value ends. As JSON they come exactly.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/query_engine.hpp"
#include "dualstore/table.hpp"

namespace dualstore::sql::remote {

struct NestedSelect {
    std::string columns;                     // what stands behind SELECT
    std::vector<std::optional<Type>> types;  // by result column: what its JSON stands for; none: the column comes as it is
};

// The same columns, those of nested types as CAST(column AS JSON) under their own names. `columns` is what the caller wants to see behind
// SELECT, of this table alone: "*", or names between commas. None: there is nothing to wrap, or no telling what.
[[nodiscard]] std::optional<NestedSelect> select_nested_as_json(const TableDefinition& table, std::string_view columns);

// Turns the JSON in the columns of a result into values. unavailable: it is no value of that type.
[[nodiscard]] Result<void> read_nested_json(QueryResult& result, std::span<const std::optional<Type>> types);

}  // namespace dualstore::sql::remote
