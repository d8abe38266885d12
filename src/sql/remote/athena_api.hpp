// The calls of Amazon Athena's API that the engine makes, typed (JSON 1.1 protocol; Athena API Reference, version 2017-05-18).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "aws/service.hpp"
#include "dualstore/engines.hpp"

namespace dualstore::sql::remote {

struct Statement {
    std::string sql;
    std::vector<std::string> parameters;  // ExecutionParameters: one SQL literal for each `?`
    std::string database;                 // that names without one are looked up in; empty: none
};

// What GetQueryExecution says of a query.
struct Execution {
    std::string id;
    std::string state;            // QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED
    std::string reason;           // why it came to that
    bool system_failure = false;  // AthenaError's category 1: not the query's fault
    bool retryable = false;       // AthenaError says so
    std::string statement_type;   // DML, DDL, UTILITY; empty where the service does not tell
    std::string output_location;  // the result object; empty where Athena keeps the result itself
    QueryStatistics statistics;
};

struct ResultColumn {
    std::string name;
    std::string type;  // Athena's word: "varchar", "float", "array"
    std::int64_t precision = 0;
    std::int64_t scale = 0;
};

using Cell = std::optional<std::string>;  // none: NULL

struct ResultPage {
    std::vector<ResultColumn> columns;
    std::vector<std::vector<Cell>> rows;
    std::optional<std::int64_t> update_count;
    std::string next_token;  // empty: the last page
};

// What GetTableMetadata says of a table.
struct TableMetadata {
    struct Column {
        std::string name;
        std::string type;  // Hive's word, as the catalog holds it
        std::string comment;
    };
    std::string kind;  // "EXTERNAL_TABLE", "VIRTUAL_VIEW"
    std::vector<Column> columns;
    bool partitioned = false;
    std::vector<std::pair<std::string, std::string>> parameters;
};

// Safe to use from many threads. Errors name the action; with a role that may not call it they are permission_denied.
class AthenaApi {
  public:
    AthenaApi(std::shared_ptr<aws::Service> service, AthenaOptions options) : service_(std::move(service)), options_(std::move(options)) {}

    // Starts the statement once, however often the call is repeated under one token (32 to 128 characters), and returns its id.
    Result<std::string> start(const Statement& statement, const std::string& token);
    // Where the queries stand, in any order. Returns early when `stop` is requested: unavailable.
    Result<std::vector<Execution>> look(std::span<const std::string> ids, const std::stop_token& stop);
    // Ends a query, if it still runs. Waits at most `limit` for the answer.
    Result<void> stop(const std::string& id, std::chrono::milliseconds limit);
    // A page of at most 1,000 rows. Returns early when `stop` is requested: unavailable.
    Result<ResultPage> results(const std::string& id, const std::string& next_token, const std::stop_token& stop);
    // A table of the engine's database, or none.
    Result<std::optional<TableMetadata>> table(const std::string& name);

  private:
    struct Answer;
    struct Refusal;
    struct Question {
        const char* operation;
        std::string key;  // for traces and errors
        std::string body;
    };
    // The reply, whatever it is; none: `stop` was requested, or `limit` is over.
    std::optional<aws::Reply> call(Question question, const std::stop_token& stop, std::optional<std::chrono::milliseconds> limit);
    tl::expected<Answer, Refusal> ask(Question question, const std::stop_token& stop = {},
                                      std::optional<std::chrono::milliseconds> limit = {});
    Result<Execution> look_at_one(const std::string& id, const std::stop_token& stop);
    Result<std::vector<Execution>> look_at_batch(std::span<const std::string> ids, const std::stop_token& stop);

    std::shared_ptr<aws::Service> service_;
    AthenaOptions options_;
    std::atomic<bool> batches_refused_ = false;
};

}  // namespace dualstore::sql::remote
