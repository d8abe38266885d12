#include "aws/signer.hpp"

#include <aws/auth/signable.h>
#include <aws/auth/signing.h>
#include <aws/auth/signing_result.h>
#include <aws/cal/hash.h>
#include <aws/common/date_time.h>

#include <array>

#include "aws/crt.hpp"

namespace dualstore::aws {
namespace {

using Signable = Handle<aws_signable, aws_signable_destroy>;

struct Signing {
    aws_http_message* message;
    int error;
};

void on_signed(aws_signing_result* result, int error, void* argument) {
    auto& signing = *static_cast<Signing*>(argument);
    signing.error = error;
    if (error == 0 && aws_apply_signing_result_to_http_request(signing.message, aws_default_allocator(), result) != AWS_OP_SUCCESS) {
        signing.error = aws_last_error();
    }
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    std::array<std::uint8_t, AWS_SHA256_LEN> digest{};
    aws_byte_buf buffer = aws_byte_buf_from_empty_array(digest.data(), digest.size());
    const aws_byte_cursor input = cursor(bytes);
    aws_sha256_compute(aws_default_allocator(), &input, &buffer, 0);
    std::string hex(2 * digest.size(), '0');
    for (std::size_t i = 0; i < digest.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex[2 * i] = digits[digest[i] >> 4U];
        hex[2 * i + 1] = digits[digest[i] & 15U];
    }
    return hex;
}

int sign(aws_http_message* message, const SignatureScope& scope, const aws_credentials* identity) {
    const Signable signable{aws_signable_new_http_request(aws_default_allocator(), message)};
    aws_signing_config_aws config{};
    config.config_type = AWS_SIGNING_CONFIG_AWS;
    config.algorithm = AWS_SIGNING_ALGORITHM_V4;
    config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
    config.region = cursor(scope.region);
    config.service = cursor(scope.service);
    config.credentials = identity;
    config.signed_body_value = cursor(scope.payload);
    aws_date_time_init_now(&config.date);
    // S3 signs a path as it stands and wants the payload's hash in a header; the other services decode and normalise it first.
    const bool s3 = scope.service == "s3";
    config.flags.use_double_uri_encode = s3 ? 0 : 1;
    config.flags.should_normalize_uri_path = s3 ? 0 : 1;
    config.signed_body_header = s3 ? AWS_SBHT_X_AMZ_CONTENT_SHA256 : AWS_SBHT_NONE;
    Signing signing{message, 0};
    // With credentials at hand it calls back before it returns.
    if (aws_sign_request_aws(aws_default_allocator(), signable.get(), reinterpret_cast<aws_signing_config_base*>(&config), on_signed,
                             &signing) != AWS_OP_SUCCESS) {
        return aws_last_error();
    }
    return signing.error;
}

}  // namespace dualstore::aws
