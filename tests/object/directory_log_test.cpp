// The directory store's log: what it brings back after a power cut, and what it leaves alone. A copy of an open store is what a disk may
// have when the power goes: the log in it counts as one of another start of the machine.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "dualstore/object_store.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void write(const fs::path& path, std::string_view bytes) {
    std::ofstream(path) << bytes;
}

class DirectoryLog : public testing::Test {
  protected:
    DirectoryLog() {
        for (const auto& key : {"t/first", "t/old", "t/gone"}) put(key, "before the log");
        store_.reset();  // what is there now is in no log
        store_ = open_directory_store(live_).value();
        put("t/warm", "a");  // the first change of a store is synced in its place
    }

    void put(const std::string& key, std::string_view bytes) { ASSERT_TRUE(put_object(*store_, key, bytes)) << key; }

    // The disk of the machine that lost its power.
    fs::path cut() {
        fs::path disk = folder_.path() / fmt::format("disk-{}", disks_++);
        fs::copy(live_, disk, fs::copy_options::recursive);
        return disk;
    }
    static std::optional<std::string> get(const fs::path& disk, const std::string& key) {
        const auto found = get_object(*open_directory_store(disk.string()).value(), key).value();
        return found ? std::optional(found->bytes) : std::nullopt;
    }

    TemporaryFolder folder_;
    const std::string live_ = folder_.root().string();
    std::shared_ptr<ObjectStore> store_ = open_directory_store(live_).value();
    int disks_ = 0;
};

TEST_F(DirectoryLog, BringsBackWhatThePowerCutTook) {
    const std::string bytes(3000, 'x');
    put("t/new", bytes);
    put("t/old", bytes);
    put("u/v/w", bytes);
    const std::string half = bytes.substr(0, 1500);
    const std::vector<std::string> left = {"", half, half + std::string(1500, '\0'), std::string(1500, '\0') + half};
    for (const std::string& torn : left) {
        const fs::path disk = cut();
        for (const auto& key : {"t/new", "t/old", "u/v/w"}) write(disk / key, torn);
        for (const auto& key : {"t/new", "t/old", "u/v/w"}) EXPECT_EQ(get(disk, key), bytes) << key;
    }
    const fs::path disk = cut();
    fs::remove(disk / "t/new");
    fs::remove_all(disk / "u");
    EXPECT_EQ(open_directory_store(disk.string()).value()->list("", "", 0)->objects.size(), 6U);
    EXPECT_EQ(read(disk / "t/new"), bytes);
    EXPECT_EQ(read(disk / "u/v/w"), bytes);
}

TEST_F(DirectoryLog, TakesTheLastOfAKeysVersions) {
    for (int version = 0; version < 5; ++version) put("t/k", fmt::format("version {}", version));
    const fs::path disk = cut();
    write(disk / "t/k", "version 1");
    EXPECT_EQ(get(disk, "t/k"), "version 4");
}

TEST_F(DirectoryLog, WhatWasRemovedStaysRemoved) {
    put("t/k", "x");
    ASSERT_TRUE(remove_object(*store_, "t/k").value());
    ASSERT_TRUE(remove_object(*store_, "t/warm").value());
    const fs::path disk = cut();
    write(disk / "t/k", "x");
    EXPECT_EQ(get(disk, "t/k"), std::nullopt);
    EXPECT_EQ(get(disk, "t/warm"), std::nullopt);
}

// Another program's changes are no power cut's.
TEST_F(DirectoryLog, WhatOthersChangedSinceStays) {
    put("t/edited", "ours");
    put("t/gone", "ours");
    put("t/back", "ours");
    ASSERT_TRUE(remove_object(*store_, "t/back").value());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // file systems keep times in steps
    const fs::path disk = cut();
    write(disk / "t/edited", "someone else's");
    fs::remove(disk / "t/gone");
    write(disk / "t/back", "someone else's");
    fs::remove(disk / "t/first");
    EXPECT_EQ(get(disk, "t/edited"), "someone else's");
    EXPECT_EQ(get(disk, "t/gone"), std::nullopt);
    EXPECT_EQ(get(disk, "t/back"), "someone else's");
    EXPECT_EQ(get(disk, "t/first"), std::nullopt);
}

// What shares the block of its inode is written with each of its syncs, on ext4 without a journal.
TEST_F(DirectoryLog, LiesApartFromTheFoldersThatChange) {
    struct statfs status{};
    put("t/k", "x");
    ASSERT_EQ(::statfs(live_.c_str(), &status), 0);
    if (status.f_type != EXT4_SUPER_MAGIC) GTEST_SKIP() << "the folder for temporary files is not on ext4";
    const auto block = [](const fs::path& path) {
        struct stat file{};
        EXPECT_EQ(::stat(path.c_str(), &file), 0) << path;
        return (file.st_ino - 1) / 32;  // inodes of 128 bytes, of which ext4 has the most in a block of 4 KiB
    };
    const fs::path own = fs::path(live_) / ".dualstore";
    std::vector<fs::path> changing = {live_, fs::path(live_) / "t", own, own / "lock", own / "tmp"};
    for (const auto& writer : fs::directory_iterator(own / "tmp")) changing.push_back(writer.path());
    ASSERT_EQ(changing.size(), 6U);
    for (const auto& path : changing) EXPECT_NE(block(path), block(own / "log/part-0")) << path;
}

TEST_F(DirectoryLog, IsEmptyAfterClosing) {
    for (int i = 0; i < 20; ++i) put(fmt::format("t/{}", i), "x");
    store_.reset();
    const fs::path disk = cut();
    for (int i = 0; i < 20; ++i) fs::remove(disk / fmt::format("t/{}", i));
    EXPECT_EQ(open_directory_store(disk.string()).value()->list("", "", 0)->objects.size(), 4U);
}

// Entries behind a damaged one cannot be told from what an earlier use of the file left.
TEST_F(DirectoryLog, DamageCostsWhatIsBehindItAndNothingElse) {
    for (int i = 0; i < 3; ++i) put(fmt::format("t/{}", i), fmt::format("value {}", i));
    const fs::path disk = cut();
    fs::path log = disk / ".dualstore/log/part-0";
    if (read(log).find("value 0") == std::string::npos) log.replace_filename("part-1");
    const std::string whole = read(log);
    ASSERT_NE(whole.find("value 0"), std::string::npos);
    const std::size_t end = whole.rfind("value 2") + 16;
    std::size_t came_back = 0;
    for (std::size_t at = 0; at < end; at = at == 31 ? 4096 : at + 1) {
        std::string damaged = whole;
        damaged[at] = damaged[at] == 'Q' ? 'R' : 'Q';
        write(log, damaged);
        fs::remove(disk / "t/0");
        write(disk / "t/1", "");
        const auto first = get(disk, "t/0"), second = get(disk, "t/1");
        ASSERT_TRUE(!first || *first == "value 0") << at;
        ASSERT_TRUE(second == "" || second == "value 1") << at;
        ASSERT_TRUE(first || second == "") << at;
        ASSERT_EQ(get(disk, "t/old"), "before the log");
        if (first) ++came_back;
        write(disk / ".dualstore/lock", "");
    }
    EXPECT_GT(came_back, end - 4096 - 100);
    for (const auto& name : {"part-0", "part-1"}) write(disk / ".dualstore/log" / name, std::string(100'000, 'x'));
    EXPECT_EQ(get(disk, "t/2"), "value 2");
    EXPECT_TRUE(put_object(*open_directory_store(disk.string()).value(), "t/2", "again"));
}

TEST_F(DirectoryLog, OfAKeyThatLeavesTheStoreIsNotFollowed) {
    put("t/inside", "x");
    const fs::path disk = cut();
    const fs::path elsewhere = folder_.path() / "elsewhere";
    fs::create_directory(elsewhere);
    fs::remove_all(disk / "t");
    fs::create_directory_symlink(elsewhere, disk / "t");
    (void)open_directory_store(disk.string()).value()->list("", "", 0);
    EXPECT_TRUE(fs::is_empty(elsewhere));
}

TEST_F(DirectoryLog, DoesNotGrowForEver) {
    const std::string large(200'000, 'x');
    std::vector<std::string> keys;
    std::vector<PutRequest> requests;
    for (int i = 0; i < 100; ++i) keys.push_back(fmt::format("t/{}", i));
    for (const auto& key : keys) requests.push_back({key, large, {}});
    for (int round = 0; round < 10; ++round) {  // 200 MB
        for (const auto& result : store_->put(requests)) ASSERT_TRUE(result);
    }
    std::uintmax_t size = 0;
    for (const auto& file : {"part-0", "part-1"}) {
        const fs::path part = fs::path(live_) / ".dualstore/log" / file;
        if (fs::exists(part)) size += fs::file_size(part);
    }
    EXPECT_GT(size, large.size());
    EXPECT_LT(size, std::uintmax_t{160} << 20);
    const fs::path disk = cut();
    for (const auto& key : keys) EXPECT_EQ(get(disk, key)->size(), large.size());
}

// Larger than what the log takes: on the disk themselves, and no older version of theirs comes back.
TEST_F(DirectoryLog, LargeObjectsAreSyncedInTheirPlaces) {
    const std::string large(1'000'000, 'x');
    put("t/k", "small");
    put("t/k", large);
    put("t/l", large);
    put("t/l", "small");
    fs::path disk = cut();
    EXPECT_EQ(get(disk, "t/k"), large);
    disk = cut();
    write(disk / "t/l", "");
    EXPECT_EQ(get(disk, "t/l"), "small");
    for (const auto& log : {"part-0", "part-1"}) EXPECT_EQ(read(disk / ".dualstore/log" / log).find(large), std::string::npos);
}

}  // namespace
}  // namespace dualstore
