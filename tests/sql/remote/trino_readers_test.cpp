// Every record that dualstore takes, as it is stored, read by both readers of a real Trino: the encoder is put to the test here, not our
// idea of the readers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "dual/json_readers.hpp"
#include "record/table.hpp"
#include "shown_value.hpp"
#include "sql/remote/trino_server.hpp"

namespace dualstore::sql::remote {
namespace {

using json_readers::Case;

class TrinoReaders : public testing::TestWithParam<const char*> {
  protected:
    static std::string name() { return GetParam() == json_readers::openx ? "openx" : "hive"; }
};

TEST_P(TrinoReaders, ShowEveryRecordAsItIsStored) {
    const auto all = json_readers::cases();
    ASSERT_GE(all.size(), 650U);
    const auto engine = trino_engine(name());
    const auto store = bucket("readers-" + name());
    std::size_t accepted = 0;
    std::size_t right = 0;
    for (const TableDefinition& definition : json_readers::tables(all, GetParam())) {
        const auto created = engine->create(definition, "readers-" + name());
        ASSERT_TRUE(created) << created.error().message;
        const record::Table table(definition);
        std::vector<std::pair<std::string, std::string>> objects;
        std::map<std::string, const Case*> stored;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].type != definition.comment) continue;
            accepted += all[i].what == "accept" ? 1U : 0U;
            auto encoded = table.encode(all[i].record, Environment::system(), {{"number", std::to_string(i)}});
            if (!encoded) continue;  // JsonReaders.EveryCaseByItsRule tells whether it may be refused
            stored["s3://readers-" + name() + "/" + encoded->key] = &all[i];
            objects.emplace_back(std::move(encoded->key), std::move(encoded->bytes));
        }
        ASSERT_NO_FATAL_FAILURE(put_all(*store, objects));
        const auto result = engine->execute(fmt::format("SELECT \"$path\", v FROM {}", definition.name), {});
        ASSERT_TRUE(result) << definition.comment << ": " << result.error().message;
        EXPECT_EQ(result->rows.size(), stored.size()) << definition.comment;
        for (const auto& row : result->rows) {
            const Case& one = *stored.at(std::get<std::string>(row[0]));
            if (one.what != "accept") continue;
            EXPECT_EQ(shown(row[1]), one.value) << one.type << " " << one.record;
            right += shown(row[1]) == one.value ? 1U : 0U;
        }
    }
    std::cout << fmt::format("{}: {} of {} accepted records show the value they state\n", name(), right, accepted);
    EXPECT_EQ(right, accepted);
}

INSTANTIATE_TEST_SUITE_P(SerDes, TrinoReaders, testing::Values(json_readers::openx, json_readers::hive),
                         [](const auto& serde) { return std::string(serde.index == 0 ? "OpenX" : "Hive"); });

}  // namespace
}  // namespace dualstore::sql::remote
