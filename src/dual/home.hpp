// DUALSTORE_HOME: buckets as directories, and the catalog of databases, without a cloud.
#pragma once

#include <string>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::dual {

class Home {
  public:
    // unsupported where DUALSTORE_HOME is not set.
    [[nodiscard]] static Result<Home> from_environment();

    // The store's URL for a bucket. invalid_argument: S3 would not take the name.
    [[nodiscard]] Result<std::string> bucket_url(std::string_view bucket) const;

    // The bucket that a database's tables are located in; empty for a database that nobody named yet.
    [[nodiscard]] Result<std::string> bucket_of(std::string_view database) const;

    // Names the database, its tables located in `bucket`. conflict: they are located in another one. One of several that race wins.
    [[nodiscard]] Result<void> name_database(std::string_view database, std::string_view bucket) const;

  private:
    explicit Home(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<std::string> database_file(std::string_view database) const;
    std::string folder_;
};

}  // namespace dualstore::dual
