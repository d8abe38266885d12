// One table with very many records. DUALSTORE_RECORDS says how many; the slow label has a million.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dualstore/client.hpp"
#include "environment_number.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

std::int64_t first_integer(const Result<QueryResult>& result) {
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::get<std::int64_t>(result->rows.at(0).at(0)) : -1;
}

TEST(ClientLarge, OneTableOfManyRecordsIsWholeByKeyListingAndSql) {
    const auto records = static_cast<std::int64_t>(environment_number("DUALSTORE_RECORDS", 20'000));
    const TemporaryFolder folder;
    auto client = Client::open({.store = "file:" + folder.root().string() + "?sync=off"});
    ASSERT_TRUE(client) << client.error().message;
    constexpr std::int64_t batch = 1000;
    for (std::int64_t from = 0; from < records; from += batch) {
        std::vector<std::string> texts;
        for (std::int64_t id = from; id < std::min(from + batch, records); ++id) {
            texts.push_back(fmt::format(R"({{"brandid":{},"brandname":"brand {}","version":{}}})", id, id, id % 7));
        }
        for (const auto& outcome : client->put_many("generated_metadata", std::vector<std::string_view>(texts.begin(), texts.end()))) {
            ASSERT_TRUE(outcome) << outcome.error().message;
        }
    }
    std::int64_t listed = 0;
    for (std::string after;;) {
        const auto page = client->list("generated_metadata", after, 100'000);
        ASSERT_TRUE(page) << page.error().message;
        listed += static_cast<std::int64_t>(page->objects.size());
        if (page->next.empty()) break;
        after = page->next;
    }
    EXPECT_EQ(listed, records);
    for (const std::int64_t id : {std::int64_t{0}, records / 2, records - 1}) {
        const auto found = client->get("generated_metadata", {std::to_string(id)});
        ASSERT_TRUE(found && *found) << id;
    }
    EXPECT_EQ(first_integer(client->query("SELECT sum(CAST(brandid AS bigint)) FROM generated_metadata")), records * (records - 1) / 2);
    ASSERT_TRUE(client->put("generated_metadata", fmt::format(R"({{"brandid":{}}})", records)));
    EXPECT_EQ(first_integer(client->query("SELECT count(DISTINCT brandid) FROM generated_metadata")), records + 1);
    // As the next program finds it.
    auto again = Client::open({.store = "file:" + folder.root().string()});
    ASSERT_TRUE(again);
    EXPECT_EQ(first_integer(again->query("SELECT count(*) FROM generated_metadata WHERE version = 3")), (records + 3) / 7);
    const auto checked = again->check("generated_metadata");
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(checked->objects, static_cast<std::uint64_t>(records) + 1);
    EXPECT_TRUE(checked->findings.empty());
}

}  // namespace
}  // namespace dualstore
