#include "aws/settings.hpp"

#include <aws/sdkutils/aws_profile.h>
#include <fmt/format.h>

#include <cstdlib>

#include "aws/runtime.hpp"
#include "record/text.hpp"

namespace dualstore::aws {
namespace {

using Profiles = Handle<aws_profile_collection, aws_profile_collection_release>;

// The profile's file and the credentials' file as one; nullptr where there is neither.
Profiles read_profiles() {
    aws_allocator* allocator = aws_default_allocator();
    const auto read = [allocator](aws_string* path, aws_profile_source_type type) {
        const String owned{path};
        return Profiles{path == nullptr ? nullptr : aws_profile_collection_new_from_file(allocator, path, type)};
    };
    const Profiles config = read(aws_get_config_file_path(allocator, nullptr), AWS_PST_CONFIG);
    const Profiles credentials = read(aws_get_credentials_file_path(allocator, nullptr), AWS_PST_CREDENTIALS);
    if (!config && !credentials) {
        return nullptr;
    }
    return Profiles{aws_profile_collection_new_from_merge(allocator, config.get(), credentials.get())};
}

std::string property(const aws_profile* profile, std::string_view name) {
    const aws_profile_property* found = profile == nullptr ? nullptr : aws_profile_get_property(profile, string(name).get());
    return found == nullptr ? std::string{} : std::string{view(aws_profile_property_get_value(found))};
}

// endpoint_url of the service in the section that the profile's `services` names.
std::string service_endpoint(const aws_profile_collection* profiles, const aws_profile* profile, std::string_view service) {
    const std::string section_name = property(profile, "services");
    if (section_name.empty()) {
        return {};
    }
    const aws_profile* section =
        aws_profile_collection_get_section(profiles, AWS_PROFILE_SECTION_TYPE_SERVICES, string(section_name).get());
    const aws_profile_property* found = section == nullptr ? nullptr : aws_profile_get_property(section, string(service).get());
    return found == nullptr ? std::string{} : std::string{view(aws_profile_property_get_sub_property(found, string("endpoint_url").get()))};
}

std::string first(std::initializer_list<std::string> values) {
    for (const std::string& value : values) {
        if (!value.empty()) {
            return value;
        }
    }
    return {};
}

std::string upper_case(std::string_view text) {
    std::string upper{text};
    for (char& c : upper) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return upper;
}

}  // namespace

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

Result<Settings> resolve_settings(std::string_view service, const AwsOptions& options) {
    initialise_libraries();
    Settings settings;
    settings.profile = options.profile;
    const std::string name = first({options.profile, variable("AWS_PROFILE")});
    const Profiles profiles = read_profiles();
    const aws_profile* profile =
        profiles ? aws_profile_collection_get_profile(profiles.get(), string(name.empty() ? "default" : name).get()) : nullptr;
    if (!name.empty() && profile == nullptr) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the AWS profile {} is neither in the config file nor in the credentials file", record::excerpt(name)));
    }
    settings.ca_file = first({options.ca_file, variable("AWS_CA_BUNDLE"), property(profile, "ca_bundle")});
    settings.endpoint = options.endpoint;
    const std::string ignored =
        record::fold(first({variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), property(profile, "ignore_configured_endpoint_urls")}));
    if (settings.endpoint.empty() && ignored != "true") {
        settings.endpoint = first({variable(("AWS_ENDPOINT_URL_" + upper_case(service)).c_str()), variable("AWS_ENDPOINT_URL"),
                                   service_endpoint(profiles.get(), profile, service), property(profile, "endpoint_url")});
    }
    settings.region = first({options.region, variable("AWS_REGION"), variable("AWS_DEFAULT_REGION"), property(profile, "region")});
    if (settings.region.empty() && !settings.endpoint.empty()) {
        settings.region = "us-east-1";
    }
    if (settings.region.empty()) {
        return fail(ErrorCode::invalid_argument, "no AWS region is named: set AWS_REGION, or region in the profile");
    }
    return settings;
}

}  // namespace dualstore::aws
