// A bucket that a real Trino reads: what is written is what SQL shows, and what Trino could not show is not written.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "cloud.hpp"
#include "dualstore/storage.hpp"
#include "servers/moto.hpp"
#include "servers/trino.hpp"
#include "shown_value.hpp"
#include "sql/conformance.hpp"

namespace dualstore {
namespace {

using nlohmann::json;
using servers::SeaweedFs;
using servers::Trino;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string engine_url(const std::string& schema) {
    return "trino://test@" + Trino::shared().endpoint().substr(std::string_view("http://").size()) + "/hive/" + schema;
}

class TrinoTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { Trino::shared(); }

    [[nodiscard]] ClientOptions options(const std::string& bucket, const std::string& schema) {
        ClientOptions wanted{.store = bucket, .engine = engine_url(schema)};
        wanted.trace = requests_.tracer();
        return wanted;
    }
    RequestCounter requests_;
};

// "2024-01-02 03:04:05.6789" as TIMESTAMP shows it: three digits, rounded half up.
std::string milliseconds(const std::string& stored) {
    std::tm time{};
    const char* rest = ::strptime(stored.c_str(), "%Y-%m-%d %H:%M:%S", &time);
    EXPECT_NE(rest, nullptr) << stored;
    const double fraction = rest != nullptr && *rest == '.' ? std::stod(std::string("0") + rest) : 0.0;
    const auto thousandths = static_cast<long>(fraction * 1000 + 0.5 + 1e-9);
    const std::time_t seconds = ::timegm(&time) + thousandths / 1000;
    ::gmtime_r(&seconds, &time);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &time);
    return fmt::format("{}.{:03}", text, thousandths % 1000);
}

void expect_row(const TableDefinition& table, const std::vector<Value>& row, const json& record) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        json want = record.contains(column.name) ? record[column.name] : json();
        if (column.type.kind == Type::Kind::timestamp && want.is_string()) want = milliseconds(want.get<std::string>());
        const json got = shown(row.at(i + 1));
        if (column.type.kind == Type::Kind::double_ && want.is_number()) {
            EXPECT_EQ(got.get<double>(), want.get<double>()) << column.name;
        } else {
            EXPECT_EQ(got, want) << column.name << " of " << record.dump();
        }
    }
}

Result<DualStorageClient::Written> write(DualStorageClient& client, const std::string& table, const std::string& line) {
    const auto brandid = [&] { return json::parse(line)["brandid"].get<std::int64_t>(); };
    if (table == "generated_metadata") return client.write_metadata(brandid(), line);
    if (table == "feedback_history") return client.write_feedback(brandid(), line);
    if (table == "workflow_executions") return client.write_workflow_execution(line);
    return client.write_escalation(line);
}

// All sample records of a table, by a few threads; returns their keys.
std::vector<std::string> write_all(DualStorageClient& client, const std::string& table) {
    const auto lines = sample_records(table);
    std::vector<std::string> keys(lines.size());
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&] {
            for (std::size_t at = next++; at < lines.size(); at = next++) {
                auto written = write(client, table, lines[at]);
                EXPECT_TRUE(written) << written.error().message;
                if (written) keys[at] = written->s3_key;
            }
        });
    }
    for (auto& writer : writers) writer.join();
    return keys;
}

TEST_F(TrinoTest, EveryRecordOfDualStorageClientIsARowOfTrinos) {
    const std::string bucket = new_bucket("samples");
    auto client = Client::open(options(bucket, "samples")).value();
    ASSERT_TRUE(client.init());
    ::unsetenv("DUALSTORE_HOME");
    ::setenv("AWS_ENDPOINT_URL_S3", SeaweedFs::shared().endpoint().c_str(), 1);
    ::setenv("DUALSTORE_ENGINE", engine_url("samples").c_str(), 1);
    auto storage = DualStorageClient::open("samples", "samples", SeaweedFs::region).value();
    auto athena = AthenaClient::open({.database = "samples"}).value();
    ::unsetenv("DUALSTORE_ENGINE");
    ::unsetenv("AWS_ENDPOINT_URL_S3");

    std::size_t rows = 0;
    for (const TableDefinition& table : builtin_tables()) {
        const auto keys = write_all(storage, table.name);
        const auto objects = client.objects()->get(keys);
        const auto result = athena.query_table(table.name, "\"$path\", *");
        ASSERT_TRUE(result) << result.error().message;
        std::map<std::string, const std::vector<Value>*> by_path;
        for (const auto& row : result->rows) by_path[std::get<std::string>(row[0])] = &row;
        EXPECT_EQ(by_path.size(), keys.size()) << table.name;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            ASSERT_TRUE(objects[i] && *objects[i]) << keys[i];
            const auto found = by_path.find("s3://samples/" + keys[i]);
            ASSERT_NE(found, by_path.end()) << keys[i];
            expect_row(table, *found->second, json::parse((*objects[i])->bytes));
            ++rows;
        }
        EXPECT_EQ(*athena.get_table_count(table.name), static_cast<std::int64_t>(keys.size()));
    }
    std::cout << rows << " rows equal their records\n";
    EXPECT_EQ(rows, 7500U);

    const auto agreement = conformance::ask_all([&](const std::string& sql) { return client.query(sql); },
                                                std::filesystem::path(TEST_DATA) / "conformance" / "sql.jsonl");
    EXPECT_EQ(agreement.agree, agreement.cases);
}

// Writes a record a id, and finds each by its path.
void expect_found(const ClientOptions& options, const std::string& bucket, const std::vector<std::string>& ids) {
    auto client = Client::open(options).value();
    const auto made = client.init();
    ASSERT_TRUE(made) << made.error().message;
    std::vector<std::string> records;
    for (const auto& id : ids) records.push_back(json{{"execution_arn", "arn:" + id}, {"status", id}}.dump());
    const std::vector<std::string_view> views(records.begin(), records.end());
    const auto stored = client.put_many("workflow_executions", views);
    const auto all = client.query("SELECT status FROM workflow_executions");
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->rows.size(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ASSERT_TRUE(stored[i]) << ids[i] << ": " << stored[i].error().message;
        const std::vector<Value> path = {fmt::format("s3://{}/{}", bucket, stored[i]->key)};
        const auto found = client.query("SELECT status FROM workflow_executions WHERE \"$path\" = ?", path);
        ASSERT_TRUE(found) << found.error().message;
        ASSERT_EQ(found->rows.size(), 1U) << ids[i];
        EXPECT_EQ(std::get<std::string>(found->rows[0][0]), ids[i]);
    }
}

TEST_F(TrinoTest, OddIdsAreFoundByTheirPath) {
    expect_found(options(new_bucket("odd-ids"), "odd_ids"), "odd-ids",
                 {"a b", "%41", "#",     "?",   "a+b",   "it's", "\"quoted\"", "Kōji", "😀",  "_hidden", ".hidden",
                  "a/b", "..",  "$path", "a=b", "&amp;", "~",    "*",          "^",    "{x}", "[y]"});
}

// SeaweedFS takes no name of over 255 bytes, and turns '\\' into '/' (docs/stores.md): another server holds these.
TEST_F(TrinoTest, LongIdsAreFoundByTheirPath) {
    const auto& moto = servers::Moto::shared();
    moto.make_bucket("long-ids");
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "metastore");
    Trino::shared().query(fmt::format(
        "CREATE CATALOG moto USING hive WITH (\"hive.metastore\" = 'file', \"hive.metastore.catalog.dir\" = 'local:///metastore', "
        "\"fs.native-local.enabled\" = 'true', \"local.location\" = '{}', \"hive.non-managed-table-writes-enabled\" = 'true', "
        "\"hive.recursive-directories\" = 'true', \"fs.native-s3.enabled\" = 'true', \"s3.path-style-access\" = 'true', \"s3.endpoint\" = "
        "'{}', "
        "\"s3.region\" = 'us-east-1', \"s3.aws-access-key\" = 'any', \"s3.aws-secret-key\" = 'any')",
        folder.path().string(), moto.endpoint()));
    std::string umlauts;
    for (int i = 0; i < 300; ++i) umlauts += "ü";
    auto wanted = options("s3://long-ids?region=us-east-1&endpoint=" + moto.endpoint(), "long_ids");
    wanted.engine.replace(wanted.engine.find("/hive/"), 6, "/moto/");
    expect_found(wanted, "long-ids", {std::string(300, 'x'), umlauts, "back\\slash", "_" + std::string(299, '.')});
}

TEST_F(TrinoTest, AVerifiedPutIsOneRequest) {
    auto client = Client::open(options(new_bucket("one-request"), "one_request")).value();
    ASSERT_TRUE(client.init());
    const auto lines = sample_records("escalations");
    const std::vector<std::string_view> records(lines.begin(), lines.end());
    ASSERT_TRUE(client.put("escalations", R"({"brandid":1})"));  // the table is looked up
    for (const auto* what : {"new", "replaced"}) {
        requests_.take();
        for (const auto& stored : client.put_many("escalations", records)) ASSERT_TRUE(stored) << stored.error().message;
        EXPECT_THAT(requests_.take(), ElementsAre(Pair("s3 PutObject", 500))) << what;
    }
}

TEST_F(TrinoTest, NothingIsWrittenThatTheTableCouldNotShow) {
    const std::string bucket = new_bucket("refused");
    Trino::shared().query("CREATE SCHEMA hive.refused");
    auto wanted = options(bucket, "refused");
    const auto expect_refusal = [&](ErrorCode code, const std::string& why) {
        auto client = Client::open(wanted).value();
        const auto stored = client.put("escalations", R"({"brandid":1,"escalation_id":"x"})");
        ASSERT_FALSE(stored) << why;
        EXPECT_EQ(stored.error().code, code) << stored.error().message;
        EXPECT_THAT(stored.error().message, HasSubstr(why));
        EXPECT_TRUE(list_all(*client.objects(), "")->empty()) << why;
    };
    expect_refusal(ErrorCode::not_found, "`dualstore init` makes it");

    const auto create = [&](const std::string& columns, const std::string& location, const std::string& format) {
        Trino::shared().query("DROP TABLE IF EXISTS hive.refused.escalations");
        Trino::shared().query(
            fmt::format("CREATE TABLE hive.refused.escalations ({}) WITH (external_location = 's3://refused/{}', format = '{}')", columns,
                        location, format));
    };
    const std::string columns =
        "escalation_id varchar, brandid integer, brandname varchar, reason varchar, confidence_score double, escalated_at timestamp(3), "
        "resolved_at "
        "timestamp(3), resolved_by varchar, resolution_notes varchar, status varchar, iteration integer, environment varchar";
    create(columns, "elsewhere/", "OPENX_JSON");
    expect_refusal(ErrorCode::conflict, "the location is");
    std::string other = columns;
    other.replace(other.find("brandid integer"), 15, "brandid varchar");
    create(other, "escalations/", "OPENX_JSON");
    expect_refusal(ErrorCode::conflict, "column brandid is int here and string");
    create(columns.substr(0, columns.rfind(',')), "escalations/", "OPENX_JSON");
    expect_refusal(ErrorCode::conflict, "environment");
    create(columns, "escalations/", "JSON");
    expect_refusal(ErrorCode::conflict, "SerDe");

    // A table made by hand, without dualstore's properties, serves as well as its own.
    create(columns, "escalations/", "OPENX_JSON");
    auto client = Client::open(wanted).value();
    const auto stored = client.put("escalations", R"({"brandid":1,"escalation_id":"x"})");
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(std::get<std::int64_t>(client.query("SELECT count(*) FROM escalations")->rows[0][0]), 1);
}

TEST_F(TrinoTest, VerifiedByQueryItIsThereOrRolledBack) {
    auto wanted = options(new_bucket("by-query"), "by_query");
    auto owner = Client::open(wanted).value();
    ASSERT_TRUE(owner.init());
    wanted.verify = Verify::query;
    auto client = Client::open(wanted).value();
    const auto first = client.put("generated_metadata", R"({"brandid":1,"brandname":"it's old"})");
    ASSERT_TRUE(first) << first.error().message;
    Trino::shared().query("DROP TABLE hive.by_query.generated_metadata");
    const auto second = client.put("generated_metadata", R"({"brandid":1,"brandname":"new"})");
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, testing::AllOf(HasSubstr("TABLE_NOT_FOUND"), HasSubstr("the version before is there again")));
    EXPECT_EQ((*client.get("generated_metadata", {"1"}))->version, first->version);
}

}  // namespace
}  // namespace dualstore
