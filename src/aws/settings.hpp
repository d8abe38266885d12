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
    std::string profile;
    std::string ca_file;
};

// `service`: "s3" or "athena". The order is the AWS SDKs': the caller, the environment, the profile (AWS SDKs and Tools Reference Guide,
// "Service-specific endpoints"). invalid_argument: no region is named anywhere.
[[nodiscard]] Result<Settings> resolve_settings(std::string_view service, const AwsOptions& options);

}  // namespace dualstore::aws
