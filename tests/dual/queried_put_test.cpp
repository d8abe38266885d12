// A write that is verified by a query: what becomes of it when the query fails, and when others write the same key.
#include "dual/queried_put.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "dualstore/testing.hpp"
#include "sql/embedded_engine.hpp"

namespace dualstore::dual {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view ddl = R"(
CREATE EXTERNAL TABLE fruit (id INT, name STRING)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/fruit/'
TBLPROPERTIES ('dualstore.key' = '{id}.json'))";

// A store in memory where a test can come between two calls, be another writer, or break a call.
class DisturbedStore : public MemoryStore {
  public:
    std::function<void()> before_put;
    std::function<void()> after_put;
    std::optional<Error> put_failure;     // of all puts but the first
    std::optional<Error> remove_failure;  // of all removes
    Capabilities can{true, true, true};

    std::vector<Result<Version>> put(std::span<const PutRequest> requests) override {
        if (auto act = std::exchange(before_put, nullptr)) act();
        if (puts_++ > 0 && put_failure) return {requests.size(), fail(*put_failure)};
        auto stored = MemoryStore::put(requests);
        if (auto act = std::exchange(after_put, nullptr)) act();
        return stored;
    }
    std::vector<Result<bool>> remove(std::span<const RemoveRequest> requests) override {
        if (remove_failure) return std::vector<Result<bool>>(requests.size(), fail(*remove_failure));
        return MemoryStore::remove(requests);
    }
    Result<Capabilities> capabilities() override { return can; }

    void write_as_another(const std::string& key, std::string_view bytes) {
        const PutRequest request{key, bytes, {}};
        ASSERT_TRUE(MemoryStore::put({&request, 1}).front());
    }

  private:
    int puts_ = 0;
};

class QueriedPutTest : public testing::Test {
  protected:
    QueriedPutTest() {
        place_.store = store_;
        place_.location = "memory:";
        sql::EmbeddedOptions options;
        options.store = store_;
        options.tables = {table_.definition()};
        options.database = "db";
        options.url = place_.location;
        engine_ = sql::make_embedded_engine(std::move(options));
    }

    // An object that no reader can read fails every query over the table.
    void break_the_table() { store_->write_as_another("fruit/broken.json", "{\"id\":\n"); }

    std::vector<Result<Version>> write(std::initializer_list<std::string_view> records, const PutMode& mode = {}) {
        std::vector<record::Encoded> encoded;
        for (const auto json : records) encoded.push_back(table_.encode(json, Environment::system(), {}).value());
        return put_and_query(place_, *engine_, table_, encoded, mode);
    }
    Result<Version> write(std::string_view json, const PutMode& mode = {}) { return std::move(write({json}, mode).front()); }

    [[nodiscard]] std::optional<std::string> stored(const std::string& key = "fruit/1.json") {
        auto object = get_object(*store_, key).value();
        return object ? std::optional(object->bytes) : std::nullopt;
    }

    record::Table table_{parse_ddl(ddl, "test.sql").value().front()};
    std::shared_ptr<DisturbedStore> store_ = std::make_shared<DisturbedStore>();
    Place place_;
    std::unique_ptr<QueryEngine> engine_;
};

TEST_F(QueriedPutTest, WhatSqlShowsStays) {
    const auto written = write({R"({"id":1,"name":"fig"})", R"({"id":2})", R"({"id":1,"name":"pear"})"});
    for (const auto& one : written) ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"pear\"}\n");
    EXPECT_EQ(written[2]->etag, get_object(*store_, "fruit/1.json").value()->etag);
}

TEST_F(QueriedPutTest, ManyRecordsShareTheirRoundTrips) {
    std::vector<record::Encoded> encoded;
    for (int i = 0; i < 100; ++i) encoded.push_back(table_.encode("{\"id\":" + std::to_string(i) + "}", Environment::system(), {}).value());
    for (const auto& one : put_and_query(place_, *engine_, table_, encoded, {})) ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(store_->requests().put, 100U);
    EXPECT_EQ(store_->requests().list, 1U);  // one query
}

TEST_F(QueriedPutTest, WhatWasCreatedIsRemovedAgain) {
    break_the_table();
    const auto written = write(R"({"id":1})");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, AllOf(HasSubstr("fruit/broken.json"), HasSubstr("rolled back: it is removed")));
    EXPECT_EQ(written.error().key, "fruit/1.json");
    EXPECT_EQ(stored(), std::nullopt);
}

TEST_F(QueriedPutTest, WhatWasReplacedIsRestored) {
    ASSERT_TRUE(write(R"({"id":1,"name":"old"})"));
    break_the_table();
    const auto written = write(R"({"id":1,"name":"new"})");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("the version before is there again"));
    EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"old\"}\n");
}

TEST_F(QueriedPutTest, ANewerObjectOfAnotherWriterStays) {
    for (const bool replaces : {false, true}) {
        if (replaces) {
            ASSERT_TRUE(write(R"({"id":1,"name":"old"})"));
        }
        break_the_table();
        store_->after_put = [&] { store_->write_as_another("fruit/1.json", "{\"id\":1,\"name\":\"theirs\"}\n"); };
        const auto written = write(R"({"id":1,"name":"mine"})");
        ASSERT_FALSE(written);
        EXPECT_THAT(written.error().message, HasSubstr("another writer has replaced it since, and that stays"));
        EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"theirs\"}\n");
        ASSERT_TRUE(remove_object(*store_, "fruit/1.json").value());
        ASSERT_TRUE(remove_object(*store_, "fruit/broken.json").value());
    }
}

TEST_F(QueriedPutTest, WhatAnotherWroteBetweenLookAndPutIsWhatARollBackRestores) {
    for (const bool replaces : {false, true}) {
        if (replaces) {
            ASSERT_TRUE(write(R"({"id":1,"name":"old"})"));
        }
        break_the_table();
        store_->before_put = [&] { store_->write_as_another("fruit/1.json", "{\"id\":1,\"name\":\"theirs\"}\n"); };
        ASSERT_FALSE(write(R"({"id":1,"name":"mine"})"));
        EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"theirs\"}\n");
        ASSERT_TRUE(remove_object(*store_, "fruit/1.json").value());
        ASSERT_TRUE(remove_object(*store_, "fruit/broken.json").value());
    }
}

TEST_F(QueriedPutTest, AFailedRollBackNamesTheKey) {
    ASSERT_TRUE(write(R"({"id":1,"name":"old"})"));
    break_the_table();
    store_->remove_failure = store_->put_failure = Error{ErrorCode::unavailable, Retry::safe, "put", "", "the line is cut"};
    store_->after_put = nullptr;
    const auto created = write(R"({"id":2})");
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().message, "the line is cut");  // the put itself: nothing was stored, nothing is taken back
    store_->put_failure.reset();
    const auto stays = write(R"({"id":2})");
    ASSERT_FALSE(stays);
    EXPECT_EQ(stays.error().code, ErrorCode::outcome_unknown);
    EXPECT_THAT(stays.error().message, AllOf(HasSubstr("rollback also failed: the line is cut"),
                                             HasSubstr("Manual cleanup may be required for S3 key: fruit/2.json")));
}

TEST_F(QueriedPutTest, AStoreWithoutConditionsIsLeftAlone) {
    store_->can = {};
    ASSERT_TRUE(write(R"({"id":1,"name":"old"})"));
    break_the_table();
    const auto written = write(R"({"id":1,"name":"new"})");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("Manual cleanup may be required for S3 key: fruit/1.json"));
    EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"new\"}\n");
}

TEST_F(QueriedPutTest, TheCallersConditionHolds) {
    const auto first = write(R"({"id":1,"name":"old"})", PutMode::create());
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(write(R"({"id":1})", PutMode::create()).error().code, ErrorCode::conflict);
    EXPECT_EQ(write(R"({"id":1})", PutMode::if_match("another")).error().code, ErrorCode::conflict);
    EXPECT_EQ(write(R"({"id":2})", PutMode::if_match(first->etag)).error().code, ErrorCode::conflict);
    EXPECT_EQ(stored("fruit/2.json"), std::nullopt);
    EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"old\"}\n");
    store_->before_put = [&] { store_->write_as_another("fruit/1.json", "{\"id\":1,\"name\":\"theirs\"}\n"); };
    EXPECT_EQ(write(R"({"id":1})", PutMode::if_match(first->etag)).error().code, ErrorCode::conflict);
    EXPECT_EQ(stored(), "{\"id\":1,\"name\":\"theirs\"}\n");
}

}  // namespace
}  // namespace dualstore::dual
