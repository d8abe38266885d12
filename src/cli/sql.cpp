// sql and count: a question, and its rows in the format asked for.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/rows.hpp"
#include "cli/waiting.hpp"
#include "dual/select.hpp"
#include "record/json.hpp"

namespace dualstore::cli {
namespace {

// A JSON number, true, false or null is that; anything else is text.
Value parameter(const std::string& text) {
    auto parsed = record::parse_json(text);
    if (!parsed) return Value(text);
    yyjson_val* value = yyjson_doc_get_root(parsed->get());
    if (yyjson_is_null(value)) return Value(std::monostate());
    if (yyjson_is_bool(value)) return Value(yyjson_get_bool(value));
    if (yyjson_is_str(value)) return Value(std::string(record::string_of(value)));
    if (!yyjson_is_raw(value)) return Value(text);
    if (text.find_first_of("eE") != text.npos) return Value(std::stod(text));
    if (text.find('.') != text.npos) return Value(Decimal{text});
    errno = 0;
    const std::int64_t integer = std::strtoll(text.c_str(), nullptr, 10);
    return errno == 0 ? Value(integer) : Value(Decimal{text});
}

void say_statistics(const QueryStatistics& statistics) {
    std::string line;
    if (!statistics.query_id.empty()) line += fmt::format("query {}, {} bytes scanned, ", statistics.query_id, statistics.bytes_scanned);
    line += fmt::format("{} ms", statistics.total.count());
    if (!statistics.query_id.empty()) {
        line += fmt::format(" ({} ms queued, {} ms executed)", statistics.queued.count(), statistics.executed.count());
    }
    if (statistics.cost) line += fmt::format(", ${:.6f}", *statistics.cost);
    say(line);
}

}  // namespace

int sql(const Options& options) {
    Waiting waiting;
    auto client = open_client(options, false);
    if (!client) return report(client.error());
    std::vector<Value> parameters;
    for (const auto& text : options.parameters) parameters.push_back(parameter(text));
    auto result = client->query(options.sql, parameters, waiting.options());
    waiting.clear();
    if (!result) return report(result.error());
    if (options.stats) say_statistics(result->statistics);
    const std::string format = !options.format.empty() ? options.format : ::isatty(STDOUT_FILENO) == 1 ? "table" : "ndjson";
    print_rows(*result, format);
    return flushed();
}

int count(const Options& options) {
    Waiting waiting;
    auto client = open_client(options, false);
    if (!client) return report(client.error());
    auto table = client->describe(options.table);
    if (!table) return report(table.error());
    const auto where = options.where.empty() ? std::nullopt : std::optional(options.where);
    auto result = client->query(dual::select_from(*table, "count(*)", where), {}, waiting.options());
    waiting.clear();
    if (!result) return report(result.error());
    print(fmt::format("{}\n", std::get<std::int64_t>(result->rows.at(0).at(0))));
    return flushed();
}

}  // namespace dualstore::cli
