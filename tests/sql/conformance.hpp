// Asking what a file of cases asks, and comparing with the answers that stand there: tests/data/conformance.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <yyjson.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "dualstore/query_engine.hpp"

namespace dualstore::conformance {

inline std::vector<std::string> read_lines(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

inline std::string text(yyjson_val* value) {
    return {yyjson_get_str(value), yyjson_get_len(value)};
}

inline std::string hexadecimal(const std::string& bytes) {
    std::string digits;
    for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return digits;
}

inline bool close(double got, double want) {
    return got == want || std::abs(got - want) <= 1e-9 * std::max(std::abs(got), std::abs(want));
}

inline bool equal(const Value& got, yyjson_val* want);

inline bool equal_items(const std::vector<const Value*>& got, yyjson_val* want) {
    if (!yyjson_is_arr(want) || got.size() != yyjson_arr_size(want)) return false;
    std::size_t i = 0;
    yyjson_arr_iter iter = yyjson_arr_iter_with(want);
    while (yyjson_val* item = yyjson_arr_iter_next(&iter)) {
        if (!equal(*got[i++], item)) return false;
    }
    return true;
}

// A map has no order.
inline bool equal_entries(const Map& got, yyjson_val* want) {
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

inline bool equal(const Value& got, yyjson_val* want) {
    return std::visit(Comparison{want}, static_cast<const Value::variant&>(got));
}

// Empty where the answer is the expected one, else what differs first.
inline std::string difference(const QueryResult& got, yyjson_val* expected) {
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

// Answers one query.
using Ask = std::function<Result<QueryResult>(const std::string& sql)>;

struct Agreement {
    std::size_t cases = 0;
    std::size_t agree = 0;
    std::size_t errors = 0;       // cases that want one
    std::size_t error_names = 0;  // of those, answered by the error's name
};

// Asks every case of a file and prints each that is answered otherwise.
inline Agreement ask_all(const Ask& ask, const std::filesystem::path& file) {
    Agreement result;
    for (const std::string& line : read_lines(file)) {
        const std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document(yyjson_read(line.data(), line.size(), 0), yyjson_doc_free);
        EXPECT_TRUE(document) << line;
        yyjson_val* expected = yyjson_doc_get_root(document.get());
        const std::string sql = text(yyjson_obj_get(expected, "sql"));
        const auto answer = ask(sql);
        ++result.cases;
        std::string problem;
        if (yyjson_val* error = yyjson_obj_get(expected, "error")) {
            ++result.errors;
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
    std::cout << fmt::format("{} of {} agree; {} of {} errors have Trino's name\n", result.agree, result.cases, result.error_names,
                             result.errors);
    return result;
}

}  // namespace dualstore::conformance
