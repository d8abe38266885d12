#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "aws/settings.hpp"
#include "dualstore/engines.hpp"
#include "dualstore/environment.hpp"
#include "record/text.hpp"
#include "sql/remote/athena_api.hpp"
#include "sql/remote/athena_errors.hpp"
#include "sql/remote/athena_parameters.hpp"
#include "sql/remote/athena_poller.hpp"
#include "sql/remote/athena_result_file.hpp"
#include "sql/remote/athena_results.hpp"
#include "sql/remote/athena_tables.hpp"
#include "sql/remote/statement.hpp"

namespace dualstore::sql::remote {
namespace {

using Clock = AthenaPoller::Clock;

// How long the answer to a StopQueryExecution is waited for: the one who stops a query wants to go on.
constexpr std::chrono::seconds stop_patience{5};

tl::unexpected<Error> query_failure(std::string message) {
    return fail(ErrorCode::query, std::move(message), "query");
}

// US dollars, by the price list of most regions: 5 for a TB, begun megabytes count whole, ten of them at least; DDL costs nothing
// (aws.amazon.com/athena/pricing). Some regions are dearer, and reserved capacity is billed otherwise.
double cost_of(const Execution& execution) {
    constexpr double megabyte = 1024.0 * 1024.0;
    constexpr double dollars_a_megabyte = 5.0 / (1024.0 * 1024.0);
    if (execution.statement_type != "DML" || execution.statistics.bytes_scanned == 0) return 0;
    return std::max(10.0, std::ceil(static_cast<double>(execution.statistics.bytes_scanned) / megabyte)) * dollars_a_megabyte;
}

class AthenaEngine : public QueryEngine {
  public:
    AthenaEngine(std::shared_ptr<aws::Service> service, AthenaOptions options)
        : options_(std::move(options)), api_(std::move(service), options_), poller_(api_), files_(options_.aws) {}

    Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options) override {
        auto statement = bind_parameters(sql, parameters);
        if (!statement) return fail(std::move(statement.error()));
        statement->database = options_.database;
        auto ended = run(*statement, options);
        if (!ended) return fail(std::move(ended.error()));
        ended->statistics.cost = cost_of(*ended);
        auto result = read_results(api_, files_, *ended, options.stop);
        if (!result && options.stop.stop_requested()) return query_failure("USER_CANCELED: the query was stopped");
        return result;
    }

    Result<void> create(const TableDefinition& table, std::string_view bucket) override;
    Result<std::optional<TableDefinition>> describe(std::string_view table) override;
    [[nodiscard]] std::string name() const override { return "athena"; }

  private:
    Result<Execution> run(const Statement& statement, const QueryOptions& options);
    Error stopped(const std::string& id, const std::string& message);

    AthenaOptions options_;
    AthenaApi api_;
    AthenaPoller poller_;
    ResultFiles files_;
};

// Runs a statement until it has succeeded.
Result<Execution> AthenaEngine::run(const Statement& statement, const QueryOptions& options) {
    const auto deadline = Clock::now() + options_.timeout;
    for (int attempt = 1;; ++attempt) {
        if (options.stop.stop_requested()) return query_failure("USER_CANCELED: the query was stopped");
        auto id = api_.start(statement, new_uuid(Environment::system()));
        if (!id) return fail(std::move(id.error()));
        auto ended = poller_.wait(*id, deadline, options);
        if (!ended) {
            ended.error().message += fmt::format("; the query {} may still run", *id);
            return fail(std::move(ended.error()));
        }
        if (!*ended) {
            if (options.stop.stop_requested()) return fail(stopped(*id, "USER_CANCELED: the query was stopped"));
            return fail(
                stopped(*id, fmt::format("EXCEEDED_TIME_LIMIT: the query ran longer than {} s and was stopped", options_.timeout.count())));
        }
        if ((*ended)->state == "SUCCEEDED") return std::move(**ended);
        const bool again = attempt == 1 && options_.aws.max_retries != 0 && failed_for_now(**ended) && reads_only(statement.sql);
        if (!again) return fail(execution_error(**ended));
    }
}

// Stops a query; the error says so, and when it could not be.
Error AthenaEngine::stopped(const std::string& id, const std::string& message) {
    const auto done = api_.stop(id, stop_patience);
    return {ErrorCode::query,
            Retry::never,
            "query",
            {},
            done ? message : fmt::format("{}; but the query {} may still run: {}", message, id, done.error().message)};
}

Result<void> AthenaEngine::create(const TableDefinition& table, std::string_view bucket) {
    const std::string& database = table.database.empty() ? options_.database : table.database;
    std::string quoted;
    for (const char c : database) quoted.append(c == '`' ? 2 : 1, c);
    const auto made = run({.sql = fmt::format("CREATE DATABASE IF NOT EXISTS `{}`", quoted), .parameters = {}, .database = {}}, {});
    // A role may be allowed to make tables, and not databases.
    if (!made && made.error().code != ErrorCode::permission_denied) return fail(made.error());
    std::string ddl = to_ddl(table, bucket);
    ddl.erase(ddl.find_last_not_of(";\n") + 1);
    const auto created = run({.sql = std::move(ddl), .parameters = {}, .database = database}, {});
    if (!created) return fail(created.error());
    return {};
}

Result<std::optional<TableDefinition>> AthenaEngine::describe(std::string_view table) {
    const std::string name = record::fold(table);
    auto found = api_.table(name);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return std::nullopt;
    auto definition = definition_of(**found, name);
    if (!definition) return fail(std::move(definition.error()));
    return std::optional(std::move(*definition));
}

std::string own_endpoint(const std::string& region) {
    return fmt::format("https://athena.{}.amazonaws.com{}", region, region.starts_with("cn-") ? ".cn" : "");
}

}  // namespace
}  // namespace dualstore::sql::remote

namespace dualstore {

Result<std::unique_ptr<QueryEngine>> open_athena_engine(AthenaOptions options) {
    const auto wrong = [](std::string message) { return fail(ErrorCode::invalid_argument, std::move(message), "open athena"); };
    if (options.database.empty()) return wrong("Athena needs a database: athena://DATABASE");
    if (!options.output.empty() && (!options.output.starts_with("s3://") || options.output.size() < 6 || options.output[5] == '/')) {
        return wrong(fmt::format("the output location is '{}': expected s3://bucket/prefix/", record::excerpt(options.output)));
    }
    if (options.timeout <= std::chrono::seconds(0)) return wrong("the time limit of a query is over a second");
    auto settings = aws::resolve_settings("athena", options.aws);
    if (!settings) return fail(std::move(settings.error()));
    auto service =
        aws::open_service({.service = "athena",
                           .endpoint = settings->endpoint.empty() ? sql::remote::own_endpoint(settings->region) : settings->endpoint,
                           .region = settings->region,
                           .profile = settings->profile,
                           .ca_file = settings->ca_file,
                           .connections = 50,
                           .deadline = options.aws.deadline,
                           .max_retries = options.aws.max_retries,
                           .judge = sql::remote::athena_verdict,
                           .trace = options.aws.trace});
    if (!service) return fail(std::move(service.error()));
    return std::make_unique<sql::remote::AthenaEngine>(std::move(*service), std::move(options));
}

}  // namespace dualstore
