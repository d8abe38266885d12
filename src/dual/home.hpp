// Where the three classes go: with DUALSTORE_HOME to directories and their catalog of databases, else to AWS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::dual {

// invalid_argument: S3 would not take the name (Amazon S3 User Guide, "General purpose bucket naming rules").
[[nodiscard]] Result<void> check_bucket_name(std::string_view bucket);

class Home {
  public:
    // None where `folder` is empty, as DUALSTORE_HOME is where it is not set.
    [[nodiscard]] static std::optional<Home> in(const std::string& folder);

    // The directory that is the bucket. Errors as check_bucket_name.
    [[nodiscard]] Result<std::string> bucket_folder(std::string_view bucket) const;

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
