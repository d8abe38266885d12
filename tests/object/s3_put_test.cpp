// Puts on a bucket: what is sent, and what becomes of answers that are lost, late, refused or wrong.
#include <fmt/format.h>

#include "object/s3_fixture.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class S3Put : public S3Test {};

TEST_F(S3Put, SaysAllThatIsAsked) {
    auto asked = options();
    asked.prefix = "tables/";
    asked.expected_owner = "111122223333";
    asked.encryption = "aws:kms";
    asked.kms_key = "alias/records";
    server_.answer({.status = 200, .headers = {{"ETag", "\"abc\""}, {"x-amz-version-id", "v1"}, {"x-amz-checksum-crc32", "y/Q5Jg=="}}});
    const auto version = put_object(*open(asked), "metadata/brand 1+%é.json", "123456789");
    ASSERT_TRUE(version) << version.error().message;
    EXPECT_EQ(version->etag, "abc");
    EXPECT_EQ(version->id, "v1");

    const auto request = server_.requests().at(0);
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.target, "/bucket/tables/metadata/brand%201%2B%25%C3%A9.json");
    EXPECT_EQ(request.body, "123456789");
    EXPECT_EQ(request.header("content-type"), "application/json");
    EXPECT_EQ(request.header("x-amz-checksum-crc32"), "y/Q5Jg==");
    EXPECT_EQ(request.header("x-amz-expected-bucket-owner"), "111122223333");
    EXPECT_EQ(request.header("x-amz-server-side-encryption"), "aws:kms");
    EXPECT_EQ(request.header("x-amz-server-side-encryption-aws-kms-key-id"), "alias/records");
    EXPECT_NE(request.header("x-amz-meta-dualstore-put"), "");
    EXPECT_EQ(request.header("if-match"), "");
    EXPECT_EQ(request.header("if-none-match"), "");
    EXPECT_THAT(request.header("x-amz-content-sha256"), Not(StartsWith("UNSIGNED"))) << "over plain http";
}

TEST_F(S3Put, HasAnIdOfItsOwn) {
    const auto store = open(options());
    for (int i = 0; i < 2; ++i) {
        server_.answer(stored());
        EXPECT_TRUE(put_object(*store, "k", "x"));
    }
    EXPECT_NE(server_.requests().at(0).header("x-amz-meta-dualstore-put"), server_.requests().at(1).header("x-amz-meta-dualstore-put"));
}

TEST_F(S3Put, SendsItsConditionAndTellsHowItEnded) {
    const auto store = open(options());
    probe(*store);
    server_.answer(error_answer(412, "PreconditionFailed"));
    EXPECT_EQ(put_object(*store, "k", "x", PutMode::create()).error().code, ErrorCode::conflict);
    server_.answer(error_answer(412, "PreconditionFailed"));
    EXPECT_EQ(put_object(*store, "k", "x", PutMode::if_match("e1")).error().code, ErrorCode::conflict);
    server_.answer(error_answer(404, "NoSuchKey"));
    EXPECT_EQ(put_object(*store, "k", "x", PutMode::if_match("e1")).error().code, ErrorCode::conflict);
    server_.answer(stored("e2"));
    EXPECT_EQ(put_object(*store, "k", "x", PutMode::if_match("e1")).value().etag, "e2");
    EXPECT_EQ(requests().size(), 4U);
    EXPECT_EQ(requests().at(0).header("if-none-match"), "*");
    EXPECT_EQ(requests().at(1).header("if-match"), "\"e1\"");
}

TEST_F(S3Put, IsOneRequestInSteadyState) {
    const auto store = open(options());
    probe(*store);
    std::vector<std::string> keys;
    std::vector<PutRequest> batch;
    for (int i = 0; i < 100; ++i) {
        server_.answer(stored());
        batch.push_back({fmt::format("k{}", i), "x", i % 2 == 0 ? PutMode::replace() : PutMode::create()});
    }
    for (const auto& result : store->put(batch)) EXPECT_TRUE(result);
    EXPECT_THAT(operations(), testing::AllOf(testing::SizeIs(100), testing::Each("PutObject")));
}

// Answered by handlers, as the id of the put is in the request.
class S3LostPut : public S3Put {
  protected:
    // Answers HEAD with the id of the last put, PUT with what is queued.
    S3LostPut() : answering_([this](const servers::Request& request) { return answer(request); }) {}

    std::shared_ptr<ObjectStore> open_lossy(std::chrono::milliseconds deadline = std::chrono::seconds(5)) {
        auto asked = options();
        asked.aws.endpoint = answering_.endpoint();
        asked.aws.deadline = deadline;
        auto store = open(asked);
        for (const int status : {200, 412, 412, 412, 200, 204}) answering_.answer({.status = status, .headers = {{"ETag", "\"probe\""}}});
        EXPECT_TRUE(store->capabilities());
        probed_ = answering_.requests().size();
        return store;
    }
    std::vector<std::string> methods() {
        std::vector<std::string> methods;
        const auto all = answering_.requests();
        for (std::size_t i = probed_; i < all.size(); ++i) methods.push_back(all[i].method);
        return methods;
    }
    Answer answer(const servers::Request& request) {
        if (request.method == "HEAD") return look_;
        if (own_put_is_there_) look_ = headed(std::string(request.header("x-amz-meta-dualstore-put")), "mine");
        if (puts_.empty()) return stored();
        auto next = std::move(puts_.front());
        puts_.erase(puts_.begin());
        return next;
    }

    std::vector<Answer> puts_;
    bool own_put_is_there_ = true;
    Answer look_ = {.status = 404};
    std::size_t probed_ = 0;
    ScriptedServer answering_;
};

TEST_F(S3LostPut, ConditionalOneIsFoundByItsIdAndNotSentAgain) {
    const auto store = open_lossy();
    puts_ = {{.delivery = Answer::Delivery::reset}};
    const auto created = put_object(*store, "k", "abc", PutMode::create());
    ASSERT_TRUE(created) << created.error().message;
    EXPECT_EQ(created->etag, "mine");
    EXPECT_THAT(methods(), ElementsAre("PUT", "HEAD"));
}

TEST_F(S3LostPut, ConditionalOneThatIsNotFoundIsUnknown) {
    const auto store = open_lossy();
    own_put_is_there_ = false;
    for (const auto& look : {headed("another"), Answer{.status = 404}, error_answer(403, "AccessDenied")}) {
        look_ = look;
        puts_ = {{.delivery = Answer::Delivery::close}};
        const auto created = put_object(*store, "k", "abc", PutMode::if_match("e1"));
        ASSERT_FALSE(created);
        EXPECT_EQ(created.error().code, ErrorCode::outcome_unknown);
        EXPECT_EQ(created.error().retry, Retry::never);
        EXPECT_EQ(created.error().key, "k");
        EXPECT_THAT(created.error().message, HasSubstr("Read it: if it holds what was written"));
        const auto put = answering_.requests().at(answering_.requests().size() - 2);
        EXPECT_THAT(created.error().message, HasSubstr(std::string(put.header("x-amz-meta-dualstore-put"))));
    }
    EXPECT_THAT(methods(), ElementsAre("PUT", "HEAD", "PUT", "HEAD", "PUT", "HEAD"));
}

TEST_F(S3LostPut, ConditionalOneIsNotSentAgainAfterAServersFailure) {
    const auto store = open_lossy();
    puts_ = {error_answer(500, "InternalError")};
    EXPECT_EQ(put_object(*store, "k", "abc", PutMode::create()).value().etag, "mine");
    EXPECT_THAT(methods(), ElementsAre("PUT", "HEAD"));
}

TEST_F(S3LostPut, ReplacingOneIsSentAgainUnderItsId) {
    const auto store = open_lossy();
    puts_ = {{.delivery = Answer::Delivery::reset}, {.delivery = Answer::Delivery::close}, error_answer(502, "BadGateway"), stored("e3")};
    EXPECT_EQ(put_object(*store, "k", "abc").value().etag, "e3");
    const auto all = answering_.requests();
    ASSERT_EQ(all.size(), probed_ + 4);
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_EQ(all[probed_ + i].header("x-amz-meta-dualstore-put"), all[probed_].header("x-amz-meta-dualstore-put"));
    }
}

TEST_F(S3LostPut, ReplacingOneWithoutAnyAnswerIsFoundByItsId) {
    const auto store = open_lossy(std::chrono::milliseconds(300));
    puts_.assign(100, {.delivery = Answer::Delivery::reset});
    EXPECT_EQ(put_object(*store, "k", "abc").value().etag, "mine");
    own_put_is_there_ = false;
    look_ = {.status = 404};
    EXPECT_EQ(put_object(*store, "k", "abc").error().code, ErrorCode::outcome_unknown);
}

TEST_F(S3LostPut, RefusalOfALaterAttemptMayBeByItsOwnFirstOne) {
    const auto store = open_lossy();
    puts_ = {error_answer(503, "SlowDown", "Less.", {{"Retry-After", "0"}}), error_answer(412, "PreconditionFailed")};
    EXPECT_EQ(put_object(*store, "k", "abc", PutMode::create()).value().etag, "mine");
    own_put_is_there_ = false;
    look_ = headed("another");
    puts_ = {error_answer(503, "SlowDown"), error_answer(412, "PreconditionFailed")};
    EXPECT_EQ(put_object(*store, "k", "abc", PutMode::create()).error().code, ErrorCode::conflict);
}

TEST_F(S3Put, WhereNothingLandedItIsSentAgain) {
    const auto store = open(options());
    probe(*store);
    for (const auto& [status, code] : {std::pair(409, "ConditionalRequestConflict"),
                                       {409, "OperationAborted"},
                                       {503, "SlowDown"},
                                       {429, "TooManyRequests"},
                                       {400, "RequestTimeout"},
                                       {200, "SlowDown"}}) {
        server_.answer(error_answer(status, code));
        server_.answer(stored());
        EXPECT_TRUE(put_object(*store, "k", "abc", PutMode::create())) << status << ' ' << code;
    }
    EXPECT_EQ(methods().size(), 12U);
}

TEST_F(S3Put, OtherConflictsAreNoReasonToTryAgain) {
    server_.answer(error_answer(409, "InvalidBucketState"));
    const auto result = put_object(*open(options()), "k", "abc");
    ASSERT_FALSE(result);
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(S3Put, StoredUnderAnotherChecksumIsCorrupt) {
    server_.answer({.status = 200, .headers = {{"ETag", "\"e\""}, {"x-amz-checksum-crc32", "AAAAAA=="}}});
    const auto result = put_object(*open(options()), "k", "123456789");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::corrupt);
    EXPECT_THAT(result.error().message, HasSubstr("y/Q5Jg=="));
}

TEST_F(S3Put, AnAnswerWithoutAnEtagIsNoAcknowledgement) {
    server_.answer({.status = 200, .body = "<html>Welcome to the hotel</html>"});
    server_.answer({.status = 200, .body = "<html>Welcome to the hotel</html>"});
    const auto result = put_object(*open(options()), "k", "x");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::outcome_unknown);
    EXPECT_THAT(result.error().message, HasSubstr("an S3 server?"));
}

TEST_F(S3Put, VersionsOfASuspendedBucketHaveNoName) {
    server_.answer({.status = 200, .headers = {{"ETag", "\"e\""}, {"x-amz-version-id", "null"}}});
    EXPECT_EQ(put_object(*open(options()), "k", "x").value().id, "");
}

}  // namespace
}  // namespace dualstore
