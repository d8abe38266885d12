// The embedded engine: what libdualstore_embedded exports.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <new>
#include <utility>

#include "sql/athena/dialect.hpp"
#include "sql/athena/native_registration.hpp"
#include "sql/embedded/parameters.hpp"
#include "sql/embedded/result.hpp"
#include "sql/embedded/session.hpp"
#include "sql/embedded/snapshot.hpp"
#include "sql/embedded_engine.hpp"
#include "sql/mirror_folder.hpp"

namespace dualstore::sql {
namespace {

// DuckDB's message of a query that failed. What a damaged snapshot can cause is told apart from what the user's SQL does.
tl::unexpected<Error> query_failure(const char* message) {
    const std::string_view text = message != nullptr ? message : "Out of Memory Error: not enough memory";
    for (const std::string_view damage : {"IO Error", "Serialization Error", "FATAL Error", "INTERNAL Error"}) {
        if (text.starts_with(damage)) return mirror_failure(text);
    }
    if (text.starts_with("INTERRUPT Error")) return fail(query_stopped());
    return fail(athena::query_error(text));
}

Result<Prepared> prepare_statement(duckdb_connection connection, const std::string& sql) {
    Statements statements;
    const idx_t count = duckdb_extract_statements(connection, sql.c_str(), statements.out());
    if (count == 0) return query_failure(duckdb_extract_statements_error(statements.get()));
    Prepared prepared;
    if (duckdb_prepare_extracted_statement(connection, statements.get(), 0, prepared.out()) != DuckDBSuccess) {
        return query_failure(duckdb_prepare_error(prepared.get()));
    }
    // The translation lets nothing else through; should it ever, this does not.
    const auto kind = duckdb_prepared_statement_type(prepared.get());
    if (count != 1 || (kind != DUCKDB_STATEMENT_TYPE_SELECT && kind != DUCKDB_STATEMENT_TYPE_EXPLAIN)) {
        return fail(ErrorCode::query, "NOT_SUPPORTED: only queries can be run: the tables are written by put", "query");
    }
    return prepared;
}

std::string mark_of(const MirroredTable& table) {
    return table.definition.database + "." + table.definition.name;
}

class Engine : public EmbeddedQueries {
  public:
    explicit Engine(EmbeddedOptions options) : options_(std::move(options)), folder_(options_.mirror) {}

    Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options) override {
        const auto begun = std::chrono::steady_clock::now();
        auto answer = run(sql, parameters, options.stop);
        if (answer) {
            answer->statistics.total = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
        }
        return answer;
    }

  private:
    Result<QueryResult> run(std::string_view sql, std::span<const Value> parameters, const std::stop_token& stop) {
        std::vector<athena::SqlType> types;
        for (const Value& parameter : parameters) types.push_back(type_of(parameter));
        auto query = athena::translate(sql, options_.tables, schema_of(options_), types);
        if (!query) return fail(std::move(query.error()));
        // One query at a time: the session's view of the tables belongs to the query that runs.
        const std::lock_guard lock(mutex_);
        if (stop.stop_requested()) return fail(query_stopped());
        try {
            auto answer = attempt(*query, parameters, stop);
            if (answer || !is_mirror_failure(answer.error())) return answer;
            // The snapshot may be damaged, or DuckDB cannot go on: once more, from the objects alone.
            give_up_session();
            answer = attempt(*query, parameters, stop);
            if (!answer && is_mirror_failure(answer.error())) give_up_session();
            return answer;
        } catch (const std::bad_alloc&) {
            session_.reset();
            return fail(ErrorCode::unavailable, "not enough memory for this query", "query");
        }
    }

    Result<QueryResult> attempt(const athena::Translation& query, std::span<const Value> parameters, const std::stop_token& stop);
    void give_up_session();
    Result<void> open_session();
    Result<void> refresh(const athena::Translation& query, Environment::Time begun, const std::stop_token& stop,
                         std::optional<MirrorFolder::Lock>* lock);
    [[nodiscard]] bool fresh_enough(const MirroredTable& table, Environment::Time begun) const;
    void adopt_session(std::unique_ptr<Session> session);
    bool publish_if_due(std::optional<MirrorFolder::Lock> lock, const std::stop_token& stop);
    Result<void> prepare(const athena::Translation& query);
    Result<QueryResult> run_query(const athena::Translation& query, std::span<const Value> parameters, const std::stop_token& stop);

    EmbeddedOptions options_;
    MirrorFolder folder_;
    std::mutex mutex_;  // guards all below
    std::unique_ptr<Session> session_;
    std::string snapshot_;   // what the session opened, or empty
    std::string unusable_;   // a snapshot that failed; it may be impossible to remove it
    std::string published_;  // the last one that this engine wrote; empty after one that failed
    bool snapshots_fail_ = false;
};

Result<QueryResult> Engine::attempt(const athena::Translation& query, std::span<const Value> parameters, const std::stop_token& stop) {
    if (!session_) {
        if (auto opened = open_session(); !opened) return fail(std::move(opened.error()));
    }
    const auto begun = options_.now();
    std::optional<MirrorFolder::Lock> lock;
    if (auto fresh = refresh(query, begun, stop, &lock); !fresh) return fail(std::move(fresh.error()));
    if (publish_if_due(std::move(lock), stop)) {
        auto knowledge = session_->take_knowledge();
        if (auto opened = open_session(); !opened) return fail(std::move(opened.error()));
        if (!published_.empty() && snapshot_ == published_) session_->go_on_with(std::move(knowledge));  // else it is another process's
        if (auto fresh = refresh(query, begun, stop, nullptr); !fresh) return fail(std::move(fresh.error()));
    }
    if (auto updated = session_->update_views(query.with_path); !updated) return fail(std::move(updated.error()));
    if (auto prepared = prepare(query); !prepared) return fail(std::move(prepared.error()));
    return run_query(query, parameters, stop);
}

void Engine::give_up_session() {
    session_.reset();
    if (snapshot_.empty()) return;
    folder_.discard(snapshot_);
    unusable_ = snapshot_;
}

Result<void> Engine::open_session() {
    session_.reset();
    if (!folder_.leftovers().empty()) {
        if (const auto lock = folder_.try_lock()) folder_.remove_leftovers();  // their writer is dead
    }
    // Another process may replace the snapshot between reading its name and opening it.
    for (int attempt = 0; attempt < 3; ++attempt) {
        snapshot_ = folder_.current();
        if (snapshot_.empty() || snapshot_ == unusable_) break;
        auto session = Session::open(options_, folder_.path(snapshot_).string());
        if (session) {
            adopt_session(std::move(*session));
            return {};
        }
        if (folder_.current() == snapshot_) folder_.discard(snapshot_);
    }
    snapshot_.clear();
    auto session = Session::open(options_, {});
    if (!session) return fail(std::move(session.error()));
    session_ = std::move(*session);
    return {};
}

void Engine::adopt_session(std::unique_ptr<Session> session) {
    session_ = std::move(session);
    if (!options_.remote) return;
    for (MirroredTable& table : session_->tables()) {
        if (table.in_snapshot) table.listed = folder_.listed(snapshot_, mark_of(table));
    }
}

// A list that this very query made is always. One from a clock that has since been set back never is.
bool Engine::fresh_enough(const MirroredTable& table, Environment::Time begun) const {
    return options_.remote && table.listed <= begun && table.listed >= begun - options_.stale;
}

// Brings every table that the query reads up to date. With a place for the lock under which snapshots are written, what a new snapshot
// would have anyway may be left to that.
Result<void> Engine::refresh(const athena::Translation& query, Environment::Time begun, const std::stop_token& stop,
                             std::optional<MirrorFolder::Lock>* lock) {
    for (const TableDefinition* read : query.reads) {
        MirroredTable& table = session_->tables()[static_cast<std::size_t>(read - options_.tables.data())];
        if (!fresh_enough(table, begun)) {
            const bool may_postpone = lock != nullptr && !snapshots_fail_ && !table.in_snapshot && table.objects.empty();
            if (may_postpone && !*lock) *lock = folder_.try_lock();
            if (auto fresh = session_->refresh(table, may_postpone && *lock, stop); !fresh) return fresh;
            table.listed = begun;
            if (options_.remote && Session::in_snapshot_whole(table)) folder_.mark_listed(snapshot_, mark_of(table), begun);
        }
        if (auto readable = Session::check_readable(table); !readable) return readable;
    }
    return {};
}

// True: the session has to be opened again, as there is a newer snapshot, or as it waits for one that could not be written. Never waits for
// another process, and never fails the query.
bool Engine::publish_if_due(std::optional<MirrorFolder::Lock> lock, const std::stop_token& stop) {
    if (snapshots_fail_ || !session_->snapshot_due()) return false;
    if (!lock) lock = folder_.try_lock();
    if (!lock) return false;
    if (folder_.current() != snapshot_) return true;
    const std::string next = MirrorFolder::new_name();
    const std::filesystem::path file = folder_.path(next);
    const std::filesystem::path old = snapshot_.empty() ? std::filesystem::path() : folder_.path(snapshot_);
    const bool waits = session_->waits_for_snapshot();
    const auto written = write_snapshot(*session_, old, file, stop);
    if (written && folder_.publish(next)) {
        published_ = next;
        for (const MirroredTable& table : session_->tables()) {
            const bool whole = options_.remote && table.unreadable.empty();
            if (whole) folder_.mark_listed(next, mark_of(table), table.listed);
        }
        return true;
    }
    published_.clear();
    snapshots_fail_ = written || is_mirror_failure(written.error());  // a full disk is not tried again with every query
    folder_.remove_leftovers();
    return waits;
}

// Makes known what the query calls.
Result<void> Engine::prepare(const athena::Translation& query) {
    const duckdb_connection connection = session_->connection().get();
    for (const athena::NativeUse& use : query.natives) {
        if (!session_->first_use(use.name)) continue;
        if (auto registered = athena::register_native(connection, use); !registered) return registered;
    }
    for (const std::string& statement : query.prelude) {
        if (!session_->first_use(statement)) continue;
        Rows rows;
        if (duckdb_query(connection, statement.c_str(), rows.out()) != DuckDBSuccess) return query_failure(duckdb_result_error(rows.out()));
    }
    return {};
}

Result<QueryResult> Engine::run_query(const athena::Translation& query, std::span<const Value> parameters, const std::stop_token& stop) {
    const Prepared* prepared = session_->prepared(query.sql);
    if (prepared == nullptr) {
        auto made = prepare_statement(session_->connection().get(), query.sql);
        if (!made) return fail(std::move(made.error()));
        prepared = &session_->keep(query.sql, std::move(*made));
    }
    if (auto bound = bind_parameters(*prepared, parameters); !bound) return fail(std::move(bound.error()));
    Pending pending;
    if (duckdb_pending_prepared(prepared->get(), pending.out()) != DuckDBSuccess) return query_failure(duckdb_pending_error(pending.get()));
    // Only now, for DuckDB forgets an interruption that came before a query began; one that did is made up for here.
    const std::stop_callback interrupt(stop, [this] { duckdb_interrupt(session_->connection().get()); });
    Rows rows;
    if (duckdb_execute_pending(pending.get(), rows.out()) != DuckDBSuccess) return query_failure(duckdb_result_error(rows.out()));
    return read_result(std::move(rows), query.columns);
}

}  // namespace
}  // namespace dualstore::sql

extern "C" __attribute__((visibility("default"))) dualstore::sql::EmbeddedQueries* dualstore_open_embedded(
    const dualstore::sql::EmbeddedOptions& options) {
    return new dualstore::sql::Engine(options);
}
