#include "dual/store_url.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "dual/url.hpp"

namespace dualstore::dual {
namespace {

// Not an URL of RFC 3986: whatever a path has is the path's, but for the one setting behind the last '?'.
Result<StorePlace> directory(std::string_view url) {
    std::string_view path = url.substr(5);
    DirectoryPlace place;
    if (const auto query = path.rfind('?'); query != path.npos) {
        const std::string_view setting = path.substr(query + 1);
        if (setting != "sync=off" && setting != "sync=on") {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("'{}' is no setting of a file store: expected sync=on or sync=off", setting));
        }
        place.sync = setting == "sync=on";
        path = path.substr(0, query);
    }
    if (path.starts_with("//")) path.remove_prefix(2);  // file:///absolute
    if (path.empty()) return fail(ErrorCode::invalid_argument, fmt::format("'{}' has no path: expected file:PATH", url));
    std::error_code error;
    auto root = std::filesystem::absolute(path, error).lexically_normal();
    if (error) return fail(ErrorCode::unavailable, fmt::format("cannot find the working directory: {}", error.message()));
    if (!root.has_filename()) root = root.parent_path();  // a slash at the end
    place.root = root.string();
    place.bucket = root.filename().string();
    return place;
}

Result<StorePlace> bucket(std::string_view text) {
    auto url = parse_url(text);
    if (!url) return fail(url.error());
    if (auto known = url->check_settings(
            "an S3 store", {"endpoint", "region", "profile", "path_style", "ca", "owner", "encryption", "kms_key", "deadline"});
        !known) {
        return fail(known.error());
    }
    if (url->host.empty() || !url->user.empty()) {
        return fail(ErrorCode::invalid_argument, "expected s3://BUCKET or s3://BUCKET/PREFIX; credentials come from the environment");
    }
    auto path_style = url->flag("path_style");
    auto deadline = url->seconds("deadline", 60);
    if (!path_style) return fail(path_style.error());
    if (!deadline) return fail(deadline.error());
    S3Options options{.bucket = url->host, .prefix = url->path, .path_style = *path_style};
    if (!options.prefix.empty() && !options.prefix.ends_with('/')) options.prefix += '/';
    options.expected_owner = url->setting("owner");
    options.encryption = url->setting("encryption");
    options.kms_key = url->setting("kms_key");
    options.aws.region = url->setting("region");
    options.aws.endpoint = url->setting("endpoint");
    options.aws.profile = url->setting("profile");
    options.aws.ca_file = url->setting("ca");
    options.aws.deadline = std::chrono::seconds(*deadline);
    return options;
}

}  // namespace

Result<StorePlace> parse_store_url(std::string_view url) {
    if (url.starts_with("file:")) return directory(url);
    if (url.starts_with("s3://")) return bucket(url);
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' names no store: expected file:PATH or s3://BUCKET, e.g. file:./data", url.substr(0, url.find('?'))));
}

}  // namespace dualstore::dual
