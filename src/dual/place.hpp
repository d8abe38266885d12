// Where records lie: an opened store, and what the rest of a client must know of it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "dualstore/client.hpp"
#include "dualstore/object_store.hpp"

namespace dualstore::dual {

struct Place {
    std::shared_ptr<ObjectStore> store;
    std::string bucket;             // of a directory its last part
    std::string location;           // what a key follows in "$path" and in a table's location: "file:///data/store/", "s3://bucket/prefix/"
    std::string root;               // a directory's path; empty: a bucket
    std::filesystem::path catalog;  // folder of the definitions that the store knows; empty: a bucket, which keeps none
    std::filesystem::path mirror;   // folder of the embedded engine's own

    // The bucket with the prefix inside it, as LOCATION has it in front of a table's own.
    [[nodiscard]] std::string bucket_path() const;
};

// No request is made. The mirror of a bucket lies in `cache`, or where it is empty below XDG_CACHE_HOME or HOME.
[[nodiscard]] Result<Place> open_place(const ClientOptions& options);

}  // namespace dualstore::dual
