#pragma once

#include <string>
#include <string_view>

#include "aws/service.hpp"
#include "object/s3_address.hpp"

namespace dualstore::object {

// Why a call failed, in one line that says what to do. `operation` is the store's: "put", "get", "head", "remove", "list".
// `key` is the caller's; a prefix where it is a list's.
[[nodiscard]] Error s3_error(const S3Address& address, const aws::Reply& reply, std::string_view operation, std::string_view key);

[[nodiscard]] Error no_bucket(const S3Address& address, std::string_view operation, std::string_view key);

}  // namespace dualstore::object
