// Ground truth of a real Trino: every record that its readers give back as it stands is taken and shown in SQL, every other one refused.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "dualstore/client.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

using nlohmann::json;

struct Case {
    std::string type;
    std::string record;
    std::string what;  // accept, refuse, either
    json value;        // where accepted
};

std::string from_base64(const std::string& text) {
    static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') break;
        bits = bits << 6 | static_cast<unsigned>(digits.find(c));
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(static_cast<unsigned char>(bits >> count));
    }
    return bytes;
}

std::vector<Case> cases() {
    std::ifstream file(TEST_DATA "/conformance/json_readers.jsonl");
    std::vector<Case> all;
    for (std::string line; std::getline(file, line);) {
        const json one = json::parse(line);
        Case read{
            one["type"], one.contains("bytes") ? from_base64(one["bytes"]) : one["record"].get<std::string>(), one["store"]["do"], {}};
        if (one["store"].contains("value")) read.value = one["store"]["value"];
        all.push_back(std::move(read));
    }
    return all;
}

// A value as the ground truth writes it.
json shown(const Value& value) {
    struct Writer {
        json operator()(std::monostate) const { return nullptr; }
        json operator()(bool flag) const { return flag; }
        json operator()(std::int64_t number) const { return number; }
        json operator()(double number) const { return number; }
        json operator()(const std::string& text) const { return text; }
        json operator()(const Decimal& decimal) const { return {{"decimal", decimal.digits}}; }
        json operator()(const Binary&) const { return "binary"; }
        json operator()(const Array& array) const {
            json items = json::array();
            for (const auto& item : array.items) items.push_back(shown(item));
            return items;
        }
        json operator()(const Map& map) const {
            json entries = json::object();
            for (const auto& [key, item] : map.entries) entries[std::get<std::string>(key)] = shown(item);
            return {{"map", entries}};
        }
        json operator()(const Row& row) const {
            json fields = json::array();
            for (const auto& [name, item] : row.fields) fields.push_back(shown(item));
            return {{"row", fields}};
        }
    };
    return std::visit(Writer(), static_cast<const Value::variant&>(value));
}

// A table with the one column `v` for each type; the record's number among the cases names its key.
class JsonReaders : public testing::TestWithParam<const char*> {
  protected:
    static std::vector<TableDefinition> tables(const std::vector<Case>& all, const std::string& serde) {
        std::map<std::string, std::string> names;
        std::string ddl;
        for (const auto& one : all) {
            if (!names.emplace(one.type, fmt::format("t{}", names.size())).second) continue;
            const std::string& name = names[one.type];
            ddl += fmt::format(
                "CREATE EXTERNAL TABLE {} (v {}) COMMENT '{}' ROW FORMAT SERDE '{}' LOCATION '{}/' "
                "TBLPROPERTIES ('dualstore.key'='{{number}}.json', 'dualstore.auto.number'='argument');\n",
                name, one.type, one.type, serde, name);
        }
        return parse_ddl(ddl, "tables.sql").value();
    }
};

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

INSTANTIATE_TEST_SUITE_P(SerDes, JsonReaders,
                         testing::Values("org.openx.data.jsonserde.JsonSerDe", "org.apache.hive.hcatalog.data.JsonSerDe"),
                         [](const auto& serde) { return std::string(serde.index == 0 ? "OpenX" : "Hive"); });

}  // namespace
}  // namespace dualstore
