// Time zones. Their rules are those that DuckDB's ICU has; what becomes of local times that are there twice or never is Trino's.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore::sql::athena {

// The zone as Trino writes it ("UTC", "+05:30", "America/New_York"), for any of its spellings. Empty: there is no such zone.
[[nodiscard]] std::optional<std::string> canonical_zone(std::string_view text);
// "UTC" for 0, else "+05:30". Empty: beyond 14 hours.
[[nodiscard]] std::optional<std::string> offset_zone(std::int64_t minutes);
// "+05:30" and the other spellings of an offset, up to 18 hours: seconds.
[[nodiscard]] std::optional<std::int32_t> offset_seconds(std::string_view text);

class Zone;

// The zone in a text that is cast, or in a literal. Java reads more than Trino knows: then there are rules, and no name.
struct WrittenZone {
    const Zone* rules;
    std::string name;
};
[[nodiscard]] std::optional<WrittenZone> written_zone(std::string_view text);

// Instants and local times are microseconds since 1970-01-01 00:00, in UTC and in the zone.
class Zone {
  public:
    struct Transition {
        std::int64_t at;      // seconds UTC
        std::int32_t offset;  // seconds east of UTC, from then on
    };
    // What may be the offset at a local time: two different ones where the clocks were changed.
    struct Offsets {
        std::int32_t before;
        std::int32_t after;
    };

    // Always so many seconds east of UTC.
    explicit Zone(std::int32_t offset) : fixed_(offset) {}
    explicit Zone(std::string name) : name_(std::move(name)) {}

    // Of a zone that canonical_zone gave; lives as long as the program. nullptr: DuckDB does not know it.
    [[nodiscard]] static const Zone* find(std::string_view name);

    [[nodiscard]] std::int32_t offset_at(std::int64_t instant) const;  // seconds east of UTC
    [[nodiscard]] std::int64_t to_local(std::int64_t instant) const;
    [[nodiscard]] Offsets offsets_of(std::int64_t local) const;

    // A skipped local time is moved on by what was skipped. Of two instants,
    [[nodiscard]] std::int64_t earlier(std::int64_t local) const;                     // the earlier one; in casts
    [[nodiscard]] std::int64_t instant(std::int64_t local) const;                     // as Joda's convertLocalToUTC chooses; in functions
    [[nodiscard]] std::int64_t near(std::int64_t local, std::int64_t instant) const;  // the one with the offset at `instant`, else as Joda

  private:
    struct Rules {
        bool known = false;
        std::int32_t first = 0;  // before all transitions
        std::vector<Transition> transitions;
    };
    // Asking DuckDB takes long, so the rules of a time are read when they are first asked for: long ago, nowadays, far ahead.
    static constexpr std::size_t spans = 3;

    [[nodiscard]] const Rules& rules_at(std::int64_t seconds) const;

    std::int32_t fixed_ = 0;
    std::string name_;  // empty: the fixed offset
    mutable std::array<std::once_flag, spans> read_;
    mutable std::array<Rules, spans> rules_;
};

// Whether a timestamp with time zone can hold it: Trino keeps milliseconds in 52 bits.
inline bool is_zoned_instant(std::int64_t instant) {
    constexpr std::int64_t most = (std::int64_t{1} << 51) * 1000;
    return instant >= -most && instant < most;
}

}  // namespace dualstore::sql::athena
