// What the commands print, and how they end.
#include <sys/stat.h>

#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class Output : public StoreTest {
  protected:
    void SetUp() override {
        done({"put", "generated_metadata"},
             "{\"brandid\":2,\"brandname\":\"a,\\\"b\\\"\\nc\",\"mccids\":[1,2]}\n{\"brandid\":10,\"brandname\":\"\"}\n");
    }
    std::string sql(const std::string& query, Arguments more) const {
        more.insert(more.begin(), {"sql", query});
        return done(more);
    }

    static constexpr const char* query_ = "SELECT brandid AS id, brandname, mccids, version FROM generated_metadata ORDER BY brandid";
};

TEST_F(Output, RowsAsCsvFollowRfc4180AndTellNullFromEmpty) {
    EXPECT_EQ(sql(query_, {"--format", "csv"}), "id,brandname,mccids,version\r\n2,\"a,\"\"b\"\"\nc\",\"[1,2]\",\r\n10,\"\",,\r\n");
    EXPECT_EQ(sql("SELECT nan() AS a, infinity() AS b, 1.50 AS c, x'ff' AS d, true AS e", {"--format", "csv"}),
              "a,b,c,d,e\r\nnan,inf,1.50,ff,true\r\n");
}

TEST_F(Output, RowsAsJsonAreOneArrayOfObjects) {
    const auto json = Json::parse(sql(query_, {"--format", "json"}));
    EXPECT_EQ(
        json,
        Json::parse(
            R"([{"id":2,"brandname":"a,\"b\"\nc","mccids":[1,2],"version":null},{"id":10,"brandname":"","mccids":null,"version":null}])"));
    EXPECT_EQ(Json::parse(sql("SELECT 1 AS a WHERE false", {"--format", "json"})), Json::array());
}

TEST_F(Output, RowsAsNdjsonAreAnObjectALineAndTheDefaultInAPipe) {
    const std::string lines = sql(query_, {"--format", "ndjson"});
    EXPECT_EQ(lines,
              "{\"id\":2,\"brandname\":\"a,\\\"b\\\"\\nc\",\"mccids\":[1,2],\"version\":null}\n{\"id\":10,\"brandname\":\"\",\"mccids\":"
              "null,\"version\":null}\n");
    EXPECT_EQ(sql(query_, {}), lines);
    EXPECT_EQ(sql("SELECT 1 AS a WHERE false", {}), "");
}

TEST_F(Output, RowsAsATableLineUpAndStayOneLineEach) {
    EXPECT_EQ(sql(query_, {"--format", "table"}),
              "id  brandname  mccids  version\n--  ---------  ------  -------\n 2  a,\"b\"\\nc   [1,2]\n10\n");
}

TEST_F(Output, RowsAsArraysCarryTypes) {
    EXPECT_EQ(Json::parse(sql(query_, {"--format", "arrays"})),
              Json::parse(R"json({"columns":[{"name":"id","type":"integer"},{"name":"brandname","type":"varchar"},
        {"name":"mccids","type":"array(integer)"},{"name":"version","type":"integer"}],"rows":[[2,"a,\"b\"\nc",[1,2],null],[10,"",null,null]]})json"));
    EXPECT_EQ(Json::parse(sql("SELECT 1.50 AS d, map(ARRAY['b','a'], ARRAY[1,2]) AS m, CAST(ROW(1,'x') AS ROW(n INTEGER, t VARCHAR)) AS r, "
                              "x'ff' AS b, nan() AS f",
                              {"--format", "arrays"}))["rows"],
              Json::parse(R"([[{"decimal":"1.50"},{"map":[["a",2],["b",1]]},{"row":[1,"x"]},{"hex":"ff"},"nan"]])"));
}

TEST_F(Output, ParametersAreValuesAndNeverSql) {
    const auto with = [&](const std::string& query, Arguments parameters) {
        Arguments all = {"--format", "arrays"};
        for (auto& parameter : parameters) {
            all.emplace_back("--param");
            all.push_back(std::move(parameter));
        }
        return Json::parse(sql(query, all))["rows"];
    };
    EXPECT_EQ(with("SELECT brandid FROM generated_metadata WHERE brandid = ?", {"2"}), Json::parse("[[2]]"));
    EXPECT_EQ(with("SELECT count(*) FROM generated_metadata WHERE brandname = ?", {"x' OR '1'='1"}), Json::parse("[[0]]"));
    EXPECT_EQ(with("SELECT brandid FROM generated_metadata WHERE brandname = ?", {"a,\"b\"\nc"}), Json::parse("[[2]]"));
    EXPECT_EQ(with("SELECT ?, ?, ?, '?'", {"true", "null", "text"}), Json::parse(R"([[true,null,"text","?"]])"));
    EXPECT_EQ(with("SELECT ?, ?, ?", {"\"7\"", "1.50", "-1"}), Json::parse(R"([["7",{"decimal":"1.50"},-1]])"));
    expect_error(run({"sql", "SELECT ?"}), 1, {"INVALID_PARAMETER_USAGE"});
    expect_error(run({"sql", "SELECT 1", "--param", "1"}), 1, {"INVALID_PARAMETER_USAGE"});
}

TEST_F(Output, SqlReachesNothingButTheTables) {
    write_file(folder() / "secret.csv", "secret\n");
    const std::string file = (folder() / "secret.csv").string();
    for (const std::string& query :
         {"SELECT * FROM read_csv('" + file + "')", "SELECT * FROM '" + file + "'", "SELECT * FROM read_text('" + file + "')",
          "COPY (SELECT 1) TO '" + file + "'", "ATTACH '" + file + "'", std::string("DROP TABLE generated_metadata"),
          std::string("SET enable_external_access = true"), std::string("SELECT getenv('HOME')"), "SELECT \"read_text\"('" + file + "')",
          "SELECT * FROM \"" + file + "\"", "EXPORT DATABASE '" + file + "'",
          std::string("INSERT INTO generated_metadata (brandid) VALUES (3)"), std::string("SELECT 1; DROP TABLE generated_metadata")}) {
        const auto outcome = run({"sql", query});
        expect_error(outcome, 1, {});
        EXPECT_EQ(outcome.out, "") << query;
    }
    EXPECT_EQ(read_file(file), "secret\n");
    expect_records("generated_metadata", 2);
}

TEST_F(Output, RmRemovesByKeyAndInSql) {
    EXPECT_EQ(run({"rm", "generated_metadata", "2"}).code, 0);
    const auto again = run({"rm", "generated_metadata", "2"});
    EXPECT_EQ(again.code, 1);
    EXPECT_EQ(again.out + again.err, "");
    const auto gone = run({"get", "generated_metadata", "2"});
    EXPECT_EQ(gone.code, 1);
    EXPECT_EQ(gone.out + gone.err, "");
    expect_records("generated_metadata", 1);
}

TEST_F(Output, LsPrintsKeysOrTablesWithTheirSizes) {
    EXPECT_EQ(done({"ls", "generated_metadata"}), "metadata/brand_10.json\nmetadata/brand_2.json\n");
    EXPECT_EQ(done({"ls", "escalations"}), "");
    const auto bytes =
        std::filesystem::file_size(root() / "metadata/brand_2.json") + std::filesystem::file_size(root() / "metadata/brand_10.json");
    const auto all = lines_of(done({"ls"}));
    EXPECT_EQ(all.size(), 6U);
    EXPECT_THAT(all, testing::Contains(testing::ContainsRegex("^generated_metadata +2 +" + std::to_string(bytes) + "$")));
    EXPECT_THAT(all, testing::Contains(testing::ContainsRegex("^escalations +0 +0$")));
}

TEST_F(Output, TablesPrintsEachWithItsKey) {
    const auto all = lines_of(done({"tables"}));
    EXPECT_EQ(all.size(), 6U);
    EXPECT_THAT(all,
                testing::Contains(testing::ContainsRegex("^workflow_executions +9 +workflow-executions/\\{execution_arn:last\\}\\.json$")));
}

TEST_F(Output, CountTakesACondition) {
    EXPECT_EQ(done({"count", "generated_metadata", "--where", "brandid > 5"}), "1\n");
    EXPECT_EQ(done({"count", "generated_metadata", "--where", "brandname = ''"}), "1\n");
    expect_error(run({"count", "generated_metadata", "--where", "nosuch = 1"}), 1, {"COLUMN_NOT_FOUND", "nosuch"});
    EXPECT_EQ(done({"count", "generated_metadata", "--where", "brandid > 5 -- or so"}), "1\n");
    for (const char* more : {"1 = 0 GROUP BY brandid", "1 = 1 UNION SELECT 2", "1 = 1; SELECT 1"}) {
        expect_error(run({"count", "generated_metadata", "--where", more}), 1, {});
    }
}

TEST_F(Output, ExportWritesEveryRecordAsItIsStored) {
    done({"export", "generated_metadata", "out.ndjson"});
    EXPECT_EQ(read_file(folder() / "out.ndjson"), done({"get", "generated_metadata", "10"}) + done({"get", "generated_metadata", "2"}));
    const auto missing = run({"export", "generated_metadata", "no/such/folder/out.ndjson"});
    expect_error(missing, missing.code, {"no/such/folder/out.ndjson"});
    EXPECT_NE(missing.code, 0);
    EXPECT_EQ(run({"export", "generated_metadata"}).code, 2);
    expect_error(run({"export", "generated_metadata", "-"}), 2, {"name a file"});
    EXPECT_EQ(run({"export", "generated_metadata", "--format", "xml", "x"}).code, 2);
}

TEST_F(Output, ExportReplacesNothingButFiles) {
    const auto pipe = folder() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::filesystem::create_directory(folder() / "a-folder");
    for (const char* format : {"ndjson", "parquet"}) {
        expect_error(run({"export", "generated_metadata", pipe.string(), "--format", format}), 2, {pipe.string()});
        expect_error(run({"export", "generated_metadata", "a-folder", "--format", format}), 2, {"a-folder"});
    }
    EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(Output, AnExportPutInAnotherStoreIsTheSame) {
    done({"put", "feedback_history", TEST_DATA "/records/feedback_history.ndjson", "--quiet"});
    done({"export", "feedback_history", "out.ndjson"});
    Command other = command({"--store", "file:other?sync=off", "put", "feedback_history", "out.ndjson", "--quiet"});
    other.arguments.erase(other.arguments.begin(), other.arguments.begin() + 2);
    EXPECT_EQ(cli_test::run(other).out, "3000 records stored, 0 refused\n");
    other.arguments = {"--store", "file:other", "export", "feedback_history", "again.ndjson"};
    EXPECT_EQ(cli_test::run(other).code, 0);
    EXPECT_EQ(read_file(folder() / "out.ndjson"), read_file(folder() / "again.ndjson"));
}

TEST_F(Output, WrongUseIsSaidInOneLine) {
    expect_error(run({}), 2, {"--help"});
    expect_error(run({"frobnicate"}), 2, {"frobnicate"});
    expect_error(run({"ls", "--frobnicate"}), 2, {"--frobnicate"});
    expect_error(run({"sql"}), 2, {"QUERY"});
    expect_error(run({"sql", "SELECT 1", "--format", "xml"}), 2, {"xml"});
    expect_error(run({"put"}), 2, {"TABLE"});
    expect_error(run({"sql", "SELECT 1", "SELECT 2"}), 2, {"SELECT 2"});
}

TEST_F(Output, HelpAndVersionWork) {
    for (const Arguments& arguments : {Arguments{"--help"}, {"put", "--help"}, {"--version"}}) {
        const auto outcome = cli_test::run({.arguments = arguments});
        EXPECT_EQ(outcome.code, 0);
        EXPECT_NE(outcome.out, "");
        EXPECT_EQ(outcome.err, "");
    }
}

TEST_F(Output, OptionsOfAllCommandsStandAnywhereOrInTheEnvironment) {
    const std::string expected = done({"get", "generated_metadata", "2"});
    EXPECT_EQ(cli_test::run({.arguments = {"get", "generated_metadata", "2", "--store", url()}}).out, expected);
    EXPECT_EQ(cli_test::run({.arguments = {"get", "--store=" + url(), "generated_metadata", "2"}}).out, expected);
    EXPECT_EQ(cli_test::run({.arguments = {"get", "generated_metadata", "2"}, .environment = {{"DUALSTORE_STORE", url()}}}).out, expected);
    EXPECT_EQ(cli_test::run(
                  {.arguments = {"get", "generated_metadata", "2"}, .environment = {{"DUALSTORE_STORE", "file:store"}}, .folder = folder()})
                  .out,
              expected);
    const auto defaults = cli_test::run({.arguments = {"put", "generated_metadata"}, .folder = folder()}, R"({"brandid":1})");
    EXPECT_EQ(Json::parse(defaults.out)["bucket"], "dualstore-data");
    EXPECT_TRUE(std::filesystem::exists(folder() / "dualstore-data" / "metadata" / "brand_1.json"));
}

}  // namespace
}  // namespace dualstore::cli_test
