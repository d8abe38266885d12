// What a put does to a record's text before any I/O (validation against the table, automatic fields, key, bytes) in bytes of it a second,
// beside what other libraries need only to read the same texts and write them again.
#include <benchmark/benchmark.h>
#include <yyjson.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "record/table.hpp"

namespace {

using namespace dualstore;

struct Records {
    std::string table;
    std::vector<std::string> texts;
    std::size_t bytes = 0;
};

Records read(const TableDefinition& table) {
    Records records{table.name, {}, 0};
    std::ifstream file(std::string(RECORDS) + "/" + table.name + ".ndjson");
    for (std::string line; std::getline(file, line);) {
        records.bytes += line.size();
        records.texts.push_back(std::move(line));
    }
    return records;
}

// Goes through all the records again and again. `work` gives the size of what it made of one; 0 is a failure.
template <class Work>
void measure(benchmark::State& state, const Records& records, Work work) {
    for (auto _ : state) {
        for (const auto& text : records.texts) {
            std::size_t size = work(text);
            benchmark::DoNotOptimize(size);
            if (size == 0) return state.SkipWithError("a record was refused");
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(records.bytes) * static_cast<std::int64_t>(state.iterations()));
}

void encode(benchmark::State& state, const Records& records, const record::Table& table) {
    const Environment environment = Environment::system();
    measure(state, records, [&](const std::string& text) {
        const auto encoded = table.encode(text, environment, {});
        return encoded ? encoded->bytes.size() : 0;
    });
}

void yyjson_copy(benchmark::State& state, const Records& records) {
    measure(state, records, [](const std::string& text) {
        yyjson_doc* document = yyjson_read(text.data(), text.size(), YYJSON_READ_NOFLAG);
        std::size_t size = 0;
        char* written = yyjson_write(document, YYJSON_WRITE_NOFLAG, &size);
        std::free(written);
        yyjson_doc_free(document);
        return size;
    });
}

void nlohmann_copy(benchmark::State& state, const Records& records) {
    measure(state, records, [](const std::string& text) { return nlohmann::json::parse(text).dump().size(); });
}

}  // namespace

int main(int count, char** arguments) {
    for (const auto& definition : builtin_tables()) {
        const Records records = read(definition);
        if (records.texts.empty()) return EXIT_FAILURE;
        const auto table = std::make_shared<record::Table>(definition);
        benchmark::RegisterBenchmark(("dualstore/" + records.table).c_str(),
                                     [=](benchmark::State& state) { encode(state, records, *table); });
        benchmark::RegisterBenchmark(("yyjson/" + records.table).c_str(), [=](benchmark::State& state) { yyjson_copy(state, records); });
        benchmark::RegisterBenchmark(("nlohmann::json/" + records.table).c_str(),
                                     [=](benchmark::State& state) { nlohmann_copy(state, records); });
    }
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return EXIT_FAILURE;
    benchmark::RunSpecifiedBenchmarks();
    return EXIT_SUCCESS;
}
