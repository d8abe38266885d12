#include "sql/embedded/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "record/table.hpp"
#include "sql/athena/dialect.hpp"
#include "sql/embedded/column_types.hpp"
#include "sql/embedded/snapshot.hpp"

namespace dualstore::sql {
namespace {

Result<void> statement(const Connection& connection, const std::string& sql) {
    auto done = run(connection, sql);
    if (!done) return fail(std::move(done.error()));
    return {};
}

template <class T>
T cell(const Chunk& chunk, idx_t column, idx_t row) {
    return static_cast<T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), column)))[row];
}

std::string text_cell(const Chunk& chunk, idx_t column, idx_t row) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), column)));
    return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

}  // namespace

std::string schema_of(const EmbeddedOptions& options) {
    return options.database.empty() ? "default" : options.database;
}

std::string row_columns(const TableDefinition& table) {
    std::string columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) columns += fmt::format("c{} {}, ", i, duckdb_name(table.columns[i].type));
    return columns + "key VARCHAR, object BIGINT";
}

std::string fingerprint(const TableDefinition& table) {
    std::string text = fmt::format("{}\n{}\n", table.location, table.serde == SerDe::openx ? "openx" : "hive");
    for (const Column& column : table.columns) text += fmt::format("{} {}\n", quote_name(column.name), duckdb_name(column.type));
    for (const auto& [name, value] : table.serde_properties) text += fmt::format("{}={}\n", quote_text(name), quote_text(value));
    return text;
}

Result<std::unique_ptr<Session>> Session::open(const EmbeddedOptions& options, const std::string& snapshot) {
    std::unique_ptr<Session> session(new Session(options));
    if (auto done = session->set_up(options, snapshot); !done) return fail(std::move(done.error()));
    return session;
}

Result<void> Session::set_up(const EmbeddedOptions& options, const std::string& snapshot) {
    auto opened = open_database({});
    if (!opened) return fail(std::move(opened.error()));
    opened_ = std::move(*opened);
    std::string start = fmt::format("ATTACH ':memory:' AS {}; ATTACH ':memory:' AS {};", query_catalog, changes_catalog);
    if (!snapshot.empty()) start += fmt::format("ATTACH {} AS {} (READ_ONLY);", quote_text(snapshot), snapshot_catalog);
    if (auto done = statement(connection(), start); !done) return done;
    if (auto done = add_tables(options); !done) return done;
    if (!snapshot.empty()) {
        if (auto done = read_snapshot(); !done) return done;
    }
    // From here on SQL reaches nothing but what is attached. No temp_directory: an in-memory database spills beside the caller otherwise.
    std::string settings = fmt::format("CREATE SCHEMA IF NOT EXISTS {0}.{1}; USE {0}.{1};", query_catalog, quote_name(schema_of(options)));
    for (const std::string_view setting : athena::session_settings) settings += fmt::format("SET {};", setting);
    settings += "SET temp_directory = ''; SET enable_external_access = false; SET lock_configuration = true;";
    return statement(connection(), settings);
}

Result<void> Session::add_tables(const EmbeddedOptions& options) {
    std::string sql;
    for (const TableDefinition& definition : options.tables) {
        MirroredTable& table = tables_.emplace_back();
        table.definition = definition;
        if (table.definition.database.empty()) table.definition.database = schema_of(options);
        table.number = tables_.size() - 1;
        sql += fmt::format(
            "CREATE SCHEMA IF NOT EXISTS {}.{}; CREATE TABLE {}.main.rows_{} ({}); CREATE TABLE {}.main.mask_{} (object BIGINT);",
            query_catalog, quote_name(table.definition.database), changes_catalog, table.number, row_columns(definition), changes_catalog,
            table.number);
    }
    return statement(connection(), sql);
}

Result<void> Session::read_snapshot() {
    auto format = run(connection(), fmt::format("SELECT version FROM {}.main.format", snapshot_catalog));
    if (!format) return fail(std::move(format.error()));
    const Chunk version = format->next();
    if (version.get() == nullptr || cell<std::int32_t>(version, 0, 0) != snapshot_format) return mirror_failure("unknown snapshot format");
    auto rows = run(connection(), fmt::format("SELECT number, database, name, fingerprint, rows FROM {}.main.tables", snapshot_catalog));
    if (!rows) return fail(std::move(rows.error()));
    for (Chunk chunk = rows->next(); chunk.get() != nullptr; chunk = rows->next()) {
        for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk.get()); ++row) {
            const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const MirroredTable& table) {
                return table.definition.database == text_cell(chunk, 1, row) && table.definition.name == text_cell(chunk, 2, row);
            });
            if (found == tables_.end() || fingerprint(found->definition) != text_cell(chunk, 3, row)) continue;
            found->snapshot_number = cell<std::int64_t>(chunk, 0, row);
            found->in_snapshot = true;
            found->objects_read = false;
            snapshot_rows_ += static_cast<std::uint64_t>(cell<std::int64_t>(chunk, 4, row));
        }
    }
    return {};
}

Result<void> Session::read_objects(MirroredTable& table) {
    if (table.objects_read) return {};
    auto rows = run(connection(),
                    fmt::format("SELECT key, stamp, etag, object, rows FROM {}.main.objects_{}", snapshot_catalog, table.snapshot_number));
    if (!rows) return fail(std::move(rows.error()));
    for (Chunk chunk = rows->next(); chunk.get() != nullptr; chunk = rows->next()) {
        for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk.get()); ++row) {
            KnownObject& object = table.objects.emplace_back();
            object.key = text_cell(chunk, 0, row);
            object.stamp = text_cell(chunk, 1, row);
            object.etag = text_cell(chunk, 2, row);
            object.id = cell<std::int64_t>(chunk, 3, row);
            object.rows = static_cast<std::uint64_t>(cell<std::int64_t>(chunk, 4, row));
            object.in_snapshot = true;
            table.next_id = std::max(table.next_id, object.id + 1);
        }
    }
    std::sort(table.objects.begin(), table.objects.end(), [](const KnownObject& a, const KnownObject& b) { return a.key < b.key; });
    table.objects_read = true;
    return {};
}

bool Session::snapshot_due() const {
    // What a snapshot lacks is read again by every process: from a bucket by a request each, so less may be lacking.
    if (remote_) return changes_ > 0 && changes_ * 100 >= snapshot_rows_;
    return changes_ >= 1000 && changes_ * 10 >= snapshot_rows_;
}

bool Session::in_snapshot_whole(const MirroredTable& table) {
    return table.in_snapshot && !table.differs &&
           std::none_of(table.objects.begin(), table.objects.end(), [](const KnownObject& object) { return !object.error.empty(); });
}

Result<void> Session::update_views(bool with_path) {
    for (MirroredTable& table : tables_) {
        std::string view = view_statement(table, with_path);
        if (view == table.view) continue;
        if (auto done = statement(connection(), view); !done) return done;
        table.view = std::move(view);
    }
    return {};
}

std::string Session::view_statement(const MirroredTable& table, bool with_path) const {
    std::string columns;
    for (std::size_t i = 0; i < table.definition.columns.size(); ++i) {
        columns += fmt::format("{}c{} AS {}", i == 0 ? "" : ", ", i, quote_name(table.definition.columns[i].name));
    }
    if (with_path) columns += fmt::format(", {} || key AS \"$path\"", quote_text(url_));
    std::string rows;
    if (table.in_snapshot) {
        rows = fmt::format("SELECT * FROM {}.main.rows_{}", snapshot_catalog, table.snapshot_number);
        if (table.masked) rows += fmt::format(" ANTI JOIN {}.main.mask_{} USING (object)", changes_catalog, table.number);
    }
    if (table.changed_rows || !table.in_snapshot) {
        rows += fmt::format("{}SELECT * FROM {}.main.rows_{}", rows.empty() ? "" : " UNION ALL ", changes_catalog, table.number);
    }
    return fmt::format("CREATE OR REPLACE VIEW {}.{}.{} AS SELECT {} FROM ({})", query_catalog, quote_name(table.definition.database),
                       quote_name(table.definition.name), columns, rows);
}

Result<void> Session::check_readable(const MirroredTable& table) {
    constexpr std::size_t shown = 3;
    std::size_t count = 0;
    std::string text;
    for (const KnownObject& object : table.objects) {
        if (object.error.empty()) continue;
        if (++count <= shown) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", object.key, object.error);
    }
    if (count == 0) return {};
    if (count > shown) text += fmt::format("; and {} more", count - shown);
    return fail(
        ErrorCode::corrupt,
        fmt::format("{} of the table {} cannot be read: {} (`dualstore check {}` lists all)",
                    count == 1 ? "an object" : fmt::format("{} objects", count), table.definition.name, text, table.definition.name),
        "query");
}

// How what the store lists differs from what is known.
struct Session::Comparison {
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    std::vector<ObjectInfo> listed;
    std::vector<LoadRequest> requests;   // what must be read
    std::vector<std::size_t> listed_at;  // per request: which of `listed`
    std::vector<std::size_t> known_at;   // per request: which of the known objects, or none
    std::vector<std::size_t> gone;       // known, but not listed
    std::vector<LoadOutcome> outcomes;

    Comparison(const MirroredTable& table, std::vector<ObjectInfo> objects) : listed(std::move(objects)) {
        std::size_t known = 0;
        for (std::size_t i = 0; i < listed.size(); ++i) {
            while (known < table.objects.size() && table.objects[known].key < listed[i].key) gone.push_back(known++);
            const bool found = known < table.objects.size() && table.objects[known].key == listed[i].key;
            const std::size_t at = found ? known++ : none;
            if (found && !listed[i].stamp.empty() && table.objects[at].stamp == listed[i].stamp) continue;
            requests.push_back({listed[i].key, found ? table.objects[at].etag : std::string(), 0, listed[i].size});
            listed_at.push_back(i);
            known_at.push_back(at);
        }
        while (known < table.objects.size()) gone.push_back(known++);
    }
};

Result<std::vector<ObjectInfo>> Session::list(const TableDefinition& table) {
    auto objects = list_all(*store_, table.location);
    if (objects) std::erase_if(*objects, [&](const ObjectInfo& info) { return record::hidden(info.key, table.location); });
    return objects;
}

Result<void> Session::refresh(MirroredTable& table) {
    if (auto read = read_objects(table); !read) return read;
    auto listed = list(table.definition);
    if (!listed) return fail(std::move(listed.error()));
    Comparison comparison(table, std::move(*listed));
    if (comparison.requests.empty() && comparison.gone.empty()) return {};
    if (auto begun = statement(connection(), "BEGIN"); !begun) return begun;
    if (auto applied = apply_changes(table, comparison); !applied) {
        if (auto undone = statement(connection(), "ROLLBACK"); !undone) return undone;
        return applied;
    }
    if (auto committed = statement(connection(), "COMMIT"); !committed) return committed;
    apply(table, comparison);
    table.differs = true;
    return {};
}

// Reads what is new and takes away what is old, in DuckDB. What is known is changed only after the commit.
Result<void> Session::apply_changes(MirroredTable& table, Comparison& comparison) {
    for (std::size_t i = 0; i < comparison.requests.size(); ++i) {
        comparison.requests[i].id = table.next_id + static_cast<std::int64_t>(i);
    }
    if (!comparison.requests.empty()) {
        auto appender = Appender::open(connection(), changes_catalog, fmt::format("rows_{}", table.number));
        if (!appender) return fail(std::move(appender.error()));
        auto outcomes = load_objects(*store_, table.definition, comparison.requests, *appender, remote_);
        if (!outcomes) return fail(std::move(outcomes.error()));
        if (auto closed = appender->close(); !closed) return closed;
        comparison.outcomes = std::move(*outcomes);
    }
    std::vector<const KnownObject*> old;
    for (const std::size_t at : comparison.gone) old.push_back(&table.objects[at]);
    for (std::size_t i = 0; i < comparison.requests.size(); ++i) {
        const bool replaced = comparison.known_at[i] != Comparison::none && comparison.outcomes[i].state != LoadOutcome::State::unchanged;
        if (replaced) old.push_back(&table.objects[comparison.known_at[i]]);
    }
    return forget_rows(table, old);
}

Result<void> Session::forget_rows(MirroredTable& table, const std::vector<const KnownObject*>& objects) {
    constexpr std::size_t ids_a_statement = 1000;
    std::string masked;
    std::string removed;
    std::size_t count = 0;
    const auto flush = [&]() -> Result<void> {
        std::string sql;
        if (!masked.empty()) sql += fmt::format("INSERT INTO {}.main.mask_{} VALUES {};", changes_catalog, table.number, masked);
        if (!removed.empty())
            sql += fmt::format("DELETE FROM {}.main.rows_{} WHERE object IN ({});", changes_catalog, table.number, removed);
        masked.clear();
        removed.clear();
        count = 0;
        return sql.empty() ? Result<void>{} : statement(connection(), sql);
    };
    for (const KnownObject* object : objects) {
        if (object->rows == 0) continue;
        if (object->in_snapshot) {
            masked += fmt::format("{}({})", masked.empty() ? "" : ",", object->id);
        } else {
            removed += fmt::format("{}{}", removed.empty() ? "" : ",", object->id);
        }
        if (++count == ids_a_statement) {
            if (auto flushed = flush(); !flushed) return flushed;
        }
    }
    return flush();
}

// Takes over what has been committed into what is known.
void Session::apply(MirroredTable& table, Comparison& comparison) {
    const auto forget = [&](const KnownObject& object) {
        changes_ += std::max<std::uint64_t>(object.rows, 1);
        table.masked = table.masked || (object.in_snapshot && object.rows > 0);
    };
    for (const std::size_t at : comparison.gone) forget(table.objects[at]);
    std::vector<KnownObject> next;
    next.reserve(comparison.listed.size());
    std::size_t known = 0;
    std::size_t request = 0;
    for (std::size_t i = 0; i < comparison.listed.size(); ++i) {
        const std::string& key = comparison.listed[i].key;
        while (known < table.objects.size() && table.objects[known].key < key) ++known;
        const bool found = known < table.objects.size() && table.objects[known].key == key;
        if (request == comparison.requests.size() || comparison.listed_at[request] != i) {
            next.push_back(std::move(table.objects[known++]));
            continue;
        }
        LoadOutcome& outcome = comparison.outcomes[request];
        const std::string stamp = outcome.try_again ? std::string() : std::move(comparison.listed[i].stamp);
        if (outcome.state == LoadOutcome::State::unchanged) {
            next.push_back(std::move(table.objects[known]));
            if (next.back().stamp != stamp) ++changes_;  // worth writing down: else every process reads the object again
            next.back().stamp = stamp;
        } else if (found) {
            forget(table.objects[known]);
        }
        if (outcome.state == LoadOutcome::State::loaded || outcome.state == LoadOutcome::State::unreadable) {
            const bool readable = outcome.state == LoadOutcome::State::loaded;
            table.changed_rows = table.changed_rows || outcome.rows > 0;
            changes_ += std::max<std::uint64_t>(outcome.rows, 1);
            next.push_back({key, stamp, readable ? std::move(outcome.etag) : std::string(), comparison.requests[request].id, outcome.rows,
                            false, readable ? std::string() : std::move(outcome.reason)});
        }
        if (found) ++known;
        ++request;
    }
    table.objects = std::move(next);
    table.next_id += static_cast<std::int64_t>(comparison.requests.size());
}

}  // namespace dualstore::sql
