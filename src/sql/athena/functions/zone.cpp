#include "sql/athena/functions/zone.hpp"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/zone_names.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_div;

constexpr std::int64_t day = 86'400;           // in seconds, as all here
constexpr std::int64_t cycle = 146'097 * day;  // the calendar repeats itself after 400 years
constexpr std::int64_t last_second = calendar::first_of_year(2500) * day;

// Offsets are sampled so often that none is missed: while governments decided, no two changes were within three days; rules for the
// years to come change with the seasons, and with the months of the moon until 2087.
struct Samples {
    int from, to;  // years
    std::int64_t every;
};
struct Span {
    int end;  // the first year that is not its own; the samples reach a little further on both sides
    std::array<Samples, 2> samples;
};
constexpr std::array<Span, 3> all_spans = {{
    {1960, {{{1799, 1880, 60 * day}, {1880, 1961, 3 * day}}}},
    {2040, {{{1959, 2040, 3 * day}, {2040, 2041, 14 * day}}}},
    {2500, {{{2039, 2090, 14 * day}, {2090, 2501, 60 * day}}}},
}};

constexpr std::array<std::string_view, 31> names_of_utc = {
    "+0000",   "+00:00", "-0000",    "-00:00",   "Etc/GMT",   "Etc/GMT+0", "Etc/GMT-0", "Etc/GMT0",
    "Etc/UCT", "Etc/UT", "Etc/UT+0", "Etc/UT-0", "Etc/UTC",   "Etc/UTC+0", "Etc/UTC-0", "Etc/Universal",
    "GMT",     "GMT+0",  "GMT-0",    "GMT0",     "Greenwich", "UCT",       "UT",        "UT+0",
    "UT-0",    "UTC",    "UTC+0",    "UTC-0",    "Universal", "Z",         "Zulu",
};
constexpr std::array<std::string_view, 6> prefixes = {"Etc/GMT", "Etc/UTC", "Etc/UT", "GMT", "UTC", "UT"};

std::optional<std::int32_t> digits(std::string_view text) {
    std::int32_t value = 0;
    if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
    return value;
}

// "+3", "-11", "+5:30" behind GMT and the like.
std::optional<std::string> prefixed_zone(std::string_view offset, bool reversed) {
    const bool negative = offset.starts_with('-');
    const auto colon = std::min(offset.find(':'), offset.size());
    const auto hours = digits(offset.substr(1, colon - 1));
    const auto minutes = colon == offset.size() ? 0 : digits(offset.substr(colon + 1));
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    // Trino takes the sign from the hours alone.
    const bool west = *hours != 0 && negative != reversed;
    const std::int32_t total = *hours * 60 + *minutes;
    return offset_zone(west ? -total : total);
}

// Between two samples that differ, the change is narrowed down to the second.
constexpr std::string_view transitions_query = R"(
WITH RECURSIVE
offsets(t, o) AS MATERIALIZED (
    SELECT t, CAST(epoch_us(timezone({0}, make_timestamptz(t * 1000000))) // 1000000 - t AS BIGINT)
    FROM (SELECT unnest(range({1}, {2}, {3})) AS t UNION SELECT unnest(range({4}, {5}, {6})))
),
pairs AS (SELECT t, o, lead(t) OVER (ORDER BY t) AS next_t, lead(o) OVER (ORDER BY t) AS next_o FROM offsets),
narrowed(low, high, o) AS (
    SELECT t, next_t, o FROM pairs WHERE o <> next_o
    UNION ALL
    SELECT CASE WHEN x = o THEN middle ELSE low END, CASE WHEN x = o THEN high ELSE middle END, o
    FROM (
        SELECT low, high, o, middle, epoch_us(timezone({0}, make_timestamptz(middle * 1000000))) // 1000000 - middle AS x
        FROM (SELECT low, high, o, (low + high) // 2 AS middle FROM narrowed WHERE high - low > 1)
    )
)
SELECT CAST({1} AS BIGINT) AS t, o FROM offsets WHERE t = {1}
UNION ALL
SELECT high, CAST(epoch_us(timezone({0}, make_timestamptz(high * 1000000))) // 1000000 - high AS BIGINT) FROM narrowed WHERE high - low = 1
ORDER BY 1)";

std::string transitions_sql(std::string_view name, const Span& span) {
    const auto second_of = [](int year) { return calendar::first_of_year(year) * day; };
    const auto& [first, second] = span.samples;
    return fmt::format(transitions_query, fmt::format("'{}'", name), second_of(first.from), second_of(first.to), first.every,
                       second_of(second.from), second_of(second.to), second.every);
}

// A native function cannot ask the DuckDB that runs it, so a second one, empty, tells the rules. It stays open: opening takes as long as
// the rules of a zone.
class RulesDatabase {
  public:
    std::vector<Zone::Transition> read(const std::string& sql) {
        const std::lock_guard lock(mutex_);
        std::vector<Zone::Transition> transitions;
        if (connection_ == nullptr && !open()) return transitions;
        duckdb_result result;
        if (duckdb_query(connection_, sql.c_str(), &result) == DuckDBSuccess) {
            while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
                const auto* times = static_cast<const std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)));
                const auto* offsets = static_cast<const std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1)));
                for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); ++i) {
                    transitions.push_back({times[i], static_cast<std::int32_t>(offsets[i])});
                }
                duckdb_destroy_data_chunk(&chunk);
            }
        }
        duckdb_destroy_result(&result);
        return transitions;
    }

  private:
    bool open() {
        duckdb_config config = nullptr;
        if (duckdb_create_config(&config) != DuckDBSuccess) return false;
        duckdb_set_config(config, "threads", "1");
        const bool opened = duckdb_open_ext(nullptr, &database_, config, nullptr) == DuckDBSuccess;
        duckdb_destroy_config(&config);
        return opened && duckdb_connect(database_, &connection_) == DuckDBSuccess;
    }

    std::mutex mutex_;
    duckdb_database database_ = nullptr;
    duckdb_connection connection_ = nullptr;
};

std::vector<Zone::Transition> read_transitions(const std::string& sql) {
    static auto& rules = *new RulesDatabase;  // never closed: DuckDB's own objects with static storage may be gone by then
    return rules.read(sql);
}

const Zone* named_zone(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, Zone, std::less<>> zones;
    const std::lock_guard lock(mutex);
    const auto found = zones.find(name);
    return found != zones.end() ? &found->second : &zones.try_emplace(std::string(name), std::string(name)).first->second;
}

const Zone* fixed_zone(std::int32_t seconds) {
    static std::mutex mutex;
    static std::map<std::int32_t, Zone> zones;
    const std::lock_guard lock(mutex);
    return &zones.try_emplace(seconds, seconds).first->second;
}

// The same time of a year that has the same calendar, within what was read.
std::int64_t within_range(std::int64_t seconds) {
    constexpr std::int64_t last = last_second - 30 * day;
    return seconds <= last ? seconds : seconds - (seconds - last + cycle - 1) / cycle * cycle;
}

}  // namespace

std::optional<std::int32_t> offset_seconds(std::string_view text) {
    if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    std::string plain(text.substr(1));
    const bool colons = plain.size() > 2 && plain[2] == ':';
    if (colons) {
        if (plain.size() != 5 && !(plain.size() == 8 && plain[5] == ':')) return std::nullopt;
        std::erase(plain, ':');
    }
    if (plain.size() == 1) plain.insert(0, 1, '0');
    if (plain.size() != 2 && plain.size() != 4 && plain.size() != 6) return std::nullopt;
    plain.resize(6, '0');
    const auto number = digits(plain);
    if (!number) return std::nullopt;
    const std::int32_t minutes = *number / 100 % 100;
    const std::int32_t seconds = *number % 100;
    const std::int32_t total = *number / 10'000 * 3600 + minutes * 60 + seconds;
    if (minutes > 59 || seconds > 59 || total > 18 * 3600) return std::nullopt;
    return text[0] == '-' ? -total : total;
}

std::optional<std::string> offset_zone(std::int64_t minutes) {
    if (minutes == 0) return "UTC";
    constexpr std::int64_t most = std::int64_t{14} * 60;
    if (minutes < -most || minutes > most) return std::nullopt;
    const std::int64_t size = std::abs(minutes);
    return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

std::optional<std::string> canonical_zone(std::string_view text) {
    if (std::ranges::binary_search(names_of_utc, text)) return "UTC";
    if (is_zone_name(text)) return std::string(text);
    for (const std::string_view prefix : prefixes) {
        if (!text.starts_with(prefix)) continue;
        const std::string_view offset = text.substr(prefix.size());
        if (!offset.starts_with('+') && !offset.starts_with('-')) return std::nullopt;
        if (offset.size() <= 3 || offset.find(':') != offset.npos) return prefixed_zone(offset, prefix == "Etc/GMT");
        return !prefix.starts_with("Etc") && offset_seconds(offset) == 0 ? std::optional<std::string>("UTC") : std::nullopt;
    }
    const auto seconds = offset_seconds(text);
    if (!seconds || *seconds % 60 != 0) return std::nullopt;
    return offset_zone(*seconds / 60);
}

std::optional<WrittenZone> written_zone(std::string_view text) {
    if (auto name = canonical_zone(text)) {
        const Zone* rules = Zone::find(*name);
        if (rules == nullptr) return std::nullopt;
        return WrittenZone{rules, std::move(*name)};
    }
    std::string_view offset = text;
    for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
        if (!offset.starts_with(prefix)) continue;
        offset.remove_prefix(prefix.size());
        break;
    }
    const auto seconds = offset_seconds(offset);
    if (!seconds) return std::nullopt;
    const auto name = *seconds % 60 == 0 ? offset_zone(*seconds / 60) : std::nullopt;
    return WrittenZone{fixed_zone(*seconds), name.value_or("")};
}

const Zone* Zone::find(std::string_view name) {
    thread_local std::string last_name;
    thread_local const Zone* last_zone = nullptr;
    if (last_zone != nullptr && last_name == name) return last_zone;
    const auto offset = name == "UTC" ? 0 : offset_seconds(name);
    const Zone* zone = offset ? fixed_zone(*offset) : named_zone(name);
    if (!offset && !zone->rules_at(0).known) return nullptr;
    last_name = name;
    last_zone = zone;
    return zone;
}

const Zone::Rules& Zone::rules_at(std::int64_t seconds) const {
    static_assert(all_spans.size() == spans);
    std::size_t at = 0;
    while (at + 1 < spans && seconds >= calendar::first_of_year(all_spans[at].end) * day) ++at;
    std::call_once(read_[at], [this, at] {
        Rules& rules = rules_[at];
        rules.transitions = read_transitions(transitions_sql(name_, all_spans[at]));
        if (rules.transitions.empty()) return;
        rules.known = true;
        rules.first = rules.transitions.front().offset;
        rules.transitions.erase(rules.transitions.begin());
    });
    return rules_[at];
}

std::int32_t Zone::offset_at(std::int64_t instant) const {
    if (name_.empty()) return fixed_;
    const std::int64_t seconds = within_range(floor_div(instant, calendar::second));
    const auto& [known, first, transitions] = rules_at(seconds);
    const auto after = std::ranges::upper_bound(transitions, seconds, {}, &Transition::at);
    return after == transitions.begin() ? first : std::prev(after)->offset;
}

std::int64_t Zone::to_local(std::int64_t instant) const {
    return instant + offset_at(instant) * calendar::second;
}

Zone::Offsets Zone::offsets_of(std::int64_t local) const {
    if (name_.empty()) return {fixed_, fixed_};
    const std::int64_t seconds = within_range(floor_div(local, calendar::second));
    const auto& [known, first, transitions] = rules_at(seconds);
    // No offset is beyond a day.
    const auto begin = std::ranges::lower_bound(transitions, seconds - day, {}, &Transition::at);
    std::int32_t offset = begin == transitions.begin() ? first : std::prev(begin)->offset;
    for (auto next = begin; next != transitions.end() && next->at <= seconds + day; ++next) {
        const auto [low, high] = std::minmax(offset, next->offset);
        if (seconds < next->at + low) break;
        if (seconds < next->at + high) return {offset, next->offset};
        offset = next->offset;
    }
    return {offset, offset};
}

std::int64_t Zone::earlier(std::int64_t local) const {
    return local - offsets_of(local).before * calendar::second;
}

std::int64_t Zone::instant(std::int64_t local) const {
    const auto [before, after] = offsets_of(local);
    if (before <= after) return local - before * calendar::second;
    return local - offset_at(local - offset_at(local) * calendar::second) * calendar::second;
}

std::int64_t Zone::near(std::int64_t local, std::int64_t instant) const {
    const std::int32_t offset = offset_at(instant);
    const std::int64_t same = local - offset * calendar::second;
    return offset_at(same) == offset ? same : this->instant(local);
}

}  // namespace dualstore::sql::athena
