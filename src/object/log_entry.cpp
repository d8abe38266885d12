#include "object/log_entry.hpp"

#include <time.h>

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dualstore::object {
namespace {

constexpr std::uint64_t magic = 0x31676f4c4c415544;  // "DUALLog1"

// Logs do not leave the machine: all is in its byte order.
struct HeadBytes {
    std::uint64_t magic, number, seed, check;
};

struct EntryBytes {
    std::uint64_t check;  // of all that follows, by the chain
    std::uint32_t size;   // of the object
    std::uint16_t key_size;
    std::uint8_t kind;
    std::uint8_t created;
    std::int64_t time;
    std::uint64_t replaced_inode;
    std::int64_t replaced_born;
};
static_assert(sizeof(EntryBytes) == 40);

std::uint64_t check_of(const HeadBytes& head) {
    return XXH3_64bits(&head, offsetof(HeadBytes, check));
}

std::size_t padded(std::size_t size) {
    return (size + 7) / 8 * 8;
}

// Of a whole entry.
std::uint64_t check_of(std::string_view entry, std::uint64_t chain) {
    return XXH3_64bits_withSeed(entry.data() + sizeof(std::uint64_t), entry.size() - sizeof(std::uint64_t), chain);
}

}  // namespace

std::int64_t log_time() {
#ifdef CLOCK_REALTIME_COARSE
    constexpr clockid_t clock = CLOCK_REALTIME_COARSE;
#else
    constexpr clockid_t clock = CLOCK_REALTIME;
#endif
    timespec now{};
    clock_gettime(clock, &now);
    return nanoseconds(now);
}

std::string encode(const PartHead& head) {
    HeadBytes bytes{magic, head.number, head.seed, 0};
    bytes.check = check_of(bytes);
    std::string text(PartHead::size, '\0');
    std::memcpy(text.data(), &bytes, sizeof bytes);
    return text;
}

std::uint64_t encode(std::string& text, const LogEntry& entry, std::uint64_t chain) {
    EntryBytes bytes{0,
                     static_cast<std::uint32_t>(entry.bytes.size()),
                     static_cast<std::uint16_t>(entry.key.size()),
                     static_cast<std::uint8_t>(entry.kind),
                     entry.created ? std::uint8_t{1} : std::uint8_t{0},
                     entry.time,
                     entry.replaced.inode,
                     entry.replaced.born};
    const std::size_t at = text.size();
    text.append(reinterpret_cast<const char*>(&bytes), sizeof bytes).append(entry.key).append(entry.bytes);
    text.resize(at + padded(text.size() - at), '\0');
    bytes.check = check_of(std::string_view(text).substr(at), chain);
    std::memcpy(text.data() + at, &bytes.check, sizeof bytes.check);
    return bytes.check;
}

PartImage decode_part(std::string_view bytes) {
    PartImage image;
    HeadBytes head{};
    if (bytes.size() < PartHead::size) return image;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.magic != magic || head.check != check_of(head)) return image;
    image.head = {head.number, head.seed};
    std::uint64_t chain = head.seed;
    for (auto rest = bytes.substr(PartHead::size);;) {
        EntryBytes entry{};
        if (rest.size() < sizeof entry) return image;
        std::memcpy(&entry, rest.data(), sizeof entry);
        const std::size_t used = sizeof entry + entry.key_size + entry.size;
        const auto kind = static_cast<LogEntry::Kind>(entry.kind);
        if (kind < LogEntry::Kind::put || kind > LogEntry::Kind::elsewhere || padded(used) > rest.size()) return image;
        if (check_of(rest.substr(0, padded(used)), chain) != entry.check) return image;
        image.entries.push_back({kind,
                                 entry.created != 0,
                                 entry.time,
                                 {entry.replaced_inode, entry.replaced_born},
                                 rest.substr(sizeof entry, entry.key_size),
                                 rest.substr(sizeof entry + entry.key_size, entry.size)});
        chain = entry.check;
        rest.remove_prefix(padded(used));
    }
}

}  // namespace dualstore::object
