// Several programs on one store at once.
#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class TwoPrograms : public StoreTest {
  protected:
    static constexpr int records = 1000;

    static std::string brands(int first, const std::string& writer) {
        std::string input;
        for (int id = first; id < first + records; ++id) {
            input +=
                Json{{"brandid", id}, {"brandname", writer}, {"regex", std::string(static_cast<std::size_t>(id % 500), writer[0])}}.dump() +
                "\n";
        }
        return input;
    }
    // Both write at the same time; each must be told of all its records.
    void write_both(const std::string& one, const std::string& other) {
        write_file(folder() / "one.ndjson", one);
        write_file(folder() / "other.ndjson", other);
        RunningProgram first(command({"put", "generated_metadata", "one.ndjson"}));
        RunningProgram second(command({"put", "generated_metadata", "other.ndjson"}));
        for (auto* program : {&first, &second}) {
            const auto outcome = program->finish();
            EXPECT_EQ(outcome.code, 0) << outcome.err;
            EXPECT_EQ(lines_of(outcome.out).size(), static_cast<std::size_t>(records));
        }
    }
};

TEST_F(TwoPrograms, WriteDifferentKeysAtOnce) {
    write_both(brands(1, "one"), brands(1 + records, "other"));
    expect_records("generated_metadata", 2 * records);
    EXPECT_EQ(
        rows("SELECT brandname, count(*), min(brandid), max(brandid), sum(length(regex)) FROM generated_metadata GROUP BY 1 ORDER BY 1"),
        Json::parse(R"([["one",1000,1,1000,249500],["other",1000,1001,2000,249500]])"));
    EXPECT_EQ(run({"check"}).code, 0);
}

TEST_F(TwoPrograms, WriteTheSameKeysAtOnce) {
    write_both(brands(1, "one"), brands(1, "other"));
    expect_records("generated_metadata", records);
    EXPECT_EQ(rows("SELECT count(*) FROM generated_metadata WHERE regex = rpad('', brandid % 500, substr(brandname, 1, 1))"),
              Json::parse("[[1000]]"));
    for (const auto& line : lines_of(read_file(folder() / "one.ndjson"))) {
        const auto given = Json::parse(line);
        const auto path = root() / "metadata" / ("brand_" + given["brandid"].dump() + ".json");
        const auto stored = Json::parse(read_file(path), nullptr, false);
        ASSERT_TRUE(stored.is_object()) << path;
        EXPECT_TRUE(stored["brandname"] == "one" || stored["brandname"] == "other") << path;
    }
    EXPECT_EQ(run({"check"}).code, 0);
}

TEST_F(TwoPrograms, OnlyOneCreatesEachRecord) {
    write_file(folder() / "one.ndjson", brands(1, "one"));
    write_file(folder() / "other.ndjson", brands(1, "other"));
    RunningProgram first(command({"put", "generated_metadata", "one.ndjson", "--if-new", "--continue"}));
    RunningProgram second(command({"put", "generated_metadata", "other.ndjson", "--if-new", "--continue"}));
    const auto one = first.finish();
    const auto other = second.finish();
    EXPECT_EQ(lines_of(one.out).size() + lines_of(other.out).size(), static_cast<std::size_t>(records));
    EXPECT_EQ(lines_of(one.err).size() + lines_of(other.err).size(), static_cast<std::size_t>(records));
    EXPECT_EQ(rows("SELECT count(*) FROM generated_metadata WHERE brandname = 'one'"),
              Json::array({Json::array({lines_of(one.out).size()})}));
    expect_records("generated_metadata", records);
}

TEST_F(TwoPrograms, AskWhileAnotherWrites) {
    write_file(folder() / "one.ndjson", brands(1, "one"));
    done({"init"});
    RunningProgram writer(command({"put", "generated_metadata", "one.ndjson"}));
    int seen = 0;
    for (int round = 0; round < 5; ++round) {
        const auto line = writer.read_line();
        ASSERT_TRUE(line.has_value());
        const int acknowledged = std::stoi(Json::parse(*line)["s3_key"].get<std::string>().substr(15));
        const auto answer = rows("SELECT count(*), count(DISTINCT brandid) FROM generated_metadata");
        ASSERT_TRUE(answer.is_array()) << answer;
        EXPECT_EQ(answer[0][0], answer[0][1]);
        EXPECT_GE(answer[0][0].get<int>(), std::max(seen, acknowledged));
        seen = answer[0][0].get<int>();
    }
    EXPECT_EQ(writer.finish().code, 0);
    expect_records("generated_metadata", records);
}

TEST_F(TwoPrograms, AskOneStoreAtOnceWithoutWaiting) {
    done({"put", "generated_metadata", "--quiet"}, brands(1, "one"));
    std::vector<std::unique_ptr<RunningProgram>> programs;
    for (int i = 0; i < 6; ++i) programs.push_back(std::make_unique<RunningProgram>(command({"count", "generated_metadata"})));
    for (auto& program : programs) {
        const auto outcome = program->finish();
        EXPECT_EQ(outcome.out, "1000\n") << outcome.err;
    }
}

}  // namespace
}  // namespace dualstore::cli_test
