// The three classes of the Python module `shared.storage`, in C++: a bucket, a database, and both at once.
//
// They go to Amazon S3 and Athena, or where AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_ATHENA say. With DUALSTORE_HOME=DIR set, the bucket B
// is the directory DIR/B, made on first use, and SQL is the embedded engine. DUALSTORE_ENGINE names another engine, as
// ClientOptions::engine does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/client.hpp"

namespace dualstore {

inline constexpr std::string_view default_bucket = "brand-generator-rwrd-023-eu-west-1";
inline constexpr std::string_view default_region = "eu-west-1";

// What the variables say at one time. Who opens a client again later, as a forked child does, passes the first one's.
struct StorageOptions {
    std::string home = {};                            // DUALSTORE_HOME, absolute
    std::string engine = {};                          // DUALSTORE_ENGINE
    std::function<void(std::string_view)> warn = {};  // as ClientOptions::warn

    [[nodiscard]] static StorageOptions from_environment();
};

// JSON values by key; knows no tables and checks no schema. Safe to use from many threads.
class S3Client {
  public:
    [[nodiscard]] static Result<S3Client> open(std::string bucket = std::string(default_bucket),
                                               std::string region = std::string(default_region),
                                               const StorageOptions& storage = StorageOptions::from_environment());

    // Writes prefix/brand_{brandid}.json with `brandid` set in it; returns the key. Replaces what was there.
    Result<std::string> write_metadata(std::int64_t brandid, std::string_view metadata, std::string_view prefix = "metadata");
    // The JSON text, or none.
    Result<std::optional<std::string>> read_metadata(std::int64_t brandid, std::string_view prefix = "metadata");
    // Writes any JSON value, compact, on one line; returns the key. Replaces what was there.
    Result<std::string> write_json(std::string_view key, std::string_view json);
    Result<std::optional<std::string>> read_json(std::string_view key);
    // All keys that begin with `prefix`, in byte order.
    Result<std::vector<std::string>> list_keys(std::string_view prefix = "");
    // True: there was one. Idempotent.
    Result<bool> delete_key(std::string_view key);
    Result<bool> key_exists(std::string_view key);

  private:
    explicit S3Client(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {}
    std::shared_ptr<ObjectStore> store_;
};

// SQL over a database's tables. With the embedded engine the tables are in the bucket of the DualStorageClient that named the database
// (with DUALSTORE_HOME the first one ever, otherwise the last one of this process); a database that nobody named has the built-in tables,
// in the bucket of `output_location`. Safe to use from many threads.
class AthenaClient {
  public:
    struct Options {
        std::string database = std::string(default_database);
        std::string region = std::string(default_region);
        std::string output_location = {};  // "s3://bucket/prefix/", for results; empty: the workgroup's
        std::string workgroup = {};
        std::string catalog = {};
        // How often a request to Athena that failed is sent again, and whether (0: not) a query that Athena failed for a passing reason of
        // its own is run once more. Not given: requests until a minute is over.
        std::optional<int> max_retries = {};
    };
    [[nodiscard]] static Result<AthenaClient> open(Options options, const StorageOptions& storage = StorageOptions::from_environment());

    Result<QueryResult> execute_query(std::string_view query, std::span<const Value> parameters = {}, const QueryOptions& options = {});
    // SELECT columns FROM table [WHERE where] [LIMIT limit]. `columns` and `where` are SQL text; the table's name is checked and quoted.
    Result<QueryResult> query_table(std::string_view table, std::string_view columns = "*", std::optional<std::string> where = {},
                                    std::optional<std::uint64_t> limit = {}, const QueryOptions& options = {});
    Result<std::int64_t> get_table_count(std::string_view table, std::optional<std::string> where = {}, const QueryOptions& options = {});

  private:
    explicit AthenaClient(std::shared_ptr<QueryEngine> engine) : engine_(std::move(engine)) {}
    std::shared_ptr<QueryEngine> engine_;
};

// What the message of a write's failure begins with.
inline constexpr std::string_view write_failure = "Failed to write to dual storage: ";

// Records in both. Failures of a write carry the message "Failed to write to dual storage: …". Safe to use from many threads.
class DualStorageClient {
  public:
    struct Written {
        std::string s3_key;
        std::string status;  // "success"
        std::string bucket;
        std::string table;
        std::optional<std::string> feedback_id;    // write_feedback
        std::optional<std::string> escalation_id;  // write_escalation
    };

    [[nodiscard]] static Result<DualStorageClient> open(std::string bucket = std::string(default_bucket),
                                                        std::string database = std::string(default_database),
                                                        std::string region = std::string(default_region),
                                                        const StorageOptions& storage = StorageOptions::from_environment());

    // Each takes a JSON object and fills the table's automatic fields. As Client::put.
    Result<Written> write_metadata(std::int64_t brandid, std::string_view metadata);
    Result<Written> write_feedback(std::int64_t brandid, std::string_view feedback);
    Result<Written> write_workflow_execution(std::string_view execution);
    Result<Written> write_escalation(std::string_view escalation);

    // The record as JSON text, or none.
    Result<std::optional<std::string>> read_metadata(std::int64_t brandid);
    Result<std::optional<std::string>> read_feedback(std::int64_t brandid, std::string_view feedback_id);
    Result<std::optional<std::string>> read_workflow_execution(std::string_view execution_id);
    Result<std::optional<std::string>> read_escalation(std::string_view brandid, std::string_view escalation_id);

  private:
    explicit DualStorageClient(Client client) : client_(std::move(client)) {}
    Result<Written> write(std::string_view table, std::string_view json, const PutOptions& options);
    Result<std::optional<std::string>> read(std::string_view table, std::vector<std::string> ids);
    Client client_;
};

}  // namespace dualstore
