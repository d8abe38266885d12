// Where the rows of objects go that are read: a table of a database, or memory.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dualstore/error.hpp"
#include "sql/embedded/duckdb.hpp"

namespace dualstore::sql {

// One thread's.
class RowWriter {
  public:
    virtual ~RowWriter() = default;
    [[nodiscard]] virtual Result<void> append(Chunk chunk) = 0;
    [[nodiscard]] virtual Result<void> close() = 0;
};

// Threads may open writers, and use each its own, at the same time.
class RowTarget {
  public:
    virtual ~RowTarget() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<RowWriter>> open() = 0;
};

// A table of the database in use.
class TableTarget : public RowTarget {
  public:
    TableTarget(const Connection& connection, std::string table) : connection_(connection), table_(std::move(table)) {}
    [[nodiscard]] Result<std::unique_ptr<RowWriter>> open() override;

  private:
    const Connection& connection_;
    std::string table_;
    std::mutex mutex_;  // guards the connection
};

class MemoryTarget : public RowTarget {
  public:
    [[nodiscard]] Result<std::unique_ptr<RowWriter>> open() override;
    // What all writers gave, in no order.
    [[nodiscard]] std::vector<Chunk> take() { return std::move(chunks_); }

  private:
    class Writer;

    std::mutex mutex_;
    std::vector<Chunk> chunks_;  // guarded by it
};

}  // namespace dualstore::sql
