#include <fmt/format.h>

#include "object/conformance.hpp"
#include "servers/moto.hpp"
#include "servers/seaweedfs.hpp"

namespace dualstore {
namespace {

S3Options options(std::string bucket, std::string endpoint, std::string prefix = {}) {
    return {.bucket = std::move(bucket), .prefix = std::move(prefix), .aws = {.region = "us-east-1", .endpoint = std::move(endpoint)}};
}

// A bucket of its own for each test.
template <class Server>
std::string new_bucket(const Server& server) {
    static int count = 0;
    auto name = fmt::format("conformance-{}", ++count);
    server.make_bucket(name);
    return name;
}

}  // namespace

std::vector<StoreKind> store_kinds() {
    using enum Feature;
    const auto but = [](std::set<Feature> some) {
        some.insert({equal_bytes_new_stamp, one_remover});
        return some;
    };
    const auto seaweedfs = but({byte_order, list_after_any_key, long_parts, empty_parts, dot_parts, checked_owner, encryption});
    const auto moto = but({line_breaks, checked_signature, checked_checksum, checked_owner});
    const auto in_seaweedfs = [] {
        auto& server = servers::SeaweedFs::shared();
        return options(new_bucket(server), server.endpoint());
    };
    const auto in_moto = [] {
        auto& server = servers::Moto::shared();
        return options(new_bucket(server), server.endpoint());
    };
    const auto open = [](auto bucket) { return [bucket](const std::string&) { return open_s3_store(bucket()).value(); }; };
    const auto below_prefix = [in_seaweedfs](const std::string&) {
        auto within = in_seaweedfs();
        within.prefix = "a b/%/";
        return open_s3_store(within).value();
    };
    return {
        {"SeaweedFs", open(in_seaweedfs), seaweedfs, 1024, in_seaweedfs, "SeaweedFS 4.48"},
        {"SeaweedFsBelowPrefix", below_prefix, seaweedfs, 1024 - 6, {}, {}},
        {"Moto", open(in_moto), moto, 1024, in_moto, "moto 5.2.5"},
    };
}

}  // namespace dualstore
