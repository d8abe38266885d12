// A service at a server that the test plays.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/service.hpp"
#include "servers/scripted_server.hpp"
#include "temporary_folder.hpp"

namespace dualstore::aws {

// An environment variable for the length of a test.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name) {
        if (const char* before = ::getenv(name)) {
            before_ = before;
        }
        ::setenv(name, value.c_str(), 1);
    }
    explicit Variable(const char* name) : Variable(name, "") { ::unsetenv(name); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

  private:
    const char* name_;
    std::optional<std::string> before_;
};

// No credentials, no profile, no region but what the test sets.
class BareEnvironment {
  public:
    [[nodiscard]] std::string config_file() const { return (folder_.path() / "config").string(); }
    [[nodiscard]] std::string credentials_file() const { return (folder_.path() / "credentials").string(); }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  private:
    TemporaryFolder folder_;
    Variable config_{"AWS_CONFIG_FILE", config_file()};
    Variable credentials_{"AWS_SHARED_CREDENTIALS_FILE", credentials_file()};
    Variable no_instance_{"AWS_EC2_METADATA_DISABLED", "true"};
    Variable key_{"AWS_ACCESS_KEY_ID"};
    Variable secret_{"AWS_SECRET_ACCESS_KEY"};
    Variable token_{"AWS_SESSION_TOKEN"};
    Variable profile_{"AWS_PROFILE"};
    Variable region_{"AWS_REGION"};
    Variable default_region_{"AWS_DEFAULT_REGION"};
    Variable endpoint_{"AWS_ENDPOINT_URL"};
    Variable endpoint_s3_{"AWS_ENDPOINT_URL_S3"};
    Variable endpoint_athena_{"AWS_ENDPOINT_URL_ATHENA"};
    Variable ca_bundle_{"AWS_CA_BUNDLE"};
};

struct Attempt {
    int number;
    int status;
    std::uint64_t sent;
    std::uint64_t received;
    std::string error;
};

// The traces of a service's attempts.
class Attempts {
  public:
    [[nodiscard]] Tracer tracer() {
        return [this](const RequestTrace& trace) {
            const std::scoped_lock lock(mutex_);
            all_.push_back({trace.attempt, trace.status, trace.bytes_sent, trace.bytes_received, std::string{trace.error}});
        };
    }
    [[nodiscard]] std::vector<Attempt> all() const {
        const std::scoped_lock lock(mutex_);
        return all_;
    }
    [[nodiscard]] std::vector<int> statuses() const {
        std::vector<int> statuses;
        for (const Attempt& attempt : all()) {
            statuses.push_back(attempt.status);
        }
        return statuses;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<Attempt> all_;
};

inline Verdict judge(const Response& response) {
    switch (response.status) {
        case 403:
            return error_code(response) == "ExpiredToken" ? Verdict::again : Verdict::final;
        case 409:
            return Verdict::again;
        case 429:
        case 503:
            return Verdict::throttled;
        case 500:
        case 502:
        case 504:
            return Verdict::broken;
        default:
            return Verdict::final;
    }
}

inline ServiceOptions unsigned_options(std::string endpoint, Attempts& attempts) {
    ServiceOptions options;
    options.service = "test";
    options.endpoint = std::move(endpoint);
    options.sign = false;
    options.judge = judge;
    options.trace = attempts.tracer();
    return options;
}

inline std::shared_ptr<Service> open(ServiceOptions options) {
    Result<std::shared_ptr<Service>> service = open_service(std::move(options));
    if (!service) {
        throw std::runtime_error(service.error().message);
    }
    return *service;
}

inline Call get(std::string target) {
    return {.operation = "Get", .key = target, .method = "GET", .target = target};
}

inline Call put(std::string target, std::string body) {
    return {.operation = "Put", .key = target, .method = "PUT", .target = target, .body = std::move(body), .repeatable = false};
}

// How long something took.
template <class F>
std::chrono::milliseconds time_of(F&& run) {
    const auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace dualstore::aws
