#include "object/features.hpp"

#include <stdlib.h>

#include <chrono>
#include <thread>

#include "aws/service.hpp"
#include "object/s3_address.hpp"
#include "object/s3_answer.hpp"
#include "object/s3_checksum.hpp"
#include "object/s3_request.hpp"

namespace dualstore {
namespace {

using object::S3Requests;

bool holds(ObjectStore& store, const std::string& key) {
    if (!put_object(store, key, key)) return false;
    const auto found = get_object(store, key);
    return found && *found && (*found)->bytes == key;
}

bool is_there(ObjectStore& store, const std::string& key) {
    return get_object(store, key).value().has_value();
}

std::vector<std::string> keys_one_by_one(ObjectStore& store, std::string_view prefix, std::string after = {}) {
    std::vector<std::string> keys;
    do {
        const auto page = store.list(prefix, after, 1).value();
        for (const auto& object : page.objects) keys.push_back(object.key);
        after = page.next;
    } while (!after.empty());
    return keys;
}

bool tells_bytes_that_came_back(ObjectStore& store, const StoreKind&) {
    const auto stamp_of = [&](std::string_view bytes) {
        (void)put_object(store, "stamped", bytes);
        std::this_thread::sleep_for(std::chrono::milliseconds(130));
        return store.head("stamped").value()->stamp;
    };
    const auto first = stamp_of("1");
    (void)stamp_of("2");
    return stamp_of("1") != first;
}

bool lists_below(ObjectStore& store, const StoreKind&) {
    (void)put_object(store, "below/a/1", "x");
    (void)put_object(store, "below/a", "x");  // a directory does not take this one
    return keys_one_by_one(store, "below/", "below/a") == std::vector<std::string>{"below/a/1"};
}

// A request as the test wants it.
struct Wire {
    std::shared_ptr<aws::Service> service;
    S3Requests requests;
};

Wire wire_to(const S3Options& options) {
    const auto address = object::s3_address(options, options.aws.region, options.aws.endpoint).value();
    return {aws::open_service({.service = "s3", .endpoint = address.endpoint, .region = options.aws.region, .judge = {}}).value(),
            S3Requests::make(address, options).value()};
}

bool keeps_versions(ObjectStore& store, const StoreKind& kind) {
    if (!kind.bucket) return !put_object(store, "k", "1").value().id.empty();
    const auto options = kind.bucket();
    const auto wire = wire_to(options);
    aws::Call call;
    call.operation = "PutBucketVersioning";
    call.method = "PUT";
    call.target = wire.requests.address().root + "?versioning=";
    call.body =
        R"(<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>)";
    if (!object::succeeded(aws::call(*wire.service, std::move(call)).response)) return false;

    const auto versioned = open_s3_store(options).value();
    const auto first = put_object(*versioned, "k", "1").value();
    const auto second = put_object(*versioned, "k", "2").value();
    const RemoveRequest newest{"k", {}, second.id};
    if (first.id.empty() || first.id == second.id || !versioned->remove({&newest, 1}).front().value()) return false;
    const auto shown = get_object(*versioned, "k").value();
    return shown && shown->bytes == "1" && shown->etag == first.etag;
}

bool refuses_a_wrong_secret(ObjectStore&, const StoreKind& kind) {
    const auto store = open_s3_store(kind.bucket()).value();
    const std::string secret = getenv("AWS_SECRET_ACCESS_KEY");
    setenv("AWS_SECRET_ACCESS_KEY", "wrong", 1);
    const auto stored = put_object(*store, "k", "x");
    setenv("AWS_SECRET_ACCESS_KEY", secret.c_str(), 1);
    return !stored && stored.error().code == ErrorCode::permission_denied;
}

bool refuses_a_wrong_checksum(ObjectStore&, const StoreKind& kind) {
    const auto wire = wire_to(kind.bucket());
    const auto reply = aws::call(*wire.service, wire.requests.put({"k", "x", {}}, "id", object::checksum_of("y")));
    return reply.response.status == 400;
}

bool refuses_another_owner(ObjectStore&, const StoreKind& kind) {
    auto options = kind.bucket();
    options.expected_owner = "111122223333";
    return !put_object(*open_s3_store(options).value(), "k", "x");
}

bool encrypts(ObjectStore&, const StoreKind& kind) {
    auto options = kind.bucket();
    options.encryption = "AES256";
    options.aws.deadline = std::chrono::seconds(1);
    return put_object(*open_s3_store(options).value(), "k", "x").has_value();
}

FeatureRow capability(std::string title, bool Capabilities::* member) {
    return {std::move(title), [](const StoreKind&) { return true; },
            [member](ObjectStore& store, const StoreKind&) { return store.capabilities().value().*member; }};
}

FeatureRow feature(std::string title, Feature feature, std::function<bool(ObjectStore&, const StoreKind&)> measured, bool wire = false) {
    return {std::move(title), [feature](const StoreKind& kind) { return kind.has(feature); }, std::move(measured), wire};
}

}  // namespace

const std::vector<FeatureRow>& feature_rows() {
    using enum Feature;
    static const std::vector<FeatureRow> rows = {
        capability("put only if new", &Capabilities::create),
        capability("put only over an expected version", &Capabilities::if_match),
        capability("remove only an expected version", &Capabilities::remove_if_match),
        feature("these have one winner among many", atomic_conditions, {}),
        feature("of several who remove an object at once, one is told so", one_remover, {}),
        feature("older versions, shown again when the newest is removed by its id", versions, keeps_versions),
        feature("the stamp tells that bytes were changed and changed back", equal_bytes_new_stamp, tells_bytes_that_came_back),
        feature("lists in byte order of whole keys (`a-1` before `a/1`)", byte_order,
                [](ObjectStore& store, const StoreKind&) {
                    (void)put_object(store, "order/a/1", "x");
                    (void)put_object(store, "order/a-1", "x");
                    return keys_one_by_one(store, "order/") == std::vector<std::string>{"order/a-1", "order/a/1"};
                }),
        feature("lists after a key `a` also what lies below `a/`", list_after_any_key, lists_below),
        feature("parts of a key over 255 bytes", long_parts,
                [](ObjectStore& store, const StoreKind&) { return holds(store, std::string(300, 'k')); }),
        feature("backslashes in keys: `a\\b` is not `a/b`", backslashes,
                [](ObjectStore& store, const StoreKind&) { return holds(store, "back\\slash") && !is_there(store, "back/slash"); }),
        feature("line breaks in keys", line_breaks, [](ObjectStore& store, const StoreKind&) { return holds(store, "line\r\nbreak"); }),
        feature("empty parts of keys: `a//b` is not `a/b`", empty_parts,
                [](ObjectStore& store, const StoreKind&) { return holds(store, "empty//part") && !is_there(store, "empty/part"); }),
        feature("the parts `.` and `..` in keys", dot_parts,
                [](ObjectStore& store, const StoreKind&) {
                    return holds(store, "dot/./part") && holds(store, "dot/up/../part") && !is_there(store, "dot/part");
                }),
        feature("refuses a wrong signature", checked_signature, refuses_a_wrong_secret, true),
        feature("refuses bytes that do not fit their checksum", checked_checksum, refuses_a_wrong_checksum, true),
        feature("refuses when the bucket is of another owner than expected", checked_owner, refuses_another_owner, true),
        feature("server-side encryption", encryption, encrypts, true),
    };
    return rows;
}

std::string cell(const FeatureRow& row, const StoreKind& kind) {
    if (row.wire && !kind.bucket) return "–";
    return row.expected(kind) ? "yes" : "no";
}

}  // namespace dualstore
