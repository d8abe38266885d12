// Removing from a bucket, which does not tell whether there was anything.
#include "object/s3_fixture.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;

class S3Remove : public S3Test {};

TEST_F(S3Remove, LooksFirst) {
    const auto store = open(options());
    server_.answer(headed("id"));
    server_.answer({.status = 204});
    EXPECT_TRUE(remove_object(*store, "k").value());
    server_.answer({.status = 404});
    EXPECT_FALSE(remove_object(*store, "k").value());
    EXPECT_THAT(methods(), ElementsAre("HEAD", "DELETE", "HEAD"));
}

TEST_F(S3Remove, WhoMayNotLookRemovesAllTheSame) {
    server_.answer({.status = 403});
    server_.answer({.status = 204});
    EXPECT_TRUE(remove_object(*open(options()), "k").value());
}

TEST_F(S3Remove, OnlyAnExpectedVersion) {
    const auto store = open(options());
    probe(*store);
    server_.answer({.status = 204});
    EXPECT_TRUE(remove_object(*store, "k", "e1").value());
    EXPECT_EQ(requests().at(0).header("if-match"), "\"e1\"");
    server_.answer(error_answer(412, "PreconditionFailed"));
    server_.answer(headed("id", "e2"));
    EXPECT_EQ(remove_object(*store, "k", "e1").error().code, ErrorCode::conflict);
    // Where there is none, some servers say 412, others 404.
    server_.answer(error_answer(412, "PreconditionFailed"));
    server_.answer({.status = 404});
    EXPECT_FALSE(remove_object(*store, "k", "e1").value());
    server_.answer(error_answer(404, "NoSuchKey"));
    EXPECT_FALSE(remove_object(*store, "k", "e1").value());
    EXPECT_THAT(methods(), ElementsAre("DELETE", "DELETE", "HEAD", "DELETE", "HEAD", "DELETE"));
}

TEST_F(S3Remove, AfterALostAnswerNoneThereMeansRemoved) {
    const auto store = open(options());
    probe(*store);
    server_.answer({.delivery = Answer::Delivery::reset});
    server_.answer(error_answer(404, "NoSuchKey"));
    EXPECT_TRUE(remove_object(*store, "k", "e1").value());
    server_.answer({.delivery = Answer::Delivery::reset});
    server_.answer(error_answer(412, "PreconditionFailed"));
    server_.answer({.status = 404});
    server_.answer({.status = 200});  // to the look whether the bucket is there
    EXPECT_TRUE(remove_object(*store, "k", "e1").value());
}

TEST_F(S3Remove, WithoutAnyAnswerItIsUnknown) {
    auto asked = options();
    asked.aws.deadline = std::chrono::milliseconds(300);
    const auto store = open(asked);
    server_.answer(headed("id"));
    for (int i = 0; i < 50; ++i) server_.answer({.delivery = Answer::Delivery::close});
    const auto removed = remove_object(*store, "k");
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, ErrorCode::outcome_unknown);
}

TEST_F(S3Remove, AVersionByItsId) {
    const RemoveRequest request{"a/k", {}, "3/L4kqtJl+x="};
    server_.answer({.status = 204});
    EXPECT_TRUE(open(options())->remove({&request, 1}).front().value());
    EXPECT_EQ(requests().size(), 1U);
    EXPECT_EQ(requests().at(0).method, "DELETE");
    EXPECT_EQ(requests().at(0).target, "/bucket/a/k?versionId=3%2FL4kqtJl%2Bx%3D");
}

}  // namespace
}  // namespace dualstore
