// What the service's answers say (Amazon S3 API Reference).
#pragma once

#include <string>
#include <string_view>

#include "aws/service.hpp"
#include "dualstore/object_store.hpp"
#include "object/s3_address.hpp"

namespace dualstore::object {

// The document of an answer that is an error, or pretends success; empty where there is none, as in answers to HEAD.
struct S3Fault {
    std::string code;
    std::string message;
    std::string region;  // where the bucket is, when it was asked for elsewhere
};
[[nodiscard]] S3Fault fault_in(const aws::Response& response);

// 2xx, and no error inside.
[[nodiscard]] bool succeeded(const aws::Response& response);

// Whether a call that was answered so may be made again.
[[nodiscard]] aws::Verdict judge(const aws::Response& response);

// Without its quotes.
[[nodiscard]] std::string etag_in(const aws::Response& response);
// A versioned bucket's name for what the answer is about; empty elsewhere.
[[nodiscard]] std::string version_id_in(const aws::Response& response);

// A page of ListObjectsV2, in byte order, without what does not begin with `prefix` or, where that is a key, come after `after`.
// unavailable: it is no such page.
[[nodiscard]] Result<ObjectPage> parse_page(std::string_view body, const S3Address& address, std::string_view prefix,
                                            std::string_view after);

}  // namespace dualstore::object
