// Where a bucket is: the host that is asked, and how a key becomes a path on it.
#pragma once

#include <string>
#include <string_view>

#include "dualstore/s3.hpp"

namespace dualstore::object {

struct S3Address {
    std::string bucket;
    std::string endpoint;  // scheme and host: "https://b.s3.eu-west-1.amazonaws.com"
    std::string region;
    std::string root;     // what stands before an object's key in a path: "/", "/b/"
    std::string prefix;   // what stands before a caller's key in an object's
    bool amazon = false;  // AWS's own: what it can do is known

    // "s3://b/prefix/key", for messages.
    [[nodiscard]] std::string url(std::string_view key) const;
};

// `region` and `endpoint` as settled; an empty endpoint is AWS's own (Amazon S3 User Guide, "Methods for accessing a general purpose
// bucket"). invalid_argument: the bucket's name, the prefix, the region or the endpoint is wrong.
[[nodiscard]] Result<S3Address> s3_address(const S3Options& options, std::string_view region, std::string_view endpoint);

// Everything but unreserved characters (RFC 3986) and '/', which stays where `slash` says so.
[[nodiscard]] std::string percent_encoded(std::string_view text, bool slash);

}  // namespace dualstore::object
