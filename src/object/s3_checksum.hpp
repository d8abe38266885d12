// Checksums as S3's headers have them: big-endian, in base64 (Amazon S3 User Guide, "Checking object integrity").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/service.hpp"

namespace dualstore::object {

inline constexpr std::string_view checksum_header = "x-amz-checksum-crc32";  // of what this program writes

// What `checksum_header` says of these bytes.
[[nodiscard]] std::string checksum_of(std::string_view bytes);

// What is wrong with an object's bytes as they came, in words: by a checksum of the whole object where the answer has one, otherwise by
// their number.
[[nodiscard]] std::optional<std::string> body_fault(const aws::Response& response);

}  // namespace dualstore::object
