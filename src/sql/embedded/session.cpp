#include "sql/embedded/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "record/table.hpp"
#include "sql/athena/dialect.hpp"
#include "sql/embedded/column_types.hpp"
#include "sql/embedded/snapshot.hpp"

namespace dualstore::sql {
namespace {

constexpr std::uint64_t worth_a_snapshot = 1000;  // changes

template <class T>
T cell(const Chunk& chunk, idx_t column, idx_t row) {
    return static_cast<T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), column)))[row];
}

std::string text_cell(const Chunk& chunk, idx_t column, idx_t row) {
    auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), column)));
    return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

std::vector<RowColumn> mask_columns() {
    std::vector<RowColumn> columns;
    columns.push_back(object_column());
    return columns;
}

void add_to_mask(MemoryRows& mask, std::span<const std::int64_t> objects) {
    while (!objects.empty()) {
        const auto some = objects.first(std::min<std::size_t>(objects.size(), duckdb_vector_size()));
        Chunk chunk = mask.new_chunk();
        std::ranges::copy(some, static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), 0))));
        duckdb_data_chunk_set_size(chunk.get(), some.size());
        mask.add(std::move(chunk));
        objects = objects.subspan(some.size());
    }
}

// What has to be read of what was found; numbers the rows.
std::vector<LoadRequest> requests_of(MirroredTable& table, std::vector<ObjectDifference>& differences) {
    std::vector<LoadRequest> requests;
    requests.reserve(differences.size());
    for (ObjectDifference& difference : differences) {
        if (!difference.found) continue;
        difference.id = table.next_id++;
        const bool is_known = difference.known != table.objects.end();
        requests.push_back(
            {difference.key, is_known ? difference.known->second.etag : std::string(), difference.id, difference.found->size});
    }
    return requests;
}

void take_outcomes(std::vector<ObjectDifference>& differences, ObjectLoad& load) {
    auto outcome = load.outcomes().begin();
    for (ObjectDifference& difference : differences) {
        if (difference.found) difference.outcome = std::move(*outcome++);
    }
}

}  // namespace

std::string schema_of(const EmbeddedOptions& options) {
    return options.database.empty() ? "default" : options.database;
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
    std::string start = fmt::format("ATTACH ':memory:' AS {};", query_catalog);
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
        table.rows = std::make_unique<MemoryRows>(row_columns(definition));
        table.mask = std::make_unique<MemoryRows>(mask_columns());
        if (auto shown = table.rows->show(connection(), fmt::format("changes_{}", table.number)); !shown) return shown;
        if (auto shown = table.mask->show(connection(), fmt::format("mask_{}", table.number)); !shown) return shown;
        sql += fmt::format("CREATE SCHEMA IF NOT EXISTS {}.{};", query_catalog, quote_name(table.definition.database));
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
    auto place = table.objects.end();  // keys lie in runs of ascending ones
    for (Chunk chunk = rows->next(); chunk.get() != nullptr; chunk = rows->next()) {
        for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk.get()); ++row) {
            KnownObject object;
            object.stamp = text_cell(chunk, 1, row);
            object.etag = text_cell(chunk, 2, row);
            object.id = cell<std::int64_t>(chunk, 3, row);
            object.rows = static_cast<std::uint64_t>(cell<std::int64_t>(chunk, 4, row));
            object.in_snapshot = true;
            table.next_id = std::max(table.next_id, object.id + 1);
            place = std::next(table.objects.insert_or_assign(place, text_cell(chunk, 0, row), std::move(object)));
        }
    }
    table.objects_read = true;
    return {};
}

const Prepared* Session::prepared(const std::string& sql) const {
    const auto found = prepared_.find(sql);
    return found != prepared_.end() ? &found->second : nullptr;
}

const Prepared& Session::keep(const std::string& sql, Prepared statement) {
    constexpr std::size_t kept = 64;
    if (prepared_.size() == kept) prepared_.clear();
    return prepared_.insert_or_assign(sql, std::move(statement)).first->second;
}

bool Session::waits_for_snapshot() const {
    return std::ranges::any_of(tables_, [](const MirroredTable& table) { return !table.postponed.empty(); });
}

bool Session::snapshot_due() const {
    if (waits_for_snapshot()) return true;
    // What a snapshot lacks is read again by every process: from a bucket by a request each, so less may be lacking.
    if (remote_) return changes_ > 0 && changes_ * 100 >= snapshot_rows_;
    return changes_ >= worth_a_snapshot && changes_ * 10 >= snapshot_rows_;
}

bool Session::in_snapshot_whole(const MirroredTable& table) {
    return table.in_snapshot && !table.differs && table.unreadable.empty();
}

Result<void> Session::update_views(bool with_path) {
    for (MirroredTable& table : tables_) {
        std::string view = view_statement(table, with_path);
        if (view == table.view) continue;
        if (auto done = statement(connection(), view); !done) return done;
        table.view = std::move(view);
        prepared_.clear();  // DuckDB does not know that a plan came from this view
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
        if (!table.mask->empty()) rows += fmt::format(" ANTI JOIN mask_{}() USING (object)", table.number);
    }
    if (table.changed_rows || !table.in_snapshot) {
        rows += fmt::format("{}SELECT * FROM changes_{}()", rows.empty() ? "" : " UNION ALL ", table.number);
    }
    return fmt::format("CREATE OR REPLACE VIEW {}.{}.{} AS SELECT {} FROM ({})", query_catalog, quote_name(table.definition.database),
                       quote_name(table.definition.name), columns, rows);
}

Result<void> Session::check_readable(const MirroredTable& table) {
    if (table.unreadable.empty()) return {};
    constexpr std::size_t shown = 3;
    const std::size_t count = table.unreadable.size();
    std::string text;
    std::size_t named = 0;
    for (const std::string& key : table.unreadable) {
        if (++named > shown) break;
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", key, table.objects.at(key).error);
    }
    if (count > shown) text += fmt::format("; and {} more", count - shown);
    return fail(
        ErrorCode::corrupt,
        fmt::format("{} of the table {} cannot be read: {} (`dualstore check {}` lists all)",
                    count == 1 ? "an object" : fmt::format("{} objects", count), table.definition.name, text, table.definition.name),
        "query");
}

// Every object that the store lists, beside every one that is known.
Result<std::vector<ObjectDifference>> Session::list_differences(MirroredTable& table) {
    auto listed = list_all(*store_, table.definition.location);
    if (!listed) return fail(std::move(listed.error()));
    std::vector<ObjectDifference> differences;
    if (table.objects.empty()) differences.reserve(listed->size());
    auto known = table.objects.begin();
    const auto end = table.objects.end();
    const auto gone = [&] {
        differences.push_back({known->first, known, std::nullopt});
        ++known;
    };
    for (ObjectInfo& info : *listed) {
        if (record::hidden(info.key, table.definition.location)) continue;
        while (known != end && known->first < info.key) gone();
        const bool is_known = known != end && known->first == info.key;
        if (!is_known || !ObjectDifference::none(info, known->second)) {
            std::string key = std::move(info.key);
            differences.push_back({std::move(key), is_known ? known : end, std::move(info)});
        }
        if (is_known) ++known;
    }
    while (known != end) gone();
    return differences;
}

// Only the objects that were told of, and those that could not be read for now.
Result<std::vector<ObjectDifference>> Session::watched_differences(MirroredTable& table, std::vector<std::string> changed) {
    for (const std::string& key : table.unreadable) {
        if (table.objects.at(key).stamp.empty()) changed.push_back(key);
    }
    std::ranges::sort(changed);
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    std::vector<ObjectDifference> differences;
    for (std::string& key : changed) {
        if (record::hidden(key, table.definition.location)) continue;
        auto found = store_->head(key);
        if (!found) return fail(std::move(found.error()));
        const auto known = table.objects.find(key);
        const bool is_known = known != table.objects.end();
        if (*found ? is_known && ObjectDifference::none(**found, known->second) : !is_known) continue;
        differences.push_back({std::move(key), known, std::move(*found)});
    }
    return differences;
}

std::vector<Session::Knowledge> Session::take_knowledge() {
    std::vector<Knowledge> knowledge;
    for (MirroredTable& table : tables_) {
        const bool whole = table.whole && table.unreadable.empty();
        for (const std::string& key : table.unreadable) table.objects.erase(key);
        knowledge.push_back({std::move(table.objects), table.objects_read, whole ? std::move(table.watch) : nullptr});
    }
    return knowledge;
}

void Session::go_on_with(std::vector<Knowledge> knowledge) {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        MirroredTable& table = tables_[i];
        if (!table.in_snapshot) continue;
        table.whole = knowledge[i].watch != nullptr;
        table.watch = std::move(knowledge[i].watch);
        if (!knowledge[i].objects_read) continue;
        table.objects = std::move(knowledge[i].objects);
        table.objects_read = true;
        for (auto& [key, object] : table.objects) {
            object.in_snapshot = true;
            table.next_id = std::max(table.next_id, object.id + 1);
        }
    }
}

Result<void> Session::refresh(MirroredTable& table, bool may_postpone, const std::stop_token& stop) {
    if (auto read = read_objects(table); !read) return read;
    table.postponed.clear();
    if (!table.watch) table.watch = store_->watch(table.definition.location);
    // Before the list: what changes after it is told of the next time.
    auto changed = table.watch ? table.watch->changed() : std::nullopt;
    const bool watched = changed && table.whole;
    table.whole = false;  // until all of this has been done
    auto differences = watched ? watched_differences(table, std::move(*changed)) : list_differences(table);
    if (watched && !differences) differences = list_differences(table);  // a link, for one, which a list passes over
    if (!differences) return fail(std::move(differences.error()));
    if (may_postpone && differences->size() >= worth_a_snapshot) {
        table.postponed = std::move(*differences);
        return {};
    }
    if (!differences->empty()) {
        ObjectLoad load(*store_, table.definition, requests_of(table, *differences), remote_, stop);
        auto rows = load.read();
        if (!rows) return fail(std::move(rows.error()));
        take_outcomes(*differences, load);
        apply(table, *differences, std::move(*rows));
        table.differs = true;
    }
    table.whole = true;
    return {};
}

Result<void> Session::load_postponed(MirroredTable& table, const Connection& connection, const std::string& rows,
                                     const std::stop_token& stop) {
    ObjectLoad load(*store_, table.definition, requests_of(table, table.postponed), remote_, stop);
    if (auto inserted = load.insert(connection, rows); !inserted) return inserted;
    take_outcomes(table.postponed, load);
    for (ObjectDifference& difference : table.postponed) apply(table, difference);
    table.postponed.clear();
    table.whole = true;
    return {};
}

// Adds the rows of what is new and takes away those of what is old.
void Session::apply(MirroredTable& table, std::vector<ObjectDifference>& differences, std::vector<Chunk> rows) {
    std::vector<std::int64_t> masked;
    std::vector<std::int64_t> removed;
    for (const ObjectDifference& difference : differences) {
        if (difference.known == table.objects.end() || difference.outcome.state == LoadOutcome::State::unchanged) continue;
        const KnownObject& old = difference.known->second;
        if (old.rows > 0) (old.in_snapshot ? masked : removed).push_back(old.id);
    }
    table.rows->remove(std::move(removed));
    for (Chunk& chunk : rows) table.rows->add(std::move(chunk));
    add_to_mask(*table.mask, masked);
    for (ObjectDifference& difference : differences) apply(table, difference);
}

// Takes over into what is known what has been done to the rows.
void Session::apply(MirroredTable& table, ObjectDifference& difference) {
    using State = LoadOutcome::State;
    LoadOutcome& outcome = difference.outcome;
    std::string stamp = !difference.found || outcome.try_again ? std::string() : std::move(difference.found->stamp);
    if (difference.known != table.objects.end()) {
        KnownObject& object = difference.known->second;
        if (outcome.state == State::unchanged) {
            if (object.stamp != stamp) ++changes_;  // worth writing down: else every process reads the object again
            object.stamp = stamp;
            return;
        }
        changes_ += std::max<std::uint64_t>(object.rows, 1);
        table.unreadable.erase(difference.key);
        table.objects.erase(difference.known);
    }
    if (outcome.state != State::loaded && outcome.state != State::unreadable) return;
    const bool readable = outcome.state == State::loaded;
    table.changed_rows = table.changed_rows || outcome.rows > 0;
    changes_ += std::max<std::uint64_t>(outcome.rows, 1);
    if (!readable) table.unreadable.insert(difference.key);
    // Of many new ones each comes last.
    table.objects.emplace_hint(table.objects.end(), std::move(difference.key),
                               KnownObject{std::move(stamp), readable ? std::move(outcome.etag) : std::string(), difference.id,
                                           outcome.rows, false, readable ? std::string() : std::move(outcome.reason)});
}

}  // namespace dualstore::sql
