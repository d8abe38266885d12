// Any text as a record: what is taken is JSON to a second parser too, and comes back as the same value, in one line that readers take and
// that is not changed when it is written again.
#include <nlohmann/json.hpp>

#include "check.hpp"
#include "dualstore/environment.hpp"
#include "record/json.hpp"
#include "record/reader.hpp"
#include "record/table.hpp"

namespace {

using namespace dualstore;
using fuzz::check;
using Json = nlohmann::json;

const record::Table& table() {
    static const record::Table table(parse_ddl("CREATE EXTERNAL TABLE t (i INT, b BIGINT, d DOUBLE, n DECIMAL(10,2), s STRING, t BOOLEAN, "
                                               "a ARRAY<INT>, m MAP<STRING,STRING>, r STRUCT<x:INT,y:ARRAY<STRING>>) "
                                               "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 't/' "
                                               "TBLPROPERTIES ('dualstore.key' = '{id}.json', 'dualstore.auto.id' = 'uuid')",
                                               "t.sql")
                                         .value()
                                         .front());
    return table;
}

// Numbers that the second parser refuses because they are no double.
bool may_overflow(std::string_view text) {
    constexpr std::size_t longest = 300;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
        const bool exponent = (text[i] == 'e' || text[i] == 'E') && text.find_first_not_of("+-", i + 1) != text.npos &&
                              text.find_first_not_of("0123456789", text.find_first_not_of("+-", i + 1)) >= i + 4;
        if (digits > longest || exponent) return true;
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Environment environment = Environment::system();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (may_overflow(text)) return 0;
    if (const auto parsed = record::parse_json(text)) check(Json::accept(text), "no JSON to another parser", text);
    const auto encoded = table().encode(text, environment, {});
    if (!encoded) return 0;
    std::string_view line = encoded->bytes;
    check(line.ends_with('\n'), "no line break at the end", line);
    line.remove_suffix(1);
    check(line.find('\n') == line.npos, "several lines", line);
    Json given = Json::parse(text);
    Json stored = Json::parse(line, nullptr, false);
    check(!stored.is_discarded(), "what is stored is no JSON", line);
    for (const auto& [field, value] : encoded->generated) {
        if (!given.contains(field)) stored.erase(field);
    }
    check(given == stored, "another value", line);
    check(record::Line::read(table().definition(), line).has_value(), "readers do not take it", line);
    const auto again = table().reencode(line);
    check(again && *again == encoded->bytes, "written again it is another text", line);
    return 0;
}
