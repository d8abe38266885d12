// Real programs, killed with kill -9 at any moment, four writers and a reader at once: what they acknowledged is there, by key and in SQL.
#include <fmt/format.h>
#include <signal.h>

#include <map>
#include <random>
#include <thread>

#include "cli/store_test.hpp"
#include "dualstore/client.hpp"
#include "environment_number.hpp"

namespace dualstore::cli_test {
namespace {

class KilledWriters : public StoreTest {
  protected:
    static constexpr int writers = 4;
    static constexpr int records = 1500;

    KilledWriters() { sync_ = true; }

    // Of one writer and round; the writers' ids do not meet, the rounds' do.
    static std::string brands(int writer, int round) {
        std::string input;
        for (int id = writer * records; id < (writer + 1) * records; ++id) {
            input += Json{{"brandid", id},
                          {"brandname", fmt::format("{}", round)},
                          {"regex", std::string(static_cast<std::size_t>(1 + id % 300), 'x')}}
                         .dump() +
                     "\n";
        }
        return input;
    }

    // What was acknowledged by an output that may end in the middle of a line.
    void note(const std::string& output, int round) {
        std::string whole = output.substr(0, output.rfind('\n') + 1);
        for (const auto& line : lines_of(whole)) {
            const std::string key = Json::parse(line)["s3_key"];
            acknowledged_[std::stoi(key.substr(key.find('_') + 1))] = round;
        }
    }

    // A round's writers, killed when `delay` is over.
    void kill_round(int round, std::chrono::microseconds delay) {
        std::vector<std::unique_ptr<RunningProgram>> programs;
        for (int writer = 0; writer < writers; ++writer) {
            if (writer % 2 == 0) {
                write_file(folder() / fmt::format("{}.ndjson", writer), brands(writer, round));
                programs.push_back(
                    std::make_unique<RunningProgram>(command({"put", "generated_metadata", fmt::format("{}.ndjson", writer)})));
            } else {
                programs.push_back(std::make_unique<RunningProgram>(command({"put", "generated_metadata", "-"})));
                const std::string all = brands(writer, round);
                programs.back()->write(all.substr(0, all.find('\n', 20'000) + 1));  // its input stays open
            }
        }
        RunningProgram reader(command({"count", "generated_metadata"}));
        std::this_thread::sleep_for(delay);
        for (const auto& program : programs) ::kill(program->id(), SIGKILL);
        ::kill(reader.id(), SIGKILL);
        for (const auto& program : programs) note(program->finish().out, round);
        reader.finish();
    }

    // A record acknowledged in a round is of that round, or of a later one that was killed before it could tell.
    void expect_nothing_lost(int round) {
        auto client = Client::open({.store = url()});
        ASSERT_TRUE(client) << client.error().message;
        std::map<int, std::string> stored;
        for (std::string after;;) {
            const auto page = client->list("generated_metadata", after, 0);
            ASSERT_TRUE(page) << page.error().message;
            for (const auto& object : page->objects) {
                const int id = std::stoi(object.key.substr(object.key.find('_') + 1));
                const auto found = client->get("generated_metadata", {std::to_string(id)});
                ASSERT_TRUE(found) << found.error().message;
                ASSERT_TRUE(*found) << object.key;
                const Json record = Json::parse((*found)->bytes, nullptr, false);
                ASSERT_TRUE(record.is_object()) << object.key;
                ASSERT_EQ(record["regex"].get<std::string>().size(), static_cast<std::size_t>(1 + id % 300)) << object.key;
                stored[id] = record["brandname"];
            }
            if (page->next.empty()) break;
            after = page->next;
        }
        for (const auto& [id, last] : acknowledged_) {
            ASSERT_TRUE(stored.contains(id)) << "lost: " << id;
            ASSERT_GE(std::stoi(stored[id]), last) << id;
        }
        const auto rows = client->query("SELECT brandid, brandname FROM generated_metadata ORDER BY brandid");
        ASSERT_TRUE(rows) << rows.error().message;
        ASSERT_EQ(rows->rows.size(), stored.size()) << "in round " << round;
        for (const auto& row : rows->rows) {
            const auto id = static_cast<int>(std::get<std::int64_t>(row[0]));
            ASSERT_EQ(std::get<std::string>(row[1]), stored[id]) << id;
        }
    }

    std::map<int, int> acknowledged_;  // id -> the last round in which it was
};

// DUALSTORE_KILLS: how many writers; SEED: of the moments.
TEST_F(KilledWriters, LoseNothingAcknowledged) {
    const int rounds = static_cast<int>(environment_number("DUALSTORE_KILLS", 100)) / writers;
    const std::uint64_t seed = seed_of_run();
    std::mt19937_64 random(seed);
    done({"init"});
    std::size_t told = 0;
    std::uint64_t longest = 150'000;  // microseconds
    for (int round = 0; round < rounds; ++round) {
        kill_round(round, std::chrono::microseconds(3'000 + random() % longest));
        expect_nothing_lost(round);
        if (HasFatalFailure()) FAIL() << "SEED=" << seed;
        told += static_cast<std::size_t>(std::ranges::count(acknowledged_, round, &std::pair<const int, int>::second));
        if (told <= static_cast<std::size_t>(round) && longest < 5'000'000) longest *= 2;  // a disk that is busy with something else
    }
    const Outcome checked = run({"check"});
    EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
    fmt::print("{} writers killed, {} acknowledgements, none lost\n", rounds * writers, told);
    EXPECT_GT(told, static_cast<std::size_t>(rounds));
}

}  // namespace
}  // namespace dualstore::cli_test
