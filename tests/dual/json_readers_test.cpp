// Ground truth of a real Trino: every record that its readers give back as it stands is taken and shown in SQL, every other one refused.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "dual/json_readers.hpp"
#include "dualstore/client.hpp"
#include "shown_value.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

using json_readers::Case;
using json_readers::cases;
using json_readers::tables;

class JsonReaders : public testing::TestWithParam<const char*> {};

TEST_P(JsonReaders, EveryCaseByItsRule) {
    const auto all = cases();
    ASSERT_GE(all.size(), 650U);
    const TemporaryFolder folder;
    const auto definitions = tables(all, GetParam());
    auto client = Client::open({.store = "file:" + folder.root().string() + "?sync=off", .tables = definitions}).value();
    std::map<std::string, std::string> table_of;
    for (const auto& definition : definitions) table_of[definition.comment] = definition.name;

    std::map<std::string, std::map<std::string, const Case*>> taken;  // by table and key
    std::size_t right = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Case& one = all[i];
        const auto put = client.put(table_of[one.type], one.record, {.arguments = {{"number", std::to_string(i)}}});
        if (put) taken[table_of[one.type]][put->key] = &one;
        const bool agrees = one.what == "either" || put.has_value() == (one.what == "accept");
        EXPECT_TRUE(agrees) << one.type << " " << one.record << " should be " << one.what << ": " << (put ? "taken" : put.error().message);
        right += agrees ? 1 : 0;
    }
    for (const auto& [table, records] : taken) {
        auto result = client.query(fmt::format("SELECT \"$path\", v FROM {}", table));
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_EQ(result->rows.size(), records.size());
        for (const auto& row : result->rows) {
            const auto path = std::get<std::string>(row[0]);
            const Case& one = *records.at(path.substr(path.rfind(table + "/")));
            if (one.what != "accept" || shown(row[1]) == one.value) continue;
            --right;
            ADD_FAILURE() << one.type << " " << one.record << " shows " << shown(row[1]) << ", not " << one.value;
        }
    }
    std::cout << fmt::format("{}: {} of {} cases by their rule\n", GetParam(), right, all.size());
    EXPECT_EQ(right, all.size());
}

INSTANTIATE_TEST_SUITE_P(SerDes, JsonReaders, testing::Values(json_readers::openx, json_readers::hive),
                         [](const auto& serde) { return std::string(serde.index == 0 ? "OpenX" : "Hive"); });

}  // namespace
}  // namespace dualstore
