// What each store can do and what not: measured, printed, and compared with the table in docs/stores.md.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <map>

#include "object/features.hpp"

namespace dualstore {
namespace {

class StoreFeatures : public ConformanceTest {};

TEST_P(StoreFeatures, AreAsExpected) {
    for (const auto& row : feature_rows()) {
        if (!row.measured || (row.wire && !GetParam().bucket)) continue;
        EXPECT_EQ(row.measured(*store_, GetParam()), row.expected(GetParam())) << row.title;
    }
}

std::vector<StoreKind> documented_kinds() {
    auto kinds = store_kinds();
    std::erase_if(kinds, [](const auto& kind) { return kind.column.empty(); });
    return kinds;
}

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> found;
    for (std::size_t at = line.find('|'); at != line.npos;) {
        const auto end = line.find(" |", at + 1);
        if (end == line.npos) break;
        found.push_back(line.substr(at + 2, end - at - 2));
        at = end + 1;
    }
    return found;
}

// Title → column → cell, of the table whose first column is "can it".
std::map<std::string, std::map<std::string, std::string>> documented() {
    std::ifstream file(SOURCE_ROOT "/docs/stores.md");
    std::map<std::string, std::map<std::string, std::string>> table;
    std::vector<std::string> columns;
    for (std::string line; std::getline(file, line);) {
        const auto row = cells(line);
        if (!row.empty() && row.front() == "can it") columns = row;
        if (row.size() != columns.size()) columns.clear();
        for (std::size_t i = 1; i < columns.size(); ++i) table[row.front()][columns[i]] = row[i];
    }
    return table;
}

TEST(StoreTable, SaysWhatIsSo) {
    const auto table = documented();
    for (const auto& kind : documented_kinds()) {
        for (const auto& row : feature_rows()) {
            const auto found = table.find(row.title);
            ASSERT_TRUE(found != table.end() && found->second.contains(kind.column)) << row.title << ", " << kind.column;
            EXPECT_EQ(found->second.at(kind.column), cell(row, kind)) << row.title << ", " << kind.column;
        }
    }
}

// At the end of the program, for who reads its output.
class PrintedTable : public testing::Environment {
  public:
    void TearDown() override {
        const auto kinds = documented_kinds();
        std::cout << fmt::format("{:70}", "can it");
        for (const auto& kind : kinds) std::cout << fmt::format("{:>16}", kind.column);
        for (const auto& row : feature_rows()) {
            std::cout << fmt::format("\n{:70}", row.title);
            for (const auto& kind : kinds) std::cout << fmt::format("{:>16}", cell(row, kind));
        }
        std::cout << std::endl;
    }
};
const auto* const printed [[maybe_unused]] = testing::AddGlobalTestEnvironment(new PrintedTable);

INSTANTIATE_TEST_SUITE_P(Stores, StoreFeatures, testing::ValuesIn(documented_kinds()), kind_name);

}  // namespace
}  // namespace dualstore
