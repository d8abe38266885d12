// Objects in a bucket of Amazon S3, or of a server that speaks its protocol.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "dualstore/error.hpp"
#include "dualstore/object_store.hpp"
#include "dualstore/trace.hpp"

namespace dualstore {

// Where a service of AWS is, and who asks. What is empty comes from the usual environment variables and from the profile's file.
struct AwsOptions {
    std::string region = {};    // AWS_REGION, AWS_DEFAULT_REGION, the profile's
    std::string endpoint = {};  // "http://127.0.0.1:9000"; AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's; AWS's own
    std::string profile = {};   // AWS_PROFILE; "default"
    std::string ca_file = {};   // PEM, replaces the system's; AWS_CA_BUNDLE
    std::chrono::milliseconds deadline{60'000};  // for one call, all its attempts together
    std::optional<int> max_retries = {};         // how often a request that failed is sent again; not given: until the deadline
    Tracer trace = {};
};

struct S3Options {
    std::string bucket;
    std::string prefix = {};              // in front of every key, ends in '/'; empty: the whole bucket
    std::optional<bool> path_style = {};  // not given: path style where `endpoint` is one of your own
    std::string expected_owner = {};      // an account number; another owner's bucket is refused
    std::string encryption = {};          // "AES256" or "aws:kms"; empty: the bucket's own rule
    std::string kms_key = {};             // with "aws:kms"; empty: the account's key for S3
    AwsOptions aws = {};
};

// No request is made. invalid_argument: an option is wrong, or there is no region. A batch has up to 350 requests in flight and needs no
// thread a request; its puts hold up to 256 MiB in memory. Against lost answers and overload calls are tried again until the deadline; a
// put that has no answer by then is looked for during five seconds more, and what stays unclear is outcome_unknown. Of a server other than
// AWS's own it is found out once, by an object below .dualstore/ that is removed again, whether it keeps to conditions: before the first
// conditional call, or by capabilities().
[[nodiscard]] Result<std::shared_ptr<ObjectStore>> open_s3_store(S3Options options);

}  // namespace dualstore
