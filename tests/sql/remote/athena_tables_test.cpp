// Tables: what init runs, and what the catalog says of them.
#include "sql/remote/athena_fixture.hpp"

namespace dualstore::sql::remote {
namespace {

TableDefinition fruit() {
    return parse_ddl(
               R"(CREATE EXTERNAL TABLE fruit (id INT COMMENT 'the id', `mixed` ARRAY<STRUCT<a:INT,b:MAP<STRING,DOUBLE>>>, price DECIMAL(10,2))
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'FALSE') LOCATION 'fruit/'
TBLPROPERTIES ('dualstore.key' = '{id}.json', 'dualstore.auto.at' = 'now', 'owner' = 'us'))",
               "test")
        .value()
        .front();
}

// The same, as GetTableMetadata tells it.
json fruit_metadata() {
    return {{"Name", "fruit"},
            {"CreateTime", 1593559968.0},
            {"TableType", "EXTERNAL_TABLE"},
            {"Columns",
             {{{"Name", "id"}, {"Type", "int"}, {"Comment", "the id"}},
              {{"Name", "mixed"}, {"Type", "array<struct<a:int,b:map<string,double>>>"}, {"Comment", "from deserializer"}},
              {{"Name", "price"}, {"Type", "decimal(10,2)"}}}},
            {"PartitionKeys", json::array()},
            {"Parameters",
             {{"EXTERNAL", "TRUE"},
              {"dualstore.auto.at", "now"},
              {"dualstore.key", "{id}.json"},
              {"inputformat", "org.apache.hadoop.mapred.TextInputFormat"},
              {"location", "s3://bucket/fruit"},
              {"outputformat", "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat"},
              {"owner", "us"},
              {"serde.param.ignore.malformed.json", "FALSE"},
              {"serde.param.serialization.format", "1"},
              {"serde.serialization.lib", "org.openx.data.jsonserde.JsonSerDe"},
              {"transient_lastDdlTime", "1490381283"}}}};
}

TEST_F(AthenaTest, CreateRunsTheDdlOfDatabaseAndTable) {
    AthenaOptions given = options();
    given.output = "s3://results/";
    const auto made = engine(given)->create(fruit(), "bucket");
    ASSERT_TRUE(made) << made.error().message;
    const auto starts = athena_.asked("StartQueryExecution");
    ASSERT_EQ(starts.size(), 2U);
    EXPECT_EQ(starts[0]["QueryString"], "CREATE DATABASE IF NOT EXISTS `db`");
    EXPECT_FALSE(starts[0]["QueryExecutionContext"].contains("Database")) << "it may not be there yet";
    const std::string ddl = starts[1]["QueryString"];
    EXPECT_TRUE(ddl.starts_with("CREATE EXTERNAL TABLE IF NOT EXISTS `fruit` (\n  `id` int")) << ddl;
    EXPECT_NE(ddl.find("LOCATION 's3://bucket/fruit/'"), std::string::npos) << ddl;
    EXPECT_NE(ddl.find("'dualstore.key' = '{id}.json'"), std::string::npos) << ddl;
    EXPECT_TRUE(ddl.ends_with(")")) << "no semicolon: " << ddl;
    EXPECT_EQ(starts[1]["QueryExecutionContext"]["Database"], "db");
    EXPECT_EQ(athena_.asked("GetQueryResults").size(), 0U);
}

TEST_F(AthenaTest, CreateGoesOnWhereDatabasesMayNotBeMade) {
    ScriptedQuery refused_ddl;
    refused_ddl.statuses = {
        status("FAILED", "FAILED: Execution Error ... AccessDeniedException; User is not authorized to perform: glue:CreateDatabase")};
    athena_.script(refused_ddl);
    const auto made = engine()->create(fruit(), "bucket");
    EXPECT_TRUE(made) << made.error().message;
    EXPECT_EQ(athena_.started(), 2U);
}

TEST_F(AthenaTest, CreateSaysWhyATableCannotBeMade) {
    athena_.script({});
    ScriptedQuery failing;
    failing.statuses = {status("FAILED", "FAILED: SemanticException Cannot create table: invalid location")};
    athena_.script(failing);
    const auto made = engine()->create(fruit(), "bucket");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::query);
    EXPECT_NE(made.error().message.find("invalid location"), std::string::npos);
}

TEST_F(AthenaTest, ATableIsDescribedAsItWasDefined) {
    athena_.table(fruit_metadata());
    const auto found = engine()->describe("Fruit");
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found);
    TableDefinition expected = fruit();
    expected.location = "s3://bucket/fruit/";
    EXPECT_EQ(**found, expected);
    EXPECT_EQ(athena_.asked("GetTableMetadata").at(0),
              (json{{"CatalogName", "AwsDataCatalog"}, {"DatabaseName", "db"}, {"TableName", "fruit"}}));
    EXPECT_EQ(athena_.started(), 0U) << "no query, nothing billed";
}

TEST_F(AthenaTest, ATableThatSomeoneElseMadeHasNoKey) {
    json metadata = fruit_metadata();
    metadata["Parameters"].erase("dualstore.key");
    metadata["Parameters"].erase("dualstore.auto.at");
    athena_.table(metadata);
    const auto found = engine()->describe("fruit");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->key_template, "");
    EXPECT_EQ((*found)->columns, fruit().columns);
}

TEST_F(AthenaTest, ATableThatIsMissingIsNone) {
    for (const auto& answer :
         {refusal("MetadataException",
                  "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: 1)"),
          refusal("MetadataException", "Failed to invoke lambda function due to: Requested resource not found"),
          refusal("EntityNotFoundException", "Table fruit not found")}) {
        athena_.refuse("GetTableMetadata", answer);
        const auto found = engine()->describe("fruit");
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_FALSE(*found);
    }
}

TEST_F(AthenaTest, TablesThatCannotBeWrittenToAreAConflict) {
    const std::vector<std::pair<std::string, std::function<void(json&)>>> changes = {
        {"view", [](json& table) { table["TableType"] = "VIRTUAL_VIEW"; }},
        {"partitioned", [](json& table) { table["PartitionKeys"].push_back({{"Name", "p"}, {"Type", "int"}}); }},
        {"type binary", [](json& table) { table["Columns"][0]["Type"] = "binary"; }},
        {"ParquetHiveSerDe", [](json& table) { table["Parameters"]["serde.serialization.lib"] = "ParquetHiveSerDe"; }},
    };
    for (const auto& [says, change] : changes) {
        json metadata = fruit_metadata();
        change(metadata);
        athena_.table(metadata);
        const auto found = engine()->describe("fruit");
        ASSERT_FALSE(found) << says;
        EXPECT_EQ(found.error().code, ErrorCode::conflict);
        EXPECT_NE(found.error().message.find(says), std::string::npos) << found.error().message;
    }
}

TEST_F(AthenaTest, DescribeTellsRefusalFromIgnorance) {
    athena_.refuse("GetTableMetadata",
                   refusal("AccessDeniedException", "You are not authorized to perform: athena:GetTableMetadata on the resource."));
    athena_.refuse("GetTableMetadata", refusal("UnknownOperationException", ""));
    athena_.refuse("GetTableMetadata", {.status = 500, .body = "<!doctype html><title>500 Internal Server Error</title>"});
    const auto opened = engine();
    const auto denied = opened->describe("fruit");
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().code, ErrorCode::permission_denied);
    EXPECT_NE(denied.error().message.find("athena:GetTableMetadata"), std::string::npos) << denied.error().message;
    for (int i = 0; i < 2; ++i) {
        const auto unknown = opened->describe("fruit");
        ASSERT_FALSE(unknown);
        EXPECT_EQ(unknown.error().code, ErrorCode::unsupported);
    }
    EXPECT_EQ(athena_.asked("GetTableMetadata").size(), 3U) << "none of them is asked again";
}

}  // namespace
}  // namespace dualstore::sql::remote
