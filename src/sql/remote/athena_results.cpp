#include "sql/remote/athena_results.hpp"

#include <algorithm>

#include "sql/remote/athena_values.hpp"

namespace dualstore::sql::remote {
namespace {

bool is_header(const std::vector<Cell>& row, const std::vector<ResultColumn>& columns) {
    return std::ranges::equal(row, columns, [](const Cell& cell, const ResultColumn& column) { return cell.value_or("") == column.name; });
}

// SHOW and DESCRIBE give one cell a row, whose parts stand between tabs and are filled up with spaces.
std::vector<Cell> parts_of(const std::string& text, std::size_t count) {
    std::vector<Cell> parts;
    std::size_t from = 0;
    while (parts.size() + 1 < count && from <= text.size()) {
        const auto tab = std::min(text.find('\t', from), text.size());
        parts.emplace_back(text.substr(from, tab - from));
        from = tab + 1;
    }
    parts.emplace_back(from <= text.size() ? text.substr(from) : std::string());
    parts.resize(count);
    for (Cell& part : parts) {
        if (part) part->erase(part->find_last_not_of(' ') + 1);
    }
    return parts;
}

Result<void> append_rows(const RowReader& reader, std::vector<std::vector<Cell>> rows, QueryResult& result) {
    const std::size_t count = reader.columns().size();
    for (auto& cells : rows) {
        if (cells.size() == 1 && count > 1 && cells[0]) cells = parts_of(*cells[0], count);
        if (auto appended = reader.append(std::move(cells), result); !appended) return appended;
    }
    return {};
}

// Whether all rows came from the object; where not, the result is as it was.
bool read_object(const RowReader& reader, const std::string& text, QueryResult& result) {
    ResultCsv csv(text);
    std::vector<Cell> row;
    if (!csv.next(row) || !is_header(row, reader.columns())) return false;
    QueryResult read;
    while (csv.next(row)) {
        if (!reader.append(std::move(row), read)) return false;
    }
    if (csv.malformed()) return false;
    result.rows = std::move(read.rows);
    return true;
}

}  // namespace

Result<QueryResult> read_results(AthenaApi& api, ResultFiles& files, const Execution& execution, const std::stop_token& stop) {
    auto page = api.results(execution.id, {}, stop);
    if (!page) return fail(std::move(page.error()));
    const RowReader reader(page->columns);
    QueryResult result;
    result.statistics = execution.statistics;
    for (const ResultColumn& column : reader.columns()) result.columns.push_back({column.name, column_type(column)});
    // What has no rows tells how many it wrote, in its one column.
    if (page->rows.empty() && page->update_count && reader.columns().size() == 1) {
        result.rows.push_back({*page->update_count});
        return result;
    }
    // Athena begins the first page of a query's rows with the columns' names, and of nothing else's. A first row of data that equals them
    // is the second one then.
    if (execution.statement_type == "DML" && !page->rows.empty() && is_header(page->rows[0], reader.columns())) {
        page->rows.erase(page->rows.begin());
    }
    if (!page->next_token.empty()) {
        const auto object = files.read(execution.output_location);
        if (object && read_object(reader, *object, result)) return result;
    }
    for (;;) {
        if (auto appended = append_rows(reader, std::move(page->rows), result); !appended) return fail(std::move(appended.error()));
        if (page->next_token.empty()) return result;
        page = api.results(execution.id, page->next_token, stop);
        if (!page) return fail(std::move(page.error()));
    }
}

}  // namespace dualstore::sql::remote
