// Tables of the user's own, from Athena's DDL.
#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

constexpr const char* orders_ddl = R"(-- Orders, with all that types can be.
/* a comment of
   two lines */
CREATE EXTERNAL TABLE IF NOT EXISTS `Shop`.`Orders` (
    `order` STRING COMMENT 'its number; not "order by"',
    lines ARRAY<STRUCT<sku:STRING, amount:DECIMAL(10,2), tags:MAP<STRING,ARRAY<INT>>>>,
    `Paid` BOOLEAN, -- by whom?
    t TINYINT, s SMALLINT, b BIGINT, f FLOAT, d DOUBLE, day DATE, at TIMESTAMP,
    place STRUCT<lat:DOUBLE,lon:DOUBLE> COMMENT 'WGS 84'
)
COMMENT 'what people buy'
ROW FORMAT SERDE '%s'
STORED AS TEXTFILE
LOCATION 's3://some-bucket/shop/orders/'
TBLPROPERTIES ('dualstore.key' = '{order}.json', 'dualstore.auto.at' = 'now', 'classification' = 'json');
)";

std::string orders(const std::string& serde) {
    std::string ddl(orders_ddl);
    return ddl.replace(ddl.find("%s"), 2, serde);
}

class Tables : public StoreTest {
  protected:
    Outcome with_ddl(const std::string& ddl) {
        define("mine.sql", ddl);
        return run({"tables"});
    }
};

TEST_F(Tables, ATableOfNestedTypesWorksWithBothSerDes) {
    for (const char* serde : {"org.openx.data.jsonserde.JsonSerDe", "org.apache.hive.hcatalog.data.JsonSerDe"}) {
        SCOPED_TRACE(serde);
        std::filesystem::remove_all(root());
        define("orders.sql", orders(serde));
        const auto line = Json::parse(
            done({"put", "orders"}, R"({"order":"A-1","lines":[{"sku":"x","amount":1.50,"tags":{"k":[1,2]}},{"sku":null}],"paid":true,
            "t":127,"s":-32768,"b":9223372036854775807,"f":0.5,"d":1e-300,"day":"2024-02-29","at":"2024-01-02 03:04:05.678","place":{"lat":1.5,"lon":-2.5}})"));
        EXPECT_EQ(line["s3_key"], "shop/orders/A-1.json");
        EXPECT_EQ(
            rows("SELECT \"order\", paid, t, s, b, f, d, day, \"at\", place.lat, lines[1].amount, lines[1].tags['k'][2], lines[2].sku, "
                 "cardinality(lines) FROM shop.orders"),
            Json::parse(
                R"([["A-1",true,127,-32768,9223372036854775807,0.5,1e-300,"2024-02-29","2024-01-02 03:04:05.678",1.5,{"decimal":"1.50"},2,null,2]])"));
        expect_error(run({"put", "orders"}, R"({"order":"A-2","lines":[{"amount":"much"}]})"), 1, {"amount", "much", "decimal(10,2)"});
        expect_error(run({"put", "orders"}, R"({"order":"A-2","t":128})"), 1, {"'t'", "128", "tinyint"});
        expect_error(run({"put", "orders"}, R"({"order":"A-2","place":{"lat":"north"}})"), 1, {"lat", "north", "double"});
        EXPECT_EQ(done({"count", "orders"}), "1\n");
        EXPECT_EQ(rows("SELECT count(*) FROM generated_metadata"), Json::parse("[[0]]"));
    }
}

TEST_F(Tables, WhatDescribePrintsGivesTheSameTable) {
    define("orders.sql", orders("org.openx.data.jsonserde.JsonSerDe"));
    done({"init"});
    const std::string printed = done({"describe", "ORDERS"});
    for (const char* part : {"what people buy", "WGS 84", "classification", "decimal(10,2)", "s3://store/shop/orders/"})
        EXPECT_THAT(printed, testing::HasSubstr(part));
    define("orders.sql", printed);
    EXPECT_EQ(done({"describe", "orders"}), printed);
    done({"init"});
    for (const char* builtin : {"generated_metadata", "feedback_history", "workflow_executions", "escalations"}) {
        const std::string before = done({"describe", builtin});
        define(std::string(builtin) + ".sql", before);
        EXPECT_EQ(done({"describe", builtin}), before);
    }
    done({"init"});
}

TEST_F(Tables, AStoreKnowsItsTablesWithoutTheirFiles) {
    define("orders.sql", orders("org.openx.data.jsonserde.JsonSerDe"));
    done({"put", "orders"}, R"({"order":"A-1"})");
    tables_.clear();
    EXPECT_THAT(done({"tables"}), testing::HasSubstr("shop/orders/{order}.json"));
    EXPECT_EQ(Json::parse(done({"get", "orders", "A-1"}))["order"], "A-1");
    done({"put", "orders"}, R"({"order":"A-2"})");
    EXPECT_EQ(done({"count", "orders"}), "2\n");
    EXPECT_EQ(rows("SELECT count(*) FROM shop.orders"), Json::parse("[[2]]"));
}

TEST_F(Tables, ADefinitionThatIsNotTheStoresIsRefusedWithTheDifference) {
    define_table("t", "id STRING, n INT", "{id}.json");
    done({"put", "t"}, R"({"id":"a","n":1})");
    const auto refused = [&](std::string_view difference) {
        expect_error(run({"put", "t"}, R"({"id":"b"})"), 1, {"t", difference});
        expect_error(run({"init"}), 1, {"t", difference});
    };
    define_table("t", "id STRING, n BIGINT", "{id}.json");
    refused("column n is bigint here and int in the store");
    define_table("t", "id STRING, n INT, more STRING", "{id}.json");
    refused("column more");
    define_table("t", "id STRING", "{id}.json");
    refused("column n");
    define_table("t", "n INT, id STRING", "{id}.json");
    refused("order");
    define_table("t", "id STRING, n INT", "x{id}.json");
    refused("'x{id}.json'");
    define_table("t", "id STRING, n INT", "{id}.json", ", 'dualstore.auto.id' = 'uuid'");
    refused("automatic");
    define_table("t", "id STRING COMMENT 'only a comment', n INT", "{id}.json");
    done({"put", "t"}, R"({"id":"b"})");
    expect_records("t", 2);
}

TEST_F(Tables, AnErrorInADefinitionNamesFileLineAndWhatWasExpected) {
    const std::string tail =
        "\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION 'x/'\nTBLPROPERTIES ('dualstore.key'='{a}.json')";
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (\n  a STRING,\n  b WIBBLE\n)" + tail), 2, {"mine.sql:3", "expected", "WIBBLE"});
    expect_error(with_ddl("\n\nCREATE VIEW x AS SELECT 1"), 2, {"mine.sql:3", "expected"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING" + tail), 2, {"mine.sql:2", "expected", "')'"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING, A INT)" + tail), 2, {"mine.sql:1", "twice"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING)\nPARTITIONED BY (d STRING)" + tail), 2,
                 {"mine.sql:2", "PARTITIONED BY", "not supported"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING)\nLOCATION 'x/'"), 2, {"mine.sql:", "ROW FORMAT SERDE"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING)\nROW FORMAT SERDE 'org.example.Csv'\nLOCATION 'x/'"), 2,
                 {"mine.sql:2", "org.example.Csv"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING) COMMENT 'never closed"), 2, {"mine.sql:1"});
    expect_error(with_ddl("CREATE EXTERNAL TABLE x (a STRING)\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION 'x/'"), 2,
                 {"mine.sql:", "dualstore.key"});
    EXPECT_FALSE(std::filesystem::exists(root()));
}

TEST_F(Tables, ALocationOrKeyThatCouldMixTablesIsRefused) {
    const auto table = [](const std::string& location, const std::string& key) {
        return "CREATE EXTERNAL TABLE x (a STRING, b STRING)\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION '" +
               location + "'\nTBLPROPERTIES ('dualstore.key'='" + key + "')";
    };
    done({"init"});
    for (const char* location : {"metadata/", "metadata/inner/"}) {
        expect_error(with_ddl(table(location, "{a}.json")), 2, {"x", "generated_metadata", "metadata/"});
    }
    for (const char* location : {"", "/", "../x/", ".dualstore/x/", "a//b/", "dualstore-set-aside/x/", "s3://bucket/", "s3://bucket"}) {
        EXPECT_EQ(with_ddl(table(location, "{a}.json")).code, 2) << location;
    }
    for (const char* key : {"{a}{b}.json", "{a}", "x.json", "{a.json", "../{a}.json", "_{a}.json", "{a}%.json"}) {
        EXPECT_EQ(with_ddl(table("x/", key)).code, 2) << key;
    }
    EXPECT_EQ(with_ddl(table("x/", "{a}/{b}.json")).code, 0);
}

TEST_F(Tables, TheFolderOfDefinitionsMustBeThere) {
    expect_error(run({"--tables", "nosuch", "tables"}), 2, {"nosuch"});
    write_file(folder() / "file.sql", "");
    expect_error(run({"--tables", "file.sql", "tables"}), 2, {"file.sql"});
}

TEST_F(Tables, InitPrintsDefinitionsWithoutMakingAnything) {
    const std::string printed = done({"init", "--print"});
    EXPECT_FALSE(std::filesystem::exists(root()));
    for (const char* part :
         {"`generated_metadata`", "`feedback_history`", "`workflow_executions`", "`escalations`", "LOCATION 's3://store/metadata/'"}) {
        EXPECT_THAT(printed, testing::HasSubstr(part));
    }
    define("printed.sql", printed);
    EXPECT_EQ(done({"init", "--print"}), printed);
}

TEST_F(Tables, InitTwiceDoesNoHarm) {
    done({"init"});
    done({"put", "generated_metadata"}, R"({"brandid":1})");
    done({"init"});
    expect_records("generated_metadata", 1);
}

}  // namespace
}  // namespace dualstore::cli_test
