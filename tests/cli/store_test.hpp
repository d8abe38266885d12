// A store in a folder of its own, and the program run on it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"
#include "temporary_folder.hpp"

namespace dualstore::cli_test {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.good()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    ASSERT_TRUE(file.flush().good()) << path;
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

// One line on standard error that begins with the program's name and holds every part.
inline void expect_error(const Outcome& outcome, int code, std::initializer_list<std::string_view> parts) {
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(outcome.err.starts_with("dualstore: ")) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_TRUE(outcome.err.ends_with('\n')) << outcome.err;
    for (const auto part : parts) EXPECT_THAT(outcome.err, testing::HasSubstr(std::string(part)));
}

class StoreTest : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path folder() const { return temporary_.path(); }
    [[nodiscard]] std::filesystem::path root() const { return temporary_.root(); }
    [[nodiscard]] std::string url() const { return "file:" + root().string(); }

    // The program on this store; `tables_` is its --tables where it is set.
    [[nodiscard]] Command command(Arguments arguments) const {
        arguments.insert(arguments.begin(), {"--store", url() + (sync_ ? "" : "?sync=off")});
        if (!tables_.empty()) arguments.insert(arguments.begin(), {"--tables", tables_.string()});
        return {.arguments = std::move(arguments), .folder = folder()};
    }
    Outcome run(Arguments arguments, const std::string& input = {}) const { return cli_test::run(command(std::move(arguments)), input); }

    // For what must work: gives its standard output.
    std::string done(Arguments arguments, const std::string& input = {}) const {
        const std::string shown = testing::PrintToString(arguments);
        const Outcome outcome = run(std::move(arguments), input);
        EXPECT_EQ(outcome.code, 0) << shown << "\n" << outcome.out << outcome.err;
        return outcome.out;
    }

    // A query's rows, each an array of values.
    [[nodiscard]] Json rows(const std::string& query) const {
        const std::string text = done({"sql", "--format", "arrays", query});
        const Json parsed = Json::parse(text, nullptr, false);
        return parsed.is_object() ? parsed["rows"] : Json("no rows: " + text);
    }
    // By key, in SQL and by `count`, which must agree.
    void expect_records(const std::string& table, std::size_t records) const {
        EXPECT_EQ(lines_of(done({"ls", table})).size(), records);
        EXPECT_EQ(rows("SELECT count(*) FROM " + table), Json::array({Json::array({records})}));
        EXPECT_EQ(done({"count", table}), std::to_string(records) + "\n");
    }

    // A file of Athena DDL in the folder that --tables then names.
    void define(const std::string& file, const std::string& ddl) {
        tables_ = folder() / "definitions";
        write_file(tables_ / file, ddl);
    }
    // A table of its own with these columns, key and automatic fields (further properties, each after a comma).
    void define_table(const std::string& name, const std::string& columns, const std::string& key, const std::string& properties = {}) {
        define(name + ".sql", "CREATE EXTERNAL TABLE " + name + " (" + columns +
                                  ")\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nLOCATION '" + name +
                                  "/'\nTBLPROPERTIES ('dualstore.key' = '" + key + "'" + properties + ");\n");
    }

    std::filesystem::path tables_;
    bool sync_ = false;  // power cuts are not what these tests are about

  private:
    TemporaryFolder temporary_;
};

}  // namespace dualstore::cli_test
