// The engines that are services: Amazon Athena, and a Trino cluster.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "dualstore/query_engine.hpp"
#include "dualstore/s3.hpp"

namespace dualstore {

struct AthenaOptions {
    std::string database;
    std::string catalog = "AwsDataCatalog";
    std::string workgroup = {};          // empty: primary
    std::string output = {};             // "s3://bucket/prefix/"; empty: the workgroup's
    std::chrono::seconds timeout{1800};  // for one query; it is stopped then
    AwsOptions aws = {};
};

// No request is made. invalid_argument: an option is wrong, or there is no region. Safe to use from many threads; queries that wait at the
// same time share one poller.
[[nodiscard]] Result<std::unique_ptr<QueryEngine>> open_athena_engine(AthenaOptions options);

struct TrinoOptions {
    std::string endpoint;  // "http://127.0.0.1:8080", "https://trino.example.com"
    std::string user;
    std::string catalog;
    std::string schema;
    std::string password = {};  // over https only
    std::string token = {};     // a JWT, over https only; instead of a password
    std::string ca_file = {};   // PEM, replaces the system's
    std::chrono::seconds timeout{1800};
    std::chrono::milliseconds deadline{60'000};  // for one request, all its attempts together
    Tracer trace = {};
};

// No request is made. invalid_argument: an option is wrong. Safe to use from many threads.
[[nodiscard]] Result<std::unique_ptr<QueryEngine>> open_trino_engine(TrinoOptions options);

}  // namespace dualstore
