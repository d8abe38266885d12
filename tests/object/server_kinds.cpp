#include <fmt/format.h>

#include "object/conformance.hpp"
#include "servers/moto.hpp"
#include "servers/seaweedfs.hpp"

namespace dualstore {
namespace {

using servers::Moto;
using servers::SeaweedFs;

S3Options options(std::string bucket, std::string endpoint, std::string prefix = {}) {
    return {.bucket = std::move(bucket), .prefix = std::move(prefix), .aws = {.region = "us-east-1", .endpoint = std::move(endpoint)}};
}

template <class Server>
std::string new_bucket(const Server& server) {
    static int count = 0;
    auto name = fmt::format("conformance-{}", ++count);
    server.make_bucket(name);
    return name;
}

template <class Server>
S3Options own_bucket() {
    auto& server = Server::shared();
    return options(new_bucket(server), server.endpoint());
}

const std::string prefix = "a b/%/";

// SeaweedFS has room for some tens of buckets, and its races take seconds: writers that contend wait for a lock in steps of a second.
std::shared_ptr<ObjectStore> emptied(const std::string& below = {}) {
    auto& server = SeaweedFs::shared();
    static const std::string bucket = new_bucket(server);
    auto store = open_s3_store(options(bucket, server.endpoint(), below)).value();
    const auto objects = list_all(*store, "").value();
    std::vector<RemoveRequest> removes;
    for (const auto& object : objects) removes.push_back({object.key, {}, {}});
    for (const auto& removed : store->remove(removes)) EXPECT_TRUE(removed) << removed.error().message;
    return store;
}

}  // namespace

std::vector<StoreKind> store_kinds() {
    using enum Feature;
    const auto but = [](std::set<Feature> some) {
        some.insert({equal_bytes_new_stamp, one_remover});
        return some;
    };
    const auto seaweedfs =
        but({byte_order, list_after_any_key, long_parts, backslashes, empty_parts, dot_parts, checked_owner, encryption});
    const auto moto = but({atomic_conditions, line_breaks, checked_signature, checked_checksum, checked_owner});
    return {
        {"SeaweedFs", [](const std::string&) { return emptied(); }, seaweedfs, 1024, own_bucket<SeaweedFs>, 2, "SeaweedFS 4.48"},
        {"SeaweedFsBelowPrefix", [](const std::string&) { return emptied(prefix); }, seaweedfs, 1024 - prefix.size(), {}, 1},
        {"Moto", [](const std::string&) { return open_s3_store(own_bucket<Moto>()).value(); }, moto, 1024, own_bucket<Moto>, 5,
         "moto 5.2.5"},
    };
}

}  // namespace dualstore
