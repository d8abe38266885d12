// What the embedded engine answers without DuckDB.
#include <dlfcn.h>

#include <fstream>

#include "sql/embedded_fixture.hpp"

namespace dualstore::sql {
namespace {

bool duckdb_is_loaded() {
    return dlopen("libduckdb.so", RTLD_LAZY | RTLD_NOLOAD) != nullptr;
}

class LazyTest : public EmbeddedTest {
  protected:
    void define(const std::string& name, const std::string& text) {
        std::filesystem::create_directories(folder_ / "catalog");
        std::ofstream(folder_ / "catalog" / name) << text;
    }
};

TEST_F(LazyTest, DescribeReadsTheCatalogAndDoesNotLoadDuckdb) {
    const auto fruit = parse_ddl(small_tables, "test.sql").value().at(0);
    define("fruit.sql", to_ddl(fruit, {}));
    auto sql = engine();
    const auto found = sql->describe("Fruit");
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found);
    EXPECT_EQ(**found, fruit);
    EXPECT_FALSE(duckdb_is_loaded());
    // The check above can fail: the first query loads it.
    EXPECT_EQ(ask_number(*sql, "SELECT count(*) FROM fruit"), 0);
    EXPECT_TRUE(duckdb_is_loaded());
}

TEST_F(LazyTest, DescribeFindsNothingOutsideTheCatalog) {
    define("fruit.sql", to_ddl(parse_ddl(small_tables, "test.sql").value().at(0), {}));
    auto sql = engine();
    for (const char* name : {"colours", "", "../catalog/fruit", "/fruit"}) {
        const auto found = sql->describe(name);
        ASSERT_TRUE(found) << name;
        EXPECT_FALSE(*found) << name;
    }
}

TEST_F(LazyTest, DescribeNamesADefinitionThatCannotBeRead) {
    define("fruit.sql", "CREATE TABLE of nonsense");
    auto sql = engine();
    const auto found = sql->describe("fruit");
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find("fruit.sql"), std::string::npos);
}

}  // namespace
}  // namespace dualstore::sql
