// What a user is told when the service refuses.
#include "object/s3_fixture.hpp"

namespace dualstore {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class S3Error : public S3Test {
  protected:
    // Of a put.
    Error error_of(Answer answer) {
        server_.answer(std::move(answer));
        const auto result = put_object(*open(options()), "m/k", "x");
        EXPECT_FALSE(result);
        EXPECT_EQ(requests().size(), 1U) << "tried again in vain";
        EXPECT_EQ(result.error().operation, "put");
        EXPECT_EQ(result.error().key, "m/k");
        EXPECT_THAT(result.error().message, Not(HasSubstr("\n")));
        EXPECT_THAT(result.error().message, AllOf(Not(HasSubstr("not-a-secret")), Not(HasSubstr("Signature="))));
        forget();
        return result.error();
    }
};

TEST_F(S3Error, AnotherRegionIsNamed) {
    for (const auto& answer : {error_answer(301, "PermanentRedirect", "Use another endpoint.", {{"x-amz-bucket-region", "us-west-2"}}),
                               error_answer(400, "AuthorizationHeaderMalformed",
                                            "the region 'eu-west-1' is wrong</Message><Region>us-west-2</Region><Message>")}) {
        const auto error = error_of(answer);
        EXPECT_EQ(error.code, ErrorCode::invalid_argument);
        EXPECT_THAT(error.message, HasSubstr("the bucket is in region us-west-2, not eu-west-1: give region=us-west-2"));
    }
}

TEST_F(S3Error, RefusalsSayWhatIsMissing) {
    const auto text = [&](const std::string& code, int status = 403) {
        const auto error = error_of(error_answer(status, code, "No.", {{"Date", "Tue, 24 Nov 2026 07:20:08 GMT"}}));
        EXPECT_EQ(error.code, ErrorCode::permission_denied) << code;
        EXPECT_THAT(error.message, AllOf(HasSubstr(code), HasSubstr("No"), HasSubstr("REQUEST1")));
        return error.message;
    };
    EXPECT_THAT(text("AccessDenied"), HasSubstr("the caller needs s3:PutObject on arn:aws:s3:::bucket/*"));
    EXPECT_THAT(text("InvalidAccessKeyId"), HasSubstr("AWS_ACCESS_KEY_ID"));
    EXPECT_THAT(text("SignatureDoesNotMatch"), HasSubstr("AWS_SECRET_ACCESS_KEY"));
    EXPECT_THAT(text("RequestTimeTooSkewed"), HasSubstr("clock is wrong: the service's says Tue, 24 Nov 2026"));
    EXPECT_THAT(text("ExpiredToken", 400), HasSubstr("expired"));
}

TEST_F(S3Error, AMissingKeyMayLookLikeARefusal) {
    const auto store = open(options());
    server_.answer(error_answer(403, "AccessDenied"));
    EXPECT_THAT(
        get_object(*store, "k").error().message,
        AllOf(HasSubstr("s3:GetObject"), HasSubstr("s3:ListBucket on arn:aws:s3:::bucket, without which a missing key looks like this")));
    server_.answer(error_answer(403, "AccessDenied"));
    EXPECT_THAT(store->list("", "", 0).error().message, HasSubstr("needs s3:ListBucket"));
    server_.answer({.status = 403});
    server_.answer(error_answer(403, "AccessDenied"));
    EXPECT_THAT(remove_object(*store, "k").error().message, HasSubstr("s3:DeleteObject"));
}

TEST_F(S3Error, TheRestIsToldAsItCame) {
    EXPECT_EQ(error_of(error_answer(404, "NoSuchBucket")).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(error_answer(400, "KeyTooLongError")).code, ErrorCode::invalid_argument);
    EXPECT_EQ(error_of(error_answer(501, "NotImplemented")).code, ErrorCode::unsupported);
    const auto odd = error_of(error_answer(400, "Odd", "Two\nlines."));
    EXPECT_EQ(odd.code, ErrorCode::invalid_argument);
    EXPECT_THAT(odd.message, HasSubstr("s3://bucket/m/k was answered 400 Odd: Two lines; request REQUEST1"));
    const auto damaged = error_of(error_answer(400, "BadDigest"));
    EXPECT_EQ(damaged.code, ErrorCode::unavailable);
    EXPECT_EQ(damaged.retry, Retry::safe);
}

TEST_F(S3Error, AServiceThatStaysBusyMayBeAskedAgain) {
    auto asked = options();
    asked.aws.deadline = std::chrono::milliseconds(300);
    for (int i = 0; i < 50; ++i) server_.answer(error_answer(503, "SlowDown"));
    const auto result = put_object(*open(asked), "k", "x");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unavailable);
    EXPECT_EQ(result.error().retry, Retry::safe);
}

TEST_F(S3Error, AnUnreachableServerIsUnavailableAndNothingHappened) {
    auto asked = options();
    asked.aws.endpoint = "http://127.0.0.1:" + std::to_string(servers::free_port());
    const auto store = open(asked);
    for (const auto& error : {put_object(*store, "k", "x").error(), get_object(*store, "k").error(), store->head("k").error()}) {
        EXPECT_EQ(error.code, ErrorCode::unavailable) << error.message;
        EXPECT_EQ(error.retry, Retry::safe);
        EXPECT_THAT(error.message, HasSubstr("cannot connect to 127.0.0.1"));
    }
}

class S3Probe : public S3Test {};

TEST_F(S3Probe, IsMadeOnceBeforeTheFirstConditionAndCleansUp) {
    const auto store = open(options());
    server_.answer(stored());
    EXPECT_TRUE(put_object(*store, "k", "x"));
    EXPECT_EQ(requests().size(), 1U) << "no condition, no probe";
    forget();
    for (const int status : {200, 412, 412, 412, 200, 204, 200, 200, 204})
        server_.answer({.status = status, .headers = {{"ETag", "\"e\""}}});
    EXPECT_TRUE(put_object(*store, "k", "x", PutMode::create()));
    EXPECT_TRUE(put_object(*store, "k", "x", PutMode::if_match("e")));
    EXPECT_TRUE(remove_object(*store, "k", "e").value());
    const auto can = store->capabilities().value();
    EXPECT_TRUE(can.create && can.if_match && can.remove_if_match);

    EXPECT_THAT(methods(), testing::ElementsAre("PUT", "PUT", "PUT", "DELETE", "HEAD", "DELETE", "PUT", "PUT", "DELETE"));
    const auto all = requests();
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_THAT(all[i].target, testing::StartsWith("/bucket/.dualstore/probe-"));
        EXPECT_EQ(all[i].target, all[0].target);
    }
    EXPECT_EQ(all[1].header("if-none-match"), "*");
    EXPECT_NE(all[2].header("if-match"), "");
    EXPECT_NE(all[3].header("if-match"), "");
}

TEST_F(S3Probe, AServerThatIgnoresConditionsIsToldSoAndNothingIsWritten) {
    const auto store = open(options());
    for (const int status : {200, 200, 200, 204, 404, 204}) server_.answer({.status = status, .headers = {{"ETag", "\"e\""}}});
    const auto can = store->capabilities().value();
    EXPECT_FALSE(can.create || can.if_match || can.remove_if_match);
    forget();
    for (const auto& error : {put_object(*store, "k", "x", PutMode::create()).error(),
                              put_object(*store, "k", "x", PutMode::if_match("e")).error(), remove_object(*store, "k", "e").error()}) {
        EXPECT_EQ(error.code, ErrorCode::unsupported);
        EXPECT_EQ(error.key, "k");
        EXPECT_THAT(error.message, HasSubstr("does not keep to If-"));
    }
    EXPECT_EQ(requests().size(), 0U);
}

TEST_F(S3Probe, IsMadeAgainAfterItFailed) {
    const auto store = open(options());
    server_.answer(error_answer(403, "AccessDenied"));
    EXPECT_EQ(put_object(*store, "k", "x", PutMode::create()).error().code, ErrorCode::permission_denied);
    EXPECT_EQ(requests().size(), 1U);
    probe(*store);
    server_.answer(stored());
    EXPECT_TRUE(put_object(*store, "k", "x", PutMode::create()));
}

TEST_F(S3Probe, WhatItCannotRemoveIsNamed) {
    const auto store = open(options());
    for (const int status : {200, 412, 412, 412, 200, 403}) server_.answer({.status = status, .headers = {{"ETag", "\"e\""}}});
    const auto error = store->capabilities().error();
    EXPECT_EQ(error.code, ErrorCode::permission_denied);
    EXPECT_THAT(error.message, HasSubstr(".dualstore/probe-"));
}

TEST_F(S3Probe, LeavesNoVersionsBehind) {
    const auto store = open(options());
    const auto version = [&](int status, const std::string& id) {
        server_.answer({.status = status, .headers = {{"ETag", "\"e\""}, {"x-amz-version-id", id}}});
    };
    version(200, "v1");
    version(200, "v2");
    server_.answer({.status = 412});
    version(204, "marker");
    server_.answer({.status = 404});
    for (int i = 0; i < 3; ++i) server_.answer({.status = 204});
    EXPECT_TRUE(store->capabilities()->if_match);
    std::vector<std::string> removed;
    for (const auto& request : requests()) {
        if (const auto at = request.target.find("versionId="); at != std::string::npos) removed.push_back(request.target.substr(at + 10));
    }
    EXPECT_THAT(removed, testing::ElementsAre("v1", "v2", "marker"));
}

TEST_F(S3Probe, AmazonsOwnIsKnown) {
    auto asked = options();
    asked.aws.endpoint.clear();
    for (const auto* endpoint : {"", "https://bucket.vpce-1a2b3c4d-5e6f.s3.eu-west-1.vpce.amazonaws.com"}) {
        asked.aws.endpoint = endpoint;
        const auto can = open(asked)->capabilities().value();
        EXPECT_TRUE(can.create && can.if_match && can.remove_if_match);
    }
    EXPECT_EQ(operations().size(), 0U);
}

}  // namespace
}  // namespace dualstore
