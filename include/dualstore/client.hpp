// Where to start: a client writes records, reads them by key, and asks SQL of them.
//
//     auto client = dualstore::Client::open({.store = "file:./data"});
//     client->put("generated_metadata", R"({"brandid": 7, "brandname": "Kōji"})");
//     auto record = client->get("generated_metadata", {"7"});
//     auto result = client->query("SELECT count(*) FROM generated_metadata");
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/check.hpp"
#include "dualstore/environment.hpp"
#include "dualstore/error.hpp"
#include "dualstore/object_store.hpp"
#include "dualstore/query_engine.hpp"
#include "dualstore/table.hpp"
#include "dualstore/trace.hpp"

namespace dualstore {

inline constexpr std::string_view default_database = "brand_metadata_generator_db";

// How a write makes sure that SQL can show it.
enum class Verify {
    table,  // before the put: the engine has the table, there and with these columns. Asked once in `believe_tables`; no query
    none,   // not at all: the definition is trusted
    query,  // after the put: the record is read back through SQL, and rolled back where SQL does not show it
};

struct ClientOptions {
    // file:PATH, file:PATH?sync=off, s3://BUCKET[/PREFIX]?endpoint=…&region=…&profile=…&path_style=on|off&ca=FILE&owner=ACCOUNT&
    // encryption=AES256|aws:kms&kms_key=…&deadline=SECONDS
    std::string store = "file:./dualstore-data";
    // embedded,
    // athena://DATABASE?region=…&workgroup=…&output=s3://…&catalog=…&endpoint=…&profile=…&ca=FILE&timeout=SECONDS&deadline=SECONDS,
    // trino://USER[:PASSWORD]@HOST[:PORT]/CATALOG/SCHEMA?tls=on|off&ca=FILE&timeout=SECONDS&deadline=SECONDS
    std::string engine = "embedded";
    std::vector<TableDefinition> tables = {};  // beside the built-in ones and those the store knows; the same name comes first
    std::string database = std::string(default_database);
    bool create = true;  // make the store's folder with the first write; false: not_found where it is missing
    Verify verify = Verify::table;
    std::chrono::seconds believe_tables{60};  // how long the answer that a table can serve is believed
    // Embedded engine over a bucket: how old its list of a table's objects may be. 0: every query lists them, and sees every write.
    std::chrono::seconds stale{0};
    std::string cache = {};                           // folder for a bucket's mirror; empty: dualstore in XDG_CACHE_HOME or ~/.cache
    Tracer trace = {};                                // called for each request that goes over the wire
    std::function<void(std::string_view)> warn = {};  // called with a line that a person should read; by any thread
    Environment environment = Environment::system();
};

struct PutOptions {
    PutMode mode = {};  // replace, create ("only if new"), if_match (an expected version)
    // Ids beside the record, by field: JSON text. They fill or replace the fields that the table says ('argument').
    std::vector<std::pair<std::string, std::string>> arguments = {};
    bool stop_at_refused = false;  // put_many: records behind the first that is refused are not written
};

struct PutResult {
    std::string key;
    std::string version;                                         // the object's etag
    std::vector<std::pair<std::string, std::string>> generated;  // the table's automatic uuid fields and their values
};

struct Record {
    std::string key;
    std::string bytes;  // one line of JSON with its line break
    std::string version;
};

enum class ExportFormat { ndjson, parquet };

// Records that were checked and encoded for a table, and are not stored yet. May go to another thread; no longer of use once the client is
// gone.
class PreparedRecords {
  public:
    PreparedRecords(PreparedRecords&&) noexcept;
    PreparedRecords& operator=(PreparedRecords&&) noexcept;
    ~PreparedRecords();

  private:
    friend class Client;
    struct State;
    explicit PreparedRecords(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Safe to use from many threads at once. Copies share one store and engine.
class Client {
  public:
    // invalid_argument: an URL or definition is wrong; not_found, permission_denied, unavailable: the store cannot be used.
    [[nodiscard]] static Result<Client> open(ClientOptions options = {});

    // Writes one record: fills automatic fields, checks it against the table, and stores it with one put. What is acknowledged is durable
    // and readable by key and in SQL; what failed is in neither. Replacing is idempotent but for the automatic fields.
    // invalid_record: refused, nothing written. conflict: the mode's condition does not hold. outcome_unknown: look by key.
    Result<PutResult> put(std::string_view table, std::string_view json, const PutOptions& options = {});
    // One outcome for each record, in order; records of one key are written in order. Shares syncs and round trips.
    std::vector<Result<PutResult>> put_many(std::string_view table, std::span<const std::string_view> records,
                                            const PutOptions& options = {});
    // put_many in two steps, so that one thread can prepare the next records while another stores these. `prepare` fills automatic fields
    // and does no I/O; `store` gives put_many's outcomes. They must be of the same client, or a copy of it.
    [[nodiscard]] PreparedRecords prepare(std::string_view table, std::span<const std::string_view> records,
                                          const PutOptions& options = {}) const;
    std::vector<Result<PutResult>> store(PreparedRecords records);

    // The record with these ids, one a field of the table's key template, or none. Loads no query engine.
    Result<std::optional<Record>> get(std::string_view table, std::span<const std::string> ids);
    Result<std::optional<Record>> get(std::string_view table, std::initializer_list<std::string> ids);

    // True: removed, durably. False: there was none. conflict: `expected_version` is given and another is there.
    Result<bool> remove(std::string_view table, std::span<const std::string> ids, std::optional<std::string> expected_version = {});

    // The table's objects in byte order of their keys, after `after`, at most `limit` (0: as many as the store likes to give).
    Result<ObjectPage> list(std::string_view table, std::string_view after = {}, std::size_t limit = 0);

    // Runs one query in Athena's SQL. Sees every write acknowledged before the call, of any program.
    Result<QueryResult> query(std::string_view sql, std::span<const Value> parameters = {}, const QueryOptions& options = {});

    // Looks at every object of a table, or of all tables (empty name). With `repair`, mends what it can; never deletes a record.
    Result<CheckReport> check(std::string_view table = {}, bool repair = false);

    // Writes a whole table to `path`, which is replaced once the export is whole; returns the number of records. NDJSON has the records as
    // they are stored, in the order of their keys; Parquet has the columns as SQL shows them.
    Result<std::uint64_t> export_table(std::string_view table, ExportFormat format, const std::string& path);

    // Makes the store and its tables now, a bucket excepted, which must be there. Idempotent. conflict: the store or the engine
    // knows a table by another definition; the message shows the difference, and that table is not touched.
    Result<void> init();

    [[nodiscard]] const std::vector<TableDefinition>& tables() const;
    [[nodiscard]] Result<TableDefinition> describe(std::string_view table) const;
    [[nodiscard]] const std::string& bucket() const;  // the bucket's name; of a directory its last part
    [[nodiscard]] const std::shared_ptr<ObjectStore>& objects() const;
    [[nodiscard]] const std::shared_ptr<QueryEngine>& engine() const;

  private:
    struct State;
    explicit Client(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

}  // namespace dualstore
