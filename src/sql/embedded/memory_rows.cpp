#include "sql/embedded/memory_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <utility>

namespace dualstore::sql {
namespace {

struct Scan {
    std::vector<idx_t> columns;     // those that the query reads
    std::atomic<std::size_t> next;  // block
};

std::vector<sel_t> first_rows(idx_t count) {
    std::vector<sel_t> rows(count);
    std::iota(rows.begin(), rows.end(), sel_t{0});
    return rows;
}

Selection selection_of(const std::vector<sel_t>& rows) {
    Selection selection(duckdb_create_selection_vector(rows.size()));
    std::ranges::copy(rows, duckdb_selection_vector_get_data_ptr(selection.get()));
    return selection;
}

}  // namespace

std::int64_t MemoryRows::Block::object(sel_t row) const {
    const idx_t last = duckdb_data_chunk_get_column_count(chunk.get()) - 1;
    return static_cast<const std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), last)))[row];
}

// Takes in rows that were put into the chunk.
void MemoryRows::Block::count(idx_t from, idx_t to) {
    for (idx_t row = from; row < to; ++row) {
        live.push_back(static_cast<sel_t>(row));
        lowest = std::min(lowest, object(live.back()));
        highest = std::max(highest, object(live.back()));
    }
    rows = to;
    select();
}

void MemoryRows::Block::select() {
    selection = live.size() < rows ? selection_of(live) : Selection();
}

Result<void> MemoryRows::show(const Connection& connection, const std::string& name) {
    const TableFunction function = make_table_function(name, this, bind, begin, read);
    duckdb_table_function_supports_projection_pushdown(function.get(), true);
    return sql::show(connection, function);
}

void MemoryRows::bind(duckdb_bind_info info) {
    const auto& rows = *static_cast<const MemoryRows*>(duckdb_bind_get_extra_info(info));
    for (const RowColumn& column : rows.columns_) duckdb_bind_add_result_column(info, column.name.c_str(), column.type.get());
    idx_t count = 0;
    for (const Block& block : rows.blocks_) count += block.live.size();
    duckdb_bind_set_cardinality(info, count, false);
}

void MemoryRows::begin(duckdb_init_info info) {
    auto scan = std::make_unique<Scan>();
    for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) scan->columns.push_back(duckdb_init_get_column_index(info, i));
    duckdb_init_set_init_data(info, scan.release(), [](void* made) { delete static_cast<Scan*>(made); });
    const auto& rows = *static_cast<const MemoryRows*>(duckdb_init_get_extra_info(info));
    duckdb_init_set_max_threads(info, std::max<idx_t>(rows.blocks_.size(), 1));  // DuckDB has fewer
}

void MemoryRows::read(duckdb_function_info info, duckdb_data_chunk output) {
    const auto& rows = *static_cast<const MemoryRows*>(duckdb_function_get_extra_info(info));
    auto& scan = *static_cast<Scan*>(duckdb_function_get_init_data(info));
    const std::size_t at = scan.next++;
    if (at >= rows.blocks_.size()) return duckdb_data_chunk_set_size(output, 0);
    const Block& block = rows.blocks_[at];
    for (idx_t i = 0; i < scan.columns.size(); ++i) {
        if (scan.columns[i] >= rows.columns_.size()) continue;  // of a query that only counts
        const duckdb_vector vector = duckdb_data_chunk_get_vector(output, i);
        duckdb_vector_reference_vector(vector, duckdb_data_chunk_get_vector(block.chunk.get(), scan.columns[i]));
        if (block.selection.get() != nullptr) duckdb_slice_vector(vector, block.selection.get(), block.live.size());
    }
    duckdb_data_chunk_set_size(output, block.live.size());
}

void MemoryRows::add(Chunk chunk) {
    const idx_t count = duckdb_data_chunk_get_size(chunk.get());
    if (count == 0) return;
    if (count < duckdb_vector_size() / 2) return append(chunk, first_rows(count));
    Block& block = blocks_.emplace_back();
    block.chunk = std::move(chunk);
    block.count(0, count);
}

// Copies some rows of a chunk behind the last ones.
void MemoryRows::append(const Chunk& chunk, const std::vector<sel_t>& rows) {
    if (blocks_.empty() || blocks_.back().rows + rows.size() > duckdb_vector_size()) {
        blocks_.emplace_back().chunk = new_chunk();
    }
    Block& block = blocks_.back();
    const Selection selection = selection_of(rows);
    for (idx_t i = 0; i < columns_.size(); ++i) {
        duckdb_vector_copy_sel(duckdb_data_chunk_get_vector(chunk.get(), i), duckdb_data_chunk_get_vector(block.chunk.get(), i),
                               selection.get(), rows.size(), 0, block.rows);
    }
    block.count(block.rows, block.rows + rows.size());
}

void MemoryRows::remove(std::vector<std::int64_t> objects) {
    if (objects.empty()) return;
    std::ranges::sort(objects);
    std::vector<Block> sparse;  // a few rows would hold the memory of many
    for (std::size_t at = 0; at < blocks_.size(); ++at) {
        Block& block = blocks_[at];
        if (block.highest < objects.front() || block.lowest > objects.back()) continue;
        if (std::erase_if(block.live, [&](sel_t row) { return std::ranges::binary_search(objects, block.object(row)); }) == 0) continue;
        block.select();
        const bool is_last = at + 1 == blocks_.size();
        if (block.live.empty() || (!is_last && block.live.size() < block.rows / 4)) sparse.push_back(std::move(block));
    }
    std::erase_if(blocks_, [](const Block& block) { return block.chunk.get() == nullptr; });
    for (const Block& block : sparse) {
        if (!block.live.empty()) append(block.chunk, block.live);
    }
}

}  // namespace dualstore::sql
