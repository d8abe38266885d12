#include <fstream>

#include "aws/service_fixture.hpp"

namespace dualstore::aws {
namespace {

using namespace std::chrono_literals;
using servers::Answer;
using servers::Request;
using servers::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
  protected:
    ServiceOptions options(std::string service = "s3") {
        ServiceOptions options = unsigned_options(server_.endpoint(), attempts_);
        options.service = std::move(service);
        options.region = "eu-west-1";
        options.sign = true;
        return options;
    }

    // The Authorization header of one call.
    std::string authorization(const ServiceOptions& options) {
        const Reply reply = call(*open(options), put("/bucket/key", "hello"));
        EXPECT_EQ(reply.response.status, 200) << reply.error;
        return server_.requests().empty() ? "" : std::string{server_.requests().back().header("authorization")};
    }

    void write(const std::string& file, const std::string& text) const { std::ofstream(file) << text; }

    BareEnvironment bare_;
    ScriptedServer server_{[](const Request&) -> Answer { return {.body = "ok"}; }};
    Attempts attempts_;
};

constexpr const char* hash_of_hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

TEST_F(CredentialsTest, ThoseOfTheEnvironmentSign) {
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    const Variable token("AWS_SESSION_TOKEN", "sessiontoken");
    EXPECT_THAT(authorization(options()), HasSubstr("AWS4-HMAC-SHA256 Credential=AKIAENVIRONMENT/"));
    const Request request = server_.requests().back();
    EXPECT_THAT(std::string{request.header("authorization")}, HasSubstr("/eu-west-1/s3/aws4_request"));
    EXPECT_EQ(request.header("x-amz-content-sha256"), hash_of_hello) << "over plain http the payload is signed";
    EXPECT_EQ(request.header("x-amz-security-token"), "sessiontoken");
    EXPECT_NE(request.header("x-amz-date"), "");
}

TEST_F(CredentialsTest, OverPlainHttpThePayloadIsSignedEvenWithAChecksum) {
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    Call call_with_checksum = put("/bucket/key", "hello");
    call_with_checksum.headers.emplace_back("x-amz-checksum-crc32", "NhCmhg==");
    ASSERT_EQ(call(*open(options()), call_with_checksum).response.status, 200);
    EXPECT_EQ(server_.requests().back().header("x-amz-content-sha256"), hash_of_hello);
}

TEST_F(CredentialsTest, OtherServicesHaveNoPayloadHeader) {
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    EXPECT_THAT(authorization(options("athena")), HasSubstr("/eu-west-1/athena/aws4_request"));
    EXPECT_EQ(server_.requests().back().header("x-amz-content-sha256"), "");
}

TEST_F(CredentialsTest, NeitherTracesNorErrorsHoldSecrets) {
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    server_.answer({.status = 403, .body = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>verysecret</StringToSign></Error>"});
    server_.answer({.delivery = Answer::Delivery::reset});
    const auto service = open(options());
    const Reply refused = call(*service, put("/k", "x"));
    const Reply lost = call(*service, put("/k", "x"));
    std::string all = reply_error(refused, "put", "k").message + reply_error(lost, "put", "k").message + lost.error;
    for (const Attempt& attempt : attempts_.all()) {
        all += attempt.error;
    }
    for (const char* word : {"verysecret", "AKIAENVIRONMENT", "Signature="}) {
        EXPECT_THAT(all, Not(HasSubstr(word)));
    }
    EXPECT_THAT(all, HasSubstr("SignatureDoesNotMatch"));
}

TEST_F(CredentialsTest, ThoseOfAProfileSign) {
    write(bare_.credentials_file(),
          "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s\n"
          "[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n");
    EXPECT_THAT(authorization(options()), HasSubstr("AKIADEFAULT"));
    const Variable profile("AWS_PROFILE", "other");
    EXPECT_THAT(authorization(options()), HasSubstr("AKIAOTHER"));
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    EXPECT_THAT(authorization(options()), HasSubstr("AKIAENVIRONMENT")) << "the environment's keys go before its profile";
    ServiceOptions named = options();
    named.profile = "default";
    EXPECT_THAT(authorization(named), HasSubstr("AKIADEFAULT")) << "but not before the profile that the caller names";
}

// Each run gives another key.
std::string counting_process(const BareEnvironment& bare) {
    const std::string script = (bare.folder() / "credentials.sh").string();
    std::ofstream(script) << "echo x >> " << bare.folder().string() << "/runs\n"
                          << "printf '{\"Version\":1,\"AccessKeyId\":\"AKIARUN%s\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\"}' "
                          << "$(wc -l < " << bare.folder().string() << "/runs)\n";
    return "[default]\ncredential_process = sh " + script + "\n";
}

TEST_F(CredentialsTest, ThoseOfAProcessAreFetchedOnceAndAgainWhenTheyHaveExpired) {
    write(bare_.config_file(), counting_process(bare_));
    const auto service = open(options());
    ASSERT_EQ(call(*service, put("/1", "x")).response.status, 200);
    ASSERT_EQ(call(*service, put("/2", "x")).response.status, 200);
    EXPECT_THAT(std::string{server_.requests().back().header("authorization")}, HasSubstr("AKIARUN1/"));
    server_.answer({.status = 403, .body = "<Error><Code>ExpiredToken</Code></Error>"});
    const Reply reply = call(*service, put("/3", "x"));
    EXPECT_EQ(reply.response.status, 200);
    EXPECT_EQ(reply.attempts, 2);
    EXPECT_THAT(std::string{server_.requests().back().header("authorization")}, HasSubstr("AKIARUN2/"));
}

TEST_F(CredentialsTest, AnExpiredTokenThatCannotBeRenewedIsReportedAtOnce) {
    const Variable key("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    const Variable secret("AWS_SECRET_ACCESS_KEY", "verysecret");
    server_.answer({.status = 403, .body = "<Error><Code>ExpiredToken</Code></Error>"});
    const Reply reply = call(*open(options()), put("/k", "x"));
    EXPECT_EQ(reply.response.status, 403);
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(CredentialsTest, ThoseOfAContainerSign) {
    ScriptedServer container([](const Request&) -> Answer {
        return {.headers = {{"Content-Type", "application/json"}},
                .body = R"({"AccessKeyId":"AKIACONTAINER","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"})"};
    });
    const Variable uri("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.endpoint() + "/role");
    EXPECT_THAT(authorization(options()), HasSubstr("AKIACONTAINER"));
}

TEST_F(CredentialsTest, ThoseOfAnInstanceSign) {
    ScriptedServer instance([](const Request& request) -> Answer {
        if (request.target == "/latest/api/token") {
            return {.body = "token"};
        }
        if (request.target == "/latest/meta-data/iam/security-credentials/") {
            return {.body = "role"};
        }
        return {
            .body =
                R"({"Code":"Success","AccessKeyId":"AKIAINSTANCE","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"})"};
    });
    const Variable metadata("AWS_EC2_METADATA_DISABLED", "false");
    const Variable where("AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.endpoint());
    EXPECT_THAT(authorization(options()), HasSubstr("AKIAINSTANCE"));
}

TEST_F(CredentialsTest, WhereThereAreNoneTheCallSaysWhatToSet) {
    const auto service = open(options());
    Reply reply;
    const auto time = time_of([&] { reply = call(*service, put("/k", "x")); });
    EXPECT_LT(time, 5s);
    const Error error = reply_error(reply, "put", "k");
    EXPECT_EQ(error.code, ErrorCode::permission_denied);
    EXPECT_THAT(error.message, HasSubstr("no AWS credentials were found: set AWS_ACCESS_KEY_ID"));
    EXPECT_FALSE(reply.lost);
    EXPECT_TRUE(server_.requests().empty());
}

TEST_F(CredentialsTest, ManyCallsShareOneSearch) {
    write(bare_.config_file(), counting_process(bare_));
    const auto service = open(options());
    std::vector<std::future<Reply>> replies;
    for (int i = 0; i < 100; ++i) {
        auto promise = std::make_shared<std::promise<Reply>>();
        replies.push_back(promise->get_future());
        service->start(put("/k", "x"), [promise](Reply reply) { promise->set_value(std::move(reply)); });
    }
    for (auto& reply : replies) {
        EXPECT_EQ(reply.get().response.status, 200);
    }
    for (const Request& request : server_.requests()) {
        EXPECT_THAT(std::string{request.header("authorization")}, HasSubstr("AKIARUN1/"));
    }
}

TEST_F(CredentialsTest, AnswersOfAProfileThatCannotBeUsedAreInTheError) {
    write(bare_.config_file(), "[default]\ncredential_process = false\n");
    const Reply reply = call(*open(options()), put("/k", "x"));
    EXPECT_THAT(reply.error, HasSubstr("profile: "));
}

TEST_F(CredentialsTest, AProfileWithSingleSignOnNeedsASession) {
    write(bare_.config_file(),
          "[default]\nregion = eu-west-1\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = reader\n"
          "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n");
    const Variable home("HOME", bare_.folder().string());  // where nobody has signed on
    const Reply reply = call(*open(options()), put("/k", "x"));
    EXPECT_EQ(reply.code, ErrorCode::permission_denied);
    EXPECT_THAT(reply.error, HasSubstr("single sign-on: "));
}

}  // namespace
}  // namespace dualstore::aws
