// A store in memory, two small tables and engines over them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/query_engine.hpp"
#include "dualstore/table.hpp"
#include "dualstore/testing.hpp"
#include "sql/embedded_engine.hpp"

namespace dualstore::sql {

inline constexpr std::string_view small_tables = R"(
CREATE EXTERNAL TABLE fruit (id INT, name STRING, weight DOUBLE)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/fruit/'
TBLPROPERTIES ('dualstore.key' = '{id}.json');
CREATE EXTERNAL TABLE colours (id INT, colour STRING)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/colours/'
TBLPROPERTIES ('dualstore.key' = '{id}.json');
)";

class EmbeddedTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "dualstore-embedded-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] EmbeddedOptions options(std::string_view ddl = small_tables) const {
        EmbeddedOptions options;
        options.store = store_;
        options.tables = parse_ddl(ddl, "test.sql").value();
        options.database = "db";
        options.url = "memory:";
        options.mirror = folder_ / "mirror";
        options.catalog = folder_ / "catalog";
        return options;
    }
    [[nodiscard]] std::unique_ptr<QueryEngine> engine(std::string_view ddl = small_tables) const {
        return make_embedded_engine(options(ddl));
    }

    void put(std::string key, std::string_view bytes) { ASSERT_TRUE(put_object(*store_, std::move(key), bytes)); }
    void remove(std::string key) { ASSERT_TRUE(remove_object(*store_, std::move(key)).value()); }

    // Enough rows for a snapshot.
    void put_fruit(int first, int last) {
        for (int i = first; i < last; ++i) {
            put("fruit/" + std::to_string(i) + ".json",
                R"({"id":)" + std::to_string(i) + R"(,"name":"fruit )" + std::to_string(i) + "\"}\n");
        }
    }

    [[nodiscard]] std::vector<std::filesystem::path> snapshots() const {
        std::vector<std::filesystem::path> found;
        if (!std::filesystem::exists(folder_ / "mirror")) return found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "mirror")) {
            if (entry.path().extension() == ".snapshot1") found.push_back(entry.path());
        }
        return found;
    }

    static QueryResult ask(QueryEngine& engine, std::string_view sql, std::initializer_list<Value> parameters = {}) {
        auto result = engine.execute(sql, parameters);
        EXPECT_TRUE(result) << sql << ": " << (result ? "" : result.error().message);
        return result ? std::move(*result) : QueryResult{};
    }
    static std::int64_t ask_number(QueryEngine& engine, std::string_view sql, std::initializer_list<Value> parameters = {}) {
        const QueryResult result = ask(engine, sql, parameters);
        if (result.rows.size() != 1 || !std::holds_alternative<std::int64_t>(result.rows[0][0])) {
            ADD_FAILURE() << sql << " gave no single number";
            return -1;
        }
        return std::get<std::int64_t>(result.rows[0][0]);
    }
    static std::string ask_text(QueryEngine& engine, std::string_view sql, std::initializer_list<Value> parameters = {}) {
        const QueryResult result = ask(engine, sql, parameters);
        if (result.rows.size() != 1 || !std::holds_alternative<std::string>(result.rows[0][0])) {
            ADD_FAILURE() << sql << " gave no single text";
            return {};
        }
        return std::get<std::string>(result.rows[0][0]);
    }

    std::filesystem::path folder_;
    std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
};

}  // namespace dualstore::sql
