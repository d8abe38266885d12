#include "dual/place.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "dual/store_url.hpp"
#include "object/etag.hpp"

namespace dualstore::dual {
namespace {

Result<Place> open_directory(const DirectoryPlace& url, bool create) {
    auto store = open_directory_store(url.root, {.sync = url.sync, .create = create});
    if (!store) return fail(store.error());
    const auto own = std::filesystem::path(url.root) / ".dualstore";
    return Place{*store, url.bucket, "file://" + url.root + "/", url.root, own / "tables", own / "mirror"};
}

// A folder of this user's own; a machine without one (a function in the cloud) has the temporary folder.
std::filesystem::path cache_folder(const std::string& given) {
    if (!given.empty()) return given;
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && *cache == '/') return std::filesystem::path(cache) / "dualstore";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/') return std::filesystem::path(home) / ".cache" / "dualstore";
    return {};
}

Result<Place> open_bucket(S3Options url, const ClientOptions& options) {
    url.aws.trace = options.trace;
    const std::string bucket = url.bucket;
    const std::string location = fmt::format("s3://{}/{}", url.bucket, url.prefix);
    // Two buckets of one name that share a mirror would only bring it up to date in turns: its objects are known by etag.
    const std::string place = fmt::format("{} {}", location, url.aws.endpoint);
    auto store = open_s3_store(std::move(url));
    if (!store) return fail(store.error());
    auto folder = cache_folder(options.cache);
    if (!folder.empty()) folder = folder / "mirror" / fmt::format("{}-{}", bucket, object::etag_of(place));
    return Place{*store, bucket, location, {}, {}, folder};
}

}  // namespace

std::string Place::bucket_path() const {
    if (!root.empty()) return bucket;
    return location.substr(5, location.size() - 6);
}

Result<Place> open_place(const ClientOptions& options) {
    auto url = parse_store_url(options.store);
    if (!url) return fail(url.error());
    if (const auto* directory = std::get_if<DirectoryPlace>(&*url)) return open_directory(*directory, options.create);
    return open_bucket(std::get<S3Options>(std::move(*url)), options);
}

}  // namespace dualstore::dual
