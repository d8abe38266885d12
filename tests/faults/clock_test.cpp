// A client over a directory while the machine's clock is set back and forth behind the times of its files.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "dualstore/client.hpp"
#include "environment_number.hpp"
#include "faults/failing_calls.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

constexpr const char* table = "generated_metadata";

std::string record(std::int64_t id, const std::string& name) {
    return fmt::format(R"({{"brandid":{},"brandname":"{}"}})", id, name);
}

// Changes of the same size, by key and in place, one right after the other: only times and content tell them apart.
TEST(ClientClock, ThatJumpsBackHidesNoChange) {
    const std::uint64_t seed = seed_of_run();
    std::mt19937_64 random(seed);
    const TemporaryFolder folder;
    auto client = Client::open({.store = "file:" + folder.root().string()});
    ASSERT_TRUE(client) << client.error().message;
    std::map<std::int64_t, std::string> model;
    constexpr int steps = 200;
    for (int i = 0; i < steps; ++i) {
        const std::vector<std::int64_t> shifts = {0, -1, -60, -86'400, -10 * 365 * 86'400};
        failing_calls::shift_clock(shifts[random() % shifts.size()]);
        const auto id = static_cast<std::int64_t>(random() % 4);
        const std::string name = fmt::format("n{:03}", random() % 1000);
        if (model.contains(id) && random() % 2 == 0) {
            const auto path = folder.root() / "metadata" / fmt::format("brand_{}.json", id);
            std::ofstream(path, std::ios::in | std::ios::out) << record(id, name);
            std::filesystem::resize_file(path, record(id, name).size());
        } else {
            ASSERT_TRUE(client->put(table, record(id, name)));
        }
        model[id] = name;
        const auto answer = client->query(fmt::format("SELECT brandid, brandname FROM {}", table));
        ASSERT_TRUE(answer) << answer.error().message;
        std::map<std::int64_t, std::string> in_sql;
        for (const auto& row : answer->rows) in_sql[std::get<std::int64_t>(row[0])] = std::get<std::string>(row[1]);
        ASSERT_EQ(in_sql, model) << "SEED=" << seed << ", step " << i;
    }
    failing_calls::shift_clock(0);
}

}  // namespace
}  // namespace dualstore
