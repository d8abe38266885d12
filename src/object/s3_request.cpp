#include "object/s3_request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "object/s3_checksum.hpp"
#include "record/text.hpp"

namespace dualstore::object {
namespace {

constexpr std::size_t longest_page = 1000;

std::string quoted(std::string_view etag) {
    return fmt::format("\"{}\"", etag);
}

bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

tl::unexpected<Error> wrong(std::string message) {
    return fail(ErrorCode::invalid_argument, std::move(message), "open");
}

}  // namespace

bool plausible_etag(std::string_view etag) {
    return !etag.empty() && std::all_of(etag.begin(), etag.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_.:+/=").find(c) != std::string_view::npos;
    });
}

Result<S3Requests> S3Requests::make(S3Address address, const S3Options& options) {
    S3Requests requests;
    requests.address_ = std::move(address);
    if (const auto& owner = options.expected_owner; !owner.empty()) {
        if (owner.size() != 12 || owner.find_first_not_of("0123456789") != owner.npos) {
            return wrong(fmt::format("the owner '{}' is no account number: expected 12 digits", record::excerpt(owner)));
        }
        requests.every_.emplace_back("x-amz-expected-bucket-owner", owner);
    }
    const auto& encryption = options.encryption;
    if (!encryption.empty() && encryption != "AES256" && encryption != "aws:kms") {
        return wrong(fmt::format("the encryption '{}' is not known: expected AES256 or aws:kms", record::excerpt(encryption)));
    }
    if (!options.kms_key.empty() && (encryption != "aws:kms" || !printable(options.kms_key))) {
        return wrong("a KMS key (an id, an alias or an ARN) needs the encryption aws:kms");
    }
    requests.put_.emplace_back("content-type", "application/json");
    if (!encryption.empty()) requests.put_.emplace_back("x-amz-server-side-encryption", encryption);
    if (!options.kms_key.empty()) requests.put_.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", options.kms_key);
    return requests;
}

aws::Call S3Requests::call(std::string operation, std::string method, std::string_view key) const {
    aws::Call call;
    call.operation = std::move(operation);
    call.method = std::move(method);
    call.key = key;
    call.target = address_.root + percent_encoded(address_.prefix, true) + percent_encoded(key, true);
    call.headers = every_;
    return call;
}

aws::Call S3Requests::put(const PutRequest& request, const std::string& put_id, const std::string& checksum) const {
    auto put = call("PutObject", "PUT", request.key);
    put.headers.insert(put.headers.end(), put_.begin(), put_.end());
    put.headers.emplace_back(checksum_header, checksum);
    put.headers.emplace_back(put_id_header, put_id);
    if (request.mode.kind == PutMode::Kind::create) put.headers.emplace_back("if-none-match", "*");
    if (request.mode.kind == PutMode::Kind::if_match) put.headers.emplace_back("if-match", quoted(request.mode.etag));
    put.repeatable = request.mode.kind == PutMode::Kind::replace;
    put.body = request.bytes;
    return put;
}

aws::Call S3Requests::get(const std::string& key) const {
    auto get = call("GetObject", "GET", key);
    get.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
    return get;
}

aws::Call S3Requests::head(const std::string& key) const {
    return call("HeadObject", "HEAD", key);
}

aws::Call S3Requests::remove(const RemoveRequest& request) const {
    auto remove = call("DeleteObject", "DELETE", request.key);
    if (!request.version_id.empty()) {
        remove.target += "?versionId=" + percent_encoded(request.version_id, false);
    } else if (request.if_match) {
        remove.headers.emplace_back("if-match", quoted(*request.if_match));
    }
    return remove;
}

aws::Call S3Requests::list(std::string_view prefix, std::string_view after, std::size_t limit) const {
    auto list = call("ListObjectsV2", "GET", {});
    list.key = prefix;
    list.target = fmt::format("{}?encoding-type=url&list-type=2&max-keys={}&prefix={}", address_.root,
                              limit == 0 ? longest_page : std::min(limit, longest_page), percent_encoded(address_.prefix, false));
    list.target += percent_encoded(prefix, false);
    if (after.starts_with(token_mark)) {
        list.target += "&continuation-token=" + percent_encoded(after.substr(1), false);
    } else if (!after.empty()) {
        list.target += "&start-after=" + percent_encoded(address_.prefix, false) + percent_encoded(after, false);
    }
    return list;
}

aws::Call S3Requests::head_bucket() const {
    auto head = call("HeadBucket", "HEAD", {});
    head.target = address_.root;
    return head;
}

}  // namespace dualstore::object
