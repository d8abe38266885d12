#include "dualstore/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "dualstore/testing.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

using testing::HasSubstr;

class ClientTest : public testing::Test {
  protected:
    [[nodiscard]] ClientOptions options() const { return {.store = "file:" + folder_.root().string()}; }

    Client open() {
        auto client = Client::open(options());
        if (!client) throw std::runtime_error(client.error().message);
        return *client;
    }

    static std::vector<TableDefinition> own_table(const std::string& columns) {
        return parse_ddl("CREATE EXTERNAL TABLE own (" + columns +
                             ") ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 'own/' TBLPROPERTIES "
                             "('dualstore.key'='{id}.json')",
                         "own.sql")
            .value();
    }

    void drop(const std::string& name, const std::string& text) const {
        const auto path = folder_.root() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

    TemporaryFolder folder_;
};

TEST_F(ClientTest, GivesARecordBackByKeyAndInSql) {
    auto client = open();
    const auto put = client.put("generated_metadata", R"({"brandid":7,"brandname":"Kōji","mccids":[5411]})");
    ASSERT_TRUE(put) << put.error().message;
    const auto record = client.get("generated_metadata", {"7"});
    ASSERT_TRUE(record && *record);
    EXPECT_EQ((*record)->key, "metadata/brand_7.json");
    EXPECT_EQ((*record)->version, put->version);
    EXPECT_THAT((*record)->bytes, HasSubstr(R"({"brandid":7,"brandname":"Kōji","mccids":[5411],"generated_at":")"));
    const auto rows = client.query("SELECT brandname FROM generated_metadata WHERE brandid = 7");
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(std::get<std::string>(rows->rows.at(0).at(0)), "Kōji");
}

TEST_F(ClientTest, AFailedRecordIsInNeither) {
    auto client = open();
    EXPECT_EQ(client.put("generated_metadata", R"({"brandid":7,"version":"x"})").error().code, ErrorCode::invalid_record);
    EXPECT_EQ(*client.get("generated_metadata", {"7"}), std::nullopt);
    EXPECT_EQ(std::get<std::int64_t>(client.query("SELECT count(*) FROM generated_metadata")->rows[0][0]), 0);
}

TEST_F(ClientTest, PutManyGivesEachRecordItsOwnOutcomeInOrder) {
    auto client = open();
    const std::vector<std::string_view> records = {R"({"brandid":1,"version":1})", R"({"brandid":"x"})", R"({"brandid":1,"version":2})"};
    auto outcomes = client.put_many("generated_metadata", records);
    ASSERT_EQ(outcomes.size(), 3U);
    EXPECT_TRUE(outcomes[0] && outcomes[2]);
    EXPECT_EQ(outcomes[1].error().code, ErrorCode::invalid_record);
    EXPECT_THAT((*client.get("generated_metadata", {"1"}))->bytes, HasSubstr("\"version\":2"));
    // With stop_at_refused nothing behind the refused one is written.
    const std::vector<std::string_view> more = {R"({"brandid":2})", "x", R"({"brandid":3})"};
    outcomes = client.put_many("generated_metadata", more, {.stop_at_refused = true});
    EXPECT_TRUE(outcomes[0]);
    EXPECT_FALSE(outcomes[1] || outcomes[2]);
    EXPECT_EQ(*client.get("generated_metadata", {"3"}), std::nullopt);
}

TEST_F(ClientTest, ConditionsOfAWriteHold) {
    auto client = open();
    const auto put = [&](std::string_view json, PutMode mode) { return client.put("generated_metadata", json, {.mode = std::move(mode)}); };
    const auto first = put(R"({"brandid":1,"version":1})", PutMode::create());
    ASSERT_TRUE(first);
    EXPECT_EQ(put(R"({"brandid":1,"version":2})", PutMode::create()).error().code, ErrorCode::conflict);
    ASSERT_TRUE(put(R"({"brandid":1,"version":3})", PutMode::if_match(first->version)));
    EXPECT_EQ(put(R"({"brandid":1,"version":4})", PutMode::if_match(first->version)).error().code, ErrorCode::conflict);
    const std::vector<std::string> ids = {"1"};
    EXPECT_EQ(client.remove("generated_metadata", ids, first->version).error().code, ErrorCode::conflict);
    EXPECT_EQ(*client.remove("generated_metadata", ids), true);
    EXPECT_EQ(*client.remove("generated_metadata", ids), false);
}

TEST_F(ClientTest, KnowsTheTablesOfTheStoreWithoutBeingTold) {
    auto with = options();
    with.tables = own_table("id string, n int");
    ASSERT_TRUE(Client::open(with)->put("own", R"({"id":"a","n":1})"));
    auto client = open();
    EXPECT_TRUE(client.put("own", R"({"id":"b","n":2})"));
    EXPECT_EQ(std::get<std::int64_t>(client.query("SELECT sum(n) FROM own")->rows[0][0]), 3);
}

TEST_F(ClientTest, RefusesATableThatTheStoreKnowsOtherwise) {
    auto with = options();
    with.tables = own_table("id string, n int");
    ASSERT_TRUE(Client::open(with)->init());
    with.tables = own_table("id string, n string");
    const auto refused = Client::open(with)->put("own", R"({"id":"a"})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_THAT(refused.error().message, HasSubstr("column n is string here and int in the store"));
}

TEST_F(ClientTest, AClockThatJumpsBackMakesNoVerificationYounger) {
    using std::chrono::seconds;
    const Environment::Time noon(seconds(1'800'000'000));
    TestEnvironment clock(noon);
    auto client = Client::open({.store = options().store, .environment = clock.environment()}).value();
    const auto put = [&](seconds since_noon) {
        clock.set(noon + since_noon);
        return client.put("generated_metadata", R"({"brandid":1})");
    };
    ASSERT_TRUE(put(seconds(0)));
    drop(".dualstore/tables/generated_metadata.sql", "nonsense");
    EXPECT_TRUE(put(seconds(59)));  // believed for a minute
    const auto earlier = put(seconds(-3600));
    ASSERT_FALSE(earlier);
    EXPECT_THAT(earlier.error().message, HasSubstr("generated_metadata.sql"));
    EXPECT_FALSE(put(seconds(61)));
}

TEST_F(ClientTest, OpensNothingWhereThereIsNoStore) {
    auto absent = options();
    absent.create = false;
    EXPECT_EQ(Client::open(absent).error().code, ErrorCode::not_found);
    EXPECT_FALSE(std::filesystem::exists(folder_.root()));
    for (const char* url : {"", "x", "file:", "ftp://x", "file:x?sync=maybe"}) {
        EXPECT_EQ(Client::open({.store = url}).error().code, ErrorCode::invalid_argument) << url;
    }
    EXPECT_EQ(Client::open({.store = "file:x", .engine = "duckdb"}).error().code, ErrorCode::invalid_argument);
}

TEST_F(ClientTest, CheckFindsWhatIsWrongAndRepairLosesNothing) {
    auto client = open();
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":1})"));
    drop("metadata/brand_2.json", "{\n  \"brandid\": 2\n}\n");
    drop("metadata/brand_3.json", "{\"brandid\":4}\n");
    drop("metadata/brand_5.json", "garbage\n");
    drop("metadata/brand_6.json", "");
    drop("metadata/brand_7.json", "{\"brandid\":7}\n{\"brandid\":8}\n");
    drop("metadata/_hidden.json", "anything");
    auto report = client.check("generated_metadata");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->objects, 7U);
    EXPECT_EQ(std::count_if(report->findings.begin(), report->findings.end(), [](const Finding& one) { return one.wrong; }), 5);
    EXPECT_TRUE(client.check("generated_metadata", true));
    report = client.check("generated_metadata");
    EXPECT_EQ(std::count_if(report->findings.begin(), report->findings.end(), [](const Finding& one) { return one.wrong; }), 0);
    EXPECT_EQ((*client.get("generated_metadata", {"2"}))->bytes, "{\"brandid\":2}\n");
    EXPECT_EQ((*client.get("generated_metadata", {"4"}))->bytes, "{\"brandid\":4}\n");
    for (const char* name : {"brand_5.json", "brand_6.json", "brand_7.json"}) {
        EXPECT_TRUE(std::filesystem::exists(folder_.root() / set_aside_prefix / "metadata" / name)) << name;
    }
}

// One that no memory holds: it is named, and everything else goes on.
TEST_F(ClientTest, AHugeFileInATableIsNamedAndNotRead) {
    auto client = open();
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":1})"));
    drop("metadata/brand_2.json", "");
    std::filesystem::resize_file(folder_.root() / "metadata/brand_2.json", std::uintmax_t{1} << 40);
    const auto report = client.check("generated_metadata", true);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->findings.size(), 1U);
    EXPECT_EQ(report->findings[0].key, "metadata/brand_2.json");
    EXPECT_TRUE(report->findings[0].wrong);
    const auto answer = client.query("SELECT count(*) FROM generated_metadata");
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().message, HasSubstr("metadata/brand_2.json: it has 1099511627776 bytes"));
    const auto exported = client.export_table("generated_metadata", ExportFormat::ndjson, (folder_.path() / "all").string());
    ASSERT_FALSE(exported);
    EXPECT_EQ(exported.error().key, "metadata/brand_2.json");
    const auto read = client.get("generated_metadata", {"2"});
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("5 GiB"));
    EXPECT_TRUE(*client.get("generated_metadata", {"1"}));
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":2})"));
    EXPECT_TRUE(client.query("SELECT count(*) FROM generated_metadata"));
}

TEST_F(ClientTest, ExportsAWholeTableToOneFile) {
    auto client = open();
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":2,"generated_at":null})"));
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":1,"generated_at":null})"));
    const std::string path = (folder_.path() / "all.ndjson").string();
    EXPECT_EQ(*client.export_table("generated_metadata", ExportFormat::ndjson, path), 2U);
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(text, "{\"brandid\":1,\"generated_at\":null}\n{\"brandid\":2,\"generated_at\":null}\n");
}

TEST_F(ClientTest, AnExportFollowsNoLinkThatWaitsForIt) {
    auto client = open();
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":1})"));
    const auto file = folder_.path() / "all";
    const auto victim = folder_.path() / "victim";
    std::ofstream(victim) << "precious";
    std::filesystem::create_symlink(victim, file.string() + ".part");
    for (const auto format : {ExportFormat::ndjson, ExportFormat::parquet}) {
        EXPECT_TRUE(client.export_table("generated_metadata", format, file.string()));
        EXPECT_EQ(std::filesystem::file_size(victim), 8U);
    }
}

// Also the mirror's, DuckDB's and exports.
TEST_F(ClientTest, NoFileIsMoreOpenThanTheUmaskSays) {
    const mode_t before = umask(077);
    {
        auto client = open();
        std::vector<std::string> texts;
        for (int id = 0; id < 1000; ++id) texts.push_back("{\"brandid\":" + std::to_string(id) + "}");
        for (const auto& one : client.put_many("generated_metadata", std::vector<std::string_view>(texts.begin(), texts.end()))) {
            ASSERT_TRUE(one);
        }
        EXPECT_TRUE(client.query("SELECT count(*) FROM generated_metadata"));
        EXPECT_TRUE(client.export_table("generated_metadata", ExportFormat::ndjson, (folder_.root() / "all.ndjson").string()));
        EXPECT_TRUE(client.export_table("generated_metadata", ExportFormat::parquet, (folder_.root() / "all.parquet").string()));
    }
    umask(before);
    ASSERT_TRUE(std::filesystem::exists(folder_.root() / ".dualstore/mirror/current1"));
    constexpr auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.root())) {
        EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
    }
}

TEST_F(ClientTest, ExportsOnlyOverAFile) {
    auto client = open();
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":1})"));
    for (const std::string& path : {std::string("/dev/null"), folder_.path().string()}) {
        EXPECT_EQ(client.export_table("generated_metadata", ExportFormat::ndjson, path).error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(client.export_table("generated_metadata", ExportFormat::parquet, path).error().code, ErrorCode::invalid_argument);
    }
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(ClientTest, ADamagedTableOfTheStoreIsNamedWithWhatToDo) {
    ASSERT_TRUE(open().init());
    drop(".dualstore/tables/escalations.sql", "CREATE EXTERN");
    const auto client = Client::open(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, ErrorCode::corrupt);
    EXPECT_THAT(client.error().message, HasSubstr("escalations.sql:1: expected EXTERNAL TABLE"));
    EXPECT_THAT(client.error().message, HasSubstr("remove it"));
}

TEST_F(ClientTest, ColumnsMayHaveNamesThatDuckDbKeepsForItself) {
    auto with = options();
    with.tables = own_table("id string, `at` timestamp, freeze int, both int");
    auto client = Client::open(with).value();
    ASSERT_TRUE(client.put("own", R"({"id":"a","at":"2024-01-02 03:04:05","freeze":1,"both":2})"));
    const auto rows =
        client.query("SELECT at, own.both + freeze FROM own WHERE freeze = 1 ORDER BY at OFFSET 0 ROWS FETCH FIRST 5 ROWS ONLY");
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(std::get<std::int64_t>(rows->rows.at(0).at(1)), 3);
}

TEST_F(ClientTest, ExportsTheColumnsToParquet) {
    auto client = open();
    ASSERT_TRUE(client.put("generated_metadata", R"({"brandid":2,"mccids":[5411]})"));
    const std::string path = (folder_.path() / "it's all.parquet").string();
    const auto written = client.export_table("generated_metadata", ExportFormat::parquet, path);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(*written, 1U);
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_TRUE(text.starts_with("PAR1") && text.ends_with("PAR1"));
    drop("metadata/brand_3.json", "garbage");
    const auto refused = client.export_table("generated_metadata", ExportFormat::parquet, path);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().key, "metadata/brand_3.json");
    EXPECT_EQ(std::filesystem::file_size(path), text.size());
}

}  // namespace
}  // namespace dualstore
