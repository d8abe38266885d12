#include "object/s3_address.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aws/endpoint.hpp"
#include "object/key_rules.hpp"
#include "record/text.hpp"

namespace dualstore::object {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";

// Amazon S3 User Guide, "General purpose bucket naming rules".
bool is_bucket_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 63 || name.find("..") != name.npos) return false;
    for (const char c : name) {
        if (c != '.' && name_characters.find(c) == name_characters.npos) return false;
    }
    const auto edge = [](char c) { return c != '.' && c != '-'; };
    const bool ip_address = std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || digits.find(c) != digits.npos; });
    return edge(name.front()) && edge(name.back()) && !ip_address;
}

tl::unexpected<Error> wrong(std::string message) {
    return fail(ErrorCode::invalid_argument, std::move(message), "open");
}

bool is_amazon(std::string_view host) {
    return host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
}

}  // namespace

std::string S3Address::url(std::string_view key) const {
    return fmt::format("s3://{}/{}{}", bucket, prefix, key);
}

Result<S3Address> s3_address(const S3Options& options, std::string_view region, std::string_view endpoint) {
    const std::string& bucket = options.bucket;
    if (!is_bucket_name(bucket)) {
        return wrong(
            fmt::format("'{}' is no bucket name: expected 3 to 63 lower-case letters, digits, '.' and '-'", record::excerpt(bucket)));
    }
    if (bucket.ends_with("--x-s3")) {
        return fail(ErrorCode::unsupported, fmt::format("{} is a directory bucket: use a general purpose bucket", bucket), "open");
    }
    if (!options.prefix.empty() && (!options.prefix.ends_with('/') || key_fault(options.prefix))) {
        return wrong(fmt::format("the prefix '{}' is wrong: expected UTF-8 that ends in '/'", record::excerpt(options.prefix)));
    }
    if (region.empty() || region.find_first_not_of(name_characters) != region.npos) {
        return wrong(fmt::format("'{}' is no region: expected a name like eu-west-1", record::excerpt(region)));
    }
    const bool china = region.starts_with("cn-");
    const std::string own = fmt::format("https://s3.{}.amazonaws.com{}", region, china ? ".cn" : "");
    const auto host = aws::parse_endpoint(endpoint.empty() ? std::string_view(own) : endpoint);
    if (!host) return wrong(host.error().message);

    // A certificate's wildcard stands for one part of a name, so a bucket with a dot has no host of its own.
    const bool path_style = options.path_style.value_or(!endpoint.empty() || bucket.find('.') != bucket.npos);
    S3Address address;
    address.bucket = bucket;
    address.region = region;
    address.prefix = options.prefix;
    address.amazon = is_amazon(host->host);
    address.endpoint = fmt::format("{}://{}{}", host->tls ? "https" : "http", path_style ? "" : bucket + '.', host->authority);
    address.root = path_style ? fmt::format("/{}/", bucket) : "/";
    return address;
}

std::string percent_encoded(std::string_view text, bool slash) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || c == '-' || c == '.' || c == '_' || c == '~' || (slash && c == '/')) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += hex[static_cast<unsigned char>(c) >> 4];
            encoded += hex[static_cast<unsigned char>(c) & 15];
        }
    }
    return encoded;
}

}  // namespace dualstore::object
