// Durable writes of whole blocks, during which the caller goes on: FileSystem's openat_synced and pwrite_synced.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>

namespace dualstore::object {

[[nodiscard]] int open_synced(int folder, const char* path);
[[nodiscard]] ssize_t write_synced(int fd, const void* bytes, std::size_t size, off_t at, const std::function<void()>& meanwhile);

}  // namespace dualstore::object
