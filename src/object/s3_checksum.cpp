#include "object/s3_checksum.hpp"

#include <aws/checksums/crc.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace dualstore::object {
namespace {

template <class Number>
std::string base64(Number value) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (int left = 8 * sizeof value; left > 0; left -= 6) text += digits[(left >= 6 ? value >> (left - 6) : value << (6 - left)) & 63];
    text.resize((text.size() + 3) / 4 * 4, '=');
    return text;
}

template <auto function>
std::string checksum(std::string_view bytes) {
    return base64(function(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), 0));
}

struct Algorithm {
    std::string_view header;
    std::string (*compute)(std::string_view bytes);
};

// Those that other programs use by default.
constexpr std::array<Algorithm, 3> algorithms = {{{checksum_header, checksum<aws_checksums_crc32_ex>},
                                                  {"x-amz-checksum-crc64nvme", checksum<aws_checksums_crc64nvme_ex>},
                                                  {"x-amz-checksum-crc32c", checksum<aws_checksums_crc32c_ex>}}};

}  // namespace

std::string checksum_of(std::string_view bytes) {
    return algorithms.front().compute(bytes);
}

std::optional<std::string> body_fault(const aws::Response& response) {
    const std::string& body = response.body;
    for (const auto& [header, compute] : algorithms) {
        const std::string_view stated = response.header(header);
        // "…-3" and COMPOSITE: of an object's parts, not of its bytes.
        if (stated.empty() || stated.find('-') != stated.npos || response.header("x-amz-checksum-type") == "COMPOSITE") continue;
        const std::string computed = compute(body);
        if (stated == computed) return std::nullopt;
        return fmt::format("{} is {} for the {} bytes that came, {} for the object", header, computed, body.size(), stated);
    }
    std::uint64_t length = 0;
    const std::string_view text = response.header("content-length");
    const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
    if (text.empty() || read.ptr != text.data() + text.size() || length == body.size()) return std::nullopt;
    return fmt::format("{} bytes came of {}", body.size(), length);
}

}  // namespace dualstore::object
