// What calls of the system a client makes, by number of records.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dualstore/client.hpp"
#include "faults/failing_calls.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

constexpr const char* table = "generated_metadata";

std::string record(int id) {
    return fmt::format(R"({{"brandid":{}}})", id);
}

// An open client looks at what has changed since its last query, and at nothing else.
TEST(ClientCost, OfAQueryIsThatOfTheChangesBeforeIt) {
    const TemporaryFolder folder;
    auto client = Client::open({.store = "file:" + folder.root().string() + "?sync=off"}).value();
    std::vector<std::string> texts;
    for (int id = 0; id < 2000; ++id) texts.push_back(record(id));
    for (const auto& stored : client.put_many(table, std::vector<std::string_view>(texts.begin(), texts.end()))) ASSERT_TRUE(stored);
    const auto count_after = [&](int changes) {
        static int next = 10'000;
        for (int i = 0; i < changes; ++i) EXPECT_TRUE(client.put(table, record(next++)));
        failing_calls::plan(folder.root(), {});
        const auto answer = client.query("SELECT count(*) FROM generated_metadata");
        const std::size_t calls = failing_calls::stop().size();
        EXPECT_TRUE(answer) << answer.error().message;
        return calls;
    };
    EXPECT_GT(count_after(0), 4000U) << "the first query reads each of them";
    EXPECT_EQ(count_after(0), 0U);
    const std::size_t one = count_after(1);
    const std::size_t ten = count_after(10);
    EXPECT_LE(one, 10U);
    EXPECT_LE(ten, 10 * one);
    fmt::print("calls before a query: {} after one change, {} after ten\n", one, ten);
}

// Of an open client; two threads share some of theirs.
TEST(ClientCost, OfADurablePutIsOneSync) {
    const TemporaryFolder folder;
    failing_calls::plan(folder.root(), {});
    auto client = Client::open({.store = "file:" + folder.root().string()}).value();
    for (int id = 0; id < 3; ++id) ASSERT_TRUE(client.put(table, record(id)));
    failing_calls::plan(folder.root(), {});
    for (int id = 0; id < 100; ++id) EXPECT_TRUE(client.put(table, record(id)));
    for (int id = 0; id < 20; ++id) EXPECT_TRUE(client.remove(table, std::vector<std::string>{std::to_string(id)}));
    const auto calls = failing_calls::stop();
    const auto syncs = std::ranges::count_if(calls, [](const std::string& call) { return call.find("sync") != call.npos; });
    EXPECT_EQ(syncs, 120);
    fmt::print("{} syncs, {} calls for 100 puts and 20 removes\n", syncs, calls.size());
}

}  // namespace
}  // namespace dualstore
