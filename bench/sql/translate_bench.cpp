// How long a query takes on its way from Athena's SQL to DuckDB's: every query of a file of cases, many times.
//
//   translate_bench tests/data/conformance/sql.jsonl
#include <yyjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "dualstore/table.hpp"
#include "sql/athena/dialect.hpp"

namespace {

using namespace dualstore;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr int repetitions = 200;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return std::fprintf(stderr, "usage: translate_bench CASES.jsonl\n"), 2;
    const std::vector<TableDefinition> tables = builtin_tables();
    std::ifstream file(arguments[1]);
    std::vector<double> medians;
    double worst = 0;
    double first = 0;
    std::string slowest;
    for (std::string line; std::getline(file, line);) {
        const std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document(yyjson_read(line.data(), line.size(), 0), yyjson_doc_free);
        const std::string sql = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(document.get()), "sql"));
        std::vector<double> times;
        for (int i = 0; i < repetitions; ++i) {
            const auto begun = std::chrono::steady_clock::now();
            const auto translation = sql::athena::translate(sql, tables, "default", {});
            times.push_back(Microseconds(std::chrono::steady_clock::now() - begun).count());
        }
        if (medians.empty()) first = times[0];
        medians.push_back(median(times));
        if (medians.back() > worst) {
            worst = medians.back();
            slowest = sql;
        }
    }
    if (medians.empty()) return std::fprintf(stderr, "%s has no cases\n", arguments[1]), 1;
    std::printf("%zu queries, each %d times: median %.0f us, worst %.0f us (%.60s...), the process's first translation %.0f us\n",
                medians.size(), repetitions, median(medians), worst, slowest.c_str(), first);
    return 0;
}
