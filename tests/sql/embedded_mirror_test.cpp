// The mirror on disk: it saves reading, is rebuilt when anything is wrong with it, and never makes an answer wrong.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "sql/embedded_fixture.hpp"

namespace dualstore::sql {
namespace {

using testing::HasSubstr;

class MirrorTest : public EmbeddedTest {
  protected:
    static constexpr int count = 1500;
    static constexpr std::int64_t sum = std::int64_t{count} * (count - 1) / 2;

    void build() {
        put_fruit(0, count);
        put("colours/1.json", "{\"id\":1,\"colour\":\"red\"}\n");
        auto first = engine();
        ASSERT_EQ(ask_text(*first, "SELECT colour FROM colours"), "red");
        ASSERT_EQ(ask_number(*first, "SELECT sum(id) FROM fruit"), sum);
        ASSERT_EQ(snapshots().size(), 1U);
    }

    // A new engine's answer, and how many objects it read for it.
    std::size_t reads_of(const std::function<void(QueryEngine&)>& work) {
        const std::size_t before = store_->requests().get;
        auto sql = engine();
        work(*sql);
        return store_->requests().get - before;
    }
    std::size_t reads_of_sum(std::int64_t expected = sum) {
        return reads_of([&](QueryEngine& sql) { EXPECT_EQ(ask_number(sql, "SELECT sum(id) FROM fruit"), expected); });
    }
};

TEST_F(MirrorTest, AnotherEngineReadsOnlyWhatChanged) {
    build();
    EXPECT_EQ(reads_of_sum(), 0U);
    put("fruit/7.json", "{\"id\":1007}\n");
    put("fruit/new.json", "{\"id\":1}\n");
    remove("fruit/1.json");
    EXPECT_EQ(reads_of_sum(sum + 1000), 2U);
}

TEST_F(MirrorTest, AnOpenEngineGoesOnWhenTheSnapshotIsReplaced) {
    build();
    auto old = engine();
    EXPECT_EQ(ask_number(*old, "SELECT sum(id) FROM fruit"), sum);
    const auto before = snapshots();
    for (int i = 0; i < count; ++i) remove("fruit/" + std::to_string(i) + ".json");
    put_fruit(10'000, 10'000 + count);
    EXPECT_EQ(reads_of([&](QueryEngine& sql) { EXPECT_EQ(ask_number(sql, "SELECT min(id) FROM fruit"), 10'000); }), std::size_t{count});
    ASSERT_EQ(snapshots().size(), 1U);
    EXPECT_NE(snapshots(), before);
    EXPECT_EQ(ask_number(*old, "SELECT min(id) FROM fruit"), 10'000);
    EXPECT_EQ(ask_number(*old, "SELECT count(*) FROM fruit"), count);
    EXPECT_EQ(reads_of([&](QueryEngine& sql) { EXPECT_EQ(ask_number(sql, "SELECT count(*) FROM fruit"), count); }), 0U);
}

TEST_F(MirrorTest, ReplacedAndRemovedRowsStayAwayInTheNextSnapshot) {
    build();
    auto sql = engine();
    for (int i = 0; i < count; i += 2) remove("fruit/" + std::to_string(i) + ".json");
    for (int i = 1; i < count; i += 2) put("fruit/" + std::to_string(i) + ".json", "{\"id\":1}\n{\"id\":2}\n");
    const auto before = snapshots();
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit"), count / 2 * 3);
    EXPECT_NE(snapshots(), before);
    EXPECT_EQ(reads_of_sum(count / 2 * 3), 0U);
}

TEST_F(MirrorTest, ItComesBackAfterItWasDeleted) {
    build();
    auto open = engine();
    EXPECT_EQ(ask_number(*open, "SELECT sum(id) FROM fruit"), sum);
    std::filesystem::remove_all(folder_ / "mirror");
    EXPECT_EQ(ask_number(*open, "SELECT sum(id) FROM fruit"), sum);
    EXPECT_EQ(reads_of_sum(), std::size_t{count});
    EXPECT_EQ(reads_of_sum(), 0U);
}

TEST_F(MirrorTest, ADamagedSnapshotIsBuiltAgain) {
    build();
    const auto size = std::filesystem::file_size(snapshots().at(0));
    const auto damage = [&](const std::string& what, const std::function<void(const std::filesystem::path&)>& apply) {
        SCOPED_TRACE(what);
        ASSERT_EQ(snapshots().size(), 1U);
        apply(snapshots().at(0));
        // Every column, so that every block is read; also what an engine has read before it meets the damage.
        EXPECT_LE(reads_of([&](QueryEngine& sql) {
                      EXPECT_EQ(ask_number(sql, "SELECT sum(id) + count(weight) FROM fruit WHERE name LIKE 'fruit %'"), sum);
                      EXPECT_EQ(ask_number(sql, "SELECT count(*) FROM fruit WHERE \"$path\" LIKE 'memory:fruit/%'"), count);
                  }),
                  std::size_t{2 * count});
        EXPECT_EQ(reads_of_sum(), 0U);
    };
    for (const double share : {0.0, 0.001, 0.1, 0.5, 0.9, 0.999}) {
        const auto at = static_cast<std::uintmax_t>(static_cast<double>(size) * share);
        damage("cut at " + std::to_string(at), [&](const auto& file) { std::filesystem::resize_file(file, at); });
        damage("garbage at " + std::to_string(at), [&](const auto& file) {
            std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
            stream.seekp(static_cast<std::streamoff>(at));
            stream << std::string(4096, '\x5a');
        });
    }
    damage("removed", [](const auto& file) { std::filesystem::remove(file); });
    damage("not a database", [](const auto& file) { std::ofstream(file, std::ios::trunc) << "hello"; });
    damage("a folder", [](const auto& file) {
        std::filesystem::remove(file);
        std::filesystem::create_directory(file);
    });
}

TEST_F(MirrorTest, ASnapshotDamagedUnderAnOpenEngineIsBuiltAgain) {
    build();
    auto sql = engine();
    ASSERT_EQ(ask_text(*sql, "SELECT colour FROM colours"), "red");  // open now, but fruit's blocks are not read yet
    const auto file = snapshots().at(0);
    std::ofstream(file, std::ios::in | std::ios::binary) << std::string(std::filesystem::file_size(file), '\x5a');
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) + count(weight) FROM fruit WHERE name LIKE 'fruit %'"), sum);
    EXPECT_EQ(reads_of_sum(), 0U);
}

TEST_F(MirrorTest, ADamagedCurrentFileIsWrittenAgain) {
    build();
    for (const std::string& text : {std::string(), std::string("garbage"), std::string("../../etc/passwd"), std::string(100'000, 'a'),
                                    std::string(32, '0') + ".snapshot1"}) {
        std::ofstream(folder_ / "mirror" / "current1", std::ios::trunc) << text;
        EXPECT_EQ(reads_of_sum(), std::size_t{count});
        EXPECT_EQ(snapshots().size(), 1U);
        EXPECT_EQ(reads_of_sum(), 0U);
    }
}

TEST_F(MirrorTest, AFolderThatCannotBeWrittenOnlyCostsTime) {
    std::ofstream(folder_ / "mirror") << "a file where the folder should be";
    put_fruit(0, count);
    EXPECT_EQ(reads_of_sum(), std::size_t{count});
    EXPECT_EQ(reads_of_sum(), std::size_t{count});
}

TEST_F(MirrorTest, AChangedDefinitionRebuildsItsTableOnly) {
    build();
    std::string changed(small_tables);
    changed.replace(changed.find("weight DOUBLE"), 13, "weight FLOAT, extra STRING");
    const std::size_t before = store_->requests().get;
    auto sql = engine(changed);
    EXPECT_EQ(ask_text(*sql, "SELECT colour FROM colours"), "red");
    EXPECT_EQ(store_->requests().get, before);
    EXPECT_EQ(ask_number(*sql, "SELECT sum(id) FROM fruit WHERE extra IS NULL"), sum);
    EXPECT_EQ(store_->requests().get, before + count);
    EXPECT_EQ(ask_text(*sql, "SELECT colour FROM colours"), "red");
}

TEST_F(MirrorTest, AnUnreadableObjectIsNamedByEveryEngineUntilItIsMended) {
    put_fruit(0, count);
    put("fruit/bad.json", "{\"id\":\"x\"}\n");
    for (int i = 0; i < 2; ++i) {
        const auto refused = engine()->execute("SELECT sum(id) FROM fruit", {});
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().message, HasSubstr("fruit/bad.json"));
    }
    put("fruit/bad.json", "{\"id\":1}\n");
    EXPECT_LE(reads_of_sum(sum + 1), std::size_t{count + 1});
}

// A list may be as old as the caller says, by a clock that may be set back.
TEST_F(MirrorTest, AClockThatJumpsBackMakesNoListYounger) {
    using std::chrono::seconds;
    put_fruit(0, 3);
    const Environment::Time noon(seconds(1'800'000'000));
    TestEnvironment clock(noon);
    EmbeddedOptions wanted = options();
    wanted.remote = true;
    wanted.stale = seconds(60);
    wanted.now = clock.environment().now;
    const auto sql = make_embedded_engine(wanted);
    const auto lists_after = [&](seconds since_noon) {
        clock.set(noon + since_noon);
        const std::size_t before = store_->requests().list;
        EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 3);
        return store_->requests().list - before;
    };
    EXPECT_EQ(lists_after(seconds(0)), 1U);
    EXPECT_EQ(lists_after(seconds(59)), 0U);
    EXPECT_EQ(lists_after(seconds(-3600)), 1U);  // the list is from the future
    EXPECT_EQ(lists_after(seconds(-3599)), 0U);
    EXPECT_EQ(lists_after(seconds(-3500)), 1U);
}

TEST_F(MirrorTest, ThreadsShareAnEngine) {
    build();
    auto sql = engine();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                const std::int64_t id = 100'000 + t * 100 + i;
                put("fruit/" + std::to_string(id) + ".json", "{\"id\":" + std::to_string(id) + "}\n");
                EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit WHERE id = ?", {id}), 1);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), count + 80);
}

// As on a full disk: no file may grow beyond 64 KiB.
TEST_F(MirrorTest, AFullDiskOnlyCostsTime) {
    put_fruit(0, count);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{65536, 65536};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
        auto sql = engine();
        for (int i = 0; i < 2; ++i) {
            const auto result = sql->execute("SELECT sum(id) FROM fruit", {});
            if (!result || std::get<std::int64_t>(result->rows.at(0).at(0)) != sum) _exit(3);
        }
        _exit(0);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the process ended with " << status;
    EXPECT_TRUE(snapshots().empty());
    EXPECT_EQ(reads_of_sum(), std::size_t{count});
    EXPECT_EQ(reads_of_sum(), 0U);
}

// Several processes write and query one directory, and share its mirror.
TEST_F(MirrorTest, ProcessesShareAMirror) {
    const std::string root = (folder_ / "store").string();
    std::vector<pid_t> children;
    for (int p = 0; p < 3; ++p) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            EmbeddedOptions options;
            DirectoryStoreOptions unsynced;
            unsynced.sync = false;
            options.store = open_directory_store(root, unsynced).value();
            options.tables = parse_ddl(small_tables, "test.sql").value();
            options.database = "db";
            options.mirror = std::filesystem::path(root) / ".dualstore" / "mirror";
            const auto sql = make_embedded_engine(options);
            for (int round = 0; round < 4; ++round) {
                for (int i = 0; i < 150; ++i) {
                    const std::string id = std::to_string(p * 1'000'000 + round * 150 + i);
                    if (!put_object(*options.store, "fruit/" + id + ".json", "{\"id\":" + id + "}\n")) _exit(2);
                }
                const std::string own = "SELECT count(*) FROM fruit WHERE id / 1000000 = " + std::to_string(p);
                const auto result = sql->execute(own, {});
                if (!result || std::get<std::int64_t>(result->rows.at(0).at(0)) != (round + 1) * 150) _exit(3);
            }
            _exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "a process ended with " << status;
    }
}

}  // namespace
}  // namespace dualstore::sql
