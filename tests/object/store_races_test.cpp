// What every object store must do with batches and with many threads.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "object/conformance.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreRaces : public ConformanceTest {
  protected:
    // Every other one must be refused, and know it.
    bool wins(const std::string& key, std::string_view bytes, PutMode mode) {
        const auto result = put_object(*store_, key, bytes, std::move(mode));
        if (!result && result.error().code != ErrorCode::conflict)
            ADD_FAILURE() << name(result.error().code) << ": " << result.error().message;
        return result.has_value();
    }
};

TEST_P(StoreRaces, BatchGivesOneResultForEachInOrder) {
    const auto etag_a = put("a", "a");
    const auto etag_b = put("b", "b");
    const std::vector<PutRequest> requests = {{"x/2", "b", {}}, {"x/1", "a", {}}, {"y/1", "b", {}}};
    const auto results = store_->put(requests);
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].value().etag, etag_b);
    EXPECT_EQ(results[1].value().etag, etag_a);
    EXPECT_EQ(results[2].value().etag, etag_b);

    const std::vector<std::string> wanted = {"x/1", "none", "x/2", "x/1"};
    const auto found = store_->get(wanted);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].value()->bytes, "a");
    EXPECT_EQ(found[1].value(), std::nullopt);
    EXPECT_EQ(found[2].value()->bytes, "b");
    EXPECT_EQ(found[3].value()->bytes, "a");
}

TEST_P(StoreRaces, BatchKeepsTheOrderOfOneKey) {
    if (!can().create || !can().if_match) GTEST_SKIP();
    const auto etag = put("other", "1");
    const std::vector<PutRequest> requests = {
        {"k", "1", PutMode::create()},
        {"k", "2", PutMode::if_match(etag)},
        {"k", "3", PutMode::create()},
        {"k", "4", PutMode::if_match(etag)},
        {"k", "5", {}},
    };
    const auto results = store_->put(requests);
    EXPECT_TRUE(results[0]);
    EXPECT_TRUE(results[1]);
    EXPECT_EQ(results[2].error().code, ErrorCode::conflict);
    EXPECT_EQ(results[3].error().code, ErrorCode::conflict);
    EXPECT_TRUE(results[4]);
    EXPECT_EQ(get("k"), "5");
}

TEST_P(StoreRaces, RefusedRequestFailsAlone) {
    if (!can().create) GTEST_SKIP();
    put("there", "old");
    const std::vector<PutRequest> requests = {{"a/1", "x", {}}, {"", "x", {}}, {"there", "new", PutMode::create()}, {"a/2", "x", {}}};
    const auto results = store_->put(requests);
    EXPECT_TRUE(results[0]);
    EXPECT_EQ(results[1].error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(results[2].error().code, ErrorCode::conflict);
    EXPECT_EQ(results[2].error().key, "there");
    EXPECT_TRUE(results[3]);
    EXPECT_THAT(keys(), ElementsAre("a/1", "a/2", "there"));
    EXPECT_EQ(get("there"), "old");
}

TEST_P(StoreRaces, EmptyBatchDoesNothing) {
    EXPECT_THAT(store_->put({}), IsEmpty());
    EXPECT_THAT(store_->get({}), IsEmpty());
    EXPECT_THAT(store_->remove({}), IsEmpty());
}

TEST_P(StoreRaces, BatchRemovesInOrder) {
    if (!can().remove_if_match) GTEST_SKIP();
    const auto etag = put("k", "x");
    put("l", "y");
    const std::vector<RemoveRequest> requests = {{"k", etag}, {"k", etag}, {"none", {}}, {"l", etag}, {"", {}}, {"l", {}}};
    const auto results = store_->remove(requests);
    ASSERT_EQ(results.size(), 6U);
    EXPECT_TRUE(results[0].value());
    EXPECT_FALSE(results[1].value());
    EXPECT_FALSE(results[2].value());
    EXPECT_EQ(results[3].error().code, ErrorCode::conflict);
    EXPECT_EQ(results[4].error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(results[5].value());
    EXPECT_THAT(keys(), IsEmpty());
}

TEST_P(StoreRaces, LongBatchStoresAndRemovesAll) {
    std::vector<PutRequest> requests;
    std::vector<RemoveRequest> removes;
    for (int i = 0; i < 300; ++i) {
        requests.push_back({fmt::format("f{}/{:03}", i % 7, i), "x", {}});
        removes.push_back({requests.back().key, {}});
    }
    for (const auto& result : store_->put(requests)) EXPECT_TRUE(result);
    EXPECT_EQ(keys().size(), 300U);
    for (const auto& result : store_->remove(removes)) EXPECT_TRUE(result.value());
    EXPECT_THAT(keys(), IsEmpty());
}

// Runs it on many threads at once and counts how often it was true.
int winners(int threads, const std::function<bool(int)>& attempt) {
    std::atomic<int> won = 0;
    std::atomic<bool> go = false;
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) {
        all.emplace_back([&, i] {
            while (!go) std::this_thread::yield();
            if (attempt(i)) ++won;
        });
    }
    go = true;
    for (auto& thread : all) thread.join();
    return won;
}

TEST_P(StoreRaces, OneOf32CreatorsWins) {
    if (!can().create || !has(Feature::atomic_conditions)) GTEST_SKIP();
    for (int round = 0; round < GetParam().race_rounds; ++round) {
        const auto key = fmt::format("race/{}", round);
        std::atomic<int> winner = -1;
        EXPECT_EQ(winners(32,
                          [&](int i) {
                              const bool won = wins(key, fmt::format("{}", i), PutMode::create());
                              if (won) winner = i;
                              return won;
                          }),
                  1);
        EXPECT_EQ(get(key), fmt::format("{}", winner.load()));
    }
}

TEST_P(StoreRaces, OneOf32WritersWinsByEtag) {
    if (!can().if_match || !has(Feature::atomic_conditions)) GTEST_SKIP();
    auto etag = put("race", "start");
    for (int round = 0; round < GetParam().race_rounds; ++round) {
        EXPECT_EQ(winners(32, [&](int i) { return wins("race", fmt::format("{} {}", round, i), PutMode::if_match(etag)); }), 1);
        etag = get_object(*store_, "race").value()->etag;
    }
}

TEST_P(StoreRaces, RacingRemoversRemoveIt) {
    put("race", "x");
    const int told = winners(32, [&](int) { return remove("race"); });
    EXPECT_GE(told, 1);
    if (has(Feature::one_remover)) {
        EXPECT_EQ(told, 1);
    }
    EXPECT_EQ(get("race"), std::nullopt);
}

TEST_P(StoreRaces, CountingByIfMatchLosesNothing) {
    if (!can().if_match || !has(Feature::atomic_conditions)) GTEST_SKIP();
    put("count", "0");
    winners(8, [&](int) {
        for (int done = 0; done < 20;) {
            const auto now = get_object(*store_, "count").value().value();
            if (put_object(*store_, "count", fmt::format("{}", std::stoi(now.bytes) + 1), PutMode::if_match(now.etag))) ++done;
        }
        return true;
    });
    EXPECT_EQ(get("count"), "160");
}

TEST_P(StoreRaces, ReadersSeeWholeVersions) {
    const auto version = [](int i) { return std::string(20'000U + static_cast<std::size_t>(i) * 1000, static_cast<char>('a' + i)); };
    put("k", version(0));
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        for (int i = 0; i < 200; ++i) put("k", version(i % 20));
        stop = true;
    });
    while (!stop) {
        const auto found = get("k");
        if (!found || *found != version(found->front() - 'a')) {
            ADD_FAILURE() << "a version was missing or torn";
            break;
        }
    }
    writer.join();
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreRaces, testing::ValuesIn(store_kinds()), kind_name);

}  // namespace
}  // namespace dualstore
