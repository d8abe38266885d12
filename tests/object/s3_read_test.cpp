// Reads from a bucket: bytes against their checksum, what is missing, and lists.
#include "object/s3_fixture.hpp"

namespace dualstore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class S3Read : public S3Test {
  protected:
    static Answer object(servers::Headers headers, std::string body = "123456789") {
        headers.emplace_back("ETag", "\"e1\"");
        return {.status = 200, .headers = std::move(headers), .body = std::move(body)};
    }
};

TEST_F(S3Read, GetAsksForTheChecksumAndGivesTheBytes) {
    const auto store = open(options());
    // The catalogued check values of the three algorithms for "123456789", in base64.
    for (const auto& [header, value] : {std::pair("x-amz-checksum-crc32", "y/Q5Jg=="),
                                        {"x-amz-checksum-crc32c", "4waSgw=="},
                                        {"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}}) {
        server_.answer(object({{header, value}}));
        const auto found = get_object(*store, "k");
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ((*found)->bytes, "123456789");
        EXPECT_EQ((*found)->etag, "e1");
    }
    EXPECT_EQ(requests().size(), 3U);
    EXPECT_EQ(requests().at(0).header("x-amz-checksum-mode"), "ENABLED");
}

TEST_F(S3Read, DamagedOnceIsReadAgain) {
    server_.answer(object({{"x-amz-checksum-crc32", "y/Q5Jg=="}}, "12345678X"));
    server_.answer(object({{"x-amz-checksum-crc32", "y/Q5Jg=="}}));
    EXPECT_EQ(get_object(*open(options()), "k").value()->bytes, "123456789");
}

TEST_F(S3Read, DamagedTwiceIsCorrupt) {
    const auto store = open(options());
    for (const auto* header : {"x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme"}) {
        for (int i = 0; i < 2; ++i) server_.answer(object({{header, "AAAAAA=="}}));
        const auto found = get_object(*store, "k");
        ASSERT_FALSE(found) << header;
        EXPECT_EQ(found.error().code, ErrorCode::corrupt);
        EXPECT_THAT(found.error().message, HasSubstr(header));
    }
}

TEST_F(S3Read, ChecksumsOfPartsAreNotTheObjects) {
    const auto store = open(options());
    server_.answer(object({{"x-amz-checksum-crc32", "AAAAAA==-3"}}));
    EXPECT_TRUE(get_object(*store, "k"));
    server_.answer(object({{"x-amz-checksum-crc32", "AAAAAA=="}, {"x-amz-checksum-type", "COMPOSITE"}}));
    EXPECT_TRUE(get_object(*store, "k"));
}

TEST_F(S3Read, AnAnswerThatEndsEarlyIsReadAgain) {
    server_.answer({.status = 200, .headers = {{"ETag", "\"e1\""}}, .body = "123456789", .delivery = Answer::Delivery::reset_half});
    server_.answer(object({}));
    EXPECT_EQ(get_object(*open(options()), "k").value()->bytes, "123456789");
}

TEST_F(S3Read, AnObjectMayLookLikeAnError) {
    const std::string text = "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
    server_.answer(object({}, text));
    EXPECT_EQ(get_object(*open(options()), "k").value()->bytes, text);
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(S3Read, MissingKeyIsNoneAndMissingBucketIsAnError) {
    const auto store = open(options());
    server_.answer(error_answer(404, "NoSuchKey"));
    EXPECT_EQ(get_object(*store, "k").value(), std::nullopt);
    server_.answer(error_answer(404, "NoSuchBucket"));
    const auto found = get_object(*store, "k");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
    EXPECT_THAT(found.error().message, HasSubstr("there is no bucket bucket at " + server_.endpoint()));
}

TEST_F(S3Read, HeadGivesSizeAndStamp) {
    server_.answer(headed("id", "e7"));
    const auto info = open(options())->head("k").value();
    EXPECT_EQ(info->key, "k");
    EXPECT_EQ(info->size, 3U);
    EXPECT_EQ(info->stamp, "e7");
}

// Answers to HEAD have no body, so they do not tell what is missing.
TEST_F(S3Read, HeadLooksForTheBucketOnce) {
    const auto store = open(options());
    server_.answer({.status = 404});
    server_.answer({.status = 404});
    EXPECT_EQ(store->head("k").error().code, ErrorCode::not_found);
    server_.answer({.status = 404});
    server_.answer({.status = 400});
    EXPECT_EQ(store->head("k").error().code, ErrorCode::invalid_argument);
    server_.answer({.status = 404});
    server_.answer({.status = 403});
    EXPECT_EQ(store->head("k").value(), std::nullopt);
    server_.answer({.status = 404});
    EXPECT_EQ(store->head("k").value(), std::nullopt);
    EXPECT_THAT(operations(),
                ElementsAre("HeadObject", "HeadBucket", "HeadObject", "HeadBucket", "HeadObject", "HeadBucket", "HeadObject"));
}

class S3List : public S3Test {
  protected:
    static Answer page(const std::string& inside, bool encoded = true) {
        return {.status = 200,
                .headers = {{"Content-Type", "application/xml"}},
                .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" +
                        std::string(encoded ? "<EncodingType>url</EncodingType>" : "") + inside + "</ListBucketResult>"};
    }
    static std::string entry(const std::string& key, const std::string& etag = "&quot;e1&quot;", const std::string& size = "12") {
        return "<Contents><Key>" + key + "</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified><ETag>" + etag + "</ETag><Size>" +
               size + "</Size></Contents>";
    }
    static std::vector<std::string> keys(const ObjectPage& page) {
        std::vector<std::string> keys;
        for (const auto& object : page.objects) keys.push_back(object.key);
        return keys;
    }
};

TEST_F(S3List, AsksForEncodedKeysBelowThePrefix) {
    auto asked = options();
    asked.prefix = "a b/";
    const auto store = open(asked);
    server_.answer(page("<IsTruncated>false</IsTruncated>" + entry("a+b/m/1") + entry("a%20b/m/2", "\"e2\"", "0")));
    const auto found = store->list("m/", "m/0+", 0).value();
    EXPECT_THAT(keys(found), ElementsAre("m/1", "m/2"));
    EXPECT_EQ(found.objects[0].stamp, "e1");
    EXPECT_EQ(found.objects[0].size, 12U);
    EXPECT_EQ(found.objects[1].stamp, "e2");
    EXPECT_EQ(found.next, "");
    EXPECT_EQ(requests().at(0).target,
              "/bucket/?encoding-type=url&list-type=2&max-keys=1000&prefix=a%20b%2Fm%2F&start-after=a%20b%2Fm%2F0%2B");
}

TEST_F(S3List, OddKeysComeBackAsTheyAre) {
    const auto store = open(options());
    server_.answer(page(entry("%01%0D%0A") + entry("+") + entry("%2B%25%") + entry("%C3%A9%F0%9F%98%80") + entry("&lt;&amp;&gt;")));
    EXPECT_THAT(keys(store->list("", "", 0).value()), ElementsAre("\x01\r\n", " ", "+%%", "<&>", "é\xf0\x9f\x98\x80"));
    // A server that does not know encoding-type gives keys as they are.
    server_.answer(page(entry(" ") + entry("a+b%20"), false));
    EXPECT_THAT(keys(store->list("", "", 0).value()), ElementsAre(" ", "a+b%20"));
}

TEST_F(S3List, GoesOnByTheServersToken) {
    const auto store = open(options());
    server_.answer(page("<IsTruncated>true</IsTruncated><NextContinuationToken>a/1&#xD;&#xA;+=</NextContinuationToken>" + entry("a/1")));
    // Where the order is the server's own, what comes before the last page's keys is none the less new.
    server_.answer(page("<IsTruncated>true</IsTruncated><NextContinuationToken>t2</NextContinuationToken>" + entry("a-1")));
    server_.answer(page("<IsTruncated>false</IsTruncated>" + entry("a0")));
    const auto all = list_all(*store, "a").value();
    EXPECT_THAT(keys({all, {}}), ElementsAre("a-1", "a/1", "a0"));
    EXPECT_THAT(requests().at(1).target, HasSubstr("&continuation-token=a%2F1%0D%0A%2B%3D"));
    EXPECT_THAT(requests().at(1).target, testing::Not(HasSubstr("start-after")));
}

TEST_F(S3List, IsInByteOrderAndAfterTheKeyAsked) {
    server_.answer(page(entry("a/1") + entry("a-1") + entry("a.") + entry("b") + entry("A")));
    EXPECT_THAT(keys(open(options())->list("a", "a-1", 0).value()), ElementsAre("a.", "a/1"));
}

TEST_F(S3List, MoreWithoutSayingWhereIsAnError) {
    const auto store = open(options());
    server_.answer(page("<IsTruncated>true</IsTruncated>" + entry("a")));
    const auto found = store->list("a", "", 0);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().operation, "list");
    server_.answer({.status = 200, .body = "<html>Welcome to the hotel</html>"});
    EXPECT_THAT(store->list("", "", 0).error().message, HasSubstr("an S3 server?"));
}

TEST_F(S3List, PagesAreAtMostAThousand) {
    const auto store = open(options());
    for (const std::size_t limit : {7UL, 5000UL}) {
        server_.answer(page(""));
        EXPECT_TRUE(store->list("", "", limit));
    }
    EXPECT_THAT(requests().at(0).target, HasSubstr("max-keys=7&"));
    EXPECT_THAT(requests().at(1).target, HasSubstr("max-keys=1000&"));
}

}  // namespace
}  // namespace dualstore
