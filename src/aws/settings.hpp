// What the usual environment variables and the profile's file say where the caller does not.
#pragma once

#include <string>
#include <string_view>

#include "dualstore/error.hpp"
#include "dualstore/s3.hpp"

namespace dualstore::aws {

struct Settings {
    std::string region;
    std::string endpoint;  // empty: AWS's own
    std::string profile;   // the one the caller names; empty: AWS_PROFILE, "default"
    std::string ca_file;
};

// `service`: "s3" or "athena". The order is the AWS SDKs': the caller, the environment, the profile (AWS SDKs and Tools Reference Guide,
// "Service-specific endpoints"). An endpoint of one's own without a region has us-east-1. invalid_argument: no region is named anywhere; a
// profile that is named is in no file.
[[nodiscard]] Result<Settings> resolve_settings(std::string_view service, const AwsOptions& options);

// Empty where it is not set.
[[nodiscard]] std::string variable(const char* name);

}  // namespace dualstore::aws
