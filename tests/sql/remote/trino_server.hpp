// An engine over a real Trino, and a bucket that it reads.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dualstore/engines.hpp"
#include "dualstore/s3.hpp"
#include "servers/trino.hpp"

namespace dualstore::sql::remote {

inline std::unique_ptr<QueryEngine> trino_engine(const std::string& schema) {
    TrinoOptions options;
    options.endpoint = servers::Trino::shared().endpoint();
    options.user = "ann";
    options.catalog = servers::Trino::catalog;
    options.schema = schema;
    return open_trino_engine(std::move(options)).value();
}

// A new bucket.
inline std::shared_ptr<ObjectStore> bucket(const std::string& name) {
    auto& server = servers::SeaweedFs::shared();
    server.make_bucket(name);
    S3Options options;
    options.bucket = name;
    options.aws.endpoint = server.endpoint();
    options.aws.region = servers::SeaweedFs::region;
    return open_s3_store(std::move(options)).value();
}

inline void put_all(ObjectStore& store, const std::vector<std::pair<std::string, std::string>>& objects) {
    std::vector<PutRequest> requests;
    for (const auto& [key, bytes] : objects) requests.push_back({key, bytes, {}});
    for (const auto& stored : store.put(requests)) ASSERT_TRUE(stored) << stored.error().message;
}

}  // namespace dualstore::sql::remote
