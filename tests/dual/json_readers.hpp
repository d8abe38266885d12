// Ground truth of a real Trino: what its readers make of records (tests/data/conformance/json_readers.jsonl), and tables for them.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dualstore/table.hpp"

namespace dualstore::json_readers {

using nlohmann::json;

struct Case {
    std::string type;
    std::string record;
    std::string what;  // accept, refuse, either
    json value;        // where accepted
};

inline std::string from_base64(const std::string& text) {
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

inline std::vector<Case> cases() {
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

// A table with the one column `v` for each type, which its comment names; the record's number among the cases names its key.
inline std::vector<TableDefinition> tables(const std::vector<Case>& all, const std::string& serde) {
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

inline constexpr const char* openx = "org.openx.data.jsonserde.JsonSerDe";
inline constexpr const char* hive = "org.apache.hive.hcatalog.data.JsonSerDe";

}  // namespace dualstore::json_readers
