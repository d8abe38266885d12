// Athena as a script plays it, and an engine in front of it.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/engines.hpp"
#include "servers/process.hpp"
#include "servers/scripted_server.hpp"

namespace dualstore::sql::remote {

using nlohmann::json;
using servers::Answer;

// What Athena will do with one query.
struct ScriptedQuery {
    std::vector<json> statuses = {{{"State", "SUCCEEDED"}}};  // one a look; the last one stays
    std::string statement_type = "DML";
    std::string output = "s3://results/q.csv";
    json statistics = json::object();
    json results = {{"ResultSet", {{"Rows", json::array()}, {"ResultSetMetadata", {{"ColumnInfo", json::array()}}}}}};
    std::vector<json> pages = {};  // behind `results`
};

inline json status(std::string_view state, std::string_view reason = {}) {
    json made = {{"State", state}};
    if (!reason.empty()) made["StateChangeReason"] = reason;
    return made;
}

inline json row(std::initializer_list<json> cells) {
    json data = json::array();
    for (const json& cell : cells) data.push_back(cell.is_null() ? json::object() : json{{"VarCharValue", cell}});
    return {{"Data", std::move(data)}};
}

// Columns as {name, type} or {name, type, precision, scale}.
inline json result_set(const std::vector<std::vector<json>>& columns, json rows, const std::string& next_token = {}) {
    json info = json::array();
    for (const auto& column : columns) {
        info.push_back({{"Name", column[0]}, {"Type", column[1]}});
        if (column.size() > 2) info.back().update({{"Precision", column[2]}, {"Scale", column[3]}});
    }
    json made = {{"ResultSet", {{"Rows", std::move(rows)}, {"ResultSetMetadata", {{"ColumnInfo", std::move(info)}}}}}};
    if (!next_token.empty()) made["NextToken"] = next_token;
    return made;
}

inline Answer refusal(std::string_view type, std::string_view message, int code = 400) {
    return {.status = code, .headers = {}, .body = json{{"__type", type}, {"Message", message}}.dump()};
}

class FakeAthena {
  public:
    FakeAthena() : server_([this](const servers::Request& request) { return answer(request); }) {}

    [[nodiscard]] std::string endpoint() const { return server_.endpoint(); }

    // What the next queries will do, in the order they are started; a query for which nothing is scripted succeeds without rows.
    void script(ScriptedQuery query) {
        const std::lock_guard lock(mutex_);
        scripts_.push_back(std::move(query));
    }
    // The next call of that action is answered so, and not carried out; or carried out, and its answer is lost.
    void refuse(const std::string& action, Answer answer) {
        const std::lock_guard lock(mutex_);
        refusals_[action].push_back({std::move(answer), false});
    }
    void lose_answer(const std::string& action) {
        const std::lock_guard lock(mutex_);
        refusals_[action].push_back({{.delivery = Answer::Delivery::reset}, true});
    }
    // Every call of that action.
    void refuse_always(const std::string& action, Answer answer) {
        const std::lock_guard lock(mutex_);
        closed_[action] = std::move(answer);
    }
    void table(json metadata) {
        const std::lock_guard lock(mutex_);
        table_ = std::move(metadata);
    }
    void object(const std::string& path, std::string bytes) {
        const std::lock_guard lock(mutex_);
        objects_[path] = std::move(bytes);
    }

    // The bodies of the requests for that action.
    [[nodiscard]] std::vector<json> asked(const std::string& action) const {
        const std::lock_guard lock(mutex_);
        const auto found = asked_.find(action);
        return found == asked_.end() ? std::vector<json>() : found->second;
    }
    // What was carried out: [action, request, answer].
    [[nodiscard]] json exchanges() const {
        const std::lock_guard lock(mutex_);
        return exchanges_;
    }
    // Queries that were started, by token.
    [[nodiscard]] std::size_t started() const {
        const std::lock_guard lock(mutex_);
        return by_token_.size();
    }
    [[nodiscard]] std::vector<servers::Request> requests() const { return server_.requests(); }

  private:
    struct Running {
        ScriptedQuery script;
        std::size_t looks = 0;
    };
    struct Refusal {
        Answer answer;
        bool carried_out;
    };

    Answer answer(const servers::Request& request) {
        const std::lock_guard lock(mutex_);
        const std::string target(request.header("X-Amz-Target"));
        if (target.empty()) return object_answer(request);
        const std::string action = target.substr(target.find('.') + 1);
        const json body = json::parse(request.body);
        asked_[action].push_back(body);
        if (const auto closed = closed_.find(action); closed != closed_.end()) return closed->second;
        auto& refusals = refusals_[action];
        if (refusals.empty()) {
            json made = carry_out(action, body);
            exchanges_.push_back({action, body, made});
            return {.body = made.dump()};
        }
        const Refusal next = refusals.front();
        refusals.pop_front();
        if (next.carried_out) (void)carry_out(action, body);
        return next.answer;
    }

    Answer object_answer(const servers::Request& request) {
        const auto found = objects_.find(request.path());
        if (found == objects_.end()) return {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
        return {.headers = {{"ETag", "\"e\""}}, .body = found->second};
    }

    json carry_out(const std::string& action, const json& body) {
        if (action == "StartQueryExecution") return {{"QueryExecutionId", start(body)}};
        if (action == "GetQueryExecution") return {{"QueryExecution", look(body["QueryExecutionId"])}};
        if (action == "BatchGetQueryExecution") {
            json all = json::array();
            for (const auto& id : body["QueryExecutionIds"]) all.push_back(look(id));
            return {{"QueryExecutions", all}};
        }
        if (action == "GetQueryResults") {
            const ScriptedQuery& script = queries_.at(body["QueryExecutionId"]).script;
            if (!body.contains("NextToken")) return script.results;
            return script.pages.at(std::stoul(body["NextToken"].get<std::string>()));
        }
        if (action == "GetTableMetadata") return {{"TableMetadata", table_}};
        return json::object();
    }

    std::string start(const json& body) {
        auto& id = by_token_[body["ClientRequestToken"]];
        if (!id.empty()) return id;
        id = "query-" + std::to_string(by_token_.size());
        Running& query = queries_[id];
        if (!scripts_.empty()) {
            query.script = std::move(scripts_.front());
            scripts_.pop_front();
        }
        return id;
    }

    json look(const std::string& id) {
        Running& query = queries_.at(id);
        const auto& statuses = query.script.statuses;
        const json& now = statuses.at(std::min(query.looks++, statuses.size() - 1));
        return {{"QueryExecutionId", id},
                {"StatementType", query.script.statement_type},
                {"ResultConfiguration", {{"OutputLocation", query.script.output}}},
                {"Statistics", query.script.statistics},
                {"Status", now}};
    }

    mutable std::mutex mutex_;  // guards all below but the server
    std::deque<ScriptedQuery> scripts_;
    std::map<std::string, std::deque<Refusal>> refusals_;
    std::map<std::string, Answer> closed_;
    std::map<std::string, std::vector<json>> asked_;
    std::map<std::string, std::string> by_token_;
    std::map<std::string, Running> queries_;
    std::map<std::string, std::string> objects_;
    json table_;
    json exchanges_ = json::array();
    servers::ScriptedServer server_;  // last, so that its threads end first
};

class AthenaTest : public testing::Test {
  protected:
    void SetUp() override { servers::use_credentials("testkey", "testsecret"); }

    AthenaOptions options() {
        AthenaOptions made;
        made.database = "db";
        made.aws.region = "eu-west-1";
        made.aws.endpoint = athena_.endpoint();
        made.aws.deadline = std::chrono::seconds(5);
        return made;
    }
    std::unique_ptr<QueryEngine> engine() { return engine(options()); }
    static std::unique_ptr<QueryEngine> engine(AthenaOptions options) {
        auto opened = open_athena_engine(std::move(options));
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        return opened ? std::move(*opened) : nullptr;
    }

    static QueryResult ask(QueryEngine& engine, std::string_view sql, std::initializer_list<Value> parameters = {}) {
        auto result = engine.execute(sql, parameters);
        EXPECT_TRUE(result) << sql << ": " << (result ? "" : result.error().message);
        return result ? std::move(*result) : QueryResult{};
    }
    // The error of a query that must fail.
    static Error refused(QueryEngine& engine, std::string_view sql, const QueryOptions& options = {}) {
        const auto result = engine.execute(sql, {}, options);
        EXPECT_FALSE(result) << sql;
        return result ? Error{} : result.error();
    }

    FakeAthena athena_;
};

}  // namespace dualstore::sql::remote
