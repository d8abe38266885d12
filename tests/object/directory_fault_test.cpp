// The directory store over files that fail and machines that lose power. dualstore/testing.hpp has the files.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/testing.hpp"
#include "environment_number.hpp"

namespace dualstore {
namespace {

using Fault = FailingFiles::Fault;
using State = std::optional<std::string>;  // an object's bytes; none: there is no object

// One call of a store's public interface that changes something.
struct Step {
    std::string name;
    std::function<Result<void>(ObjectStore&)> run;
    std::map<std::string, State> effect;
};

Result<void> all_of(const auto& results) {
    for (const auto& result : results) {
        if (!result) return fail(result.error());
    }
    return {};
}

Step put(const std::string& key, const std::string& bytes) {
    return {fmt::format("put {}={}", key, bytes),
            [=](ObjectStore& store) -> Result<void> {
                auto done = put_object(store, key, bytes);
                if (!done) return fail(std::move(done.error()));
                return {};
            },
            {{key, bytes}}};
}

Step remove(const std::string& key) {
    return {fmt::format("remove {}", key),
            [=](ObjectStore& store) -> Result<void> {
                const std::vector<RemoveRequest> requests = {{key, {}, {}}};
                return all_of(store.remove(requests));
            },
            {{key, std::nullopt}}};
}

Step put_many(const std::vector<std::string>& keys, const std::string& bytes) {
    Step step{fmt::format("put_many {}", bytes), {}, {}};
    for (const auto& key : keys) step.effect[key] = bytes;
    step.run = [=](ObjectStore& store) {
        std::vector<PutRequest> requests;
        for (const auto& key : keys) requests.push_back({key, bytes, {}});
        return all_of(store.put(requests));
    };
    return step;
}

std::string shown(const State& state) {
    return state ? "'" + *state + "'" : "nothing";
}

class Model {
  public:
    // What `key` may hold now: after an acknowledged step one state, after a failed or cut one two.
    [[nodiscard]] bool allows(const std::string& key, const State& state) const {
        const auto found = states_.find(key);
        if (found == states_.end()) return !state;
        return std::ranges::find(found->second, state) != found->second.end();
    }
    void done(const Step& step) {
        for (const auto& [key, state] : step.effect) states_[key] = {state};
    }
    void unknown(const Step& step) {
        for (const auto& [key, state] : step.effect) {
            auto [found, first] = states_.try_emplace(key, std::vector<State>{std::nullopt});
            found->second.push_back(state);
        }
    }
    // Of the states that were possible, this one it is.
    void settle(const std::string& key, const State& state) { states_[key] = {state}; }

    [[nodiscard]] std::vector<std::string> keys() const {
        std::vector<std::string> keys;
        for (const auto& [key, states] : states_) keys.push_back(key);
        return keys;
    }

  private:
    std::map<std::string, std::vector<State>> states_;
};

// By key and by listing the store holds what the model allows, and nothing else. Empty: it does.
std::string difference(ObjectStore& store, Model& model) {
    const auto listed = list_all(store, "");
    if (!listed) return "list: " + listed.error().message;
    std::map<std::string, std::uint64_t> sizes;
    for (const auto& object : *listed) sizes[object.key] = object.size;
    for (const std::string& key : model.keys()) {
        const auto found = get_object(store, key);
        if (!found) return "get: " + found.error().message;
        const State state = *found ? State((*found)->bytes) : std::nullopt;
        if (!model.allows(key, state)) return fmt::format("{} holds {}", key, shown(state));
        const auto at = sizes.find(key);
        if ((at != sizes.end()) != state.has_value()) return fmt::format("{} is listed and read differently", key);
        if (state && at->second != state->size()) return fmt::format("{} is listed with another size", key);
        model.settle(key, state);
        if (at != sizes.end()) sizes.erase(at);
    }
    return sizes.empty() ? std::string() : fmt::format("{} should not be there", sizes.begin()->first);
}

std::shared_ptr<ObjectStore> open(FileSystem& files) {
    return open_directory_store("/store", {.sync = true, .create = true, .files = &files}).value();
}

// Temporaries of writers that died; none are left once a store was opened for writing again.
std::vector<std::string> temporaries(FileSystem& files) {
    std::vector<std::string> found;
    const int all = files.openat(AT_FDCWD, "/store/.dualstore/tmp", O_RDONLY | O_DIRECTORY, 0);
    if (all < 0) return found;
    std::vector<std::string> writers;
    files.read_folder(all, [&](const char* name, unsigned char) { writers.emplace_back(name); });
    for (const auto& writer : writers) {
        const int folder = files.openat(all, writer.c_str(), O_RDONLY | O_DIRECTORY, 0);
        files.read_folder(folder, [&](const char* name, unsigned char) { found.push_back(writer + "/" + name); });
        files.close(folder);
    }
    files.close(all);
    return found;
}

const std::vector<Step>& steps() {
    static const std::vector<Step> all = {
        put("t/a", "1"),       put("t/a", "second"), put("t/deep/b", "1"), remove("t/a"), put_many({"t/a", "t/c", "u/d"}, "many"),
        remove("never/there"),
    };
    return all;
}

// Every call of every step fails once, and from then on, in every way; then the fault is gone. An error is an error, success is kept.
TEST(DirectoryFault, FailsTheNthCallForEveryN) {
    struct Way {
        Fault fault;
        int number;
    };
    const Way ways[] = {{Fault::error, EIO},   {Fault::error, ENOSPC},    {Fault::error, EACCES}, {Fault::error, EMFILE},
                        {Fault::error, EINTR}, {Fault::lost_answer, EIO}, {Fault::short_write, 0}};
    std::size_t runs = 0, refused = 0;
    for (const Way& way : ways) {
        for (const bool only_first : {true, false}) {
            if (!only_first && way.number == EINTR) continue;  // for ever interrupted is for ever waiting
            for (const Step& before : {put("t/a", "before"), remove("t/a")}) {
                for (const Step& step : steps()) {
                    for (std::uint64_t n = 1;; ++n) {
                        MemoryFiles memory;
                        FailingFiles files(memory.file_system());
                        Model model;
                        auto store = open(files.file_system());
                        ASSERT_TRUE(before.run(*store));
                        model.done(before);
                        files.plan({.fault = way.fault, .number = way.number, .first = n, .only_first = only_first});
                        const auto done = step.run(*store);
                        const bool reached = files.failures() > 0;
                        files.plan({});
                        const std::string what = fmt::format("{}, then {}: call {} ({} {}, {})", before.name, step.name, n,
                                                             static_cast<int>(way.fault), way.number, only_first ? "once" : "from there");
                        if (done) {
                            model.done(step);
                        } else {
                            ++refused;
                            model.unknown(step);
                        }
                        ASSERT_TRUE(done || reached) << what << ": " << done.error().message;
                        if (const auto problem = difference(*store, model); !problem.empty()) FAIL() << what << ": " << problem;
                        // As another process finds it, and can go on with it.
                        store.reset();
                        auto again = open(files.file_system());
                        if (const auto problem = difference(*again, model); !problem.empty())
                            FAIL() << what << ", opened again: " << problem;
                        ASSERT_TRUE(put_object(*again, "t/last", "x")) << what;
                        EXPECT_THAT(temporaries(memory.file_system()), testing::IsEmpty()) << what;
                        ++runs;
                        if (!reached) break;
                    }
                }
            }
        }
    }
    fmt::print("{} runs, {} of them ended with an error\n", runs, refused);
    EXPECT_GT(refused, runs / 4);
}

enum class Ended { no, steps, closing };  // when the power went

// Runs the steps, closes the store, and cuts the power at call `n`.
Ended cut_at(std::uint64_t n, const std::vector<Step>& sequence, const MemoryFiles::Choose& choose, std::string& problem) {
    MemoryFiles memory;
    FailingFiles files(memory.file_system());
    Model model;
    Ended ended = Ended::steps;
    {
        auto store = open(files.file_system());
        files.plan({.fault = Fault::error, .number = EIO, .first = n, .only_first = false});
        for (const Step& step : sequence) {
            const auto done = step.run(*store);
            const bool alive = files.failures() == 0;
            if (alive && !done) problem = "an error without a cause: " + done.error().message;
            if (alive) {
                model.done(step);
                continue;
            }
            model.unknown(step);  // whatever it answered, nobody heard it
            ended = Ended::no;
            break;
        }
    }
    if (ended == Ended::steps && files.failures() == 0) ended = Ended::closing;
    memory.lose_power(choose);
    files.plan({});
    auto store = open(files.file_system());
    if (problem.empty()) problem = difference(*store, model);
    if (problem.empty() && !put_object(*store, "t/last", "x")) problem = "the store cannot be written to any more";
    if (problem.empty() && !temporaries(memory.file_system()).empty()) problem = "temporaries are left";
    return ended;
}

std::string names_of(const std::vector<Step>& sequence) {
    std::string names;
    for (const Step& step : sequence) names += (names.empty() ? "" : "; ") + step.name;
    return names;
}

// All sequences of up to three steps, cut at every call, of closing too where there are fewer, with nothing, everything and three mixtures
// of what was not synced left.
TEST(DirectoryPowerCut, KeepsWhatWasAcknowledgedAtEveryPoint) {
    std::mt19937_64 random(seed_of_run());
    const std::vector<MemoryFiles::Choose> choices = {
        [](std::size_t) { return std::size_t{0}; },
        [](std::size_t count) { return count - 1; },
        [](std::size_t count) { return count > 1 ? std::size_t{1} : std::size_t{0}; },
        [&random](std::size_t count) { return static_cast<std::size_t>(random() % count); },
        [&random](std::size_t count) { return static_cast<std::size_t>(random() % count); },
    };
    std::vector<std::vector<Step>> sequences = {{}};
    for (std::size_t from = 0, length = 0; length < 3; ++length) {
        const std::size_t to = sequences.size();
        for (; from < to; ++from) {
            for (const Step& step : steps()) {
                auto longer = sequences[from];
                longer.push_back(step);
                sequences.push_back(std::move(longer));
            }
        }
    }
    std::size_t cuts = 0;
    for (const auto& sequence : sequences) {
        const Ended last = sequence.size() < 3 ? Ended::closing : Ended::steps;
        Ended ended = Ended::no;
        for (std::uint64_t n = 1; ended < last; ++n) {
            for (std::size_t choice = 0; choice < choices.size(); ++choice, ++cuts) {
                std::string problem;
                ended = cut_at(n, sequence, choices[choice], problem);
                ASSERT_EQ(problem, "") << names_of(sequence) << ": cut at call " << n << ", choice " << choice;
            }
        }
    }
    fmt::print("{} sequences, {} cuts\n", sequences.size(), cuts);
    EXPECT_GT(sequences.size(), 250U);
}

// Longer sequences, each cut once somewhere.
TEST(DirectoryPowerCut, KeepsWhatWasAcknowledgedInRandomSequences) {
    const std::uint64_t seed = seed_of_run();
    constexpr std::size_t sequences = 10'000;
    for (std::size_t i = 0; i < sequences; ++i) {
        std::mt19937_64 random(seed + i);
        std::vector<Step> sequence;
        for (std::size_t length = 4 + random() % 9; length > 0; --length) {
            const std::string key = fmt::format("t/{}", random() % 4);
            const std::string bytes(1 + random() % 9, static_cast<char>('a' + random() % 26));
            const auto kind = random() % 4;
            sequence.push_back(kind == 0   ? remove(key)
                               : kind == 1 ? put_many({key, fmt::format("u/{}", random() % 3), "v/w/x"}, bytes)
                                           : put(key, bytes));
        }
        std::string problem;
        const std::uint64_t calls = 20 * sequence.size() + (i % 4 == 0 ? 600 : 0);  // closing looks at each lock
        cut_at(1 + random() % calls, sequence, [&random](std::size_t count) { return random() % count; }, problem);
        ASSERT_EQ(problem, "") << "SEED=" << seed + i << ": " << names_of(sequence);
    }
}

// A read that fails says so: an object that could not be looked at is not an object that is not there.
TEST(DirectoryFault, ReadsTellTheTruthOrFail) {
    MemoryFiles memory;
    FailingFiles files(memory.file_system());
    Model model;
    auto store = open(files.file_system());
    for (const Step& step : {put("t/a", "1"), put("t/deep/b", "22"), put_many({"t/c", "u/d"}, "333"), put("t/e", ""), remove("t/e")}) {
        ASSERT_TRUE(step.run(*store));
        model.done(step);
    }
    std::size_t refused = 0;
    for (const int number : {EIO, EACCES, EMFILE, ENOMEM}) {
        for (const bool only_first : {true, false}) {
            for (std::uint64_t n = 1;; ++n) {
                files.plan({.fault = Fault::error, .number = number, .first = n, .only_first = only_first});
                const std::string problem = difference(*store, model);
                const bool reached = files.failures() > 0;
                files.plan({});
                const bool failed = problem.starts_with("list: ") || problem.starts_with("get: ");
                ASSERT_TRUE(problem.empty() || (failed && reached)) << "call " << n << ": " << problem;
                refused += failed ? 1 : 0;
                if (!reached) break;
            }
        }
    }
    fmt::print("{} reads failed, none lied\n", refused);
    EXPECT_GT(refused, 50U);
}

// Every call may fail, before it happens or after.
TEST(DirectoryFault, NothingIsLostWhileFilesFailAtRandom) {
    const std::uint64_t seed = seed_of_run();
    constexpr std::size_t rounds = 400;
    std::size_t failures = 0, acknowledged = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::mt19937_64 random(seed + round);
        MemoryFiles memory;
        FailingFiles files(memory.file_system());
        Model model;
        auto store = open(files.file_system());
        const auto fault = round % 2 == 0 ? Fault::error : Fault::lost_answer;
        files.plan({.fault = fault, .number = round % 3 == 0 ? ENOSPC : EIO, .probability = 0.02, .seed = seed + round});
        for (int i = 0; i < 40; ++i) {
            const std::string key = fmt::format("t/{}", random() % 6);
            const Step step = random() % 4 == 0 ? remove(key) : put(key, fmt::format("{}-{}", round, i));
            if (step.run(*store)) {
                model.done(step);
                ++acknowledged;
            } else {
                model.unknown(step);
            }
        }
        failures += files.failures();
        files.plan({});
        ASSERT_EQ(difference(*store, model), "") << "SEED=" << seed + round;
    }
    fmt::print("{} failures, {} of {} calls acknowledged\n", failures, acknowledged, rounds * 40);
    EXPECT_GT(failures, rounds);
}

}  // namespace
}  // namespace dualstore
