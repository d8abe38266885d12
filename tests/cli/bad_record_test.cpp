// Records that cannot be taken: one line says why, what was there stays, and nothing of the refused one is left.
#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class BadRecord : public StoreTest {
  protected:
    void SetUp() override { kept_ = put_kept(); }

    // The record is refused where a good one of the same id is already, and where none is; the good ones stay as they were.
    void expect_refused(const std::string& record, std::initializer_list<std::string_view> parts, int code = 1) {
        const auto before = files();
        const Outcome outcome = run({"put", "generated_metadata"}, record);
        expect_error(outcome, code, parts);
        EXPECT_EQ(outcome.out, "");
        EXPECT_LT(outcome.err.size(), 1000U) << "too long for a line that a person reads";
        EXPECT_EQ(files(), before);
        EXPECT_EQ(done({"get", "generated_metadata", "1"}), kept_);
        EXPECT_EQ(rows("SELECT brandid, brandname FROM generated_metadata"), Json::parse(R"([[1,"kept"]])"));
        EXPECT_EQ(run({"check"}).code, 0);
    }

    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root())) {
            const auto path = std::filesystem::relative(entry.path(), root()).string();
            if (!path.starts_with(".dualstore/mirror")) found.push_back(path);
        }
        std::sort(found.begin(), found.end());
        return found;
    }

  private:
    std::string put_kept() {
        done({"put", "generated_metadata"}, R"({"brandid":1,"brandname":"kept"})");
        return done({"get", "generated_metadata", "1"});
    }

    std::string kept_;
};

TEST_F(BadRecord, MalformedJson) {
    expect_refused(R"({"brandid":1,"brandname":oops})", {"standard input:1"});
    expect_refused(R"({"brandid":1,})", {"standard input:1"});
    expect_refused(R"({'brandid':1})", {"standard input:1"});
    expect_refused(R"({"brandid":1 /* no */})", {"standard input:1"});
    expect_refused("\xef\xbb\xbf{\"brandid\":1}", {"standard input:1"});
    expect_refused("brandid=1", {"standard input:1"});
    expect_refused(R"({"brandid":NaN})", {"standard input:1"});
    expect_refused(std::string("{\"brandid\":1}\0", 14), {"standard input:1"});
}

TEST_F(BadRecord, TruncatedJson) {
    for (const char* part : {"{", R"({"brandid)", R"({"brandid":1)", R"({"brandid":1,"brandname":"x)", R"({"brandid":1,"brandname":"x")",
                             R"({"brandid":1,"a":{})"}) {
        expect_refused(part, {"standard input:1", "cut off"});
        expect_refused(std::string(part) + "\n", {"standard input:1"});
    }
}

TEST_F(BadRecord, TwoObjectsOnALine) {
    expect_refused(R"({"brandid":1} {"brandid":2})", {"standard input:1", "line of its own"});
    expect_refused(R"({"brandid":1}{"brandid":2})", {"standard input:1", "line of its own"});
    expect_refused(R"({"brandid":1},{"brandid":2})", {"standard input:1", "line of its own"});
}

TEST_F(BadRecord, NotAnObject) {
    for (const char* value : {"[]", "1", "\"text\"", "null", R"([{"brandid":2}])"}) expect_refused(value, {"standard input:1", "object"});
}

TEST_F(BadRecord, ANameTwice) {
    expect_refused(R"({"brandid":1,"x":1,"x":1})", {"'x'", "twice"});
    expect_refused(R"({"brandid":1,"BrandName":"a","brandname":"b"})", {"'brandname'", "twice"});
    expect_refused(R"({"brandid":1,"x":1,"\u0078":1})", {"'x'", "twice"});
    expect_refused(R"({"brandid":1,"É":1,"é":1})", {"'é'", "twice"});
}

TEST_F(BadRecord, InvalidUtf8) {
    for (const char* bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
        expect_refused(std::string(R"({"brandid":1,"brandname":")") + bytes + "\"}", {"standard input:1", "UTF-8"});
    }
    expect_refused(R"({"brandid":1,"brandname":"\ud800"})", {"standard input:1"});
}

TEST_F(BadRecord, MoreThan16MiB) {
    const std::string huge(std::size_t{17} << 20, 'x');
    expect_refused(R"({"brandid":1,"brandname":")" + huge + "\"}", {"standard input:1", "16 MiB"});
    expect_refused("{\"brandid\":1,\n\"brandname\":\"" + huge, {"standard input:1", "16 MiB"});
    expect_refused(huge, {"standard input:1"});
}

TEST_F(BadRecord, DeeperThanTheLimit) {
    const auto deep = [](std::size_t levels) {  // the record is the first level
        return R"({"brandid":2,"extra":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
    };
    expect_refused(deep(1000), {"standard input:1", "deeper than 128"});
    expect_refused(deep(129), {"standard input:1", "deeper than 128"});
    expect_refused(deep(1'000'000), {"standard input:1", "deeper than 128"});
    done({"put", "generated_metadata"}, deep(128));
    EXPECT_EQ(rows("SELECT count(*) FROM generated_metadata"), Json::parse("[[2]]"));
}

TEST_F(BadRecord, AValueThatDoesNotFitItsColumn) {
    expect_refused(R"({"brandid":1,"version":"seven"})", {"version", "seven", "int"});
    expect_refused(R"({"brandid":1,"version":2147483648})", {"version", "2147483648", "int"});
    expect_refused(R"({"brandid":1,"generated_at":"yesterday"})", {"generated_at", "yesterday", "timestamp"});
    expect_refused(R"({"brandid":1,"mccids":"5411"})", {"mccids", "5411", "array<int>"});
    expect_refused(R"({"brandid":1,"mccids":[1,"two\n"]})", {"mccids", "two", "int"});
    expect_refused(R"({"brandid":1,"confidence_score":1e999})", {"confidence_score", "1e999", "double"});
}

TEST_F(BadRecord, AMessageStaysOneLineWhateverTheRecordHolds) {
    expect_refused("{\"brandid\":1,\"version\":\"a\\nb\\u001b[31m\\r\"}", {"version"});
    expect_refused("{\"brandid\":1,\"x\\ny\":1,\"x\\ny\":2}", {"twice"});
    expect_refused(R"({"brandid":1,"version":")" + std::string(100'000, 'x') + "\"}", {"version"});
    expect_refused(R"({"brandid":1,")" + std::string(100'000, 'n') + R"(":1,")" + std::string(100'000, 'n') + "\":1}", {"twice"});
}

TEST_F(BadRecord, AnUnknownTable) {
    for (const Arguments& arguments : {Arguments{"put", "nosuch"},
                                       {"get", "nosuch", "1"},
                                       {"rm", "nosuch", "1"},
                                       {"ls", "nosuch"},
                                       {"count", "nosuch"},
                                       {"describe", "nosuch"},
                                       {"check", "nosuch"},
                                       {"export", "nosuch", "file"}}) {
        SCOPED_TRACE(arguments[0]);
        expect_error(run(arguments, R"({"brandid":1})"), 2, {"'nosuch'", "generated_metadata"});
    }
    expect_error(run({"sql", "SELECT * FROM nosuch"}), 1, {"TABLE_NOT_FOUND", "nosuch"});
    EXPECT_FALSE(std::filesystem::exists(folder() / "file"));
}

TEST_F(BadRecord, AWrongNumberOfIds) {
    expect_error(run({"get", "generated_metadata", "1", "2"}), 2, {"brandid"});
    expect_error(run({"get", "feedback_history", "1"}), 2, {"brandid", "feedback_id"});
    expect_error(run({"rm", "feedback_history", "1", "2", "3"}), 2, {"brandid", "feedback_id"});
    expect_error(run({"get", "generated_metadata"}), 2, {"ID"});
    expect_records("generated_metadata", 1);
}

TEST_F(BadRecord, AMissingId) {
    expect_refused("{}", {"brandid", "missing"});
    expect_refused(R"({"brandid":null})", {"brandid"});
    expect_refused(R"({"brandid":""})", {"brandid"});
}

}  // namespace
}  // namespace dualstore::cli_test
