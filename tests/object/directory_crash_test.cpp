// The directory store among processes: races, killed writers, and machines that refuse.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "dualstore/object_store.hpp"
#include "object/directory_files.hpp"
#include "object/directory_store.hpp"
#include "object/processes.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) count += entry.is_regular_file() ? 1U : 0U;
    return count;
}

class DirectoryProcesses : public testing::Test {
  protected:
    std::shared_ptr<ObjectStore> open() { return open_directory_store(root_).value(); }

    TemporaryFolder folder_;
    const std::string root_ = folder_.root().string();
};

TEST_F(DirectoryProcesses, OneOf16CreatorsWins) {
    for (int round = 0; round < 5; ++round) {
        const auto key = fmt::format("race/{}", round);
        std::vector<Process> processes;
        for (int i = 0; i < 16; ++i) {
            processes.emplace_back([&] {
                const auto result = put_object(*open(), key, "x", PutMode::create());
                return result ? 1 : result.error().code == ErrorCode::conflict ? 0 : 100;
            });
        }
        int winners = 0;
        for (auto& process : processes) winners += process.wait();
        EXPECT_EQ(winners, 1);
    }
}

int count_up(ObjectStore& store, int times) {
    for (int done = 0; done < times;) {
        const auto now = get_object(store, "count").value().value();
        const auto result = put_object(store, "count", fmt::format("{}", std::stoi(now.bytes) + 1), PutMode::if_match(now.etag));
        if (!result && result.error().code != ErrorCode::conflict) return 1;
        if (result) ++done;
    }
    return 0;
}

TEST_F(DirectoryProcesses, CountingLosesNothing) {
    const auto store = open();
    ASSERT_TRUE(put_object(*store, "count", "0"));
    std::vector<Process> processes;
    for (int i = 0; i < 6; ++i) processes.emplace_back([&] { return count_up(*open(), 25); });
    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(get_object(*store, "count").value()->bytes, "150");
}

// A forked child inherits its parent's open files, and with them, if one is not careful, its locks and temporaries.
TEST_F(DirectoryProcesses, ForkedChildrenMayUseTheirParentsStore) {
    const auto store = open();
    ASSERT_TRUE(put_object(*store, "count", "0"));
    std::vector<Process> processes;
    for (int i = 0; i < 4; ++i) processes.emplace_back([&] { return count_up(*store, 25); });
    EXPECT_EQ(count_up(*store, 25), 0);
    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(get_object(*store, "count").value()->bytes, "125");
    EXPECT_TRUE(put_object(*store, "after", "x"));
}

TEST_F(DirectoryProcesses, LeftoversGoOnceTheirWriterIsDead) {
    ASSERT_TRUE(put_object(*open(), "first", "x"));
    Pipe ready;
    Process writer([&] {
        const object::Descriptor own(system_files(), ::open((root_ + "/.dualstore").c_str(), O_RDONLY | O_DIRECTORY));
        const auto folder = object::WriterFolder::make(own);
        const auto file = object::Temporary::write(*folder, "half a reco");
        ready.write(folder && file ? "y" : "n");
        pause();
        return 0;
    });
    ASSERT_EQ(ready.read_some(), "y");
    ASSERT_TRUE(put_object(*open(), "a", "x"));
    EXPECT_THAT(object::leftovers(root_).value(), IsEmpty());
    EXPECT_EQ(files_in(root_ + "/.dualstore/tmp"), 1U);

    writer.kill_and_wait();
    const auto store = open();
    EXPECT_TRUE(get_object(*store, "a").value());
    const auto left = object::leftovers(root_).value();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_TRUE(fs::is_regular_file(fs::path(root_) / left[0])) << left[0];
    ASSERT_TRUE(put_object(*store, "b", "x"));
    EXPECT_EQ(files_in(root_ + "/.dualstore/tmp"), 0U);
    EXPECT_THAT(object::leftovers(root_).value(), IsEmpty());
}

std::string version(const std::string& key, int round) {
    std::string bytes;
    for (int i = 0; i < 200; ++i) bytes += fmt::format("{} {} {}\n", key, round, i);
    return bytes;
}

// Writes until it is killed, and tells of each acknowledged key.
int write_for_ever(ObjectStore& store, const Pipe& acknowledged, int round) {
    for (int n = 2 * round;; ++n) {
        std::vector<std::string> keys;
        for (int i = 0; i < (n % 2 == 0 ? 1 : 8); ++i) keys.push_back(fmt::format("t/{}", (n * 8 + i) % 500));
        std::vector<std::string> bytes;
        for (const auto& key : keys) bytes.push_back(version(key, round));
        std::vector<PutRequest> requests;
        for (std::size_t i = 0; i < keys.size(); ++i) requests.push_back({keys[i], bytes[i], {}});
        const auto results = store.put(requests);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (!results[i]) return 1;
            acknowledged.write(keys[i] + "\n");
        }
    }
}

TEST_F(DirectoryProcesses, KilledWritersLoseNothingAcknowledged) {
    std::mt19937 random(20);
    std::map<std::string, int> acknowledged;  // key -> the last round that had it acknowledged
    for (int round = 0; round < 20; ++round) {
        Pipe pipe;
        Process writer([&] { return write_for_ever(*open(), pipe, round); });
        pipe.close_writing();
        std::string told = pipe.read_some();
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
        writer.kill_and_wait();
        told += pipe.read_all();
        std::istringstream lines(told);
        for (std::string key; std::getline(lines, key);) acknowledged[key] = round;

        const auto store = open();
        for (const auto& [key, last] : acknowledged) {
            const auto found = get_object(*store, key).value();
            ASSERT_TRUE(found) << key;
            // Acknowledged in round `last`, perhaps replaced by a later round that was killed before it could tell.
            bool whole = false;
            for (int r = last; r <= round; ++r) whole = whole || found->bytes == version(key, r);
            ASSERT_TRUE(whole) << key;
        }
        const auto page = store->list("", "", 0).value();
        for (const auto& object : page.objects) {
            const auto bytes = get_object(*store, object.key).value()->bytes;
            ASSERT_EQ(std::count(bytes.begin(), bytes.end(), '\n'), 200) << object.key;
        }
    }
    EXPECT_GE(acknowledged.size(), 20U);
    ASSERT_TRUE(put_object(*open(), "last", "x"));
    EXPECT_EQ(files_in(root_ + "/.dualstore/tmp"), 0U);
}

TEST_F(DirectoryProcesses, DirectoryThatMayNotBeWrittenCanBeRead) {
    fs::create_directories(root_ + "/metadata");
    std::ofstream(root_ + "/metadata/k") << "x";
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::permissions(root_, fs::perms(0555));
    Process reader([&] {
        if (geteuid() == 0 && setuid(65534) != 0) return 10;  // root may write anywhere
        const auto store = open();
        if (get_object(*store, "metadata/k").value()->bytes != "x") return 1;
        if (store->list("", "", 0)->objects.size() != 1) return 2;
        const auto put = put_object(*store, "metadata/l", "x");
        if (put || put.error().code != ErrorCode::permission_denied) return 3;
        const auto removed = remove_object(*store, "metadata/k");
        if (removed || removed.error().code != ErrorCode::permission_denied) return 4;
        const auto below = put_object(*open_directory_store(root_ + "/new").value(), "k", "x");
        if (below || below.error().code != ErrorCode::permission_denied) return 5;
        return 0;
    });
    EXPECT_EQ(reader.wait(), 0);
    fs::permissions(root_, fs::perms(0755));
    EXPECT_EQ(files_in(root_), 1U);
}

// A file size limit stops a write in its middle, as a full disk does.
TEST_F(DirectoryProcesses, WriteThatStopsHalfwayLeavesTheOldObject) {
    ASSERT_TRUE(put_object(*open(), "k", "old"));
    Process writer([&] {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{4096, 4096};
        setrlimit(RLIMIT_FSIZE, &limit);
        const auto store = open();
        const std::string large(100'000, 'x');
        const std::vector<PutRequest> requests = {{"small", "x", {}}, {"k", large, {}}, {"other", "x", {}}};
        const auto results = store->put(requests);
        if (!results[0] || !results[2]) return 1;
        if (results[1] || results[1].error().code != ErrorCode::unavailable || results[1].error().retry != Retry::safe) return 2;
        if (files_in(root_ + "/.dualstore/tmp") != 0) return 3;
        return 0;
    });
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(get_object(*open(), "k").value()->bytes, "old");
}

TEST_F(DirectoryProcesses, OutOfDescriptorsIsAnErrorThatSaysSo) {
    ASSERT_TRUE(put_object(*open(), "k", "old"));
    Process writer([&] {
        const auto store = open();
        if (!put_object(*store, "k", "new")) return 1;
        const rlimit limit{3, 3};
        setrlimit(RLIMIT_NOFILE, &limit);
        const auto put = put_object(*store, "k", "newer");
        if (put || put.error().code != ErrorCode::unavailable || put.error().message.find("ulimit") == std::string::npos) return 2;
        const auto got = get_object(*store, "k");
        if (got || got.error().code != ErrorCode::unavailable) return 3;
        return store->list("", "", 0) ? 4 : 0;
    });
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(get_object(*open(), "k").value()->bytes, "new");
}

// Gives this process a file system of one mebibyte at `path`, which goes with the process.
bool mount_small(const std::string& path) {
    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0) return false;
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    return mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m") == 0;
}

TEST_F(DirectoryProcesses, FullDiskRefusesAndLosesNothing) {
    fs::create_directory(root_);
    constexpr int no_mount = 77;
    Process writer([&] {
        if (!mount_small(root_)) return no_mount;
        const auto store = open();
        if (!put_object(*store, "k", "old")) return 1;
        const std::string large(300'000, 'x');
        const std::vector<PutRequest> requests = {{"a", large, {}}, {"b", large, {}}, {"c", large, {}}, {"k", large, {}}};
        const auto results = store->put(requests);
        if (!results[0] || !results[1] || !results[2] || results[3]) return 2;
        const auto& error = results[3].error();
        if (error.code != ErrorCode::unavailable || error.retry != Retry::safe) return 3;
        if (error.message.find("free space") == std::string::npos) return 4;
        if (get_object(*store, "k").value()->bytes != "old" || get_object(*store, "c").value()->bytes != large) return 5;
        if (files_in(root_ + "/.dualstore/tmp") != 0) return 6;
        if (!remove_object(*store, "a").value() || !put_object(*store, "k", large)) return 7;
        return 0;
    });
    const int outcome = writer.wait();
    if (outcome == no_mount) GTEST_SKIP() << "no file system may be mounted here: the full disk is NOT tested";
    EXPECT_EQ(outcome, 0);
}

}  // namespace
}  // namespace dualstore
