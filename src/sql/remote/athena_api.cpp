#include "sql/remote/athena_api.hpp"

#include <fmt/format.h>
#include <yyjson.h>

#include <condition_variable>
#include <mutex>

#include "record/json.hpp"
#include "sql/remote/athena_errors.hpp"

namespace dualstore::sql::remote {
namespace {

constexpr std::size_t largest_batch = 50;  // BatchGetQueryExecution's limit

// A JSON object in the making.
class Request {
  public:
    Request() : document_(yyjson_mut_doc_new(nullptr), &yyjson_mut_doc_free), root_(yyjson_mut_obj(document_.get())) {
        yyjson_mut_doc_set_root(document_.get(), root_);
    }

    void text(const char* name, std::string_view value) { text(root_, name, value); }
    void text(yyjson_mut_val* object, const char* name, std::string_view value) {
        yyjson_mut_obj_add_strncpy(document_.get(), object, name, value.data(), value.size());
    }
    void number(const char* name, std::int64_t value) { yyjson_mut_obj_add_sint(document_.get(), root_, name, value); }
    yyjson_mut_val* object(const char* name) { return object(root_, name); }
    yyjson_mut_val* object(yyjson_mut_val* in, const char* name) { return yyjson_mut_obj_add_obj(document_.get(), in, name); }
    void flag(yyjson_mut_val* object, const char* name, bool value) { yyjson_mut_obj_add_bool(document_.get(), object, name, value); }
    void list(const char* name, std::span<const std::string> values) {
        yyjson_mut_val* array = yyjson_mut_obj_add_arr(document_.get(), root_, name);
        for (const std::string& value : values) yyjson_mut_arr_add_strncpy(document_.get(), array, value.data(), value.size());
    }

    // All texts are UTF-8 by now, which is all that could fail.
    [[nodiscard]] std::string body() const {
        std::size_t length = 0;
        const std::unique_ptr<char, decltype(&free)> text(yyjson_mut_write(document_.get(), YYJSON_WRITE_NOFLAG, &length), &free);
        return text ? std::string(text.get(), length) : "{}";
    }

  private:
    std::unique_ptr<yyjson_mut_doc, decltype(&yyjson_mut_doc_free)> document_;
    yyjson_mut_val* root_;
};

std::string text_of(yyjson_val* object, const char* name) {
    yyjson_val* value = yyjson_obj_get(object, name);
    return yyjson_is_str(value) ? std::string(record::string_of(value)) : std::string();
}

std::int64_t number_in(yyjson_val* object, const char* name) {
    yyjson_val* value = yyjson_obj_get(object, name);
    return yyjson_is_int(value) ? yyjson_get_sint(value) : 0;
}

// An array's values, for range-based for; none for any other value.
std::vector<yyjson_val*> items(yyjson_val* array) {
    std::vector<yyjson_val*> all;
    all.reserve(yyjson_arr_size(array));
    yyjson_arr_iter iter = yyjson_arr_iter_with(array);
    while (yyjson_val* item = yyjson_arr_iter_next(&iter)) all.push_back(item);
    return all;
}

Execution execution_of(yyjson_val* object) {
    Execution execution;
    execution.id = text_of(object, "QueryExecutionId");
    execution.statement_type = text_of(object, "StatementType");
    execution.output_location = text_of(yyjson_obj_get(object, "ResultConfiguration"), "OutputLocation");
    yyjson_val* status = yyjson_obj_get(object, "Status");
    execution.state = text_of(status, "State");
    execution.reason = text_of(status, "StateChangeReason");
    yyjson_val* error = yyjson_obj_get(status, "AthenaError");
    if (execution.reason.empty()) execution.reason = text_of(error, "ErrorMessage");
    execution.system_failure = number_in(error, "ErrorCategory") == 1;
    execution.retryable = yyjson_get_bool(yyjson_obj_get(error, "Retryable"));
    yyjson_val* figures = yyjson_obj_get(object, "Statistics");
    const auto milliseconds = [&](const char* name) { return std::chrono::milliseconds(number_in(figures, name)); };
    execution.statistics.query_id = execution.id;
    execution.statistics.bytes_scanned = static_cast<std::uint64_t>(number_in(figures, "DataScannedInBytes"));
    execution.statistics.queued = milliseconds("QueryQueueTimeInMillis");
    execution.statistics.executed = milliseconds("EngineExecutionTimeInMillis");
    execution.statistics.total = milliseconds("TotalExecutionTimeInMillis");
    return execution;
}

ResultPage page_of(yyjson_val* root) {
    ResultPage page;
    page.next_token = text_of(root, "NextToken");
    if (yyjson_val* count = yyjson_obj_get(root, "UpdateCount"); yyjson_is_int(count)) page.update_count = yyjson_get_sint(count);
    yyjson_val* set = yyjson_obj_get(root, "ResultSet");
    for (yyjson_val* column : items(yyjson_obj_get(yyjson_obj_get(set, "ResultSetMetadata"), "ColumnInfo"))) {
        page.columns.push_back(
            {text_of(column, "Name"), text_of(column, "Type"), number_in(column, "Precision"), number_in(column, "Scale")});
    }
    for (yyjson_val* row : items(yyjson_obj_get(set, "Rows"))) {
        auto& cells = page.rows.emplace_back();
        for (yyjson_val* cell : items(yyjson_obj_get(row, "Data"))) {
            yyjson_val* value = yyjson_obj_get(cell, "VarCharValue");
            cells.push_back(yyjson_is_str(value) ? Cell(record::string_of(value)) : Cell());
        }
    }
    return page;
}

TableMetadata table_of(yyjson_val* object) {
    TableMetadata table;
    table.kind = text_of(object, "TableType");
    for (yyjson_val* column : items(yyjson_obj_get(object, "Columns"))) {
        table.columns.push_back({text_of(column, "Name"), text_of(column, "Type"), text_of(column, "Comment")});
    }
    table.partitioned = yyjson_arr_size(yyjson_obj_get(object, "PartitionKeys")) > 0;
    for (const auto [name, value] : record::Members(yyjson_obj_get(object, "Parameters"))) {
        if (yyjson_is_str(value)) table.parameters.emplace_back(name, record::string_of(value));
    }
    return table;
}

// A reply that one thread waits for and one of the library's brings.
struct Pending {
    std::mutex mutex;
    std::condition_variable_any arrived;
    std::optional<aws::Reply> reply;
};

}  // namespace

struct AthenaApi::Answer {
    std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document;
    [[nodiscard]] yyjson_val* root() const { return yyjson_doc_get_root(document.get()); }
};

struct AthenaApi::Refusal {
    Error error;
    ServiceError told;
    bool lost = false;  // an attempt may have been carried out
};

std::optional<aws::Reply> AthenaApi::call(Question question, const std::stop_token& stop, std::optional<std::chrono::milliseconds> limit) {
    aws::Call call{
        .operation = question.operation,
        .key = std::move(question.key),
        .method = "POST",
        .target = "/",
        .headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", std::string("AmazonAthena.") + question.operation}},
        .body = std::move(question.body)};
    const auto pending = std::make_shared<Pending>();
    service_->start(std::move(call), [pending](aws::Reply reply) {
        const std::lock_guard lock(pending->mutex);
        pending->reply = std::move(reply);
        pending->arrived.notify_all();
    });
    std::unique_lock lock(pending->mutex);
    const auto there = [&] { return pending->reply.has_value(); };
    if (limit) {
        pending->arrived.wait_for(lock, stop, *limit, there);
    } else {
        pending->arrived.wait(lock, stop, there);
    }
    return std::move(pending->reply);
}

tl::expected<AthenaApi::Answer, AthenaApi::Refusal> AthenaApi::ask(Question question, const std::stop_token& stop,
                                                                   std::optional<std::chrono::milliseconds> limit) {
    const std::string operation = question.operation;
    const std::string key = question.key;
    const auto unavailable = [&](const char* why) {
        return tl::unexpected(
            Refusal{{ErrorCode::unavailable, Retry::never, operation, key, fmt::format("athena:{} {}", operation, why)}, {}});
    };
    const auto reply = call(std::move(question), stop, limit);
    if (!reply) return unavailable("was not answered in time");
    if (reply->response.status != 200) {
        return tl::unexpected(Refusal{call_error(*reply, operation, key), service_error(reply->response), reply->lost});
    }
    const std::string& body = reply->response.body;
    Answer answer{{yyjson_read(body.data(), body.size(), YYJSON_READ_NOFLAG), &yyjson_doc_free}};
    if (!yyjson_is_obj(answer.root())) return unavailable("was answered by something else than a JSON object");
    return answer;
}

Result<std::string> AthenaApi::start(const Statement& statement, const std::string& token) {
    Request request;
    request.text("QueryString", statement.sql);
    request.text("ClientRequestToken", token);
    yyjson_mut_val* context = request.object("QueryExecutionContext");
    request.text(context, "Catalog", options_.catalog);
    if (!statement.database.empty()) request.text(context, "Database", statement.database);
    if (!statement.parameters.empty()) request.list("ExecutionParameters", statement.parameters);
    if (!options_.workgroup.empty()) request.text("WorkGroup", options_.workgroup);
    if (!options_.output.empty()) request.text(request.object("ResultConfiguration"), "OutputLocation", options_.output);
    yyjson_mut_val* reuse = request.object(request.object("ResultReuseConfiguration"), "ResultReuseByAgeConfiguration");
    request.flag(reuse, "Enabled", false);
    auto answer = ask({"StartQueryExecution", options_.database, request.body()});
    if (!answer) {
        Refusal& refusal = answer.error();
        // A refusal says that the token started nothing; no answer says nothing.
        if (refusal.lost && refusal.error.code == ErrorCode::unavailable) {
            refusal.error.retry = Retry::never;
            refusal.error.message += "; the query may have been started all the same";
        }
        return fail(std::move(refusal.error));
    }
    std::string id = text_of(answer->root(), "QueryExecutionId");
    if (id.empty()) return fail(ErrorCode::unavailable, "athena:StartQueryExecution was answered without an id", "StartQueryExecution");
    return id;
}

Result<std::vector<Execution>> AthenaApi::look(std::span<const std::string> ids, const std::stop_token& stop) {
    std::vector<Execution> all;
    while (ids.size() > 1 && !batches_refused_) {
        const auto batch = ids.first(std::min(ids.size(), largest_batch));
        auto found = look_at_batch(batch, stop);
        if (!found) {
            const ErrorCode code = found.error().code;
            if (code != ErrorCode::permission_denied && code != ErrorCode::unsupported) return found;
            batches_refused_ = true;
            break;
        }
        all.insert(all.end(), std::make_move_iterator(found->begin()), std::make_move_iterator(found->end()));
        ids = ids.subspan(batch.size());
    }
    for (const std::string& id : ids) {
        auto one = look_at_one(id, stop);
        if (!one) return fail(std::move(one.error()));
        all.push_back(std::move(*one));
    }
    return all;
}

Result<Execution> AthenaApi::look_at_one(const std::string& id, const std::stop_token& stop) {
    Request request;
    request.text("QueryExecutionId", id);
    auto answer = ask({"GetQueryExecution", id, request.body()}, stop);
    if (!answer) return fail(std::move(answer.error().error));
    return execution_of(yyjson_obj_get(answer->root(), "QueryExecution"));
}

Result<std::vector<Execution>> AthenaApi::look_at_batch(std::span<const std::string> ids, const std::stop_token& stop) {
    Request request;
    request.list("QueryExecutionIds", ids);
    auto answer = ask({"BatchGetQueryExecution", fmt::format("{} queries", ids.size()), request.body()}, stop);
    if (!answer) return fail(std::move(answer.error().error));
    std::vector<Execution> found;
    for (yyjson_val* one : items(yyjson_obj_get(answer->root(), "QueryExecutions"))) found.push_back(execution_of(one));
    for (yyjson_val* one : items(yyjson_obj_get(answer->root(), "UnprocessedQueryExecutionIds"))) {
        auto single = look_at_one(text_of(one, "QueryExecutionId"), stop);
        if (!single) return fail(std::move(single.error()));
        found.push_back(std::move(*single));
    }
    return found;
}

Result<void> AthenaApi::stop(const std::string& id, std::chrono::milliseconds limit) {
    Request request;
    request.text("QueryExecutionId", id);
    auto answer = ask({"StopQueryExecution", id, request.body()}, {}, limit);
    if (!answer) return fail(std::move(answer.error().error));
    return {};
}

Result<ResultPage> AthenaApi::results(const std::string& id, const std::string& next_token, const std::stop_token& stop) {
    Request request;
    request.text("QueryExecutionId", id);
    request.number("MaxResults", 1000);
    if (!next_token.empty()) request.text("NextToken", next_token);
    auto answer = ask({"GetQueryResults", id, request.body()}, stop);
    if (!answer) return fail(std::move(answer.error().error));
    return page_of(answer->root());
}

Result<std::optional<TableMetadata>> AthenaApi::table(const std::string& name) {
    Request request;
    request.text("CatalogName", options_.catalog);
    request.text("DatabaseName", options_.database);
    request.text("TableName", name);
    auto answer = ask({"GetTableMetadata", name, request.body()});
    if (!answer) {
        Refusal& refusal = answer.error();
        // The catalog's own error stands in the text of Athena's.
        const std::string& text = refusal.told.message;
        const bool missing = refusal.told.type == "EntityNotFoundException" ||
                             (refusal.told.type == "MetadataException" &&
                              (text.find("EntityNotFoundException") != std::string::npos || text.find("not found") != std::string::npos));
        if (missing) return std::nullopt;
        return fail(std::move(refusal.error));
    }
    return table_of(yyjson_obj_get(answer->root(), "TableMetadata"));
}

}  // namespace dualstore::sql::remote
