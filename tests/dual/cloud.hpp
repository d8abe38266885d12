// Clients over a real S3 server, whose requests are counted.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/client.hpp"
#include "servers/seaweedfs.hpp"
#include "temporary_folder.hpp"

namespace dualstore {

// Attempts by "service operation".
class RequestCounter {
  public:
    [[nodiscard]] Tracer tracer() {
        return [this](const RequestTrace& trace) {
            const std::lock_guard lock(mutex_);
            ++counts_[std::string(trace.service) + " " + std::string(trace.operation)];
        };
    }
    std::map<std::string, int> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(counts_, {});
    }

  private:
    std::mutex mutex_;
    std::map<std::string, int> counts_;
};

// A store's URL; the bucket is new.
inline std::string new_bucket(const std::string& name, const std::string& endpoint = servers::SeaweedFs::shared().endpoint()) {
    servers::SeaweedFs::shared().make_bucket(name);
    return "s3://" + name + "?region=us-east-1&endpoint=" + endpoint;
}

inline std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

inline std::vector<std::string> sample_records(const std::string& table) {
    return lines_of(std::filesystem::path(TEST_DATA) / "records" / (table + ".ndjson"));
}

}  // namespace dualstore
