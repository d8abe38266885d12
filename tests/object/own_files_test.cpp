// A store's own small files: whole or not there, whatever fails and wherever the power goes.
#include "object/own_files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "dualstore/testing.hpp"
#include "environment_number.hpp"
#include "temporary_folder.hpp"

namespace dualstore::object {
namespace {

using Fault = FailingFiles::Fault;

constexpr const char* path = "/home/.dualstore/tables/t.sql";

std::string text_of(FileSystem& files) {
    const auto text = read_file(files, path);
    return text ? text->value_or("") : "error: " + text.error().message;
}

// Runs one place_file over `before` while call `n` and all later ones fail, and lets `then` look. True: it needed fewer calls.
template <class Then>
bool fails_at(std::uint64_t n, const std::string& before, const FailingFiles::Plan& plan, Then then) {
    MemoryFiles memory;
    FailingFiles files(memory.file_system());
    if (!before.empty()) {
        EXPECT_TRUE(place_file(files.file_system(), path, before, false));
    }
    FailingFiles::Plan at_n = plan;
    at_n.first = n;
    files.plan(at_n);
    const auto placed = place_file(files.file_system(), path, "new", false);
    const bool reached = files.failures() > 0;
    files.plan({});
    then(memory, placed);
    return !reached;
}

TEST(OwnFiles, AreTheOldOnesOrTheNewOnesWhicheverCallFails) {
    for (const std::string before : {"", "old"}) {
        for (const auto& plan : std::vector<FailingFiles::Plan>{{.number = EIO},
                                                                {.number = ENOSPC, .only_first = false},
                                                                {.fault = Fault::lost_answer, .number = EIO},
                                                                {.fault = Fault::short_write}}) {
            bool ended = false;
            for (std::uint64_t n = 1; !ended; ++n) {
                ended = fails_at(n, before, plan, [&](MemoryFiles& memory, const Result<void>& placed) {
                    const std::string text = text_of(memory.file_system());
                    if (placed) {
                        EXPECT_EQ(text, "new") << n;
                    } else if (plan.fault == Fault::error && placed.error().code != ErrorCode::outcome_unknown) {
                        EXPECT_EQ(text, before) << n;
                    } else {
                        EXPECT_THAT(text, testing::AnyOf(before, "new")) << n;
                    }
                });
            }
        }
    }
}

TEST(OwnFiles, SurviveAPowerCut) {
    std::mt19937_64 random(seed_of_run());
    const std::vector<MemoryFiles::Choose> choices = {[](std::size_t) { return std::size_t{0}; },
                                                      [](std::size_t count) { return count - 1; },
                                                      [&random](std::size_t count) { return static_cast<std::size_t>(random() % count); }};
    for (const std::string before : {"", "old"}) {
        for (const auto& choose : choices) {
            bool ended = false;
            for (std::uint64_t n = 1; !ended; ++n) {
                ended = fails_at(n, before, {.number = EIO, .only_first = false}, [&](MemoryFiles& memory, const Result<void>& placed) {
                    memory.lose_power(choose);
                    const std::string text = text_of(memory.file_system());
                    if (placed) {
                        EXPECT_EQ(text, "new") << n;
                    } else {
                        EXPECT_THAT(text, testing::AnyOf(before, "new")) << n;
                    }
                });
            }
        }
    }
}

TEST(OwnFiles, OnlyTheFirstOneIsPlacedWhereItMustBeNew) {
    MemoryFiles memory;
    ASSERT_TRUE(place_file(memory.file_system(), path, "first", true));
    const auto second = place_file(memory.file_system(), path, "second", true);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    EXPECT_EQ(text_of(memory.file_system()), "first");
}

TEST(OwnFiles, WhatIsNoFileIsAnErrorAndNotNothing) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "folder");
    ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
    std::filesystem::create_symlink("loop", folder.path() / "loop");
    for (const char* name : {"folder", "pipe", "loop"}) {
        const auto text = read_file(system_files(), folder.path() / name);
        ASSERT_FALSE(text) << name;
        EXPECT_THAT(text.error().message, testing::HasSubstr(name));
    }
    EXPECT_EQ(read_file(system_files(), folder.path() / "none").value(), std::nullopt);
}

}  // namespace
}  // namespace dualstore::object
