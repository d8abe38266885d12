#include "sql/embedded/snapshot.hpp"

#include <fmt/format.h>

#include "sql/embedded/column_types.hpp"

namespace dualstore::sql {
namespace {

std::vector<RowColumn> known_columns() {
    std::vector<RowColumn> columns;
    for (const char* text : {"key", "stamp", "etag"})
        columns.push_back({text, LogicalType(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR))});
    columns.push_back({"rows", LogicalType(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT))});
    columns.push_back(object_column());
    return columns;
}

// What is known of the objects. Unreadable ones are left out: they are read again by whoever opens the snapshot.
void add_known(const KnownObjects& objects, MemoryRows& rows) {
    for (auto object = objects.begin(); object != objects.end();) {
        Chunk chunk = rows.new_chunk();
        const auto vector = [&](idx_t column) { return duckdb_data_chunk_get_vector(chunk.get(), column); };
        auto* counts = static_cast<std::int64_t*>(duckdb_vector_get_data(vector(3)));
        auto* ids = static_cast<std::int64_t*>(duckdb_vector_get_data(vector(4)));
        idx_t row = 0;
        for (; object != objects.end() && row < duckdb_vector_size(); ++object) {
            const auto& [key, known] = *object;
            if (!known.error.empty()) continue;
            write_text(vector(0), row, key);
            write_text(vector(1), row, known.stamp);
            write_text(vector(2), row, known.etag);
            counts[row] = static_cast<std::int64_t>(known.rows);
            ids[row++] = known.id;
        }
        duckdb_data_chunk_set_size(chunk.get(), row);
        rows.add(std::move(chunk));
    }
}

Result<void> write_objects(const MirroredTable& table, const Connection& target, const std::string& objects) {
    MemoryRows known(known_columns());
    add_known(table.objects, known);
    const std::string shown_as = fmt::format("known_{}", table.number);
    if (auto shown = known.show(target, shown_as); !shown) return shown;
    return statement(target, fmt::format("INSERT INTO {} SELECT * FROM {}()", objects, shown_as));
}

// The old snapshot's rows that still count, then those of the changes.
Result<void> write_rows(const MirroredTable& table, const Connection& target, const std::string& rows) {
    std::string sql;
    if (table.in_snapshot) {
        sql = fmt::format("INSERT INTO {} SELECT * FROM old.main.rows_{}", rows, table.snapshot_number);
        if (!table.mask->empty()) {
            const std::string mask = fmt::format("mask_{}", table.number);
            if (auto shown = table.mask->show(target, mask); !shown) return shown;
            sql += fmt::format(" ANTI JOIN {}() USING (object)", mask);
        }
        sql += ";";
    }
    if (table.changed_rows) {
        const std::string changes = fmt::format("changes_{}", table.number);
        if (auto shown = table.rows->show(target, changes); !shown) return shown;
        sql += fmt::format("INSERT INTO {} SELECT * FROM {}();", rows, changes);
    }
    return sql.empty() ? Result<void>{} : statement(target, sql);
}

Result<void> write_table(Session& session, MirroredTable& table, const Connection& target, const std::stop_token& stop) {
    if (auto read = session.read_objects(table); !read) return read;
    const std::string rows = fmt::format("rows_{}", table.number);
    const std::string objects = fmt::format("objects_{}", table.number);
    // Hashes and numbers hardly become shorter, and every process reads them.
    auto created =
        statement(target, fmt::format("CREATE TABLE {} ({}); CREATE TABLE {} (key VARCHAR, {}, {}, rows BIGINT, object BIGINT);", rows,
                                      row_definition(table.definition), objects, "stamp VARCHAR USING COMPRESSION uncompressed",
                                      "etag VARCHAR USING COMPRESSION uncompressed"));
    if (!created) return created;
    const bool postponed = !table.postponed.empty();
    auto written = postponed ? session.load_postponed(table, target, rows, stop) : write_rows(table, target, rows);
    if (!written) return written;
    std::uint64_t count = 0;
    for (const auto& [key, object] : table.objects) count += object.rows;
    auto told =
        statement(target, fmt::format("INSERT INTO tables VALUES ({}, {}, {}, {}, {})", table.number, quote_text(table.definition.database),
                                      quote_text(table.definition.name), quote_text(fingerprint(table.definition)), count));
    if (!told) return told;
    return write_objects(table, target, objects);
}

}  // namespace

Result<void> write_snapshot(Session& session, const std::filesystem::path& old_snapshot, const std::filesystem::path& file,
                            const std::stop_token& stop) {
    auto opened = open_database(file.string());
    if (!opened) return fail(std::move(opened.error()));
    std::string start = fmt::format(
        "BEGIN; CREATE TABLE format AS SELECT {} AS version; "
        "CREATE TABLE tables (number BIGINT, database VARCHAR, name VARCHAR, fingerprint VARCHAR, rows BIGINT);",
        snapshot_format);
    if (!old_snapshot.empty()) start = fmt::format("ATTACH {} AS old (READ_ONLY);", quote_text(old_snapshot.string())) + start;
    if (auto done = run(opened->connection, start); !done) return fail(std::move(done.error()));
    for (MirroredTable& table : session.tables()) {
        if (auto written = write_table(session, table, opened->connection, stop); !written) return written;
    }
    if (auto done = run(opened->connection, "COMMIT;"); !done) return fail(std::move(done.error()));
    return {};
}

}  // namespace dualstore::sql
