// Every case of sql.jsonl (measured on Trino 476) through the embedded engine, over a store that holds the sample records.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <yyjson.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dualstore/client.hpp"

namespace dualstore {
namespace {

// Raised when more cases agree, never lowered.
constexpr std::size_t cases_that_agree = 55;
constexpr std::size_t error_names_that_agree = 3;

const std::filesystem::path data = std::filesystem::path(TEST_DATA);

std::vector<std::string> read_lines(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string text(yyjson_val* value) {
    return {yyjson_get_str(value), yyjson_get_len(value)};
}

std::string hexadecimal(const std::string& bytes) {
    std::string digits;
    for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return digits;
}

bool close(double got, double want) {
    return got == want || std::abs(got - want) <= 1e-9 * std::max(std::abs(got), std::abs(want));
}

bool equal(const Value& got, yyjson_val* want);

bool equal_items(const std::vector<const Value*>& got, yyjson_val* want) {
    if (!yyjson_is_arr(want) || got.size() != yyjson_arr_size(want)) return false;
    std::size_t i = 0;
    yyjson_arr_iter iter = yyjson_arr_iter_with(want);
    while (yyjson_val* item = yyjson_arr_iter_next(&iter)) {
        if (!equal(*got[i++], item)) return false;
    }
    return true;
}

// A map has no order.
bool equal_entries(const Map& got, yyjson_val* want) {
    if (!yyjson_is_arr(want) || got.entries.size() != yyjson_arr_size(want)) return false;
    yyjson_arr_iter iter = yyjson_arr_iter_with(want);
    while (yyjson_val* entry = yyjson_arr_iter_next(&iter)) {
        const auto is_entry = [&](const std::pair<Value, Value>& pair) { return equal_items({&pair.first, &pair.second}, entry); };
        if (std::ranges::none_of(got.entries, is_entry)) return false;
    }
    return true;
}

struct Comparison {
    yyjson_val* want;

    bool operator()(std::monostate) const { return yyjson_is_null(want); }
    bool operator()(bool value) const { return yyjson_is_bool(want) && yyjson_get_bool(want) == value; }
    bool operator()(std::int64_t value) const { return yyjson_is_int(want) && yyjson_get_sint(want) == value; }
    bool operator()(double value) const {
        if (std::isnan(value)) return yyjson_equals_str(want, "nan");
        if (std::isinf(value)) return yyjson_equals_str(want, value > 0 ? "inf" : "-inf");
        return yyjson_is_real(want) && close(value, yyjson_get_real(want));
    }
    bool operator()(const std::string& value) const { return yyjson_is_str(want) && text(want) == value; }
    bool operator()(const Decimal& value) const { return yyjson_equals_str(yyjson_obj_get(want, "decimal"), value.digits.c_str()); }
    bool operator()(const Binary& value) const { return yyjson_equals_str(yyjson_obj_get(want, "hex"), hexadecimal(value.bytes).c_str()); }
    bool operator()(const Array& value) const {
        std::vector<const Value*> items;
        for (const Value& item : value.items) items.push_back(&item);
        return equal_items(items, want);
    }
    bool operator()(const Map& value) const { return equal_entries(value, yyjson_obj_get(want, "map")); }
    bool operator()(const Row& value) const {
        std::vector<const Value*> items;
        for (const auto& field : value.fields) items.push_back(&field.second);
        return equal_items(items, yyjson_obj_get(want, "row"));
    }
};

bool equal(const Value& got, yyjson_val* want) {
    return std::visit(Comparison{want}, static_cast<const Value::variant&>(got));
}

// Empty where the answer is the expected one, else what differs first.
std::string difference(const QueryResult& got, yyjson_val* expected) {
    yyjson_val* columns = yyjson_obj_get(expected, "columns");
    yyjson_val* rows = yyjson_obj_get(expected, "rows");
    if (yyjson_arr_size(columns) != got.columns.size()) return fmt::format("{} columns", got.columns.size());
    for (std::size_t i = 0; i < got.columns.size(); ++i) {
        yyjson_val* column = yyjson_arr_get(columns, i);
        const std::string name = text(yyjson_arr_get(column, 0));
        const std::string type = text(yyjson_arr_get(column, 1));
        if (got.columns[i].name != name) return fmt::format("column {} is named {}", name, got.columns[i].name);
        if (got.columns[i].type != type) return fmt::format("column {} is {} and not {}", name, got.columns[i].type, type);
    }
    if (yyjson_arr_size(rows) != got.rows.size()) return fmt::format("{} rows and not {}", got.rows.size(), yyjson_arr_size(rows));
    for (std::size_t r = 0; r < got.rows.size(); ++r) {
        for (std::size_t c = 0; c < got.columns.size(); ++c) {
            if (!equal(got.rows[r][c], yyjson_arr_get(yyjson_arr_get(rows, r), c))) {
                return fmt::format("another value in row {}, column {}", r + 1, got.columns[c].name);
            }
        }
    }
    return {};
}

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

    void TearDown() override {
        client_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / fmt::format("dualstore-conformance-{}", getpid());
    std::unique_ptr<Client> client_;
};

struct Agreement {
    std::size_t cases = 0;
    std::size_t agree = 0;
    std::size_t error_names = 0;
};

// Asks every case of a file and prints each that is answered otherwise.
Agreement ask_all(Client& client, const std::filesystem::path& file) {
    Agreement result;
    for (const std::string& line : read_lines(file)) {
        const std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document(yyjson_read(line.data(), line.size(), 0), yyjson_doc_free);
        EXPECT_TRUE(document) << line;
        yyjson_val* expected = yyjson_doc_get_root(document.get());
        const std::string sql = text(yyjson_obj_get(expected, "sql"));
        const auto answer = client.query(sql);
        ++result.cases;
        std::string problem;
        if (yyjson_val* error = yyjson_obj_get(expected, "error")) {
            if (answer) problem = "an answer, and not " + text(error);
            if (!answer && answer.error().message.starts_with(text(error) + ": ")) ++result.error_names;
        } else {
            problem = answer ? difference(*answer, expected) : answer.error().message;
        }
        if (problem.empty()) {
            ++result.agree;
        } else {
            std::cout << fmt::format("line {}: {}: {}\n", result.cases, problem, sql.substr(0, 100));
        }
    }
    std::cout << fmt::format("{} of {} agree; {} errors have Trino's name\n", result.agree, result.cases, result.error_names);
    return result;
}

TEST_F(Conformance, AnswersAsTrinoDoes) {
    ASSERT_NO_FATAL_FAILURE(open(7500));
    const Agreement measured = ask_all(*client_, data / "conformance" / "sql.jsonl");
    EXPECT_EQ(measured.cases, 65U);
    EXPECT_GE(measured.agree, cases_that_agree);
    EXPECT_GE(measured.error_names, error_names_that_agree);
}

// Not measured: what Trino's documentation says of these functions and errors.
TEST_F(Conformance, AnswersAsTrinoIsDocumented) {
    ASSERT_NO_FATAL_FAILURE(open(50));
    const Agreement documented = ask_all(*client_, data / "conformance" / "documented.jsonl");
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
