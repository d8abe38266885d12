#include "aws/endpoint.hpp"

#include <gtest/gtest.h>

namespace dualstore::aws {
namespace {

TEST(EndpointTest, SchemeHostAndPort) {
    const Endpoint plain = *parse_endpoint("http://127.0.0.1:8333/");
    EXPECT_FALSE(plain.tls);
    EXPECT_EQ(plain.host, "127.0.0.1");
    EXPECT_EQ(plain.port, 8333);
    EXPECT_EQ(plain.authority, "127.0.0.1:8333");
    const Endpoint tls = *parse_endpoint("https://s3.eu-west-1.amazonaws.com");
    EXPECT_TRUE(tls.tls);
    EXPECT_EQ(tls.port, 443);
    EXPECT_EQ(tls.authority, "s3.eu-west-1.amazonaws.com") << "signatures are over what the Host header says, without the usual port";
    EXPECT_EQ(parse_endpoint("https://a:443")->authority, "a");
    EXPECT_EQ(parse_endpoint("http://a:443")->authority, "a:443");
}

TEST(EndpointTest, AddressesOfVersionSix) {
    const Endpoint endpoint = *parse_endpoint("http://[::1]:9000");
    EXPECT_EQ(endpoint.host, "::1");
    EXPECT_EQ(endpoint.authority, "[::1]:9000");
    EXPECT_EQ(parse_endpoint("http://[::1]")->port, 80);
}

TEST(EndpointTest, AnythingElseIsRefused) {
    for (const char* wrong : {"", "localhost:80", "ftp://a", "http://", "http://a:", "http://a:0", "http://a:65536", "http://a:8x",
                              "http://a/path", "http://user:secret@a", "http://a?x", "http://[::1", "http://[]", "http://a b"}) {
        const auto endpoint = parse_endpoint(wrong);
        ASSERT_FALSE(endpoint) << wrong;
        EXPECT_EQ(endpoint.error().message.find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace dualstore::aws
