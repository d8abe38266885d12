// What a directory store's log is for: after a power cut the files are made to be what was acknowledged.
#pragma once

#include <cstdint>
#include <string>

#include "dualstore/error.hpp"
#include "object/directory_files.hpp"

namespace dualstore::object {

// The first `size` bytes of a part's file, or what there is of them.
[[nodiscard]] Result<std::string> read_part(const Descriptor& file, std::uint64_t size);

// To be called before anything else is read or written below `root`. If the machine has started again since the log was written, makes the
// files what the log says, durably, and empties it; a second call, by any process, does nothing. Needs no right to write where nothing is
// to be done.
//
// A key gets what its last entry says, unless another program has changed it since: that is, unless what is there is none of the log's
// versions of it, whole or torn, nor what these replaced, and was changed after the last of them.
[[nodiscard]] Result<void> recover(const Descriptor& root);

// Makes .dualstore/lock say how far the log is in use, for this start of the machine. The caller has KeyLocks::log_end.
[[nodiscard]] Result<void> begin_log(const Descriptor& root, const Descriptor& own, const Descriptor& lock);

// After a failed sync: the files are written anew, synced one by one, and the log gets new files. The caller has all locks.
[[nodiscard]] Result<void> rewrite_log(const Descriptor& root, const Descriptor& own, const Descriptor& lock);

}  // namespace dualstore::object
