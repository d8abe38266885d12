#include "object/conformance.hpp"

namespace dualstore {

std::vector<StoreKind> store_kinds() {
    using enum Feature;
    const std::set<Feature> no_bucket = {versions};
    std::set<Feature> directory = no_bucket;
    directory.insert({empty_parts, dot_parts});
    return {
        {"Memory", [](const std::string&) { return std::make_shared<MemoryStore>(); }, no_bucket, 1024, {}, 5, "memory"},
        {"Directory", [](const std::string& root) { return open_directory_store(root).value(); }, directory, 1024, {}, 5, "directory"},
        {"DirectoryWithoutSync", [](const std::string& root) { return open_directory_store(root, {.sync = false}).value(); }, directory},
    };
}

}  // namespace dualstore
