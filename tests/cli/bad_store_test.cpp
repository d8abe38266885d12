// Stores that cannot be used or written: one line says why, and what was acknowledged stays.
#include <sys/stat.h>
#if defined(__linux__)
#include <sched.h>
#include <sys/mount.h>
#endif

#include <cerrno>
#include <cstring>

#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class BadStore : public StoreTest {
  protected:
    static std::string brand(int id, const std::string& name = "x") { return Json{{"brandid", id}, {"brandname", name}}.dump() + "\n"; }

    // As a user who may not pass over permissions, whoever runs the test.
    [[nodiscard]] Outcome run_as_user(Arguments arguments, const std::string& input = {}) const {
        Command wanted = command(std::move(arguments));
        wanted.obeys_permissions = true;
        return cli_test::run(wanted, input);
    }

    void forbid(const std::filesystem::path& path, mode_t mode) {
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
        forbidden_.push_back(path);
    }
    void TearDown() override {
        for (const auto& path : forbidden_) ::chmod(path.c_str(), 0755);
    }

  private:
    std::vector<std::filesystem::path> forbidden_;
};

TEST_F(BadStore, AFolderThatCannotBeWrittenKeepsWhatItHas) {
    done({"put", "generated_metadata"}, brand(1, "kept"));
    forbid(root() / "metadata", 0555);
    expect_error(run_as_user({"put", "generated_metadata"}, brand(2)), 3, {"metadata/brand_2.json", "ermission"});
    expect_error(run_as_user({"put", "generated_metadata"}, brand(1)), 3, {"metadata/brand_1.json", "ermission"});
    expect_error(run_as_user({"rm", "generated_metadata", "1"}), 3, {"metadata/brand_1.json", "ermission"});
    EXPECT_EQ(Json::parse(run_as_user({"get", "generated_metadata", "1"}).out)["brandname"], "kept");
    EXPECT_EQ(rows("SELECT brandname FROM generated_metadata"), Json::parse(R"([["kept"]])"));
    EXPECT_EQ(run({"check"}).code, 0);
}

TEST_F(BadStore, AStoreThatCannotBeWrittenCanBeReadAndAsked) {
    done({"put", "generated_metadata"}, brand(1, "kept"));
    for (const auto& path : {root(), root() / ".dualstore", root() / "metadata"}) forbid(path, 0555);
    EXPECT_EQ(Json::parse(run_as_user({"get", "generated_metadata", "1"}).out)["brandname"], "kept");
    const auto asked = run_as_user({"sql", "SELECT brandname FROM generated_metadata"});
    EXPECT_EQ(asked.out, "{\"brandname\":\"kept\"}\n") << asked.err;
    EXPECT_EQ(run_as_user({"check"}).code, 0);
    expect_error(run_as_user({"put", "feedback_history"}, R"({"brandid":1})"), 3, {"ermission"});
}

TEST_F(BadStore, AFolderWhereNoStoreCanBeMadeIsNamed) {
    forbid(folder(), 0555);
    for (const Arguments& arguments : {Arguments{"put", "generated_metadata"}, {"init"}}) {
        expect_error(run_as_user(arguments, brand(1)), 3, {root().string(), "ermission"});
    }
}

TEST_F(BadStore, ARecordThatCannotBeReadIsNamed) {
    done({"put", "generated_metadata"}, brand(1) + brand(2));
    forbid(root() / "metadata" / "brand_1.json", 0000);
    expect_error(run_as_user({"get", "generated_metadata", "1"}), 3, {"metadata/brand_1.json", "ermission"});
    expect_error(run_as_user({"sql", "SELECT count(*) FROM generated_metadata"}), 3, {"metadata/brand_1.json", "ermission"});
    const auto checked = run_as_user({"check"});
    EXPECT_EQ(checked.code, 1);
    EXPECT_THAT(checked.out, testing::HasSubstr("metadata/brand_1.json: "));
}

TEST_F(BadStore, APathThatIsAFileIsRefusedAndLeftAlone) {
    write_file(root(), "precious");
    for (const Arguments& arguments : {Arguments{"init"},
                                       {"put", "generated_metadata"},
                                       {"get", "generated_metadata", "1"},
                                       {"ls"},
                                       {"sql", "SELECT 1"},
                                       {"count", "generated_metadata"},
                                       {"check"}}) {
        SCOPED_TRACE(arguments[0]);
        expect_error(run(arguments, brand(1)), 2, {root().string(), "not a directory"});
    }
    EXPECT_EQ(read_file(root()), "precious");
}

TEST_F(BadStore, ATableFolderThatIsAFileIsNamed) {
    done({"init"});
    write_file(root() / "metadata", "precious");
    expect_error(run({"put", "generated_metadata"}, brand(1)), 2, {"metadata/brand_1.json", "names a file"});
    EXPECT_EQ(read_file(root() / "metadata"), "precious");
}

TEST_F(BadStore, AStoreThatIsNotThereIsNotMadeByReading) {
    for (const Arguments& arguments : {Arguments{"get", "generated_metadata", "1"},
                                       {"rm", "generated_metadata", "1"},
                                       {"ls"},
                                       {"tables"},
                                       {"check"},
                                       {"sql", "SELECT 1"},
                                       {"count", "generated_metadata"},
                                       {"export", "generated_metadata", "x"}}) {
        SCOPED_TRACE(arguments[0]);
        expect_error(run(arguments), 3, {root().string(), "dualstore init"});
        EXPECT_FALSE(std::filesystem::exists(root()));
    }
}

TEST_F(BadStore, AStoreUrlThatIsNoneIsRefused) {
    for (const char* wrong : {"s3://bucket", "file:", "ftp://x", "", "file:x?sync=maybe", "file:x?nosuch=1"}) {
        expect_error(cli_test::run({.arguments = {"--store", wrong, "put", "generated_metadata"}, .folder = folder()}, brand(1)), 2, {});
        EXPECT_TRUE(std::filesystem::is_empty(folder())) << wrong;
    }
    expect_error(run({"--engine", "duckdb", "sql", "SELECT 1"}), 2, {"'duckdb' names no query engine", "athena://DATABASE"});
    expect_error(run({"--engine", "trino://ann:hunter2@host/hive", "sql", "SELECT 1"}), 2, {"trino://USER@HOST:PORT/CATALOG/SCHEMA"});
}

// What the user did to the store's own files is mended or said, and no record is lost.
TEST_F(BadStore, ADamagedMirrorComesBackByItself) {
    done({"put", "generated_metadata", TEST_DATA "/records/generated_metadata.ndjson", "--quiet"});
    const auto expected = rows("SELECT count(*), sum(version), max(brandname) FROM generated_metadata");
    ASSERT_EQ(expected[0][0], 2000);
    const auto mirror = root() / ".dualstore" / "mirror";
    std::size_t damaged = 0;
    const auto each_file = [&](auto&& damage) {
        for (const auto& entry : std::filesystem::directory_iterator(mirror)) {
            if (entry.is_regular_file()) damage(entry.path());
            ++damaged;
        }
        EXPECT_EQ(rows("SELECT count(*), sum(version), max(brandname) FROM generated_metadata"), expected);
        EXPECT_EQ(run({"check"}).code, 0);
    };
    each_file([](const auto& path) { write_file(path, "garbage\n"); });
    each_file([](const auto& path) { std::filesystem::resize_file(path, 0); });
    each_file([](const auto& path) { std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2); });
    each_file([](const auto& path) { std::filesystem::remove(path); });
    each_file([](const auto& path) {
        std::string bytes = read_file(path);
        for (std::size_t at = 4096; at < bytes.size(); at += 512) bytes[at] = static_cast<char>(bytes[at] ^ 0x5a);
        write_file(path, bytes);
    });
    EXPECT_GT(damaged, 10U) << "the mirror has other files than this test knows";
    std::filesystem::remove_all(mirror);
    write_file(mirror, "a file where the folder was");
    EXPECT_EQ(rows("SELECT count(*), sum(version), max(brandname) FROM generated_metadata"), expected);
}

TEST_F(BadStore, OwnFilesThatAreGoneComeBackWithTheNextWrite) {
    done({"put", "generated_metadata"}, brand(1));
    std::filesystem::remove_all(root() / ".dualstore");
    EXPECT_EQ(Json::parse(done({"get", "generated_metadata", "1"}))["brandid"], 1);
    expect_records("generated_metadata", 1);
    done({"put", "generated_metadata"}, brand(2));
    expect_records("generated_metadata", 2);
}

TEST_F(BadStore, ASymbolicLinkInATableLeadsNowhere) {
    done({"put", "generated_metadata"}, brand(1));
    write_file(folder() / "outside" / "brand_9.json", "precious");
    std::filesystem::create_directory_symlink(folder() / "outside", root() / "feedback");
    std::filesystem::create_symlink(folder() / "outside" / "brand_9.json", root() / "metadata" / "brand_9.json");
    expect_error(run({"put", "feedback_history"}, R"({"brandid":9,"feedback_id":"x"})"), 2, {"feedback/brand_9_x.json", "symbolic link"});
    run({"put", "generated_metadata"}, brand(9));
    run({"check", "--repair"});
    EXPECT_EQ(read_file(folder() / "outside" / "brand_9.json"), "precious");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder() / "outside"), {}), 1);
}

#if defined(__linux__)
// A file system of a few pages over the store, in a name space of this process.
class FullDisk : public BadStore {
  protected:
    void SetUp() override {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return skip("unshare");
        std::filesystem::create_directory(root());
        if (::mount("dualstore-test", root().c_str(), "tmpfs", 0, "size=2m") != 0) return skip("mount");
        mounted_ = true;
    }
    void TearDown() override {
        if (mounted_) ::umount2(root().c_str(), MNT_DETACH);
    }

  private:
    static void skip(const char* call) {
        GTEST_SKIP() << "NOT TESTED: a full disk needs a mount, and " << call << " says: " << std::strerror(errno);
    }

    bool mounted_ = false;
};

TEST_F(FullDisk, RefusesWhatDoesNotFitAndKeepsWhatItAcknowledged) {
    std::string input;
    for (int id = 1; id <= 200; ++id) input += brand(id, std::string(20'000, 'x'));
    const auto outcome = run({"put", "generated_metadata"}, input);
    expect_error(outcome, 3, {"metadata/brand_", "o space left"});
    const auto acknowledged = lines_of(outcome.out);
    EXPECT_GT(acknowledged.size(), 10U);
    EXPECT_LT(acknowledged.size(), 200U);
    for (const auto& line : acknowledged) EXPECT_EQ(read_file(root() / Json::parse(line)["s3_key"].get<std::string>()).size() / 1000, 20U);
    EXPECT_EQ(lines_of(done({"ls", "generated_metadata"})).size(), acknowledged.size());
    // The mirror needs room too; without it the answer is the same.
    EXPECT_EQ(rows("SELECT count(*), min(length(brandname)) FROM generated_metadata"),
              Json::array({Json::array({acknowledged.size(), 20'000})}));
    EXPECT_EQ(run({"check"}).code, 0);

    expect_error(run({"put", "generated_metadata"}, brand(1, std::string(200'000, 'y'))), 3, {"metadata/brand_1.json", "o space left"});
    EXPECT_EQ(Json::parse(done({"get", "generated_metadata", "1"}))["brandname"].get<std::string>(), std::string(20'000, 'x'));

    for (int id = 1; id <= 20; ++id) done({"rm", "generated_metadata", std::to_string(id)});
    done({"put", "generated_metadata"}, brand(1, "fits again"));
    EXPECT_EQ(rows("SELECT brandname FROM generated_metadata WHERE brandid = 1"), Json::parse(R"([["fits again"]])"));
}
#endif

}  // namespace
}  // namespace dualstore::cli_test
