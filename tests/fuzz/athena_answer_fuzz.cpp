// Any text as what Athena answers: queries' states, rows, tables, refusals, and the result object's CSV. Rows have a value for each column.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "canned_service.hpp"
#include "check.hpp"
#include "sql/remote/athena_errors.hpp"
#include "sql/remote/athena_nested.hpp"
#include "sql/remote/athena_results.hpp"
#include "sql/remote/athena_tables.hpp"

namespace {

using namespace dualstore;
using namespace dualstore::sql::remote;
using fuzz::check;

AthenaApi answering(std::string_view text) {
    return {std::make_shared<fuzz::CannedService>(text), AthenaOptions{}};
}

void read_rows(std::string_view text) {
    auto api = answering(text);
    ResultFiles files{AwsOptions{}};
    Execution execution;
    execution.id = "a";
    execution.statement_type = "DML";
    auto result = read_results(api, files, execution, {});
    if (!result) return;
    for (const auto& row : result->rows) check(row.size() == result->columns.size(), "a row of another length", text);
    // As JSON of every nested type that there is.
    static const Type nested = parse_ddl(
                                   "CREATE EXTERNAL TABLE t (id INT, c MAP<STRING,ARRAY<STRUCT<a:INT,b:DECIMAL(10,2),d:DATE>>>) "
                                   "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 't/' "
                                   "TBLPROPERTIES ('dualstore.key' = '{id}.json')",
                                   "fuzz.sql")
                                   .value()
                                   .front()
                                   .columns.back()
                                   .type;
    const std::vector<std::optional<Type>> types(result->columns.size(), nested);
    (void)read_nested_json(*result, types);
}

void read_states(std::string_view text) {
    auto api = answering(text);
    const std::array<std::string, 2> ids = {"a", "b"};
    const auto states = api.look(ids, {});
    if (!states) return;
    for (const Execution& execution : *states) {
        (void)failed_for_now(execution);
        check(!execution_error(execution).message.empty(), "an error without a word", text);
    }
}

void read_table(std::string_view text) {
    const auto table = answering(text).table("t");
    if (!table || !*table) return;
    const auto definition = definition_of(**table, "t");
    check(!definition || !definition->columns.empty(), "a table without a column", text);
}

void read_csv(std::string_view text) {
    ResultCsv csv(text);
    std::vector<Cell> row;
    std::size_t rows = 0;
    while (csv.next(row)) ++rows;
    check(rows <= text.size(), "more rows than bytes", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_rows(text);
    read_states(text);
    read_table(text);
    read_csv(text);
    return 0;
}
