#include "dual/store_url.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace dualstore::dual {

Result<StoreUrl> parse_store_url(std::string_view url) {
    if (url.starts_with("s3://")) return fail(ErrorCode::unsupported, "S3 stores are not built into this version: use file:PATH");
    if (!url.starts_with("file:")) {
        return fail(ErrorCode::invalid_argument, fmt::format("'{}' names no store: expected file:PATH, e.g. file:./data", url));
    }
    std::string_view path = url.substr(5);
    StoreUrl result;
    if (const auto query = path.rfind('?'); query != path.npos) {
        const std::string_view setting = path.substr(query + 1);
        if (setting != "sync=off" && setting != "sync=on") {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("'{}' is no setting of a file store: expected sync=on or sync=off", setting));
        }
        result.sync = setting == "sync=on";
        path = path.substr(0, query);
    }
    if (path.starts_with("//")) path.remove_prefix(2);  // file:///absolute
    if (path.empty()) return fail(ErrorCode::invalid_argument, fmt::format("'{}' has no path: expected file:PATH", url));
    std::error_code error;
    auto root = std::filesystem::absolute(path, error).lexically_normal();
    if (error) return fail(ErrorCode::unavailable, fmt::format("cannot find the working directory: {}", error.message()));
    if (!root.has_filename()) root = root.parent_path();  // a slash at the end
    result.root = root.string();
    result.bucket = root.filename().string();
    return result;
}

Result<void> check_engine_url(std::string_view url) {
    if (url == "embedded") return {};
    if (url.starts_with("athena://") || url.starts_with("trino://")) {
        return fail(ErrorCode::unsupported, "Athena and Trino are not built into this version: use embedded");
    }
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' names no query engine: expected embedded", url));
}

}  // namespace dualstore::dual
