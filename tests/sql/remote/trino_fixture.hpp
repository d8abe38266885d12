// Trino as a script plays it, and an engine in front of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/engines.hpp"
#include "servers/scripted_server.hpp"

namespace dualstore::sql::remote {

using nlohmann::json;
using servers::Answer;
using servers::ScriptedServer;

inline constexpr std::string_view integer_type = R"({"rawType":"integer","arguments":[]})";

inline json trino_column_json(std::string_view name, std::string_view type, std::string_view signature) {
    return {{"name", name}, {"type", type}, {"typeSignature", json::parse(signature)}};
}

// A page of the answer to query q1; `next`: the path of the one behind it.
inline json page(std::string_view state, std::string_view next, json more = json::object()) {
    json made = {{"id", "q1"},
                 {"stats", {{"state", state}, {"queuedTimeMillis", 3}, {"elapsedTimeMillis", 10}, {"physicalInputBytes", 7}}}};
    if (!next.empty()) made["nextUri"] = std::string("https://trino.elsewhere.example:8443") + std::string(next);
    made.update(more);
    return made;
}

inline Answer answer(const json& body) {
    return {.headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
}

inline json error_json(std::string_view name, std::string_view type, std::string_view message) {
    return {{"error", {{"errorName", name}, {"errorType", type}, {"message", message}}}};
}

class TrinoProtocol : public testing::Test {
  protected:
    static TrinoOptions options(const ScriptedServer& server) {
        TrinoOptions made;
        made.endpoint = server.endpoint();
        made.user = "ann";
        made.catalog = "hive";
        made.schema = "brands";
        return made;
    }
    static std::unique_ptr<QueryEngine> engine(TrinoOptions made) {
        auto opened = open_trino_engine(std::move(made));
        EXPECT_TRUE(opened) << opened.error().message;
        return std::move(opened).value();
    }

    // One integer in a column "a", over three pages.
    static void answer_with(ScriptedServer& server, int number) {
        server.answer(answer(page("QUEUED", "/v1/statement/queued/q1/x/1")));
        server.answer(answer(page("RUNNING", "/v1/statement/executing/q1/y/0",
                                  {{"columns", json::array({trino_column_json("a", "integer", integer_type)})}, {"data", {{number}}}})));
        server.answer(answer(page("FINISHED", "")));
    }
};

}  // namespace dualstore::sql::remote
