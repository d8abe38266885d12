#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace dualstore {

// A new folder that goes with its test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "dualstore-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // A store's root below it that does not exist yet.
    [[nodiscard]] std::filesystem::path root() const { return path_ / "store"; }

  private:
    std::filesystem::path path_;
};

}  // namespace dualstore
