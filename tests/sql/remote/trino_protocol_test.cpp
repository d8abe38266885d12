// The statement protocol, against a server that plays Trino.
#include <fmt/format.h>

#include <stop_token>
#include <thread>

#include "sql/remote/trino_fixture.hpp"
#include "sql/remote/trino_statement.hpp"

namespace dualstore::sql::remote {
namespace {

using namespace std::chrono_literals;
using servers::Request;

std::vector<std::string> lines_of(const std::vector<Request>& requests) {
    std::vector<std::string> lines;
    for (const Request& request : requests) lines.push_back(request.method + " " + request.target);
    return lines;
}

const std::vector<std::string> one_query = {"POST /v1/statement", "GET /v1/statement/queued/q1/x/1", "GET /v1/statement/executing/q1/y/0"};

TEST_F(TrinoProtocol, FetchesEveryPageFromTheEndpointItWasGiven) {
    ScriptedServer server;
    answer_with(server, 7);
    std::vector<std::string> states;
    QueryOptions query;
    query.progress = [&](const QueryProgress& progress) { states.push_back(progress.state); };
    const auto result = engine(options(server))->execute("SELECT 'é' AS a ; \n", {}, query);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->rows.size(), 1U);
    EXPECT_EQ(std::get<std::int64_t>(result->rows[0].at(0)), 7);
    EXPECT_EQ(result->columns[0].name, "a");
    EXPECT_EQ(result->columns[0].type, "integer");
    EXPECT_EQ(result->statistics.query_id, "q1");
    EXPECT_EQ(result->statistics.bytes_scanned, 7U);
    EXPECT_EQ(result->statistics.queued, 3ms);
    EXPECT_EQ(result->statistics.executed, 7ms);
    EXPECT_EQ(states, (std::vector<std::string>{"QUEUED", "RUNNING", "FINISHED"}));
    const auto requests = server.requests();
    EXPECT_EQ(lines_of(requests), one_query);
    EXPECT_EQ(requests[0].body, "SELECT 'é' AS a");
    for (const Request& request : requests) {
        EXPECT_EQ(request.header("X-Trino-User"), "ann");
        EXPECT_EQ(request.header("X-Trino-Catalog"), "hive");
        EXPECT_EQ(request.header("X-Trino-Schema"), "brands");
        EXPECT_EQ(request.header("X-Trino-Source"), "dualstore");
        EXPECT_EQ(request.header("X-Trino-Time-Zone"), "UTC");
        EXPECT_EQ(request.header("X-Trino-Client-Capabilities"), "PARAMETRIC_DATETIME");
        EXPECT_EQ(request.header("Authorization"), "");
    }
}

TEST_F(TrinoProtocol, WaitsForAServerThatIsBusy) {
    ScriptedServer server;
    server.answer({.status = 503});
    server.answer(answer(page("QUEUED", "/v1/statement/queued/q1/x/1")));
    for (const int status : {502, 503, 504}) server.answer({.status = status});
    server.answer({.status = 429, .headers = {{"Retry-After", "0"}}});
    server.answer(answer(page("FINISHED", "")));
    const auto result = engine(options(server))->execute("SELECT 1", {});
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(server.requests().size(), 7U);
}

// Handing a statement in begins nothing, and a page can be asked for twice; so it does not matter what the statement does.
TEST_F(TrinoProtocol, LostAnswersAreAskedForAgain) {
    for (const auto delivery : {Answer::Delivery::reset, Answer::Delivery::close, Answer::Delivery::reset_half}) {
        ScriptedServer server;
        const Answer lost = {.body = page("QUEUED", "/v1/statement/queued/q1/x/1").dump(), .delivery = delivery};
        server.answer(lost);
        server.answer(answer(page("QUEUED", "/v1/statement/queued/q1/x/1")));
        server.answer(lost);
        server.answer(answer(page("FINISHED", "")));
        const auto result = engine(options(server))->execute("INSERT INTO t VALUES 1", {});
        EXPECT_TRUE(result) << result.error().message;
        EXPECT_EQ(lines_of(server.requests()),
                  (std::vector<std::string>{"POST /v1/statement", "POST /v1/statement", one_query[1], one_query[1]}));
    }
}

TEST_F(TrinoProtocol, TellsWhenAStatementMayHaveRun) {
    for (const bool changes : {false, true}) {
        ScriptedServer server([](const Request&) { return Answer{.delivery = Answer::Delivery::reset}; });
        server.answer(answer(page("QUEUED", "/v1/statement/queued/q1/x/1")));
        TrinoOptions made = options(server);
        made.deadline = 300ms;
        const auto result = engine(made)->execute(changes ? "INSERT INTO t VALUES 1" : "SELECT 1", {});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, changes ? ErrorCode::outcome_unknown : ErrorCode::unavailable) << result.error().message;
        EXPECT_EQ(result.error().message.find("q1") != std::string::npos, changes) << result.error().message;
    }
}

TEST_F(TrinoProtocol, AStoppedQueryIsStoppedWhereItRuns) {
    ScriptedServer server;
    server.answer(answer(page("QUEUED", "/v1/statement/queued/q1/x/1")));
    server.answer({.body = "late", .after = 20s});
    server.answer({.status = 204});
    std::stop_source source;
    QueryOptions query;
    query.stop = source.get_token();
    const std::jthread stopper([&] {
        EXPECT_TRUE(server.wait_for_requests(2));
        source.request_stop();
    });
    const auto begun = std::chrono::steady_clock::now();
    const auto result = engine(options(server))->execute("SELECT 1", {}, query);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::query);
    EXPECT_TRUE(result.error().message.starts_with("USER_CANCELED: ")) << result.error().message;
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(lines_of(requests)[2], "DELETE /v1/statement/queued/q1/x/1");
    EXPECT_EQ(requests[2].header("X-Trino-User"), "ann");
}

TEST_F(TrinoProtocol, AQueryThatTakesTooLongIsStoppedWhereItRuns) {
    ScriptedServer server([](const Request& request) {
        if (request.method == "DELETE") return Answer{.status = 204};
        Answer running = answer(page("RUNNING", "/v1/statement/executing/q1/y/0"));
        running.after = 50ms;
        return running;
    });
    TrinoOptions made = options(server);
    made.timeout = 1s;
    const auto result = engine(made)->execute("SELECT 1", {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::query);
    EXPECT_TRUE(result.error().message.starts_with("EXCEEDED_TIME_LIMIT: ")) << result.error().message;
    EXPECT_EQ(server.requests().back().method, "DELETE");
}

TEST_F(TrinoProtocol, WaitsForAClusterThatStarts) {
    for (const bool starts : {true, false}) {
        ScriptedServer server(
            [](const Request&) { return answer(page("FAILED", "", error_json("NO_NODES_AVAILABLE", "INTERNAL_ERROR", "No nodes"))); });
        server.answer(answer(page("FAILED", "", error_json("SERVER_STARTING_UP", "INTERNAL_ERROR", "Starting"))));
        if (starts) answer_with(server, 7);
        TrinoOptions made = options(server);
        made.deadline = starts ? 10s : 500ms;
        const auto result = engine(made)->execute("SELECT 1", {});
        EXPECT_EQ(result.has_value(), starts);
        if (result) continue;
        EXPECT_EQ(result.error().code, ErrorCode::unavailable);
        EXPECT_EQ(result.error().retry, Retry::safe);
        EXPECT_EQ(result.error().message, "NO_NODES_AVAILABLE: No nodes");
    }
}

TEST_F(TrinoProtocol, AUserWhoIsRefusedIsToldSoAtOnce) {
    for (const int status : {401, 403}) {
        ScriptedServer server;
        server.answer({.status = status, .body = "Invalid credentials"});
        const auto result = engine(options(server))->execute("SELECT 1", {});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::permission_denied);
        EXPECT_EQ(result.error().message, fmt::format("Trino refuses the user (HTTP {}: Invalid credentials)", status));
        EXPECT_EQ(server.requests().size(), 1U);
    }
}

TEST_F(TrinoProtocol, AForgottenQueryIsNoAnswer) {
    ScriptedServer server;
    server.answer(answer(page("QUEUED", "/v1/statement/queued/q1/x/1")));
    server.answer({.status = 404, .body = "Query not found"});
    const auto result = engine(options(server))->execute("SELECT 1", {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unavailable);
    EXPECT_EQ(result.error().message, "Trino does not know query q1 any more; was it restarted?");
}

TEST_F(TrinoProtocol, WhatIsNoTrinoIsSaidToBeNone) {
    const auto integers = json{{"columns", json::array({trino_column_json("a", "integer", integer_type)})}};
    for (const json& body :
         {json("<html>"), page("RUNNING", "", {{"columns", {{{"name", "a"}}}}}), page("RUNNING", "", {{"data", {{1}}}}),
          page("RUNNING", "", {{"columns", integers["columns"]}, {"data", {{"x"}}}}), page("RUNNING", "/v1/state ment\r\nX: y")}) {
        ScriptedServer server;
        server.answer(body.is_string() ? Answer{.body = body.get<std::string>()} : answer(body));
        const auto result = engine(options(server))->execute("SELECT 1", {});
        ASSERT_FALSE(result) << body;
        EXPECT_EQ(result.error().code, ErrorCode::unavailable);
        EXPECT_TRUE(result.error().message.starts_with("what answers at the endpoint does not speak Trino's protocol"))
            << result.error().message;
    }
}

TEST_F(TrinoProtocol, ErrorsByTheirKind) {
    struct Case {
        const char* name;
        const char* type;
        ErrorCode code;
    };
    for (const Case& one :
         {Case{"TYPE_MISMATCH", "USER_ERROR", ErrorCode::query},
          Case{"EXCEEDED_LOCAL_MEMORY_LIMIT", "INSUFFICIENT_RESOURCES", ErrorCode::query},
          Case{"QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", ErrorCode::unavailable},
          Case{"PERMISSION_DENIED", "USER_ERROR", ErrorCode::permission_denied}, Case{"HIVE_BAD_DATA", "EXTERNAL", ErrorCode::corrupt},
          Case{"HIVE_CURSOR_ERROR", "EXTERNAL", ErrorCode::corrupt}, Case{"HIVE_METASTORE_ERROR", "EXTERNAL", ErrorCode::unavailable},
          Case{"GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", ErrorCode::unavailable}}) {
        ScriptedServer server;
        server.answer(answer(page("FAILED", "", error_json(one.name, one.type, "so it is\n at a place"))));
        const auto result = engine(options(server))->execute("SELECT 1", {});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, one.code) << one.name;
        EXPECT_EQ(result.error().message, std::string(one.name) + ": so it is");
    }
}

TEST_F(TrinoProtocol, AnObjectThatCannotBeReadIsNamedWithTheReason) {
    struct Case {
        const char* type;
        ErrorCode code;
    };
    for (const Case& one : {Case{"java.time.format.DateTimeParseException", ErrorCode::corrupt},
                            Case{"software.amazon.awssdk.core.exception.SdkClientException", ErrorCode::unavailable}}) {
        json error = error_json("HIVE_CURSOR_ERROR", "EXTERNAL", "Failed to read file at s3://b/k.json");
        error["error"]["failureInfo"] = {{"type", "io.trino.spi.TrinoException"},
                                         {"cause", {{"type", one.type}, {"message", "it is bad"}}}};
        ScriptedServer server;
        server.answer(answer(page("FAILED", "", error)));
        const auto result = engine(options(server))->execute("SELECT 1", {});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, one.code);
        const bool bad = one.code == ErrorCode::corrupt;
        EXPECT_EQ(result.error().message,
                  std::string("HIVE_CURSOR_ERROR: Failed to read file at s3://b/k.json") + (bad ? ": it is bad" : ""));
    }
}

TEST_F(TrinoProtocol, ParametersGoAlongAsLiteralsAndErrorsNameTheCallersPlace) {
    ScriptedServer server;
    json error = error_json("FUNCTION_NOT_FOUND", "USER_ERROR", "line 1:30: Function 'nosuch' not registered");
    error["error"]["errorLocation"] = {{"lineNumber", 1}, {"columnNumber", 30}};
    server.answer(answer(page("FAILED", "", error)));
    const std::vector<Value> parameters = {std::string("it's"), Decimal{"1.50"}};
    const auto result = engine(options(server))->execute("SELECT ?, nosuch(?) = 'x'", parameters);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "FUNCTION_NOT_FOUND: line 1:11: Function 'nosuch' not registered");
    EXPECT_EQ(server.requests().at(0).body, "EXECUTE IMMEDIATE 'SELECT ?, nosuch(?) = ''x''' USING 'it''s', DECIMAL '1.50'");
}

TEST_F(TrinoProtocol, NothingIsSentForAnEmptyStatement) {
    ScriptedServer server;
    const auto result = engine(options(server))->execute(" -- nothing\n ;", {});
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message.starts_with("SYNTAX_ERROR: ")) << result.error().message;
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(TrinoProtocol, TracesNameTheCallAndTheQuery) {
    ScriptedServer server;
    answer_with(server, 7);
    std::vector<std::string> seen;
    TrinoOptions made = options(server);
    std::mutex mutex;
    made.trace = [&](const RequestTrace& trace) {
        const std::lock_guard lock(mutex);
        seen.push_back(fmt::format("{} {} [{}] {}", trace.service, trace.operation, trace.key, trace.status));
    };
    ASSERT_TRUE(engine(made)->execute("SELECT 1", {}));
    EXPECT_EQ(seen, (std::vector<std::string>{"trino POST /v1/statement [] 200", "trino GET /v1/statement [q1] 200",
                                              "trino GET /v1/statement [q1] 200"}));
}

std::string header(const aws::Headers& headers, std::string_view name) {
    for (const auto& [known, value] : headers) {
        if (known == name) return value;
    }
    return {};
}

TEST(TrinoOptions, SecretsGoOverHttpsOnly) {
    TrinoOptions made{.endpoint = "http://127.0.0.1:8080", .user = "ann", .catalog = "hive", .schema = "brands"};
    EXPECT_TRUE(trino_headers(made));
    made.password = "pâss:word";
    EXPECT_EQ(trino_headers(made).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(trino_headers(made).error().message.find("word:"), std::string::npos);
    EXPECT_EQ(open_trino_engine(made).error().code, ErrorCode::invalid_argument);
    made.endpoint = "HTTPS://trino.example.com";
    EXPECT_EQ(header(trino_headers(made).value(), "Authorization"), "Basic YW5uOnDDonNzOndvcmQ=");
    made.token = "a.b.c";
    EXPECT_EQ(trino_headers(made).error().code, ErrorCode::invalid_argument);
    made.password.clear();
    EXPECT_EQ(header(trino_headers(made).value(), "Authorization"), "Bearer a.b.c");
    made.endpoint = "http://127.0.0.1:8080";
    EXPECT_EQ(trino_headers(made).error().code, ErrorCode::invalid_argument);
}

TEST(TrinoOptions, WhatCannotStandInAHeaderIsRefused) {
    const TrinoOptions good{.endpoint = "https://h", .user = "ann", .catalog = "hive", .schema = "brands"};
    for (std::string TrinoOptions::* member : {&TrinoOptions::user, &TrinoOptions::catalog, &TrinoOptions::schema, &TrinoOptions::token}) {
        TrinoOptions made = good;
        made.*member = "a\r\nX-Trino-User: root";
        EXPECT_FALSE(trino_headers(made));
    }
    for (std::string TrinoOptions::* member : {&TrinoOptions::user, &TrinoOptions::catalog, &TrinoOptions::schema}) {
        TrinoOptions made = good;
        (made.*member).clear();
        EXPECT_FALSE(trino_headers(made));
    }
    TrinoOptions made = good;
    made.user = "a:b";
    made.password = "c";
    EXPECT_FALSE(trino_headers(made)) << "a colon would move the end of the user's name";
}

}  // namespace
}  // namespace dualstore::sql::remote
