#include <fmt/format.h>

#include <future>
#include <mutex>

#include "aws/settings.hpp"
#include "dualstore/s3.hpp"
#include "object/key_rules.hpp"
#include "object/s3_answer.hpp"
#include "object/s3_batch.hpp"
#include "object/s3_bucket.hpp"
#include "object/s3_probe.hpp"

namespace dualstore::object {
namespace {

class S3Store : public ObjectStore {
  public:
    S3Store(std::shared_ptr<aws::Service> service, S3Requests requests) : bucket_(std::move(service), std::move(requests)) {}

    std::vector<Result<Version>> put(std::span<const PutRequest> requests) override;
    std::vector<Result<std::optional<Object>>> get(std::span<const std::string> keys) override;
    Result<std::optional<ObjectInfo>> head(const std::string& key) override;
    std::vector<Result<bool>> remove(std::span<const RemoveRequest> requests) override;

    Result<ObjectPage> list(std::string_view prefix, std::string_view after, std::size_t limit) override {
        return bucket_.list(prefix, after, limit);
    }

    [[nodiscard]] Result<Capabilities> capabilities() override {
        if (address().amazon) return Capabilities{true, true, true};
        const std::lock_guard guard(probing_);
        if (!capabilities_) {
            auto found = probe(bucket_);
            if (!found) return found;
            capabilities_ = *found;
        }
        return *capabilities_;
    }

  private:
    [[nodiscard]] const S3Address& address() const { return bucket_.requests().address(); }

    // Why a call is not made; without operation and key.
    [[nodiscard]] std::optional<Error> key_refusal(std::string_view key) const;
    [[nodiscard]] std::optional<Error> refusal(const PutRequest& request);
    [[nodiscard]] std::optional<Error> refusal(const RemoveRequest& request);
    [[nodiscard]] std::optional<Error> lacks(bool Capabilities::* needed, std::string_view condition);

    S3Bucket bucket_;
    std::mutex probing_;
    std::optional<Capabilities> capabilities_;
};

Error invalid(std::string message) {
    return {ErrorCode::invalid_argument, Retry::never, {}, {}, std::move(message)};
}

tl::unexpected<Error> fail_at(Error error, std::string_view operation, const std::string& key) {
    error.operation = operation;
    error.key = key;
    return fail(std::move(error));
}

std::optional<Error> S3Store::key_refusal(std::string_view key) const {
    if (const auto fault = key_fault(key)) return invalid(std::string(*fault));
    if (address().prefix.size() + key.size() <= longest_key) return std::nullopt;
    return invalid(fmt::format("the key is longer than 1,024 bytes with the prefix {}", address().prefix));
}

std::optional<Error> S3Store::lacks(bool Capabilities::* needed, std::string_view condition) {
    const auto can = capabilities();
    if (!can) return can.error();
    if (*can.*needed) return std::nullopt;
    return Error{ErrorCode::unsupported,
                 Retry::never,
                 {},
                 {},
                 fmt::format("the server at {} does not keep to {}: do without the condition, or use a server that does",
                             address().endpoint, condition)};
}

std::optional<Error> S3Store::refusal(const PutRequest& request) {
    if (auto error = key_refusal(request.key)) return error;
    if (request.bytes.size() > largest_object) return invalid("the object is larger than 5 GiB");
    if (request.mode.kind == PutMode::Kind::create)
        return lacks(&Capabilities::create, "If-None-Match, so \"only if new\" is not to be had");
    if (request.mode.kind == PutMode::Kind::replace) return std::nullopt;
    if (!plausible_etag(request.mode.etag)) {
        return Error{ErrorCode::conflict, Retry::never, {}, {}, "no version has this ETag, so not the expected one: read it again"};
    }
    return lacks(&Capabilities::if_match, "If-Match, so an expected version is not to be had");
}

std::optional<Error> S3Store::refusal(const RemoveRequest& request) {
    if (auto error = key_refusal(request.key)) return error;
    if (!request.if_match || !request.version_id.empty()) return std::nullopt;
    return lacks(&Capabilities::remove_if_match, "If-Match in DELETE, so an expected version is not to be had");
}

std::string_view key_of(const std::string& key) {
    return key;
}
template <class Request>
std::string_view key_of(const Request& request) {
    return request.key;
}

// What a call holds in memory that its caller does not.
std::size_t bytes_of(const PutRequest& request) {
    return request.bytes.size();
}
template <class Request>
std::size_t bytes_of(const Request&) {
    return 0;
}

// One result for each request: `refusal` says which are not made at all, `start` starts one.
template <class T, class Request, class Refusal, class Start>
std::vector<Result<T>> run_each(std::span<const Request> requests, std::string_view operation, Refusal refusal, Start start) {
    std::vector<Result<T>> results(requests.size());
    std::vector<bool> refused(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto error = refusal(requests[i]);
        refused[i] = error.has_value();
        if (error) results[i] = fail_at(std::move(*error), operation, std::string(key_of(requests[i])));
    }
    S3Batch batch;
    batch.size = requests.size();
    batch.key = [&](std::size_t i) { return key_of(requests[i]); };
    batch.bytes = [&](std::size_t i) { return bytes_of(requests[i]); };
    batch.start = [&](std::size_t i, std::function<void()> ended) {
        if (refused[i]) return ended();
        start(requests[i], [&result = results[i], ended = std::move(ended)](Result<T> outcome) {
            result = std::move(outcome);
            ended();
        });
    };
    run(batch);
    return results;
}

std::vector<Result<Version>> S3Store::put(std::span<const PutRequest> requests) {
    return run_each<Version>(
        requests, "put", [this](const auto& request) { return refusal(request); },
        [this](const auto& request, auto done) { bucket_.put(request, std::move(done)); });
}

std::vector<Result<std::optional<Object>>> S3Store::get(std::span<const std::string> keys) {
    return run_each<std::optional<Object>>(
        keys, "get", [this](const auto& key) { return key_refusal(key); },
        [this](const auto& key, auto done) { bucket_.get(key, std::move(done)); });
}

std::vector<Result<bool>> S3Store::remove(std::span<const RemoveRequest> requests) {
    return run_each<bool>(
        requests, "remove", [this](const auto& request) { return refusal(request); },
        [this](const auto& request, auto done) { bucket_.remove(request, std::move(done)); });
}

Result<std::optional<ObjectInfo>> S3Store::head(const std::string& key) {
    if (auto error = key_refusal(key)) return fail_at(std::move(*error), "head", key);
    std::promise<Result<std::optional<S3Head>>> promise;
    bucket_.head(key, "head", [&promise](auto found) { promise.set_value(std::move(found)); });
    auto found = promise.get_future().get();
    if (!found) return fail(std::move(found.error()));
    if (!*found) return std::nullopt;
    return std::move((*found)->info);
}

}  // namespace
}  // namespace dualstore::object

namespace dualstore {

Result<std::shared_ptr<ObjectStore>> open_s3_store(S3Options options) {
    auto settings = aws::resolve_settings("s3", options.aws);
    if (!settings) return fail(std::move(settings.error()));
    auto address = object::s3_address(options, settings->region, settings->endpoint);
    if (!address) return fail(std::move(address.error()));
    aws::ServiceOptions service;
    service.service = "s3";
    service.endpoint = address->endpoint;
    service.region = settings->region;
    service.profile = settings->profile;
    service.ca_file = settings->ca_file;
    service.deadline = options.aws.deadline;
    service.max_retries = options.aws.max_retries;
    service.judge = object::judge;
    service.trace = options.aws.trace;
    auto requests = object::S3Requests::make(std::move(*address), options);
    if (!requests) return fail(std::move(requests.error()));
    auto opened = aws::open_service(std::move(service));
    if (!opened) return fail(std::move(opened.error()));
    return std::make_shared<object::S3Store>(std::move(*opened), std::move(*requests));
}

}  // namespace dualstore
