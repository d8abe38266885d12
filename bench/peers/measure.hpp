// What the programs of this folder share: candidates that take turns, records, and results as lines of JSON.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore::bench {

inline double seconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

[[noreturn]] inline void give_up(std::string_view what) {
    fmt::print(stderr, "bench: {}\n", what);
    std::exit(1);
}

// A record of the table generated_metadata with this id, some 380 bytes long, always the same for the same numbers.
inline std::string record(std::uint64_t id, std::uint64_t version) {
    return fmt::format(
        R"({{"brandid":{},"brandname":"Harbour Pets {}","regex":"(?i)^harbour\\b.*\\s*#\\s*\\d+","mccids":[5734,5944,5699,7991],)"
        R"("confidence_score":0.{:02},"version":{},"generated_at":"2024-03-28T04:29:46","evaluator_issues":["mcc_mismatch",)"
        R"("low \"coverage\"","ambiguous\nname"],"coverage_narratives_matched":0.480294,"coverage_false_positives":0.012772}})",
        id, id % 1000, id % 100, version);
}

// One of those that answer a question. `run` measures once and gives the figure.
struct Candidate {
    std::string name;
    std::function<double()> run;
};

// Lets the candidates take turns, `rounds` times, and prints a line for each: {"question":…,"at":…,"candidate":…,"figures":[…]}.
inline void compare(std::string_view question, std::uint64_t at, int rounds, const std::vector<Candidate>& candidates) {
    std::vector<std::vector<double>> figures(candidates.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < candidates.size(); ++i) figures[i].push_back(candidates[i].run());
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        fmt::print("{{\"question\":\"{}\",\"at\":{},\"candidate\":\"{}\",\"figures\":[", question, at, candidates[i].name);
        for (std::size_t f = 0; f < figures[i].size(); ++f) fmt::print("{}{:.6g}", f == 0 ? "" : ",", figures[i][f]);
        fmt::print("]}}\n");
    }
    std::fflush(stdout);
}

}  // namespace dualstore::bench
