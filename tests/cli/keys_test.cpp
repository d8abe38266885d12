// Ids hold anything; a record stays in its table's folder, under a key that is its own.
#include <set>

#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

std::string repeated(std::size_t times, std::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

// Valid ids that a careless program would lose, mix up, or write somewhere else.
std::vector<std::string> odd_ids() {
    return {
        "../../x",
        "../../../../../../tmp/x",
        "a/b",
        "a//b",
        "/",
        "//",
        "/etc/passwd",
        "a/",
        ".",
        "..",
        "...",
        ".a",
        "_a",
        "_",
        "a.",
        "..a",
        "a_b",
        "a b",
        " ",
        "  ",
        "~",
        "-",
        "--",
        "-x",
        "*",
        "?",
        "a\\b",
        "\\",
        "\"",
        "'",
        "`",
        "$(id)",
        "%",
        "%2F",
        "%2f",
        "%252F",
        "%%",
        "%+",
        "a%+",
        "a+b",
        "a&b",
        "a=b",
        "{a}",
        "a:b",
        "a;b",
        "a\nb",
        "\n",
        "\r\n",
        "\t",
        "\x01",
        "\x1f",
        "\x7f",
        "\xc2\x85",
        "null",
        "true",
        "007",
        "7",
        "A",
        "a",
        "\xc3\xa9",
        "e\xcc\x81",
        "x.json",
        ".json",
        "..json",
        ".dualstore",
        "con",
        "\xf0\x9f\x92\xa9",
        repeated(300, "\xc5\x8d"),
        repeated(250, "x"),
        repeated(255, "x"),
        repeated(256, "x"),
        repeated(1000, "x"),
    };
}

class Keys : public StoreTest {
  protected:
    void SetUp() override { define_table("t", "id STRING, part STRING, n INT", "{id}.json"); }

    // Everything below the test's folder but the store's own files and the definitions.
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
            const auto path = std::filesystem::relative(entry.path(), folder()).string();
            if (entry.is_regular_file() && !path.starts_with("store/.dualstore/") && !path.starts_with("definitions/"))
                found.push_back(path);
        }
        return found;
    }
};

TEST_F(Keys, OddIdsStayInTheFolderAndComeBackByTheSameIds) {
    const auto ids = odd_ids();
    std::string input;
    for (std::size_t i = 0; i < ids.size(); ++i) input += Json{{"id", ids[i]}, {"n", i}}.dump() + "\n";
    const auto acknowledged = lines_of(done({"put", "t"}, input));
    ASSERT_EQ(acknowledged.size(), ids.size());
    std::set<std::string> keys;
    for (const auto& line : acknowledged) {
        const auto key = Json::parse(line)["s3_key"].get<std::string>();
        EXPECT_TRUE(keys.insert(key).second) << key << " stands for two ids";
        EXPECT_TRUE(key.starts_with("t/") && key.ends_with(".json")) << key;
        EXPECT_EQ(key.find('/', 2), key.npos) << key;
    }
    EXPECT_EQ(files().size(), ids.size());
    for (const auto& file : files()) EXPECT_TRUE(file.starts_with("store/t/")) << file;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_EQ(Json::parse(done({"get", "t", "--", ids[i]}), nullptr, false), (Json{{"id", ids[i]}, {"n", i}}));
    }
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT id), count(DISTINCT \"$path\") FROM t"),
              Json::array({Json::array({ids.size(), ids.size(), ids.size()})}));
    const auto shown = rows("SELECT n, id FROM t ORDER BY n");
    for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(shown[i], Json::array({i, ids[i]}));
    EXPECT_EQ(run({"check"}).code, 0);
    for (const auto& id : ids) {
        EXPECT_EQ(run({"rm", "t", "--", id}).code, 0) << id;
        EXPECT_EQ(run({"get", "t", "--", id}).code, 1) << id;
    }
    EXPECT_EQ(files(), std::vector<std::string>());
    EXPECT_EQ(rows("SELECT count(*) FROM t"), Json::array({Json::array({0})}));
}

TEST_F(Keys, IdsThatCouldMeetInOneKeyDoNot) {
    define_table("pair", "a STRING, b STRING", "brand_{a}_{b}.json");
    const std::vector<std::pair<std::string, std::string>> pairs = {
        {"a_b", "c"}, {"a", "b_c"}, {"a_", "_c"},   {"a", "_c"},  {"a_", "c"},    {"_", "_"},   {"%5F", "c"},
        {"_", "c"},   {"a/b", "c"}, {"a%2Fb", "c"}, {"a", "b/c"}, {"a%5Fb", "c"}, {"A", "b_c"},
    };
    std::string input;
    for (const auto& [a, b] : pairs) input += Json{{"a", a}, {"b", b}}.dump() + "\n";
    std::set<std::string> keys;
    for (const auto& line : lines_of(done({"put", "pair", "--if-new"}, input))) keys.insert(Json::parse(line)["s3_key"].get<std::string>());
    EXPECT_EQ(keys.size(), pairs.size());
    for (const auto& [a, b] : pairs) EXPECT_EQ(done({"get", "pair", a, b}), (Json{{"a", a}, {"b", b}}.dump() + "\n"));
    EXPECT_EQ(rows("SELECT count(*) FROM (SELECT DISTINCT a, b FROM pair) x"), Json::array({Json::array({pairs.size()})}));
}

TEST_F(Keys, AnEmptyIdIsRefused) {
    expect_error(run({"put", "t"}, R"({"id":"","n":1})"), 1, {"standard input:1", "id", "empty"});
    done({"put", "t"}, R"({"id":"a","n":1})");
    expect_error(run({"get", "t", ""}), 2, {"id", "empty"});
    EXPECT_EQ(files(), Arguments{"store/t/a.json"});
}

TEST_F(Keys, AKeyOverTheLimitIsRefusedAndSaysSo) {
    expect_error(run({"put", "t"}, Json{{"id", repeated(1025, "x")}}.dump()), 1, {"standard input:1", "limit of 1024"});
    expect_error(run({"put", "t"}, Json{{"id", repeated(600, "\xc5\x8d")}}.dump()), 1, {"standard input:1", "limit of 1024"});
    EXPECT_EQ(files(), Arguments());
    const std::string longest = repeated(1024 - std::string_view("t/.json").size(), "x");
    done({"put", "t"}, Json{{"id", longest}}.dump());
    EXPECT_EQ(done({"get", "t", longest}), (Json{{"id", longest}}.dump() + "\n"));
    expect_error(run({"get", "t", longest + "x"}), 2, {"limit of 1024"});
}

TEST_F(Keys, AnIntegerIdHasOneSpelling) {
    done({"put", "generated_metadata"}, R"({"brandid":7})");
    for (const char* other : {"007", "+7", "7.0", " 7", "7e0", "0x7", "seven"}) {
        expect_error(run({"get", "generated_metadata", other}), 2, {"brandid", other, "whole number"});
        expect_error(run({"rm", "generated_metadata", other}), 2, {"brandid", other, "whole number"});
    }
    expect_error(run({"put", "generated_metadata"}, R"({"brandid":007})"), 1, {"standard input:1"});
    expect_error(run({"put", "generated_metadata"}, R"({"brandid":7.5})"), 1, {"brandid", "7.5", "int"});
    expect_error(run({"put", "generated_metadata"}, R"({"brandid":2147483648})"), 1, {"brandid", "2147483648", "int"});
    done({"put", "generated_metadata"}, R"({"brandid":-7})");
    EXPECT_EQ(Json::parse(done({"get", "generated_metadata", "--", "-7"}))["brandid"], -7);
    expect_records("generated_metadata", 2);
}

TEST_F(Keys, AnExecutionIdIsWhatFollowsTheLastColon) {
    const std::string hostile = "arn:aws:states:x:../../../" + folder().filename().string();
    const auto line = Json::parse(done({"put", "workflow_executions"}, Json{{"execution_arn", hostile}}.dump()));
    EXPECT_TRUE(line["s3_key"].get<std::string>().starts_with("workflow-executions/%2E.%2F..%2F..%2F")) << line;
    EXPECT_EQ(Json::parse(done({"get", "workflow_executions", hostile.substr(17)}))["execution_arn"], hostile);
    expect_error(run({"put", "workflow_executions"}, R"({"execution_arn":"ends:with:"})"), 1, {"execution_arn", "ends:with:", "empty"});
    expect_records("workflow_executions", 1);
}

}  // namespace
}  // namespace dualstore::cli_test
