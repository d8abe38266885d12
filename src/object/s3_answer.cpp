#include "object/s3_answer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <pugixml.hpp>

#include "object/s3_request.hpp"

namespace dualstore::object {
namespace {

pugi::xml_document parsed(std::string_view body) {
    pugi::xml_document document;
    document.load_buffer(body.data(), body.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
    return document;
}

// '+' is a space in what `encoding-type=url` asks for; a '+' itself comes as %2B.
std::string url_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const char* const digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            decoded += static_cast<char>(byte);
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

std::string unquoted(std::string_view etag) {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

}  // namespace

S3Fault fault_in(const aws::Response& response) {
    // An object may hold any document; its answer has an ETag, which that of a failed call lacks.
    const bool success = response.status < 300;
    if (response.body.empty() || (success && !response.header("etag").empty())) return {};
    if (success && std::string_view(response.body).substr(0, 200).find("<Error") == std::string_view::npos) return {};
    const auto document = parsed(response.body);
    const auto error = document.child("Error");
    return {error.child_value("Code"), error.child_value("Message"), error.child_value("Region")};
}

bool succeeded(const aws::Response& response) {
    return response.status >= 200 && response.status < 300 && fault_in(response).code.empty();
}

aws::Verdict judge(const aws::Response& response) {
    using enum aws::Verdict;
    switch (response.status) {
        case 429:
        case 503:
            return throttled;
        case 500:
        case 502:
        case 504:
            return broken;
        default:
            break;
    }
    const std::string code = fault_in(response).code;
    // RequestTimeout: the body did not come in time.
    if (code == "SlowDown" || code == "ServiceUnavailable" || code == "RequestTimeout") return throttled;
    if (code == "InternalError") return broken;
    // A write met another one.
    if (code == "ConditionalRequestConflict" || code == "OperationAborted") return again;
    if (code == "ExpiredToken") return again;
    return final;
}

std::string etag_in(const aws::Response& response) {
    return unquoted(response.header("etag"));
}

std::string version_id_in(const aws::Response& response) {
    const auto id = response.header("x-amz-version-id");
    return id == "null" ? std::string() : std::string(id);
}

Result<ObjectPage> parse_page(std::string_view body, const S3Address& address, std::string_view prefix, std::string_view after) {
    const auto document = parsed(body);
    const auto root = document.child("ListBucketResult");
    if (!root) return fail(ErrorCode::unavailable, "the answer is no list of objects: is " + address.endpoint + " an S3 server?");
    const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
    const bool after_token = after.starts_with(token_mark);
    ObjectPage page;
    for (const auto entry : root.children("Contents")) {
        std::string key = encoded ? url_decoded(entry.child_value("Key")) : entry.child_value("Key");
        if (!key.starts_with(address.prefix)) continue;
        key.erase(0, address.prefix.size());
        // Some servers' order is another than that of bytes, and what they give after a key with it.
        if (!key.starts_with(prefix) || (!after_token && key <= after)) continue;
        page.objects.push_back({std::move(key), entry.child("Size").text().as_ullong(), unquoted(entry.child_value("ETag"))});
    }
    std::sort(page.objects.begin(), page.objects.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    if (!root.child("IsTruncated").text().as_bool()) return page;
    page.next = token_mark + std::string(root.child_value("NextContinuationToken"));
    if (page.next.size() == 1 || page.next == after) {
        return fail(ErrorCode::unavailable, "the list has more than its answer, and does not say where it goes on");
    }
    return page;
}

}  // namespace dualstore::object
