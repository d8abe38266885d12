// Athena's result cells, which are text, as typed values.
#pragma once

#include <string>
#include <vector>

#include "sql/remote/athena_api.hpp"

namespace dualstore::sql::remote {

// Trino's name of the column's type: "real", "decimal(10, 2)", "timestamp(3)". What arrays, maps and rows hold Athena does not tell:
// "array".
[[nodiscard]] std::string column_type(const ResultColumn& column);

// Turns the rows of one result into values, by the types of its columns: what is of no simple type stays the text that Athena gives.
class RowReader {
  public:
    explicit RowReader(std::vector<ResultColumn> columns);

    [[nodiscard]] const std::vector<ResultColumn>& columns() const { return columns_; }
    // Appends a row. unavailable: a cell is no value of its column's type, or there are not as many cells as columns.
    Result<void> append(std::vector<Cell> cells, QueryResult& result) const;

  private:
    enum class Kind { text, boolean, integer, floating, decimal, binary };

    static Kind kind_of(const ResultColumn& column);
    // None, and the text as it was: it is no such value.
    static std::optional<Value> value_of(Kind kind, std::string& text);

    std::vector<ResultColumn> columns_;
    std::vector<Kind> kinds_;
};

}  // namespace dualstore::sql::remote
