// What the directory store's log is made of: parts, which are files, and the entries in them, in their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "object/directory_files.hpp"

namespace dualstore::object {

// One change of a key.
struct LogEntry {
    enum class Kind : std::uint8_t {
        put = 1,
        remove,
        undone,     // the last change before it was not made after all
        elsewhere,  // the object, put or removed, was synced in its folder: what is there is right
    };

    Kind kind = Kind::put;
    bool created = false;   // the key had no object
    std::int64_t time = 0;  // ns since the epoch, by the clock that files get their times from
    FileId replaced;        // unless `created`
    std::string_view key;
    std::string_view bytes;  // put only
};

// The time for an entry.
[[nodiscard]] std::int64_t log_time();

// The first bytes of a part. A part is in use from the end of its head on; entries of an earlier use do not fit to its seed.
struct PartHead {
    static constexpr std::size_t size = 4096;  // of its own block: it is written when nothing else is

    std::uint64_t number = 0;  // that of the part whose entries come later is higher
    std::uint64_t seed = 0;
};
[[nodiscard]] std::string encode(const PartHead& head);

// Appends an entry to `text`. `chain`: what the entry before it returned, or the part's seed. An entry is whole only behind the one it was
// written behind.
std::uint64_t encode(std::string& text, const LogEntry& entry, std::uint64_t chain);

// A part as it was read: all entries up to the first that is not whole. They refer to its bytes.
struct PartImage {
    PartHead head;
    std::vector<LogEntry> entries;
};
// Nothing for bytes that do not begin with a head.
[[nodiscard]] PartImage decode_part(std::string_view bytes);

}  // namespace dualstore::object
