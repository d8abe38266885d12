// put: what a stream of records is, when each is acknowledged, and where it stops.
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <regex>

#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class Put : public StoreTest {
  protected:
    // Brands 1, 2, … by their keys.
    [[nodiscard]] std::vector<int> stored() const {
        std::vector<int> brands;
        for (const auto& row : rows("SELECT brandid FROM generated_metadata ORDER BY brandid")) brands.push_back(row[0].get<int>());
        EXPECT_EQ(lines_of(done({"ls", "generated_metadata"})).size(), brands.size());
        return brands;
    }
    [[nodiscard]] Outcome put(const std::string& input, Arguments more = {}) const {
        more.insert(more.begin(), {"put", "generated_metadata"});
        return run(more, input);
    }
    static std::string brand(int id) { return R"({"brandid":)" + std::to_string(id) + "}"; }
    static std::vector<int> acknowledged(const Outcome& outcome) {
        std::vector<int> brands;
        for (const auto& line : lines_of(outcome.out)) {
            const auto key = Json::parse(line)["s3_key"].get<std::string>();
            brands.push_back(std::stoi(key.substr(std::string_view("metadata/brand_").size())));
        }
        return brands;
    }
};

using Brands = std::vector<int>;

TEST_F(Put, TakesObjectsOverSeveralLines) {
    const auto outcome = put("{\n  \"brandid\": 1,\n  \"brandname\": \"a } { \\\" b\",\n\n  \"mccids\": [\n    1,\n    2\n  ]\n}\n" +
                             brand(2) + "\n{\n\"brandid\"\n:\n3\n}");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(acknowledged(outcome), (Brands{1, 2, 3}));
    const std::string bytes = done({"get", "generated_metadata", "1"});
    EXPECT_TRUE(bytes.starts_with(R"({"brandid":1,"brandname":"a } { \" b","mccids":[1,2],)")) << bytes;
    EXPECT_EQ(rows("SELECT brandname, mccids FROM generated_metadata WHERE brandid = 1"), Json::parse(R"([["a } { \" b",[1,2]]])"));
}

TEST_F(Put, TakesBlankLinesCarriageReturnsAndAMissingLastLineBreak) {
    const auto outcome =
        put("\n\n  \r\n" + brand(1) + "\r\n\r\n" + brand(2) + "\n \t\n" + brand(3) + "\r\n{\r\n\"brandid\":4\r\n}\r\n  " + brand(5) + "  ");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(acknowledged(outcome), (Brands{1, 2, 3, 4, 5}));
    EXPECT_EQ(stored(), (Brands{1, 2, 3, 4, 5}));
    for (const char* id : {"1", "4"}) EXPECT_EQ(done({"get", "generated_metadata", id}).find('\r'), std::string::npos);
}

TEST_F(Put, TakesNothingFromEmptyInput) {
    for (const char* input : {"", "\n", " \r\n\n"}) {
        const auto outcome = put(input);
        EXPECT_EQ(outcome.code, 0);
        EXPECT_EQ(outcome.out + outcome.err, "");
    }
    EXPECT_EQ(put("", {"--quiet"}).out, "0 records stored, 0 refused\n");
}

TEST_F(Put, AcknowledgesARecordWhileItsInputStaysOpen) {
    RunningProgram program(command({"put", "generated_metadata"}));
    for (int id = 1; id <= 3; ++id) {
        program.write(brand(id) + "\n");
        const auto line = program.read_line();
        ASSERT_TRUE(line.has_value()) << "no acknowledgement came";
        EXPECT_EQ(Json::parse(*line)["s3_key"], "metadata/brand_" + std::to_string(id) + ".json");
        // What is acknowledged is there, for any other program, both ways.
        EXPECT_EQ(Json::parse(done({"get", "generated_metadata", std::to_string(id)}))["brandid"], id);
        EXPECT_EQ(static_cast<int>(stored().size()), id);
    }
    program.write("{\"brandid\":");
    program.write("4,\n\"brandname\":\"x\"");
    EXPECT_EQ(stored(), (Brands{1, 2, 3}));
    const auto end = program.finish("}");
    EXPECT_EQ(end.code, 0) << end.err;
    EXPECT_EQ(acknowledged(end), Brands{4});
}

// The next file that is opened, one of the store, would get the stream's number.
TEST_F(Put, AClosedStreamIsAnErrorAndNoFileOfTheStore) {
    const auto with_closed = [&](const std::string& streams) {
        Command shell = command({"put", "generated_metadata"});
        shell.arguments.insert(shell.arguments.begin(), {"-c", "exec \"$0\" \"$@\" " + streams, shell.program.string()});
        shell.program = "/bin/sh";
        return cli_test::run(shell, brand(1) + "\n");
    };
    expect_error(with_closed("<&-"), 3, {"cannot read standard input"});
    expect_error(with_closed(">&-"), 3, {"cannot write to standard output"});
    EXPECT_EQ(with_closed("<&- >&- 2>&-").code, 3);
    EXPECT_EQ(put(brand(2)).code, 0);
    EXPECT_EQ(stored(), (Brands{1, 2}));  // it was stored, and could not be acknowledged
    EXPECT_EQ(run({"check"}).code, 0);
}

TEST_F(Put, EndsAtARefusedRecordWhileItsInputStaysOpen) {
    RunningProgram program(command({"put", "generated_metadata"}));
    program.write(brand(1) + "\n{\"brandid\":\"x\"}\n" + brand(2) + "\n");
    EXPECT_TRUE(program.read_line().has_value());
    EXPECT_FALSE(program.read_line().has_value());
    siginfo_t ended{};
    const auto begun = std::chrono::steady_clock::now();
    while (ended.si_pid == 0 && std::chrono::steady_clock::now() - begun < RunningProgram::patience) {
        ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(program.id()), &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    EXPECT_EQ(ended.si_status, 1);
    EXPECT_EQ(stored(), Brands{1});
}

TEST_F(Put, StopsAtTheFirstRefusedRecordAndWritesNothingBehindIt) {
    const std::string input = brand(1) + "\n" + brand(2) + "\n\n{\"brandid\":\"x\"}\n" + brand(3) + "\n" + brand(4) + "\n";
    const auto outcome = put(input);
    expect_error(outcome, 1, {"standard input:4:", "brandid"});
    EXPECT_EQ(acknowledged(outcome), (Brands{1, 2}));
    EXPECT_EQ(stored(), (Brands{1, 2}));
}

TEST_F(Put, StopsAtTheFirstRefusedRecordHoweverItIsBroken) {
    for (const char* broken : {"{\"brandid\":5,}", "{\"brandid\":5} x", "[5]", "five", "{\n\"brandid\":5,\n,\n}",
                               "{\"brandid\":5}{\"brandid\":6}", "}", "\xff"}) {
        const auto outcome = put(brand(1) + "\n" + broken + "\n" + brand(7) + "\n");
        expect_error(outcome, 1, {"standard input:2:"});
        EXPECT_EQ(acknowledged(outcome), Brands{1}) << broken;
        EXPECT_EQ(stored(), Brands{1}) << broken;
    }
}

TEST_F(Put, StopsAtTheFirstRefusedRecordOfManyFiles) {
    write_file(folder() / "one.ndjson", brand(1) + "\n");
    write_file(folder() / "two.ndjson", brand(2) + "\nbroken\n" + brand(3) + "\n");
    write_file(folder() / "three.ndjson", brand(4) + "\n");
    const auto outcome = put("", {"one.ndjson", "two.ndjson", "three.ndjson"});
    expect_error(outcome, 1, {"two.ndjson:2:"});
    EXPECT_EQ(stored(), (Brands{1, 2}));
}

TEST_F(Put, ContinuesPastRefusedRecordsWhenAsked) {
    const std::string input = brand(1) + "\nbroken\n" + brand(2) + "\n{\"brandid\":\"x\"}\n{\"brandid\":3,\"brandid\":3}\n" + brand(4);
    const auto outcome = put(input, {"--continue"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(acknowledged(outcome), (Brands{1, 2, 4}));
    const auto errors = lines_of(outcome.err);
    ASSERT_EQ(errors.size(), 3U) << outcome.err;
    EXPECT_THAT(errors[0], testing::HasSubstr("standard input:2:"));
    EXPECT_THAT(errors[1], testing::HasSubstr("standard input:4:"));
    EXPECT_THAT(errors[2], testing::HasSubstr("standard input:5:"));
    EXPECT_EQ(stored(), (Brands{1, 2, 4}));
    EXPECT_EQ(put(input, {"--continue", "--quiet"}).out, "3 records stored, 3 refused\n");
}

TEST_F(Put, ContinuesBehindABrokenObjectThatSwallowedOthers) {
    const auto unclosed =
        put(brand(1) + "\n{\"brandid\":2,\"brandname\":\"never closed\n" + brand(3) + "\n" + brand(4) + "\n", {"--continue"});
    EXPECT_EQ(unclosed.code, 1);
    EXPECT_THAT(unclosed.err, testing::HasSubstr("standard input:2:"));
    EXPECT_EQ(acknowledged(unclosed), (Brands{1, 3, 4}));
    const auto no_brace =
        put("{\"brandid\":5\n" + brand(6) + "\n" + brand(7) + "\n{\"brandid\":8,\"evaluator_issues\":[\"}\"\n" + brand(9), {"--continue"});
    EXPECT_EQ(no_brace.code, 1);
    EXPECT_EQ(acknowledged(no_brace), (Brands{6, 7, 9}));
    EXPECT_EQ(stored(), (Brands{1, 3, 4, 6, 7, 9}));
}

TEST_F(Put, ContinuesBehindARecordOverTheLimit) {
    const std::string huge = R"({"brandid":2,"brandname":")" + std::string(std::size_t{17} << 20, 'x') + "\"}";
    const auto outcome = put(brand(1) + "\n" + huge + "\n" + brand(3) + "\n", {"--continue"});
    expect_error(outcome, 1, {"standard input:2:", "16 MiB"});
    EXPECT_EQ(acknowledged(outcome), (Brands{1, 3}));
}

TEST_F(Put, QuietPrintsASummaryOnly) {
    EXPECT_EQ(put(brand(1) + "\n" + brand(2), {"--quiet"}).out, "2 records stored, 0 refused\n");
    const auto stopped = put(brand(3) + "\nx\n" + brand(4), {"--quiet"});
    EXPECT_EQ(stopped.out, "1 records stored, 1 refused\n");
    EXPECT_EQ(stopped.code, 1);
}

TEST_F(Put, ReplacesByDefaultAndCreatesOnlyWithIfNew) {
    done({"put", "generated_metadata"}, R"({"brandid":1,"brandname":"old"})");
    expect_error(put(R"({"brandid":1,"brandname":"refused"})", {"--if-new"}), 1, {"standard input:1", "metadata/brand_1.json"});
    EXPECT_EQ(rows("SELECT brandname FROM generated_metadata"), Json::parse(R"([["old"]])"));
    EXPECT_EQ(put(brand(2), {"--if-new"}).code, 0);
    done({"put", "generated_metadata"}, R"({"brandid":1,"brandname":"new"})");
    EXPECT_EQ(rows("SELECT brandname FROM generated_metadata WHERE brandid = 1"), Json::parse(R"([["new"]])"));
}

TEST_F(Put, ARecordThatIsThereAlreadyStopsWhatIsBehindIt) {
    done({"put", "generated_metadata"}, brand(2));
    const std::string records = brand(1) + "\n" + brand(2) + "\n" + brand(3);
    EXPECT_EQ(acknowledged(put(records, {"--if-new"})), (Brands{1}));
    EXPECT_EQ(stored(), (Brands{1, 2}));
    EXPECT_EQ(acknowledged(put(records, {"--if-new", "--continue"})), (Brands{3}));
}

TEST_F(Put, AnEmptyVersionIsNoVersion) {
    done({"init"});
    expect_error(put(brand(1), {"--if-version", ""}), 2, {"--if-version"});
    EXPECT_EQ(stored(), Brands());
}

// Each line could swallow all behind it: looking at them again and again would outlast the test.
TEST_F(Put, ContinuesPastAnyNumberOfBrokenLines) {
    std::string records;
    for (int i = 0; i < 20'000; ++i) records += i % 2 == 0 ? "{\"brandid\":1,\"a\":{\n" : "{\"brandid\":1,\"a\":\"x\n";
    const auto outcome = put(records + brand(7), {"--continue"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(acknowledged(outcome), (Brands{7}));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 20'000);
}

TEST_F(Put, WritesOnlyOverTheExpectedVersion) {
    const auto first = Json::parse(done({"put", "generated_metadata"}, R"({"brandid":1,"brandname":"a"})"))["version"].get<std::string>();
    const auto second = Json::parse(put(R"({"brandid":1,"brandname":"b"})", {"--if-version", first}).out)["version"].get<std::string>();
    EXPECT_NE(first, second);
    expect_error(put(R"({"brandid":1,"brandname":"c"})", {"--if-version", first}), 1, {"metadata/brand_1.json"});
    expect_error(put(brand(2), {"--if-version", first}), 1, {"metadata/brand_2.json"});
    EXPECT_EQ(rows("SELECT brandid, brandname FROM generated_metadata"), Json::parse(R"([[1,"b"]])"));
    expect_error(run({"rm", "generated_metadata", "1", "--if-version", first}), 1, {"metadata/brand_1.json"});
    EXPECT_EQ(run({"rm", "generated_metadata", "1", "--if-version", second}).code, 0);
    EXPECT_EQ(stored(), Brands());
    EXPECT_EQ(put(brand(1), {"--if-new", "--if-version", first}).code, 2);
}

TEST_F(Put, ReadsFilesAndStandardInputInTheOrderGiven) {
    write_file(folder() / "one.ndjson", brand(1));
    write_file(folder() / "two.ndjson", brand(2));
    const auto outcome = put(brand(3), {"two.ndjson", "-", "one.ndjson"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(acknowledged(outcome), (Brands{2, 3, 1}));
}

TEST_F(Put, NamesAFileThatCannotBeRead) {
    write_file(folder() / "one.ndjson", brand(1));
    std::filesystem::create_directory(folder() / "a-folder");
    expect_error(put("", {"one.ndjson", "nosuch.ndjson"}), 2, {"nosuch.ndjson"});
    expect_error(put("", {"a-folder"}), 2, {"a-folder"});
    EXPECT_EQ(stored(), Brands{1});
}

TEST_F(Put, FillsAutomaticFieldsOnlyWhereTheyAreLeftOut) {
    const auto made = Json::parse(done({"put", "escalations"}, R"({"brandid":5,"reason":"low"})"));
    const auto id = made["escalation_id"].get<std::string>();
    EXPECT_TRUE(std::regex_match(id, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))) << id;
    const auto record = Json::parse(done({"get", "escalations", "5", id}));
    EXPECT_EQ(record["status"], "pending");
    EXPECT_TRUE(std::regex_match(record["escalated_at"].get<std::string>(), std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})")))
        << record;
    EXPECT_EQ(rows("SELECT escalation_id, date_diff('minute', escalated_at, CAST(now() AT TIME ZONE 'UTC' AS timestamp)) FROM escalations"),
              Json::array({Json::array({id, 0})}));
    const std::string given = R"({"escalation_id":"mine","status":null,"escalated_at":"2024-01-02T03:04:05Z"})";
    EXPECT_EQ(Json::parse(done({"put", "escalations"}, given))["s3_key"], "escalations/brand_unknown_mine.json");
    EXPECT_EQ(done({"get", "escalations", "unknown", "mine"}),
              "{\"escalation_id\":\"mine\",\"status\":null,\"escalated_at\":\"2024-01-02 03:04:05\"}\n");
}

TEST_F(Put, AnAcknowledgementNamesKeyBucketTableAndId) {
    const auto line = Json::parse(done({"put", "FEEDBACK_History"}, R"({"brandid":1,"feedback_id":"f"})"));
    EXPECT_EQ(line["s3_key"], "feedback/brand_1_f.json");
    EXPECT_EQ(line["status"], "success");
    EXPECT_EQ(line["bucket"], "store");
    EXPECT_EQ(line["table"], "feedback_history");
    EXPECT_EQ(line["feedback_id"], "f");
    EXPECT_FALSE(line["version"].get<std::string>().empty());
}

TEST_F(Put, ARecordWrittenTwiceInOneStreamIsTheLaterOne) {
    const auto outcome = put(R"({"brandid":1,"version":1})"
                             "\n"
                             R"({"brandid":1,"version":2})"
                             "\n"
                             R"({"brandid":1,"version":3})");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(rows("SELECT version FROM generated_metadata"), Json::parse("[[3]]"));
    expect_error(put(brand(2) + "\n" + brand(2), {"--if-new"}), 1, {"standard input:2"});
}

TEST_F(Put, FailsWhenItCannotSayWhatItStored) {
    Command full = command({"put", "generated_metadata"});
    full.standard_output = "/dev/full";
    expect_error(cli_test::run(full, brand(1) + "\n" + brand(2)), 3, {"standard output"});
    full.arguments = command({"get", "generated_metadata", "1"}).arguments;
    expect_error(cli_test::run(full), 3, {"standard output"});
}

}  // namespace
}  // namespace dualstore::cli_test
