// Which keys a store takes.
#pragma once

#include <optional>
#include <string_view>

namespace dualstore::object {

constexpr std::size_t longest_key = 1024;                            // bytes, as on S3
constexpr std::uint64_t largest_object = 5ULL * 1024 * 1024 * 1024;  // bytes of one put, as on S3

constexpr std::string_view no_versions = "this store keeps one version of an object, and names none";

// What is wrong with a key in any store, in words; none if nothing is.
[[nodiscard]] std::optional<std::string_view> key_fault(std::string_view key);

// The same for a directory, where the key must also be a path that stays below the root and out of the store's own folder.
[[nodiscard]] std::optional<std::string_view> path_key_fault(std::string_view key);

}  // namespace dualstore::object
