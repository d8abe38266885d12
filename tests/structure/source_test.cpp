// What docs/design.md says of the source's shape.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> sources(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_ROOT) / folder)) {
        if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp") found.push_back(entry.path());
    }
    return found;
}

std::vector<std::string> lines(const fs::path& path) {
    std::ifstream file(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
}

TEST(Source, IncludesPointOneWay) {
    const std::map<std::string, std::set<std::string>> may_include = {
        {"record", {"record"}},
        {"aws", {"aws", "record"}},
        {"object", {"object", "aws", "record"}},
        {"sql", {"sql", "object", "aws", "record"}},
        {"dual", {"dual", "object", "sql", "record"}},
        {"cli", {"cli", "dual", "record"}},
    };
    const auto files = sources("src");
    ASSERT_GT(files.size(), 50U);
    for (const auto& path : files) {
        const std::string room = fs::relative(path, fs::path(SOURCE_ROOT) / "src").begin()->string();
        ASSERT_TRUE(may_include.contains(room)) << path;
        for (const auto& line : lines(path)) {
            if (!line.starts_with("#include \"")) continue;
            const std::string target = line.substr(10, line.find_first_of("/\"", 10) - 10);
            if (target == "dualstore" || target == "builtin_ddl.inc") continue;
            EXPECT_TRUE(may_include.at(room).contains(target)) << path << ": " << line;
        }
    }
}

TEST(Source, FilesAreShort) {
    for (const char* folder : {"src", "include", "tests"}) {
        for (const auto& path : sources(folder)) EXPECT_LE(lines(path).size(), 500U) << path;
    }
    for (const auto& path : sources("include/dualstore")) EXPECT_LE(lines(path).size(), 200U) << path;
}

}  // namespace
