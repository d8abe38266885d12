// One object's calls on a bucket, each from its first request to what it comes to, lost answers resolved.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/service.hpp"
#include "dualstore/object_store.hpp"
#include "object/s3_request.hpp"

namespace dualstore::object {

// An object without its bytes.
struct S3Head {
    ObjectInfo info;
    Version version;
    std::string put_id;  // empty where another program wrote it
};

// The calls return at once; `done` is called once, by a thread of the library. The bucket, and what a call is given by reference, must live
// until then. Keys, conditions and what the server can do are the caller's to check.
class S3Bucket {
  public:
    template <class T>
    using Done = std::function<void(Result<T>)>;

    S3Bucket(std::shared_ptr<aws::Service> service, S3Requests requests);

    void put(const PutRequest& request, Done<Version> done);
    void get(const std::string& key, Done<std::optional<Object>> done);
    // `operation` is what errors name; `limit` is shorter than a call's usual time, where it is not zero.
    void head(const std::string& key, std::string_view operation, Done<std::optional<S3Head>> done, std::chrono::milliseconds limit = {});
    void remove(const RemoveRequest& request, Done<bool> done);
    [[nodiscard]] Result<ObjectPage> list(std::string_view prefix, std::string_view after, std::size_t limit);

    [[nodiscard]] aws::Service& service() const { return *service_; }
    [[nodiscard]] const S3Requests& requests() const { return requests_; }

  private:
    struct Put;  // one that is under way

    [[nodiscard]] Error error(const aws::Reply& reply, std::string_view operation, std::string_view key) const;
    void put_ended(const Put& put, const aws::Reply& reply);
    void resolve(const Put& put, const aws::Reply& reply);
    void get(const std::string& key, bool again, Done<std::optional<Object>> done);
    void missing(const std::string& key, std::string_view operation, Done<std::optional<S3Head>> done);
    void remove_now(const RemoveRequest& request, Done<bool> done);
    void remove_refused(const RemoveRequest& request, bool perhaps_done, Done<bool> done);

    std::shared_ptr<aws::Service> service_;
    S3Requests requests_;
    std::string writer_;  // with a number behind it, the id of a put
    std::atomic<std::uint64_t> puts_ = 0;
    std::atomic<bool> seen_ = false;  // an answer has shown that the bucket is there
};

}  // namespace dualstore::object
