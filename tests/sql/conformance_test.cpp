// Every case of sql.jsonl (measured on Trino 476) through the embedded engine, over a store that holds the sample records.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dualstore/client.hpp"
#include "sql/conformance.hpp"

namespace dualstore {
namespace {

using conformance::Agreement;
using conformance::ask_all;
using conformance::read_lines;

// Raised when more cases agree, never lowered.
constexpr std::size_t cases_that_agree = 65;
constexpr std::size_t error_names_that_agree = 4;
constexpr double share_of_functions = 0.98;
constexpr double share_of_types = 0.999;

const std::filesystem::path data = std::filesystem::path(TEST_DATA);

class Conformance : public testing::Test {
  protected:
    // A store with the first records of each table.
    void open(std::size_t records_of_a_table) {
        auto client = Client::open({.store = "file:" + folder_.string() + "?sync=off"});
        ASSERT_TRUE(client) << client.error().message;
        client_ = std::make_unique<Client>(std::move(*client));
        for (const TableDefinition& table : builtin_tables()) {
            const auto lines = read_lines(data / "records" / (table.name + ".ndjson"));
            const std::vector<std::string_view> records(lines.begin(), lines.end());
            const auto first = std::span(records).first(std::min(records.size(), records_of_a_table));
            for (const auto& outcome : client_->put_many(table.name, first)) ASSERT_TRUE(outcome) << outcome.error().message;
        }
    }

    static Agreement ask_folder(const std::filesystem::path& folder, const conformance::Ask& ask) {
        Agreement all;
        for (const auto& file : std::filesystem::directory_iterator(folder)) {
            std::cout << file.path().stem().string() << ": ";
            const Agreement family = ask_all(ask, file.path());
            all.cases += family.cases;
            all.agree += family.agree;
            all.errors += family.errors;
            all.error_names += family.error_names;
        }
        std::cout << fmt::format("all: {} of {} agree; {} of {} errors have Trino's name\n", all.agree, all.cases, all.error_names,
                                 all.errors);
        return all;
    }

    // Asks twice: the second time a statement runs as it was prepared the first time.
    [[nodiscard]] conformance::Ask asking_again() {
        return [this](const std::string& sql) {
            const auto first = client_->query(sql);
            auto second = client_->query(sql);
            EXPECT_EQ(first.has_value(), second.has_value()) << sql;
            return second;
        };
    }

    [[nodiscard]] conformance::Ask asking() {
        return [this](const std::string& sql) { return client_->query(sql); };
    }

    void TearDown() override {
        client_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / fmt::format("dualstore-conformance-{}", getpid());
    std::unique_ptr<Client> client_;
};

TEST_F(Conformance, AnswersAsTrinoDoes) {
    ASSERT_NO_FATAL_FAILURE(open(7500));
    const Agreement measured = ask_all(asking_again(), data / "conformance" / "sql.jsonl");
    EXPECT_EQ(measured.cases, 65U);
    EXPECT_GE(measured.agree, cases_that_agree);
    EXPECT_GE(measured.error_names, error_names_that_agree);
}

// What tests/sql/ask_trino.py asked of a real Trino: function by function, with the values at which they differ first.
TEST_F(Conformance, AnswersAsTrinoDoesFunctionByFunction) {
    ASSERT_NO_FATAL_FAILURE(open(7500));
    const Agreement all = ask_folder(data / "conformance" / "trino", asking_again());
    EXPECT_GE(all.cases, 600U);
    EXPECT_GE(static_cast<double>(all.agree), share_of_functions * static_cast<double>(all.cases));
}

// Every signature, every pair of types in a CAST and beside an operator, with NULLs of these types: which there are, and what they give.
TEST_F(Conformance, KnowsTypesAsTrinoDoes) {
    ASSERT_NO_FATAL_FAILURE(open(0));
    const Agreement all = ask_folder(data / "conformance" / "types", asking());
    EXPECT_GE(static_cast<double>(all.agree), share_of_types * static_cast<double>(all.cases));
}

// Not measured: what Trino's documentation says of these functions and errors.
TEST_F(Conformance, AnswersAsTrinoIsDocumented) {
    ASSERT_NO_FATAL_FAILURE(open(50));
    const Agreement documented = ask_all(asking(), data / "conformance" / "documented.jsonl");
    EXPECT_GT(documented.cases, 0U);
    EXPECT_EQ(documented.agree, documented.cases);
    EXPECT_EQ(documented.error_names, 13U);
}

TEST_F(Conformance, RefusesWhatIsNoQuery) {
    ASSERT_NO_FATAL_FAILURE(open(0));
    for (const std::string_view sql : {"INSERT INTO escalations VALUES (1)", "CREATE TABLE t (a integer)", "DROP TABLE escalations",
                                       "COPY escalations TO 'x'", "ATTACH 'x'", "SET threads = 1", "PRAGMA version", "CALL f()",
                                       "INSTALL httpfs", "LOAD httpfs", "EXPORT DATABASE 'x'", "SELECT 1; SELECT 2"}) {
        const auto answer = client_->query(sql);
        ASSERT_FALSE(answer) << sql;
        EXPECT_EQ(answer.error().code, ErrorCode::query) << sql;
        EXPECT_TRUE(answer.error().message.starts_with("NOT_SUPPORTED: ")) << sql << ": " << answer.error().message;
    }
}

TEST_F(Conformance, ShowsNothingButTheTables) {
    ASSERT_NO_FATAL_FAILURE(open(0));
    for (const std::string_view sql :
         {"SELECT * FROM duckdb_settings()", "SELECT * FROM sqlite_master", "SELECT * FROM pg_catalog.pg_tables",
          "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT getenv('HOME')",
          "SELECT * FROM (SELECT * FROM duckdb_tables())", "SELECT (SELECT count(*) FROM sqlite_master)"}) {
        const auto answer = client_->query(sql);
        ASSERT_FALSE(answer) << sql;
        EXPECT_EQ(answer.error().code, ErrorCode::query) << sql << ": " << answer.error().message;
    }
}

TEST_F(Conformance, SyntaxErrorsNameTheirPlace) {
    ASSERT_NO_FATAL_FAILURE(open(0));
    const auto answer = client_->query("SELECT 'é',\n  nosuch(1) FROM escalations");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "FUNCTION_NOT_FOUND: line 2:3: Function 'nosuch' not registered");
}

TEST_F(Conformance, ParametersStandForQuestionMarksInOrder) {
    ASSERT_NO_FATAL_FAILURE(open(0));
    const std::vector<Value> parameters = {std::int64_t{5}, std::string("a?"), std::int64_t{3}};
    const auto answer = client_->query("SELECT ? - 1 AS a, ? || '?' AS b, -- ?\n greatest(?, 2) AS c", parameters);
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_EQ(answer->rows.size(), 1U);
    EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][0]), 4);
    EXPECT_EQ(std::get<std::string>(answer->rows[0][1]), "a??");
    EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][2]), 3);
}

}  // namespace
}  // namespace dualstore
