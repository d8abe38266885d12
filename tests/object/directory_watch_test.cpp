// What a watch tells of a directory beside what has really changed there.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/testing.hpp"
#include "environment_number.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

class DirectoryWatch : public testing::Test {
  protected:
    void SetUp() override {
        store_ = open_directory_store(folder_.root().string(), {.sync = false}).value();
        other_ = open_directory_store(folder_.root().string(), {.sync = false}).value();  // as another process
        put("t/first", "x");
        watch_ = store_->watch("t/");
        ASSERT_NE(watch_, nullptr) << "the tests' folder is on a file system that is not watched";
        ASSERT_EQ(watch_->changed(), std::nullopt);
    }

    void put(const std::string& key, const std::string& bytes) { ASSERT_TRUE(put_object(*other_, key, bytes)); }
    void write(const std::string& path, const std::string& bytes) const {
        fs::create_directories((folder_.root() / path).parent_path());
        std::ofstream(folder_.root() / path, std::ios::app) << bytes;
    }

    TemporaryFolder folder_;
    std::shared_ptr<ObjectStore> store_;
    std::shared_ptr<ObjectStore> other_;
    std::unique_ptr<ChangeWatch> watch_;
};

TEST_F(DirectoryWatch, TellsOfWhatOthersDo) {
    EXPECT_THAT(watch_->changed(), Optional(IsEmpty()));
    put("t/put", "1");
    put("t/first", "replaced");
    write("t/foreign", "2");
    fs::rename(folder_.root() / "t/foreign", folder_.root() / "t/renamed");
    put("u/elsewhere", "3");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/first", "t/foreign", "t/put", "t/renamed")));
    EXPECT_THAT(watch_->changed(), Optional(IsEmpty()));
    write("t/put", "in place");
    fs::remove(folder_.root() / "t/first");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/first", "t/put")));
    fs::permissions(folder_.root() / "t/put", fs::perms::none);
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/put")));
}

TEST_F(DirectoryWatch, FollowsNewFolders) {
    put("t/new/deep/a", "1");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/new/deep/a")));
    put("t/new/deep/b", "2");
    put("t/new/c", "3");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/new/c", "t/new/deep/b")));
    fs::create_directories(folder_.path() / "outside/inner");
    std::ofstream(folder_.path() / "outside/inner/d") << "4";
    fs::rename(folder_.path() / "outside", folder_.root() / "t/moved");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/moved/inner/d")));
}

TEST_F(DirectoryWatch, SaysWhereItCannotTell) {
    put("t/gone/a", "1");
    ASSERT_THAT(watch_->changed(), Optional(Contains("t/gone/a")));
    for (const auto& lose : std::vector<std::function<void()>>{[&] { fs::rename(folder_.root() / "t/gone", folder_.path() / "elsewhere"); },
                                                               [&] {
                                                                   fs::rename(folder_.path() / "elsewhere", folder_.root() / "gone");
                                                                   fs::remove_all(folder_.root() / "t");
                                                               },
                                                               [&] { fs::remove_all(folder_.root()); }}) {
        put("t/kept", "1");
        while (!watch_->changed()) continue;
        lose();
        EXPECT_EQ(watch_->changed(), std::nullopt);
    }
    EXPECT_EQ(watch_->changed(), std::nullopt) << "there is no folder to watch";
    put("t/again", "1");
    EXPECT_EQ(watch_->changed(), std::nullopt) << "it begins anew";
    put("t/later", "1");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/later")));
}

TEST_F(DirectoryWatch, OverflowsIntoNotKnowing) {
    std::ifstream file("/proc/sys/fs/inotify/max_queued_events");
    int most = 16384;
    file >> most;
    for (int i = 0; i <= most / 2; ++i) {
        fs::create_symlink("nowhere", folder_.root() / "t" / std::to_string(i));
        fs::remove(folder_.root() / "t" / std::to_string(i));
    }
    EXPECT_EQ(watch_->changed(), std::nullopt);
    put("t/later", "1");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/later")));
}

TEST_F(DirectoryWatch, AForkedChildTakesNothingFromItsParent) {
    put("t/a", "1");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(watch_->changed() ? 1 : 0);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "a child cannot know";
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/a")));
}

TEST_F(DirectoryWatch, SeveralTablesHaveTheirOwn) {
    const auto second = store_->watch("u/");
    EXPECT_EQ(second->changed(), std::nullopt) << "there is no such folder yet";
    put("u/a", "1");
    EXPECT_EQ(second->changed(), std::nullopt);
    put("u/b", "1");
    put("t/b", "1");
    EXPECT_THAT(watch_->changed(), Optional(ElementsAre("t/b")));
    EXPECT_THAT(second->changed(), Optional(ElementsAre("u/b")));
}

TEST(DirectoryWatchOf, FilesThatAreNotTheMachinesIsNone) {
    MemoryFiles memory;
    const auto store = open_directory_store("/store", {.files = &memory.file_system()}).value();
    EXPECT_EQ(store->watch("t/"), nullptr);
    EXPECT_EQ(MemoryStore().watch("t/"), nullptr);
}

// Whatever happens, an object that is another one than at the last call is told of, or nothing is known.
TEST_F(DirectoryWatch, MissesNothingOfRandomChanges) {
    const std::uint64_t seed = seed_of_run();
    std::mt19937_64 random(seed);
    const auto root = folder_.root() / "t";
    const auto contents = [&] {
        std::map<std::string, std::string> all;
        const auto listed = list_all(*store_, "t/");
        for (const ObjectInfo& info : *listed) all[info.key] = (*get_object(*store_, info.key).value()).bytes;
        return all;
    };
    auto before = contents();
    std::size_t told = 0;
    constexpr int steps = 3000;
    for (int step = 0; step < steps; ++step) {
        for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
            const std::string folder = random() % 2 == 0 ? "" : fmt::format("f{}/", random() % 3);
            const std::string name = fmt::format("{}{}", folder, random() % 5);
            std::error_code error;
            switch (random() % 8) {
                case 0:
                case 1:
                    put("t/" + name, fmt::format("{}", random() % 100));
                    break;
                case 2:
                    write("t/" + name, fmt::format("{}", random() % 10));
                    break;
                case 3:
                    fs::remove(root / name, error);
                    break;
                case 4:
                    fs::rename(root / name, root / fmt::format("{}", random() % 5), error);
                    break;
                case 5:
                    fs::rename(root / fmt::format("f{}", random() % 3), root / fmt::format("f{}", random() % 3), error);
                    break;
                case 6:
                    fs::remove_all(root / fmt::format("f{}", random() % 3), error);
                    break;
                default:
                    if (random() % 20 == 0) fs::remove_all(root, error);
            }
        }
        const auto changed = watch_->changed();
        const auto after = contents();
        if (changed) {
            ++told;
            for (const auto& [key, bytes] : after) {
                if (before.contains(key) && before[key] == bytes) continue;
                ASSERT_THAT(*changed, Contains(key)) << "SEED=" << seed << ", step " << step;
            }
            for (const auto& [key, bytes] : before) {
                if (!after.contains(key)) {
                    ASSERT_THAT(*changed, Contains(key)) << "SEED=" << seed << ", step " << step << ": it is gone";
                }
            }
        }
        before = after;
    }
    fmt::print("{} of {} times it could tell\n", told, steps);
    EXPECT_GT(told, steps / 4U);
}

}  // namespace
}  // namespace dualstore
