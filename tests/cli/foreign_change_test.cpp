// What other programs do to the files of a table, and what `check` makes of it.
#include <fcntl.h>
#include <sys/stat.h>

#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class ForeignChange : public StoreTest {
  protected:
    void SetUp() override {
        std::string input;
        for (int id = 1; id <= 5; ++id)
            input += Json{{"brandid", id}, {"brandname", "name" + std::to_string(id)}, {"generated_at", nullptr}}.dump() + "\n";
        done({"put", "generated_metadata"}, input);
        ASSERT_EQ(names(), "name1 name2 name3 name4 name5");
    }

    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return root() / "metadata" / name; }
    [[nodiscard]] std::string names() const {
        std::string all;
        const auto found = rows("SELECT brandname FROM generated_metadata ORDER BY brandid, brandname");
        for (const auto& row : found) {
            if (!row.is_array()) return found.dump();
            all += (all.empty() ? "" : " ") + row[0].get<std::string>();
        }
        return all;
    }
    // Every query of the table fails and names the object; other tables answer; `check` lists it.
    void expect_unreadable(const std::string& name) {
        const std::string key = "metadata/" + name;
        expect_error(run({"sql", "SELECT count(*) FROM generated_metadata"}), 3, {key, "dualstore check"});
        expect_error(run({"count", "generated_metadata"}), 3, {key});
        EXPECT_EQ(rows("SELECT count(*) FROM feedback_history"), Json::parse("[[0]]"));
        EXPECT_TRUE(Json::parse(done({"get", "generated_metadata", "5"})).is_object());
        const auto checked = run({"check", "generated_metadata"});
        EXPECT_EQ(checked.code, 1);
        EXPECT_TRUE(checked.out.starts_with(key + ": ")) << checked.out;
        EXPECT_EQ(lines_of(checked.out).size(), 1U) << checked.out;
    }
    // Mends, saying what it did, and leaves nothing to say.
    void expect_mended(std::string_view how) {
        const auto repaired = run({"check", "--repair"});
        EXPECT_EQ(repaired.code, 0) << repaired.out << repaired.err;
        EXPECT_THAT(repaired.out, testing::HasSubstr(std::string(how)));
        const auto after = run({"check"});
        EXPECT_EQ(after.code, 0);
        EXPECT_EQ(after.out, "");
    }
};

TEST_F(ForeignChange, AFileDroppedInIsSeen) {
    write_file(file("brand_6.json"), R"({"brandid":6,"brandname":"name6"})");
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5 name6");
    EXPECT_EQ(done({"get", "generated_metadata", "6"}), R"({"brandid":6,"brandname":"name6"})");
    write_file(file("any/where/else.json"), "{\"brandid\":7,\"brandname\":\"name7\"}\n");
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5 name6 name7");
}

TEST_F(ForeignChange, AFileRemovedIsGone) {
    std::filesystem::remove(file("brand_3.json"));
    EXPECT_EQ(names(), "name1 name2 name4 name5");
    EXPECT_EQ(run({"get", "generated_metadata", "3"}).code, 1);
    std::filesystem::remove_all(root() / "metadata");
    EXPECT_EQ(names(), "");
}

TEST_F(ForeignChange, AFileReplacedIsSeen) {
    write_file(folder() / "new.json", R"({"brandid":3,"brandname":"another"})");
    std::filesystem::rename(folder() / "new.json", file("brand_3.json"));
    EXPECT_EQ(names(), "name1 name2 another name4 name5");
}

TEST_F(ForeignChange, AFileChangedInPlaceIsSeenAtTheSameSizeToo) {
    for (const char* name : {"nameA", "nameB", "nameC"}) {
        std::string bytes = read_file(file("brand_3.json"));
        bytes.replace(bytes.find("name\":\"") + 7, 5, name);
        const auto size = std::filesystem::file_size(file("brand_3.json"));
        std::fstream(file("brand_3.json"), std::ios::in | std::ios::out | std::ios::binary) << bytes;
        ASSERT_EQ(std::filesystem::file_size(file("brand_3.json")), size);
        EXPECT_EQ(names(), std::string("name1 name2 ") + name + " name4 name5");
    }
}

TEST_F(ForeignChange, AFileChangedInPlaceWithItsOldTimeIsSeen) {
    EXPECT_NE(names(), "");
    struct stat before{};
    ASSERT_EQ(::stat(file("brand_3.json").c_str(), &before), 0);
    std::string bytes = read_file(file("brand_3.json"));
    bytes.replace(bytes.find("name3"), 5, "nameX");
    std::fstream(file("brand_3.json"), std::ios::in | std::ios::out | std::ios::binary) << bytes;
    const struct timespec times[] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, file("brand_3.json").c_str(), times, 0), 0);
    EXPECT_EQ(names(), "name1 name2 nameX name4 name5");
}

TEST_F(ForeignChange, AFileThatReadersSkipIsInNoQuery) {
    write_file(file("_brand_8.json"), "garbage");
    write_file(file(".brand_9.json"), R"({"brandid":9,"brandname":"hidden"})");
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5");
    EXPECT_EQ(run({"check"}).code, 0);
    EXPECT_EQ(run({"check", "--repair"}).code, 0);
    EXPECT_EQ(read_file(file("_brand_8.json")), "garbage");
}

TEST_F(ForeignChange, APrettyPrintedFileIsNamedAndMended) {
    write_file(file("brand_6.json"), "{\n  \"brandid\": 6,\n  \"brandname\": \"name6\",\n  \"extra\": [1.50]\n}\n");
    expect_unreadable("brand_6.json");
    expect_mended("metadata/brand_6.json");
    EXPECT_EQ(done({"get", "generated_metadata", "6"}), "{\"brandid\":6,\"brandname\":\"name6\",\"extra\":[1.50]}\n");
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5 name6");
}

TEST_F(ForeignChange, GarbageIsNamedAndSetAsideAsItWas) {
    for (const std::string garbage : {"{\"brandid\":", "garbage", "\xff\xfe", "{\"brandid\":6,\"version\":\"x\"}",
                                      "{\"brandid\":6,\"version\":7,\"version\":8}", "[]"}) {
        write_file(file("brand_6.json"), garbage);
        expect_unreadable("brand_6.json");
        expect_mended("dualstore-set-aside/");
        EXPECT_EQ(names(), "name1 name2 name3 name4 name5");
        EXPECT_FALSE(std::filesystem::exists(file("brand_6.json")));
    }
    std::vector<std::string> kept;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root() / "dualstore-set-aside")) {
        if (entry.is_regular_file()) kept.push_back(read_file(entry.path()));
    }
    EXPECT_THAT(kept, testing::UnorderedElementsAre("{\"brandid\":", "garbage", "\xff\xfe", "{\"brandid\":6,\"version\":\"x\"}",
                                                    "{\"brandid\":6,\"version\":7,\"version\":8}", "[]"));
}

TEST_F(ForeignChange, AnEmptyFileIsListedAndSetAside) {
    write_file(file("brand_6.json"), "");
    EXPECT_EQ(run({"check"}).code, 1);
    EXPECT_THAT(run({"check"}).out, testing::HasSubstr("metadata/brand_6.json: it is empty"));
    expect_mended("dualstore-set-aside/metadata/brand_6.json");
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5");
}

TEST_F(ForeignChange, AFileOfSeveralRecordsIsListedAndKept) {
    const std::string two = "{\"brandid\":6,\"brandname\":\"name6\"}\n{\"brandid\":7,\"brandname\":\"name7\"}\n";
    write_file(file("brand_6.json"), two);
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5 name6 name7") << "a reader takes a record a line";
    EXPECT_EQ(run({"check"}).code, 1);
    expect_mended("dualstore-set-aside/metadata/brand_6.json");
    const auto aside = root() / "dualstore-set-aside" / "metadata" / "brand_6.json";
    EXPECT_EQ(read_file(aside), two);
    done({"put", "generated_metadata", aside.string()});
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5 name6 name7");
}

TEST_F(ForeignChange, AMisplacedFileIsMovedToItsKey) {
    write_file(file("elsewhere.json"), "{\"brandid\":6,\"brandname\":\"name6\"}\n");
    const auto checked = run({"check"});
    EXPECT_EQ(checked.code, 1);
    EXPECT_THAT(checked.out, testing::HasSubstr("metadata/elsewhere.json: "));
    EXPECT_THAT(checked.out, testing::HasSubstr("metadata/brand_6.json"));
    expect_mended("moved to metadata/brand_6.json");
    EXPECT_EQ(Json::parse(done({"get", "generated_metadata", "6"}))["brandname"], "name6");
    EXPECT_FALSE(std::filesystem::exists(file("elsewhere.json")));
}

TEST_F(ForeignChange, AMisplacedFileNeverReplacesTheRecordAtItsKey) {
    write_file(file("elsewhere.json"), R"({"brandid":3,"brandname":"impostor"})");
    EXPECT_EQ(run({"check"}).code, 1);
    expect_mended("dualstore-set-aside/metadata/elsewhere.json");
    EXPECT_EQ(names(), "name1 name2 name3 name4 name5");
    EXPECT_EQ(read_file(root() / "dualstore-set-aside" / "metadata" / "elsewhere.json"), R"({"brandid":3,"brandname":"impostor"})");
}

TEST_F(ForeignChange, AGarbledRecordOfOursIsNamedAndNothingElseIsTouched) {
    const auto others = read_file(file("brand_1.json")) + read_file(file("brand_5.json"));
    std::filesystem::resize_file(file("brand_3.json"), 10);
    expect_unreadable("brand_3.json");
    expect_mended("dualstore-set-aside/metadata/brand_3.json");
    EXPECT_EQ(names(), "name1 name2 name4 name5");
    EXPECT_EQ(read_file(file("brand_1.json")) + read_file(file("brand_5.json")), others);
    done({"put", "generated_metadata"}, R"({"brandid":3,"brandname":"again"})");
    EXPECT_EQ(names(), "name1 name2 again name4 name5");
}

}  // namespace
}  // namespace dualstore::cli_test
