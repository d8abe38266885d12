// What is the directory store's own: the tree it keeps, what it refuses, and what it does not follow.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "dualstore/object_store.hpp"
#include "object/directory_tree.hpp"
#include "record/text.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    return names;
}

mode_t mode_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
}

class DirectoryStore : public testing::Test {
  protected:
    Error put_error(const std::string& key) {
        const auto result = put_object(*store_, key, "x");
        EXPECT_FALSE(result) << key;
        return result ? Error{} : result.error();
    }
    std::vector<std::string> keys(std::string_view prefix = "") {
        std::vector<std::string> found;
        const auto page = store_->list(prefix, "", 0);
        EXPECT_TRUE(page) << page.error().message;
        if (page) {
            for (const auto& object : page->objects) found.push_back(object.key);
        }
        return found;
    }

    TemporaryFolder folder_;
    const fs::path root_ = folder_.root();
    std::shared_ptr<ObjectStore> store_ = open_directory_store(root_.string()).value();
};

TEST_F(DirectoryStore, KeysArePathsBelowTheRoot) {
    ASSERT_TRUE(put_object(*store_, "metadata/brand_1.json", "{}\n"));
    EXPECT_EQ(read_file(root_ / "metadata/brand_1.json"), "{}\n");
    write_file(root_ / "metadata/foreign.json", "[]");
    EXPECT_EQ(get_object(*store_, "metadata/foreign.json").value()->bytes, "[]");
    EXPECT_THAT(keys("metadata/"), ElementsAre("metadata/brand_1.json", "metadata/foreign.json"));
    fs::remove(root_ / "metadata/brand_1.json");
    EXPECT_EQ(get_object(*store_, "metadata/brand_1.json").value(), std::nullopt);
}

TEST_F(DirectoryStore, RefusesKeysThatAreNoPaths) {
    ASSERT_TRUE(put_object(*store_, "a/b", "x"));
    for (const auto* key : {"/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..", "../x", "a/../b", "../../etc/passwd", ".dualstore",
                            ".dualstore/lock", ".dualstore/tmp/x", "ab%+", "ab%+/c", "x/%+"}) {
        const auto error = put_error(key);
        EXPECT_EQ(error.code, ErrorCode::invalid_argument) << key;
        EXPECT_EQ(error.key, key);
        EXPECT_THAT(error.message, HasSubstr("key")) << key;
        EXPECT_FALSE(get_object(*store_, key)) << key;
        EXPECT_FALSE(store_->head(key)) << key;
        EXPECT_FALSE(remove_object(*store_, key)) << key;
    }
    EXPECT_THAT(keys(), ElementsAre("a/b"));
    EXPECT_TRUE(fs::exists(root_ / ".dualstore/lock"));
    EXPECT_THAT(names_in(folder_.path()), SizeIs(1));
}

TEST_F(DirectoryStore, RefusesAKeyThatNamesAFolder) {
    ASSERT_TRUE(put_object(*store_, "a/b/c", "x"));
    for (const auto& mode : {PutMode::replace(), PutMode::create()}) {
        const auto result = put_object(*store_, "a/b", "y", mode);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(result.error().message, HasSubstr("folder"));
    }
    EXPECT_EQ(get_object(*store_, "a/b").value(), std::nullopt);
    EXPECT_FALSE(remove_object(*store_, "a/b").value());
    EXPECT_EQ(get_object(*store_, "a/b/c").value()->bytes, "x");
}

TEST_F(DirectoryStore, RefusesAKeyUnderAnotherObject) {
    ASSERT_TRUE(put_object(*store_, "a/b", "x"));
    const auto error = put_error("a/b/c/d");
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("another object"));
    EXPECT_EQ(get_object(*store_, "a/b/c").value(), std::nullopt);
    EXPECT_FALSE(remove_object(*store_, "a/b/c").value());
    EXPECT_THAT(keys("a/b/"), IsEmpty());
}

TEST_F(DirectoryStore, NoNameIsLongerThanFilesMayHave) {
    std::string part;
    for (int i = 0; i < 300; ++i) part += "\xe6\x97\xa5";
    const auto path = object::path_of("t/" + part + "/x");
    for (const auto& name : fs::path(path)) {
        EXPECT_LE(name.string().size(), 255U);
        EXPECT_TRUE(record::valid_utf8(name.string())) << "cut inside a character";
    }
    EXPECT_EQ(object::key_of(path), "t/" + part + "/x");
}

TEST_F(DirectoryStore, PathsAndKeysAreOneToOne) {
    for (std::size_t length = 1; length <= 1020; ++length) {
        const std::string key = "d/" + std::string(length, 'k');
        EXPECT_EQ(object::key_of(object::path_of(key)), key);
    }
    for (const auto* path : {"ab%+/c", ".dualstore/lock", "a/b%+", "", "a//b", "a/../b"}) EXPECT_EQ(object::key_of(path), "") << path;
}

TEST_F(DirectoryStore, SkipsForeignFilesThatNoKeyNames) {
    ASSERT_TRUE(put_object(*store_, "a/b", "x"));
    write_file(root_ / "a/bad\xff", "x");
    write_file(root_ / "a/b%+", "x");
    write_file(root_ / "a/short%+/tail", "x");
    write_file(root_ / "short%+/folder/file", "x");
    fs::create_symlink("b", root_ / "a/link");
    ASSERT_EQ(mkfifo((root_ / "a/fifo").c_str(), 0666), 0);
    EXPECT_THAT(keys(), ElementsAre("a/b"));
    EXPECT_EQ(get_object(*store_, "a/fifo").value(), std::nullopt);
    EXPECT_EQ(store_->head("a/fifo").value(), std::nullopt);
    EXPECT_FALSE(remove_object(*store_, "a/fifo").value());
}

TEST_F(DirectoryStore, ReadingMakesNothing) {
    EXPECT_EQ(get_object(*store_, "a/b").value(), std::nullopt);
    EXPECT_EQ(store_->head("a/b").value(), std::nullopt);
    EXPECT_FALSE(remove_object(*store_, "a/b").value());
    EXPECT_THAT(keys(), IsEmpty());
    EXPECT_FALSE(fs::exists(root_));
    write_file(root_ / "a/b", "x");
    EXPECT_THAT(keys(), ElementsAre("a/b"));
    EXPECT_EQ(get_object(*store_, "a/b").value()->bytes, "x");
    EXPECT_THAT(names_in(root_), SizeIs(1));
}

TEST_F(DirectoryStore, MakesTheFoldersAboveIt) {
    const auto deep = folder_.path() / "x/y/z";
    ASSERT_TRUE(put_object(**open_directory_store(deep.string()), "k", "v"));
    EXPECT_EQ(read_file(deep / "k"), "v");
}

TEST_F(DirectoryStore, OpensOnlyWhatIsThereIfToldSo) {
    const auto missing = open_directory_store(root_.string(), {.create = false});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    EXPECT_THAT(missing.error().message, HasSubstr(root_.string()));
    fs::create_directory(root_);
    EXPECT_TRUE(put_object(**open_directory_store(root_.string(), {.create = false}), "k", "v"));
}

TEST_F(DirectoryStore, PathThatIsAFileIsRefused) {
    write_file(folder_.path() / "file", "x");
    for (const auto* name : {"file", "file/store"}) {
        const auto opened = open_directory_store((folder_.path() / name).string());
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(opened.error().message, AllOf(HasSubstr("file"), HasSubstr("directory")));
    }
    write_file(root_, "became a file after opening");
    EXPECT_EQ(put_error("k").code, ErrorCode::invalid_argument);
    EXPECT_EQ(get_object(*store_, "k").error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(open_directory_store(""));
}

TEST_F(DirectoryStore, RootMayBeALink) {
    fs::create_directory(folder_.path() / "real");
    fs::create_symlink("real", root_);
    ASSERT_TRUE(put_object(*store_, "a/b", "x"));
    EXPECT_EQ(read_file(folder_.path() / "real/a/b"), "x");
    EXPECT_THAT(keys(), ElementsAre("a/b"));
}

TEST_F(DirectoryStore, FolderThatIsALinkIsRefused) {
    const auto outside = folder_.path() / "outside";
    write_file(outside / "secret", "secret");
    fs::create_directories(root_ / "real");
    fs::create_directory_symlink(outside, root_ / "metadata");
    fs::create_directory_symlink("../../outside", root_ / "real/metadata");
    for (const std::string table : {"metadata/", "real/metadata/"}) {
        const auto check = [&](const auto& result) {
            ASSERT_FALSE(result) << table;
            EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
            EXPECT_THAT(result.error().message, HasSubstr("symbolic link"));
        };
        check(put_object(*store_, table + "new", "x"));
        check(put_object(*store_, table + "secret", "x"));
        check(get_object(*store_, table + "secret"));
        check(remove_object(*store_, table + "secret"));
        check(store_->head(table + "secret"));
        check(store_->list(table, "", 0));
    }
    EXPECT_THAT(keys(), IsEmpty());
    EXPECT_EQ(read_file(outside / "secret"), "secret");
    EXPECT_THAT(names_in(outside), SizeIs(1));
}

TEST_F(DirectoryStore, FileThatIsALinkIsNotFollowed) {
    write_file(folder_.path() / "outside", "secret");
    fs::create_directories(root_ / "a");
    fs::create_symlink("../../outside", root_ / "a/k");
    EXPECT_EQ(get_object(*store_, "a/k").error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(put_object(*store_, "a/k", "x", PutMode::if_match("any")));
    EXPECT_FALSE(put_object(*store_, "a/k", "x", PutMode::create()));
    EXPECT_TRUE(put_object(*store_, "a/k", "mine"));
    EXPECT_EQ(get_object(*store_, "a/k").value()->bytes, "mine");
    EXPECT_EQ(read_file(folder_.path() / "outside"), "secret");
}

TEST_F(DirectoryStore, OwnFolderThatIsALinkIsRefused) {
    fs::create_directories(folder_.path() / "outside");
    fs::create_directories(root_);
    fs::create_directory_symlink("../outside", root_ / ".dualstore");
    EXPECT_THAT(put_error("k").message, HasSubstr("symbolic link"));
    EXPECT_THAT(names_in(folder_.path() / "outside"), SizeIs(0));
}

// Kernels without openat2 walk name by name; both ways must agree.
TEST_F(DirectoryStore, BothWaysOfOpeningAgree) {
    write_file(root_ / "a/b/file", "x");
    fs::create_symlink("a", root_ / "link");
    fs::create_symlink("file", root_ / "a/b/link");
    const object::Descriptor root(system_files(), open(root_.c_str(), O_RDONLY | O_DIRECTORY));
    const auto outcome = [](const object::Descriptor& opened) { return opened ? 0 : errno; };
    for (const int flags : {O_RDONLY, O_RDONLY | O_DIRECTORY}) {
        for (const auto& [path, expected] : {std::pair{"a/b", 0},
                                             {"a/none", ENOENT},
                                             {"none/b", ENOENT},
                                             {"link", ELOOP},
                                             {"link/b", ELOOP},
                                             {"link/b/file", ELOOP},
                                             {"a/b/link", ELOOP},
                                             {"a/b/file/x", ENOTDIR},
                                             {".", 0},
                                             {"a/b/file", flags == O_RDONLY ? 0 : ENOTDIR}}) {
            EXPECT_EQ(outcome(object::open_below(root, path, flags)), expected) << path;
            EXPECT_EQ(outcome(object::open_by_steps(root, path, flags)), expected) << path;
        }
    }
}

TEST_F(DirectoryStore, StampOfAFreshFileIsEmpty) {
    ASSERT_TRUE(put_object(*store_, "a", "x"));
    EXPECT_EQ(store_->head("a").value()->stamp, "");
    EXPECT_EQ(store_->list("", "", 0)->objects.at(0).stamp, "");
}

TEST_F(DirectoryStore, UmaskSaysWhoMayRead) {
    const mode_t before = umask(027);
    EXPECT_TRUE(put_object(*store_, "a/b", "x"));
    umask(before);
    EXPECT_EQ(mode_of(root_), 0750U);
    EXPECT_EQ(mode_of(root_ / "a"), 0750U);
    EXPECT_EQ(mode_of(root_ / "a/b"), 0640U);
}

TEST_F(DirectoryStore, GoesOnAfterItsFolderWasRemoved) {
    ASSERT_TRUE(put_object(*store_, "a/b", "old"));
    ASSERT_TRUE(get_object(*store_, "a/b").value());
    fs::remove_all(root_);
    EXPECT_EQ(get_object(*store_, "a/b").value(), std::nullopt);
    EXPECT_THAT(keys(), IsEmpty());
    ASSERT_TRUE(put_object(*store_, "a/c", "new"));
    EXPECT_THAT(keys(), ElementsAre("a/c"));
    fs::remove_all(root_ / ".dualstore");
    ASSERT_TRUE(put_object(*store_, "a/d", "new"));
    EXPECT_TRUE(fs::exists(root_ / ".dualstore/lock"));
}

TEST_F(DirectoryStore, LeavesNoTemporariesBehind) {
    ASSERT_TRUE(put_object(*store_, "a/b", "x"));
    EXPECT_FALSE(put_object(*store_, "a/b", "x", PutMode::create()));
    EXPECT_FALSE(put_object(*store_, "a", "x"));
    EXPECT_FALSE(put_object(*store_, "a/b/c", "x"));
    for (const auto& entry : fs::recursive_directory_iterator(root_ / ".dualstore/tmp")) EXPECT_TRUE(entry.is_directory()) << entry.path();
    store_.reset();
    EXPECT_THAT(names_in(root_ / ".dualstore/tmp"), SizeIs(0));
}

TEST_F(DirectoryStore, KeepsNoMoreThanOneReplacedFile) {
    const auto waiting = [this] {
        const auto is_file = [](const fs::directory_entry& entry) { return entry.is_regular_file(); };
        return std::ranges::count_if(fs::recursive_directory_iterator(root_ / ".dualstore/tmp"), is_file);
    };
    std::vector<PutRequest> requests;
    for (int i = 0; i < 300; ++i) requests.push_back({fmt::format("a/{}", i), "x", {}});
    for (int round = 0; round < 3; ++round) {
        for (const auto& result : store_->put(requests)) ASSERT_TRUE(result);
    }
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(put_object(*store_, "a/1", "y"));
    EXPECT_LE(waiting(), 1);
    store_.reset();
    EXPECT_THAT(names_in(root_ / ".dualstore/tmp"), SizeIs(0));
}

}  // namespace
}  // namespace dualstore
