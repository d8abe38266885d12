#include "object/s3_bucket.hpp"

#include <fmt/format.h>

#include <charconv>

#include "dualstore/environment.hpp"
#include "object/s3_answer.hpp"
#include "object/s3_checksum.hpp"
#include "object/s3_error.hpp"

namespace dualstore::object {
namespace {

// For the look at what a put without an answer has left; the put has had its own time.
constexpr std::chrono::seconds look_limit{5};

constexpr std::string_view other_version = "another version than the expected one is there: read it again";

// Answers to HEAD have no document that would say what exactly is missing.
bool is_missing(const aws::Response& response) {
    const std::string code = fault_in(response).code;
    return response.status == 404 && (code.empty() || code == "NoSuchKey" || code == "NoSuchVersion");
}

std::uint64_t size_in(const aws::Response& response) {
    const auto text = response.header("content-length");
    std::uint64_t size = 0;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return size;
}

Error conflict(const PutRequest& request, bool found) {
    Error error{ErrorCode::conflict, Retry::never, "put", request.key, std::string(other_version)};
    if (request.mode.kind == PutMode::Kind::create) error.message = "an object with this key is there already";
    if (request.mode.kind == PutMode::Kind::if_match && !found) error.message = "no object has this key, so not the expected version";
    return error;
}

}  // namespace

struct S3Bucket::Put {
    const PutRequest& request;
    std::string id;
    std::string checksum;
    Done<Version> done;
};

S3Bucket::S3Bucket(std::shared_ptr<aws::Service> service, S3Requests requests)
    : service_(std::move(service)), requests_(std::move(requests)), writer_(new_uuid(Environment::system())) {}

Error S3Bucket::error(const aws::Reply& reply, std::string_view operation, std::string_view key) const {
    return s3_error(requests_.address(), reply, operation, key);
}

void S3Bucket::put(const PutRequest& request, Done<Version> done) {
    Put put{request, fmt::format("{}-{}", writer_, puts_++), checksum_of(request.bytes), std::move(done)};
    auto call = requests_.put(request, put.id, put.checksum);
    service_->start(std::move(call), [this, put = std::move(put)](const aws::Reply& reply) { put_ended(put, reply); });
}

void S3Bucket::put_ended(const Put& put, const aws::Reply& reply) {
    const auto& [request, id, checksum, done] = put;
    const aws::Response& response = reply.response;
    const std::string etag = etag_in(response);
    if (succeeded(response) && !etag.empty()) {
        seen_ = true;
        const auto stored = response.header(checksum_header);
        if (stored.empty() || stored == checksum) return done(Version{etag, version_id_in(response)});
        return done(fail(
            ErrorCode::corrupt,
            fmt::format("what the server stored has the CRC-32 {}, what was sent {}: read the object and write it again", stored, checksum),
            "put", request.key));
    }
    const bool refused = response.status == 412;
    // A refusal may be of a second attempt, by what the first one stored.
    if (reply.lost || succeeded(response) || (refused && reply.attempts > 1)) return resolve(put, reply);
    const bool none = request.mode.kind == PutMode::Kind::if_match && is_missing(response);
    if (refused || none) return done(fail(conflict(request, !none)));
    done(fail(error(reply, "put", request.key)));
}

void S3Bucket::resolve(const Put& put, const aws::Reply& reply) {
    const auto looked = [this, put, reply](Result<std::optional<S3Head>> found) {
        if (found && *found && (*found)->put_id == put.id) return put.done(std::move((*found)->version));
        if (found && !reply.lost && reply.response.status == 412) return put.done(fail(conflict(put.request, found->has_value())));
        std::string there = "none is there now";
        if (found && *found) there = "another version is there now";
        if (!found) there = fmt::format("looking for it failed too: {}", found.error().message);
        Error unknown = error(reply, "put", put.request.key);
        unknown.message = fmt::format(
            "it is not known whether the object was stored ({}); {}. Read it: if it holds what was written, it was stored; if not, write "
            "again. "
            "The metadata dualstore-put of this write is {}",
            unknown.message, there, put.id);
        unknown.code = ErrorCode::outcome_unknown;
        unknown.retry = Retry::never;
        put.done(fail(std::move(unknown)));
    };
    head(put.request.key, "put", looked, look_limit);
}

void S3Bucket::get(const std::string& key, Done<std::optional<Object>> done) {
    get(key, true, std::move(done));
}

void S3Bucket::get(const std::string& key, bool again, Done<std::optional<Object>> done) {
    service_->start(requests_.get(key), [this, &key, again, done = std::move(done)](aws::Reply reply) mutable {
        aws::Response& response = reply.response;
        if (response.status == 200) {
            seen_ = true;
            const auto fault = body_fault(response);
            if (!fault) return done(Object{std::move(response.body), etag_in(response)});
            if (again) return get(key, false, std::move(done));
            return done(fail(ErrorCode::corrupt, fmt::format("the object came damaged twice: {}", *fault), "get", key));
        }
        if (is_missing(response)) {
            seen_ = true;
            return done(std::nullopt);
        }
        done(fail(error(reply, "get", key)));
    });
}

void S3Bucket::head(const std::string& key, std::string_view operation, Done<std::optional<S3Head>> done, std::chrono::milliseconds limit) {
    auto call = requests_.head(key);
    call.deadline = limit;
    service_->start(std::move(call), [this, key, operation, done = std::move(done)](const aws::Reply& reply) mutable {
        const aws::Response& response = reply.response;
        if (response.status == 200) {
            seen_ = true;
            Version version{etag_in(response), version_id_in(response)};
            return done(S3Head{{key, size_in(response), version.etag}, version, std::string(response.header(put_id_header))});
        }
        if (is_missing(response)) return missing(key, operation, std::move(done));
        done(fail(error(reply, operation, key)));
    });
}

// Neither the key nor the bucket need be there.
void S3Bucket::missing(const std::string& key, std::string_view operation, Done<std::optional<S3Head>> done) {
    if (seen_) return done(std::nullopt);
    service_->start(requests_.head_bucket(), [this, key, operation, done = std::move(done)](const aws::Reply& reply) {
        const int status = reply.response.status;
        if (status == 404) return done(fail(no_bucket(requests_.address(), operation, key)));
        // Who may not look at the bucket is told so where there is one.
        if (status != 403 && !succeeded(reply.response)) return done(fail(error(reply, operation, key)));
        seen_ = true;
        done(std::nullopt);
    });
}

void S3Bucket::remove(const RemoveRequest& request, Done<bool> done) {
    if (!request.version_id.empty()) return remove_now(request, std::move(done));
    if (request.if_match) {
        if (plausible_etag(*request.if_match)) return remove_now(request, std::move(done));
        return remove_refused(request, false, std::move(done));
    }
    // A bucket does not tell whether there was an object to delete. Who may not look deletes all the same.
    head(request.key, "remove", [this, &request, done = std::move(done)](const Result<std::optional<S3Head>>& found) {
        if (!found && found.error().code != ErrorCode::permission_denied) return done(fail(found.error()));
        if (found && !*found) return done(false);
        remove_now(request, done);
    });
}

void S3Bucket::remove_now(const RemoveRequest& request, Done<bool> done) {
    service_->start(requests_.remove(request), [this, &request, done = std::move(done)](const aws::Reply& reply) {
        const aws::Response& response = reply.response;
        const bool perhaps_done = reply.lost || reply.attempts > 1;
        if (succeeded(response)) {
            seen_ = true;
            return done(true);
        }
        if (is_missing(response)) return done(perhaps_done);
        if (response.status == 412) return remove_refused(request, perhaps_done, done);
        Error why = error(reply, "remove", request.key);
        if (reply.lost) {
            why.code = ErrorCode::outcome_unknown;
            why.message =
                fmt::format("it is not known whether the object was removed: remove it again, which does no harm ({})", why.message);
        }
        done(fail(std::move(why)));
    });
}

// Some servers refuse where there is nothing, and a second attempt is refused where the first one removed the object.
void S3Bucket::remove_refused(const RemoveRequest& request, bool perhaps_done, Done<bool> done) {
    head(request.key, "remove", [&request, perhaps_done, done = std::move(done)](const Result<std::optional<S3Head>>& found) {
        if (!found) return done(fail(found.error()));
        if (!*found) return done(perhaps_done);
        done(fail(ErrorCode::conflict, std::string(other_version), "remove", request.key));
    });
}

Result<ObjectPage> S3Bucket::list(std::string_view prefix, std::string_view after, std::size_t limit) {
    const auto reply = aws::call(*service_, requests_.list(prefix, after, limit));
    if (!succeeded(reply.response)) return fail(error(reply, "list", prefix));
    seen_ = true;
    auto page = parse_page(reply.response.body, requests_.address(), prefix, after);
    if (!page) {
        page.error().operation = "list";
        page.error().key = prefix;
    }
    return page;
}

}  // namespace dualstore::object
