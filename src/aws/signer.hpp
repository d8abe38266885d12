// AWS Signature Version 4.
#pragma once

#include <aws/auth/credentials.h>
#include <aws/http/request_response.h>

#include <memory>
#include <string>
#include <string_view>

namespace dualstore::aws {

using Identity = std::shared_ptr<const aws_credentials>;

struct SignatureScope {
    std::string service;
    std::string region;
    std::string payload;  // SHA-256 of the body in hexadecimal, or "UNSIGNED-PAYLOAD"
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

// Adds the headers that sign a message. The C library's error; 0: it is signed.
[[nodiscard]] int sign(aws_http_message* message, const SignatureScope& scope, const aws_credentials* identity);

}  // namespace dualstore::aws
