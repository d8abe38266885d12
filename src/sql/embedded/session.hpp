// One DuckDB in memory that shows the tables: rows of a snapshot, opened read-only, and this process's own changes since.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "dualstore/environment.hpp"
#include "dualstore/object_store.hpp"
#include "dualstore/table.hpp"
#include "sql/embedded/duckdb.hpp"
#include "sql/embedded/loader.hpp"
#include "sql/embedded/memory_rows.hpp"
#include "sql/embedded_engine.hpp"

namespace dualstore::sql {

struct KnownObject {
    std::string stamp;  // empty: read it again before the next query
    std::string etag;   // of the bytes whose rows are there; empty where it was unreadable
    std::int64_t id = 0;
    std::uint64_t rows = 0;
    bool in_snapshot = false;
    std::string error;  // why it cannot be read; empty where it can
};

using KnownObjects = std::map<std::string, KnownObject>;  // by key

// An object that may be another one than is known.
struct ObjectDifference {
    std::string key;
    KnownObjects::iterator known;     // the table's end: it is new
    std::optional<ObjectInfo> found;  // none: it is gone
    std::int64_t id = 0;              // of the rows that are read now
    LoadOutcome outcome = {};         // where it was found

    static bool none(const ObjectInfo& found, const KnownObject& known) { return !found.stamp.empty() && known.stamp == found.stamp; }
};

struct MirroredTable {
    TableDefinition definition;
    std::size_t number = 0;            // of all tables
    std::int64_t snapshot_number = 0;  // its rows are rows_<snapshot_number> of the snapshot
    std::unique_ptr<MemoryRows> rows;  // and those that changed since, shown as changes_<number>()
    std::unique_ptr<MemoryRows> mask;  // objects of the snapshot that no longer count, shown as mask_<number>()
    KnownObjects objects;
    std::set<std::string> unreadable;  // keys of those with an error
    std::int64_t next_id = 1;
    bool in_snapshot = false;
    bool objects_read = true;    // `objects` has what the snapshot knows
    bool changed_rows = false;   // `rows` has, or had, some
    bool differs = false;        // from what the snapshot knows
    Environment::Time listed{};  // when the store was last asked for its objects
    // Found, and left to be read by the snapshot that is to be written next.
    std::vector<ObjectDifference> postponed;
    std::string view;  // the statement that made its view
    std::unique_ptr<ChangeWatch> watch;
    bool whole = false;  // what is known was all there was, but for what the watch tells of since
};

inline constexpr const char* snapshot_catalog = "dualstore_snapshot";
inline constexpr const char* query_catalog = "awsdatacatalog";

// The schema of tables whose definition names none.
[[nodiscard]] std::string schema_of(const EmbeddedOptions& options);
// What a snapshot says a table was made for; another text, another table.
[[nodiscard]] std::string fingerprint(const TableDefinition& table);

// Not for two threads at once. Errors that is_mirror_failure() knows leave a session that must be thrown away.
class Session {
  public:
    // `snapshot`: a file, or empty. Fails where the file is not a sound snapshot.
    [[nodiscard]] static Result<std::unique_ptr<Session>> open(const EmbeddedOptions& options, const std::string& snapshot);

    // Reads what the snapshot knows of a table's objects, once: a query pays only for the tables it names.
    [[nodiscard]] Result<void> read_objects(MirroredTable& table);
    // What is known of each table, by its place in tables(), for the session that opens the snapshot which was written of this one: it
    // needs neither to read that nor to list the store again.
    struct Knowledge {
        KnownObjects objects;
        bool objects_read = false;
        std::unique_ptr<ChangeWatch> watch;  // none for a table of which the snapshot may lack something
    };
    [[nodiscard]] std::vector<Knowledge> take_knowledge();
    void go_on_with(std::vector<Knowledge> knowledge);
    // Brings a table up to date with the store. `may_postpone`, for one of which nothing is known: many objects are only listed; unless a
    // snapshot is written of this session next, it must be thrown away.
    [[nodiscard]] Result<void> refresh(MirroredTable& table, bool may_postpone, const std::stop_token& stop);
    // Reads that into a table of the snapshot.
    [[nodiscard]] Result<void> load_postponed(MirroredTable& table, const Connection& connection, const std::string& rows,
                                              const std::stop_token& stop);
    // Makes each table's view fit its state; `with_path` adds the column "$path" to each.
    [[nodiscard]] Result<void> update_views(bool with_path);
    // corrupt, naming them, where objects of the table cannot be read.
    [[nodiscard]] static Result<void> check_readable(const MirroredTable& table);

    [[nodiscard]] const Connection& connection() const { return opened_.connection; }
    [[nodiscard]] std::vector<MirroredTable>& tables() { return tables_; }
    // True once: the macro or native function has yet to be made in this session.
    [[nodiscard]] bool first_use(const std::string& made) { return made_.insert(made).second; }
    // Statements prepared since a view was made last, to be run again without being planned: rows of a snapshot never change, and those in
    // memory tell a plan nothing that may become wrong.
    [[nodiscard]] const Prepared* prepared(const std::string& sql) const;
    const Prepared& keep(const std::string& sql, Prepared statement);
    // Whether anything was postponed.
    [[nodiscard]] bool waits_for_snapshot() const;
    // Whether the changes are worth a new snapshot.
    [[nodiscard]] bool snapshot_due() const;
    // Whether the snapshot alone shows all that is known of the table.
    [[nodiscard]] static bool in_snapshot_whole(const MirroredTable& table);

  private:
    explicit Session(const EmbeddedOptions& options) : store_(options.store), url_(options.url), remote_(options.remote) {}

    Result<void> set_up(const EmbeddedOptions& options, const std::string& snapshot);
    Result<void> add_tables(const EmbeddedOptions& options);
    Result<void> read_snapshot();
    Result<std::vector<ObjectDifference>> list_differences(MirroredTable& table);
    Result<std::vector<ObjectDifference>> watched_differences(MirroredTable& table, std::vector<std::string> changed);
    void apply(MirroredTable& table, std::vector<ObjectDifference>& differences, std::vector<Chunk> rows);
    void apply(MirroredTable& table, ObjectDifference& difference);
    std::string view_statement(const MirroredTable& table, bool with_path) const;

    std::shared_ptr<ObjectStore> store_;
    std::string url_;
    bool remote_;
    std::vector<MirroredTable> tables_;  // their rows must outlive the database that shows them
    OpenedDatabase opened_;
    std::map<std::string, Prepared> prepared_;
    std::set<std::string> made_;
    std::uint64_t changes_ = 0;  // rows and objects that differ from the snapshot
    std::uint64_t snapshot_rows_ = 0;
};

}  // namespace dualstore::sql
