// The tables that a store knows: a NAME.sql each, in a folder of the store's own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dualstore/table.hpp"

namespace dualstore::sql {

class Catalog {
  public:
    explicit Catalog(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Every table; none where the folder is not there yet.
    [[nodiscard]] Result<std::vector<TableDefinition>> load() const;
    // The table of that name, in lower case; none where there is none. corrupt: its file defines another.
    [[nodiscard]] Result<std::optional<TableDefinition>> find(const std::string& name) const;
    // Keeps the definition, durably and whole or not at all. Replaces one of the same name. Its temporaries lie in `tmp` beside the folder.
    [[nodiscard]] Result<void> add(const TableDefinition& table) const;

  private:
    std::filesystem::path folder_;
};

// What differs between two definitions of a table, one line; empty if nothing that matters to a record or a query does.
[[nodiscard]] std::string difference(const TableDefinition& wanted, const TableDefinition& known);

}  // namespace dualstore::sql
