// The system's pwrite_synced: what it writes, beside what, and after whom. Whether that survives a power cut, only a power cut can show.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>

#include "dualstore/file_system.hpp"
#include "no_io_uring.hpp"
#include "processes.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

constexpr std::size_t block = FileSystem::synced_block;

std::string file_in(const TemporaryFolder& folder) {
    std::string path = (folder.path() / "file").string();
    std::ofstream(path) << std::string(4 * block, '.');
    return path;
}

class SyncedWrite : public testing::Test {
  protected:
    ~SyncedWrite() override { files_.close(fd_); }

    bool write(std::size_t at, char what, const std::function<void()>& meanwhile = {}) {
        const std::string bytes(block, what);
        return files_.pwrite_synced(fd_, bytes.data(), block, static_cast<off_t>(at * block), meanwhile) == ssize_t{block};
    }
    // A letter a block; '?' for one of several.
    std::string blocks() const {
        std::ifstream file(path_);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        std::string letters;
        for (std::size_t at = 0; at < bytes.size(); at += block) {
            letters += bytes.substr(at, block) == std::string(block, bytes[at]) ? bytes[at] : '?';
        }
        return letters;
    }

    const TemporaryFolder folder_;
    const std::string path_ = file_in(folder_);
    FileSystem& files_ = system_files();
    const int fd_ = files_.openat_synced(AT_FDCWD, path_.c_str());
};

TEST_F(SyncedWrite, WritesBesideWhatElseThereIsToDo) {
    int done = 0;
    for (const char letter : {'a', 'b', 'c'}) EXPECT_TRUE(write(1, letter, [&] { ++done; }));
    EXPECT_TRUE(write(3, 'd'));
    EXPECT_TRUE(write(4, 'e', [&] { ++done; }));
    EXPECT_EQ(done, 4);
    EXPECT_EQ(blocks(), ".c.de");
}

TEST_F(SyncedWrite, TellsOfAFailure) {
    EXPECT_TRUE(write(0, 'a', [] {}));
    const std::string bytes(block, 'b');
    const int read_only = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(files_.pwrite_synced(read_only, bytes.data(), block, 0, [] {}), -1);
    EXPECT_EQ(errno, EBADF);
    files_.close(read_only);
    EXPECT_EQ(files_.pwrite_synced(read_only, bytes.data(), block, 0, [] {}), -1);
    EXPECT_EQ(errno, EBADF);
    EXPECT_TRUE(write(1, 'c', [] {}));
    EXPECT_EQ(blocks(), "ac..");
}

TEST_F(SyncedWrite, ComesAfterWhatHasBegunThroughAnotherDescriptor) {
    const int other = files_.openat_synced(AT_FDCWD, path_.c_str());
    ASSERT_EQ(flock(other, LOCK_EX), 0);
    std::atomic<bool> written = false;
    std::thread writer([&] {
        EXPECT_TRUE(write(0, 'a'));
        EXPECT_TRUE(write(1, 'b', [] {}));
        written = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(written);
    EXPECT_EQ(blocks(), "....");
    files_.close(other);
    writer.join();
    EXPECT_EQ(blocks(), "ab..");
}

TEST_F(SyncedWrite, WorksInAForkedChildToo) {
    for (const char letter : {'a', 'b'}) EXPECT_TRUE(write(0, letter, [] {}));
    Process child([&] {
        bool done = true;
        for (const char letter : {'c', 'd'}) done = write(1, letter, [] {}) && done;
        return done ? 0 : 1;
    });
    EXPECT_EQ(child.wait(), 0);
    EXPECT_TRUE(write(2, 'e', [] {}));
    EXPECT_EQ(blocks(), "bde.");
}

TEST_F(SyncedWrite, WorksWhereTheKernelDoesNotWriteByItself) {
    Process child([&] {
        if (!refuse_io_uring() || syscall(SYS_io_uring_setup, 1, nullptr) != -1 || errno != EPERM) return 2;
        int done = 0;
        for (const char letter : {'a', 'b', 'c'}) {
            if (!write(1, letter, [&] { ++done; })) return 1;
        }
        return done == 3 ? 0 : 3;
    });
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(blocks(), ".c..");
}

}  // namespace
}  // namespace dualstore
