#include "object/s3_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "object/s3_answer.hpp"

namespace dualstore::object {
namespace {

constexpr std::size_t longest_message = 300;

std::string one_line(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    if (text.size() > longest_message) text.resize(longest_message);
    return text;
}

// "404 NoSuchKey: The specified key does not exist; request 4442587FB7D0A2F9"; what is known of it.
std::string answer_text(const aws::Response& response) {
    const auto fault = fault_in(response);
    std::string text = fmt::format("{}", response.status);
    if (!fault.code.empty()) text += ' ' + fault.code;
    if (!fault.message.empty()) text += ": " + fault.message;
    if (text.ends_with('.')) text.pop_back();
    if (const auto id = response.header("x-amz-request-id"); !id.empty()) text += fmt::format("; request {}", id);
    return one_line(std::move(text));
}

std::string no_bucket_text(const S3Address& address) {
    return fmt::format("there is no bucket {} at {}: make it, or name another", address.bucket, address.endpoint);
}

struct Meaning {
    ErrorCode code = ErrorCode::unavailable;
    std::string advice;
    Retry retry = Retry::never;
};

// What a role needs for an operation (Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3").
std::string_view action_of(std::string_view operation) {
    if (operation == "put") return "s3:PutObject";
    if (operation == "remove") return "s3:DeleteObject";
    return operation == "list" ? "s3:ListBucket" : "s3:GetObject";
}

std::string permission_advice(const S3Address& address, std::string_view operation) {
    const std::string bucket = fmt::format("arn:aws:s3:::{}", address.bucket);
    if (operation == "list") return fmt::format("the caller needs s3:ListBucket on {}", bucket);
    std::string advice = fmt::format("the caller needs {} on {}/{}*", action_of(operation), bucket, address.prefix);
    if (operation == "get" || operation == "head") {
        advice += fmt::format(", and s3:ListBucket on {}, without which a missing key looks like this too", bucket);
    }
    return advice;
}

Meaning refusal(const S3Address& address, const aws::Response& response, std::string_view code, std::string_view operation) {
    constexpr auto denied = ErrorCode::permission_denied;
    if (code == "InvalidAccessKeyId") return {denied, "the service does not know the access key: look at AWS_ACCESS_KEY_ID or the profile"};
    if (code == "SignatureDoesNotMatch") {
        return {denied, "the secret key is not that of the access key: look at AWS_SECRET_ACCESS_KEY or the profile"};
    }
    if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired") {
        return {denied, "the session's credentials have expired or are wrong: get new ones"};
    }
    if (code == "RequestTimeTooSkewed") {
        return {denied,
                fmt::format("this machine's clock is wrong: the service's says {}", one_line(std::string(response.header("date"))))};
    }
    return {denied, permission_advice(address, operation)};
}

bool is_elsewhere(int status, std::string_view code) {
    return status == 301 || status == 307 || code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" ||
           code == "IllegalLocationConstraintException";
}

Meaning elsewhere(const S3Address& address, const aws::Response& response, const S3Fault& fault) {
    std::string region(response.header("x-amz-bucket-region"));
    if (region.empty()) region = fault.region;
    if (region.empty() || region == address.region) {
        return {ErrorCode::invalid_argument, "the bucket is at another endpoint: give its region or endpoint"};
    }
    region = one_line(region);
    return {ErrorCode::invalid_argument, fmt::format("the bucket is in region {0}, not {1}: give region={0}", region, address.region)};
}

Meaning meaning_of(const S3Address& address, const aws::Response& response, const S3Fault& fault, std::string_view operation) {
    const std::string& code = fault.code;
    const int status = response.status;
    if (code == "NoSuchBucket") return {ErrorCode::not_found, no_bucket_text(address)};
    if (is_elsewhere(status, code)) return elsewhere(address, response, fault);
    if (status == 401 || status == 403 || code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired") {
        return refusal(address, response, code, operation);
    }
    if (code == "BadDigest" || code == "XAmzContentSHA256Mismatch") {
        return {ErrorCode::unavailable, "the bytes were damaged on their way: try again", Retry::safe};
    }
    if (code == "RequestTimeout") return {ErrorCode::unavailable, "the connection is too slow: try again", Retry::safe};
    if (code == "KeyTooLongError") return {ErrorCode::invalid_argument, "this server takes no such long key"};
    if (code.starts_with("KMS.")) return {ErrorCode::permission_denied, "look at the KMS key's state and policy"};
    if (status == 405 || status == 501) return {ErrorCode::unsupported, "this server does not have what the call needs"};
    if (status == 404) return {ErrorCode::not_found, "what was asked for is not there"};
    if (status < 300) {
        return {ErrorCode::unavailable, fmt::format("that is not how S3 answers: is {} an S3 server?", address.endpoint)};
    }
    if (status == 409) return {ErrorCode::unavailable, "other writers were in the way: try again", Retry::safe};
    if (status == 429 || status >= 500) return {ErrorCode::unavailable, "try again later", Retry::safe};
    return {ErrorCode::invalid_argument, {}};
}

}  // namespace

Error no_bucket(const S3Address& address, std::string_view operation, std::string_view key) {
    return {ErrorCode::not_found, Retry::never, std::string(operation), std::string(key), no_bucket_text(address)};
}

Error s3_error(const S3Address& address, const aws::Reply& reply, std::string_view operation, std::string_view key) {
    if (reply.response.status == 0) {
        auto unanswered = aws::reply_error(reply, std::string(operation), std::string(key));
        const bool reads = operation != "put" && operation != "remove";
        if (reads && unanswered.code == ErrorCode::unavailable) unanswered.retry = Retry::safe;
        return unanswered;
    }
    auto [code, advice, retry] = meaning_of(address, reply.response, fault_in(reply.response), operation);
    Error error;
    error.code = code;
    error.retry = retry;
    error.operation = operation;
    error.key = key;
    error.message = fmt::format("{} was answered {}", address.url(key), answer_text(reply.response));
    if (!advice.empty()) error.message = fmt::format("{} ({})", advice, error.message);
    return error;
}

}  // namespace dualstore::object
