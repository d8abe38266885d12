// Any text as what a Trino server answers: pages of rows, errors, and what SHOW CREATE TABLE says. Rows have a value for each column.
#include <chrono>
#include <memory>
#include <string>

#include "canned_service.hpp"
#include "check.hpp"
#include "sql/remote/trino_statement.hpp"
#include "sql/remote/trino_table.hpp"

namespace {

using namespace dualstore;
using namespace dualstore::sql::remote;
using fuzz::check;

TrinoOptions options() {
    TrinoOptions options;
    options.user = "u";
    options.catalog = "c";
    options.schema = "s";
    options.deadline = std::chrono::seconds(0);  // a cluster that is not ready is not waited for
    return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const TrinoServer server(options(), {}, std::make_shared<fuzz::CannedService>(text));
    const auto result = server.run({.sql = "SELECT 1", .repeatable = true}, {});
    if (result) {
        for (const auto& row : result->rows) check(row.size() == result->columns.size(), "a row of another length", text);
        TableDefinition table;
        (void)read_trino_properties(*result, table);
    }
    const auto table = read_trino_table(text, "t");
    check(!table || !table->columns.empty(), "a table without a column", text);
    return 0;
}
