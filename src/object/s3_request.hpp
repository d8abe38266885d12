// The store's calls as they go over the wire (Amazon S3 API Reference).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/service.hpp"
#include "dualstore/object_store.hpp"
#include "dualstore/s3.hpp"
#include "object/s3_address.hpp"

namespace dualstore::object {

// Metadata that names one logical put, so that its writer knows it again where an answer was lost.
inline constexpr std::string_view put_id_header = "x-amz-meta-dualstore-put";

// A page's `next` that is the server's own token, not a key: no key holds a NUL byte.
inline constexpr char token_mark = '\0';

// Whether some version can have this ETag: also keeps quotes, lists and `*` out of conditions.
[[nodiscard]] bool plausible_etag(std::string_view etag);

class S3Requests {
  public:
    // invalid_argument: an option is wrong.
    static Result<S3Requests> make(S3Address address, const S3Options& options);

    [[nodiscard]] const S3Address& address() const { return address_; }

    [[nodiscard]] aws::Call put(const PutRequest& request, const std::string& put_id, const std::string& checksum) const;
    [[nodiscard]] aws::Call get(const std::string& key) const;
    [[nodiscard]] aws::Call head(const std::string& key) const;
    [[nodiscard]] aws::Call remove(const RemoveRequest& request) const;
    [[nodiscard]] aws::Call list(std::string_view prefix, std::string_view after, std::size_t limit) const;
    // Asks only whether the bucket is there.
    [[nodiscard]] aws::Call head_bucket() const;

  private:
    S3Requests() = default;
    [[nodiscard]] aws::Call call(std::string operation, std::string method, std::string_view key) const;

    S3Address address_;
    aws::Headers every_;  // headers of every call
    aws::Headers put_;    // and of every put
};

}  // namespace dualstore::object
