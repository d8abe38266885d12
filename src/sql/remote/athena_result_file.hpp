// Athena's result objects: the CSV that a query leaves at its output location.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/object_store.hpp"
#include "dualstore/s3.hpp"
#include "sql/remote/athena_api.hpp"

namespace dualstore::sql::remote {

// The rows of a CSV as Athena writes it: values in quotes, NULL as nothing at all, a line break behind each row.
class ResultCsv {
  public:
    explicit ResultCsv(std::string_view text) : text_(text) {}

    // False at the end, and at text that is no such CSV.
    bool next(std::vector<Cell>& row);
    [[nodiscard]] bool malformed() const { return malformed_; }

  private:
    bool quoted(std::string& value);

    std::string_view text_;
    std::size_t at_ = 0;
    bool malformed_ = false;
};

// Safe to use from many threads.
class ResultFiles {
  public:
    explicit ResultFiles(AwsOptions options) : options_(std::move(options)) {}

    // The object at "s3://bucket/path.csv"; none where it cannot be read, and then the rows come by pages.
    std::optional<std::string> read(std::string_view location);

  private:
    std::shared_ptr<ObjectStore> store_of(const std::string& bucket);

    AwsOptions options_;
    std::mutex mutex_;  // guards all below
    std::string bucket_;
    std::shared_ptr<ObjectStore> store_;
    bool refused_ = false;  // the role may not read results: not asked again
};

}  // namespace dualstore::sql::remote
