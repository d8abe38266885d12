// Any text as table definitions: what is taken comes back the same from the statement that `describe` prints.
#include "check.hpp"
#include "dualstore/table.hpp"

using namespace dualstore;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto tables = parse_ddl(text, "fuzz.sql");
    if (!tables) return 0;
    for (const TableDefinition& table : *tables) {
        const std::string ddl = to_ddl(table, "");
        const auto again = parse_ddl(ddl, "again.sql");
        fuzz::check(again.has_value(), "what is printed is not taken", ddl);
        fuzz::check(again->size() == 1 && again->front() == table, "another definition", ddl);
    }
    return 0;
}
