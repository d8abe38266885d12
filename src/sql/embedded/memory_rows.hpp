// Rows in this process's memory that queries read where they lie: to add some, or to take some away, needs no statement of DuckDB's and no
// transaction.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dualstore/error.hpp"
#include "sql/embedded/column_types.hpp"

namespace dualstore::sql {

// Each row belongs to an object, whose number is the last column, a BIGINT. Not to be changed while a query runs.
class MemoryRows {
  public:
    explicit MemoryRows(std::vector<RowColumn> columns) : columns_(std::move(columns)) {}
    MemoryRows(const MemoryRows&) = delete;
    MemoryRows& operator=(const MemoryRows&) = delete;

    // Makes them the table function `name`, without parameters, of all connections to the database; to be called once. It gives no
    // statistics, so that a statement prepared before rows came or went stays valid. Must live until the last query has ended.
    [[nodiscard]] Result<void> show(const Connection& connection, const std::string& name);

    // An empty one for rows to be added.
    [[nodiscard]] Chunk new_chunk() const { return make_chunk(columns_); }
    [[nodiscard]] bool empty() const { return blocks_.empty(); }
    void add(Chunk chunk);
    void remove(std::vector<std::int64_t> objects);

  private:
    struct Block {
        Chunk chunk;
        std::vector<sel_t> live;          // its rows that count, in order; never none
        idx_t rows = 0;                   // those that do not count included
        Selection selection;              // `live` for DuckDB; none where all rows count
        std::int64_t lowest = INT64_MAX;  // object
        std::int64_t highest = INT64_MIN;

        [[nodiscard]] std::int64_t object(sel_t row) const;
        void count(idx_t from, idx_t to);
        void select();
    };

    static void bind(duckdb_bind_info info);
    static void begin(duckdb_init_info info);
    static void read(duckdb_function_info info, duckdb_data_chunk output);
    void append(const Chunk& chunk, const std::vector<sel_t>& rows);

    std::vector<RowColumn> columns_;
    std::vector<Block> blocks_;
};

}  // namespace dualstore::sql
