#include <httplib.h>

#include <thread>

#include "aws/service_fixture.hpp"

namespace dualstore::aws {
namespace {

using ::testing::HasSubstr;

// A certificate that signs itself, made anew, and a server that shows it.
class TlsServer {
  public:
    explicit TlsServer(const std::string& name) {
        const std::string make =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext subjectAltName=" +
            name + " -keyout " + key() + " -out " + certificate() + " 2>/dev/null";
        if (std::system(make.c_str()) != 0) {
            throw std::runtime_error("openssl made no certificate");
        }
        server_ = std::make_unique<httplib::SSLServer>(certificate().c_str(), key().c_str());
        server_->Put(".*", [this](const httplib::Request& request, httplib::Response& response) {
            payload_ = request.get_header_value("x-amz-content-sha256");
            response.set_content("ok", "text/plain");
        });
        server_->set_read_timeout(0, 300'000);
        server_->set_keep_alive_timeout(1);
        port_ = server_->bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_->listen_after_bind(); });
        while (!server_->is_running()) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
    ~TlsServer() {
        server_->stop();
        thread_.join();
    }

    [[nodiscard]] std::string certificate() const { return (folder_.path() / "certificate.pem").string(); }
    [[nodiscard]] std::string endpoint(const std::string& host = "localhost") const {
        return "https://" + host + ":" + std::to_string(port_);
    }
    [[nodiscard]] const std::string& payload() const { return payload_; }

  private:
    [[nodiscard]] std::string key() const { return (folder_.path() / "key.pem").string(); }

    TemporaryFolder folder_;
    std::unique_ptr<httplib::SSLServer> server_;
    int port_ = 0;
    std::string payload_;
    std::thread thread_;
};

TEST(TlsTest, ACertificateThatNobodyVouchesForIsRefused) {
    const TlsServer server("DNS:localhost");
    Attempts attempts;
    const auto service = open(unsigned_options(server.endpoint(), attempts));
    const auto time = time_of([&] {
        for (int i = 0; i < 2; ++i) {
            const Reply reply = call(*service, put("/k", "x"));
            EXPECT_EQ(reply.response.status, 0);
            EXPECT_FALSE(reply.lost);
            EXPECT_EQ(reply.attempts, 1) << "trying again does not help";
            EXPECT_THAT(reply.error, HasSubstr("certificate is not trusted"));
        }
    });
    EXPECT_LT(time, std::chrono::seconds{3});
}

TEST(TlsTest, ACaFileMakesItTrusted) {
    const TlsServer server("DNS:localhost");
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.ca_file = server.certificate();
    const auto service = open(options);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(call(*service, put("/k", "x")).response.body, "ok");
    }
}

TEST(TlsTest, ACertificateForAnotherNameIsRefused) {
    const TlsServer server("DNS:elsewhere.example");
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.ca_file = server.certificate();
    const Reply reply = call(*open(options), put("/k", "x"));
    EXPECT_EQ(reply.response.status, 0);
    EXPECT_THAT(reply.error, HasSubstr("not for this name"));
}

TEST(TlsTest, AnAddressCanBeTheName) {
    const TlsServer server("IP:127.0.0.1");
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint("127.0.0.1"), attempts);
    options.ca_file = server.certificate();
    EXPECT_EQ(call(*open(options), put("/k", "x")).response.body, "ok");
}

TEST(TlsTest, ThePayloadIsUnsignedOnlyWhereAChecksumCoversIt) {
    const BareEnvironment bare;
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    const TlsServer server("DNS:localhost");
    Attempts attempts;
    ServiceOptions options = unsigned_options(server.endpoint(), attempts);
    options.ca_file = server.certificate();
    options.service = "s3";
    options.region = "eu-west-1";
    options.sign = true;
    const auto service = open(options);
    Call with_checksum = put("/bucket/key", "hello");
    with_checksum.headers.emplace_back("x-amz-checksum-crc32", "NhCmhg==");
    ASSERT_EQ(call(*service, with_checksum).response.status, 200);
    EXPECT_EQ(server.payload(), "UNSIGNED-PAYLOAD");
    ASSERT_EQ(call(*service, put("/bucket/key", "hello")).response.status, 200);
    EXPECT_EQ(server.payload(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

TEST(TlsTest, AMissingCaFileIsNamed) {
    Attempts attempts;
    ServiceOptions options = unsigned_options("https://localhost", attempts);
    options.ca_file = "/no/such/file.pem";
    const auto service = open_service(options);
    ASSERT_FALSE(service);
    EXPECT_EQ(service.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(service.error().message, HasSubstr("/no/such/file.pem"));
}

}  // namespace
}  // namespace dualstore::aws
