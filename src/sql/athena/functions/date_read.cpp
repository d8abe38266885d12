#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/date_pattern.hpp"
#include "sql/athena/functions/date_resolve.hpp"
#include "sql/athena/functions/zone.hpp"
#include "sql/athena/functions/zone_names.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::int64_t a_second = 1000;  // milliseconds, as all here
constexpr std::int64_t a_minute = 60 * a_second;
constexpr std::int64_t an_hour = 60 * a_minute;

struct State {
    std::vector<ReadField> fields;
    std::optional<std::int32_t> offset;
    std::string zone;
};

// Below 0 it is that of an error: ~position.
using Position = std::ptrdiff_t;

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) { state_.fields.reserve(8); }

    Position read(const DatePattern& pattern, Position at) {
        for (const DateItem& item : pattern.items) {
            at = std::visit([&](const auto& part) { return read(part, at); }, item);
            if (at < 0) break;
        }
        return at;
    }
    [[nodiscard]] State take() { return std::move(state_); }
    [[nodiscard]] bool unsupported() const { return unsupported_; }

  private:
    [[nodiscard]] std::string_view rest(Position at) const { return text_.substr(static_cast<std::size_t>(at)); }
    [[nodiscard]] static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    [[nodiscard]] static Position digits(std::string_view text, Position most) {
        Position count = 0;
        while (count < most && count < std::ssize(text) && is_digit(text[static_cast<std::size_t>(count)])) ++count;
        return count;
    }
    [[nodiscard]] static int number(std::string_view digits) {
        int value = 0;
        for (const char c : digits) value = value * 10 + (c - '0');
        return value;
    }
    static char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
    static bool same_letters(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower_letter, lower_letter); }

    Position read(const LiteralItem& item, Position at) const {
        return same_letters(rest(at).substr(0, item.text.size()), item.text) ? at + std::ssize(item.text) : ~at;
    }

    Position read(const NumberItem& item, Position at) {
        std::string_view text = rest(at);
        const bool has_sign = item.with_sign && text.size() > 1 && (text[0] == '-' || text[0] == '+') && is_digit(text[1]);
        const bool negative = has_sign && text[0] == '-';
        if (has_sign) text.remove_prefix(1);
        const Position count = digits(text, std::min(item.most, 9));
        if (count == 0) return ~at;
        const int value = number(text.substr(0, static_cast<std::size_t>(count)));
        state_.fields.push_back({item.field, negative ? -value : value});
        return at + count + (has_sign ? 1 : 0);
    }

    Position read(const TwoDigitYearItem& item, Position at) {
        std::string_view text = rest(at);
        const bool has_sign = item.lenient && !text.empty() && (text[0] == '-' || text[0] == '+');
        const bool negative = has_sign && text[0] == '-';
        if (has_sign) text.remove_prefix(1);
        const Position count = digits(text, item.lenient ? 9 : 2);
        if (count == 0 || (!item.lenient && count < 2)) return ~at;
        int value = number(text.substr(0, static_cast<std::size_t>(count)));
        if (negative) value = -value;
        if (!has_sign && count == 2) {
            const int low = item.pivot.value_or(this_year() - 30) - 50;
            value += low + (value < low % 100 ? 100 : 0) - low % 100;
        }
        state_.fields.push_back({item.field, value});
        return at + count + (has_sign ? 1 : 0);
    }

    static int this_year() {
        const auto days = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
        return static_cast<int>(calendar::date_of(days.time_since_epoch().count()).year);
    }

    // In its own spelling, or all in lower or in upper case; the longest that fits.
    Position read(const TextItem& item, Position at) {
        std::size_t longest = 0;
        int found = 0;
        const auto consider = [&](std::string_view name, int value) {
            if (name.size() <= longest || rest(at).size() < name.size()) return;
            const std::string_view here = rest(at).substr(0, name.size());
            const auto spelled = [&](auto change) {
                return std::ranges::equal(here, name,
                                          [&](char a, char b) { return a == static_cast<char>(change(static_cast<unsigned char>(b))); });
            };
            if (here != name && !spelled([](int c) { return std::tolower(c); }) && !spelled([](int c) { return std::toupper(c); })) return;
            longest = name.size();
            found = value;
        };
        if (item.field == DateField::era) {
            for (const auto* name : {"BC", "BCE"}) consider(name, 0);
            for (const auto* name : {"AD", "CE"}) consider(name, 1);
        } else if (item.field == DateField::half_day) {
            consider("AM", 0);
            consider("PM", 1);
        } else {
            const bool months = item.field == DateField::month;
            for (int i = 1; i <= (months ? 12 : 7); ++i) {
                for (const bool full : {false, true}) consider(months ? month_name(i, full) : weekday_name(i, full), i);
            }
        }
        if (longest == 0) return ~at;
        state_.fields.push_back({item.field, found});
        return at + static_cast<Position>(longest);
    }

    Position read(const FractionItem& item, Position at) {
        const Position count = digits(rest(at), item.most);
        if (count == 0) return ~at;
        const bool hours = item.field == DateField::fraction_of_hour;
        std::int64_t unit = (hours ? an_hour : item.field == DateField::fraction_of_minute ? a_minute : a_second) * 10;
        std::int64_t value = 0;
        for (const char c : rest(at).substr(0, static_cast<std::size_t>(count))) {
            unit /= 10;
            value += (c - '0') * unit;
        }
        state_.fields.push_back({item.field, static_cast<int>(value / 10)});
        return at + count;
    }

    // Z, or a sign and hours, and then minutes, seconds and their fraction, either all with separators or all without.
    Position read(const OffsetItem& /*item*/, Position at) {
        std::string_view text = rest(at);
        if (text.starts_with('Z') || text.starts_with('z')) return save_offset(0, at + 1);
        if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return ~at;
        const bool negative = text[0] == '-';
        text.remove_prefix(1);
        if (digits(text, 2) < 2 || number(text.substr(0, 2)) > 23) return ~(at + 1);
        std::int64_t offset = number(text.substr(0, 2)) * an_hour;
        text.remove_prefix(2);
        const bool separated = text.starts_with(':');
        const auto position = [&] { return std::ssize(text_) - std::ssize(text); };
        for (const std::int64_t unit : {a_minute, a_second}) {
            if (text.empty() || (separated && text[0] != ':')) break;
            if (separated) text.remove_prefix(1);
            const Position count = digits(text, 2);
            if (count == 0 && !separated) break;
            if (count < 2 || number(text.substr(0, 2)) > 59) return ~position();
            offset += number(text.substr(0, 2)) * unit;
            text.remove_prefix(2);
            if (unit == a_second) return read_offset_fraction(text, offset, separated, negative);
        }
        return save_offset(negative ? -offset : offset, position());
    }

    Position read_offset_fraction(std::string_view text, std::int64_t offset, bool separated, bool negative) {
        const auto position = [&] { return std::ssize(text_) - std::ssize(text); };
        const auto finish = [&] { return save_offset(negative ? -offset : offset, position()); };
        if (text.empty() || (separated && text[0] != '.' && text[0] != ',')) return finish();
        if (separated) text.remove_prefix(1);
        const Position count = digits(text, 3);
        if (count == 0) return separated ? ~position() : finish();
        std::int64_t unit = 1000;
        for (const char c : text.substr(0, static_cast<std::size_t>(count))) offset += (c - '0') * (unit /= 10);
        text.remove_prefix(static_cast<std::size_t>(count));
        return finish();
    }

    Position save_offset(std::int64_t milliseconds, Position at) {
        state_.offset = static_cast<std::int32_t>(milliseconds);
        return at;
    }

    Position save_zone(std::string_view zone, Position at) {
        state_.zone = zone;
        return at;
    }

    // The longest name of the time zone database that fits. A slash soon after must be one of a name, as Joda-Time looks at it first.
    Position read(const ZoneIdItem& /*item*/, Position at) {
        constexpr std::array<std::string_view, 16> areas = {"Africa",    "America", "Antarctica", "Arctic", "Asia", "Atlantic",
                                                            "Australia", "Brazil",  "Canada",     "Chile",  "Etc",  "Europe",
                                                            "Indian",    "Mexico",  "Pacific",    "US"};
        const auto slash = rest(at).substr(0, std::string_view("America/North_Dakota/").size()).find('/');
        if (slash != std::string_view::npos && std::ranges::find(areas, rest(at).substr(0, slash)) == areas.end()) return ~at;
        constexpr std::array<std::array<std::string_view, 2>, 3> moved = {
            {{"EST", "America/Panama"}, {"MST", "America/Phoenix"}, {"HST", "Pacific/Honolulu"}}};
        constexpr std::size_t longest = 40;
        for (std::size_t size = std::min(longest, rest(at).size()); size > 0; --size) {
            const std::string_view name = rest(at).substr(0, size);
            const Position end = at + static_cast<Position>(size);
            for (const auto& [from, to] : moved) {
                if (name == from) return save_zone(to, end);
            }
            const bool is_name = name.starts_with("Etc/") || name.find_first_of("+-") == name.npos || is_zone_name(name);
            const auto zone = is_name && name != "Z" && name != "UT" ? canonical_zone(name) : std::nullopt;
            if (zone) return save_zone(*zone, end);
        }
        return ~at;
    }

    Position read(const ZoneNameItem& item, Position at) {
        constexpr std::array<std::array<std::string_view, 2>, 11> names = {{
            {"UTC", "UTC"},
            {"UT", "UTC"},
            {"GMT", "UTC"},
            {"EST", "America/New_York"},
            {"EDT", "America/New_York"},
            {"CST", "America/Chicago"},
            {"CDT", "America/Chicago"},
            {"MST", "America/Denver"},
            {"MDT", "America/Denver"},
            {"PST", "America/Los_Angeles"},
            {"PDT", "America/Los_Angeles"},
        }};
        unsupported_ = unsupported_ || item.full;
        for (const auto& [name, zone] : names) {
            if (rest(at).starts_with(name)) return save_zone(zone, at + std::ssize(name));
        }
        return ~at;
    }

    Position read(const ChoiceItem& item, Position at) {
        const auto size = std::ssize(state_.fields);
        const auto offset = state_.offset;
        const std::string zone = state_.zone;
        State best;  // what the best choice added
        Position best_end = item.optional ? at : -1;
        Position furthest_error = at;
        for (const DatePattern& choice : item.choices) {
            const Position end = read(choice, at);
            const bool last = &choice == &item.choices.back() || end == std::ssize(text_);
            if (end > best_end && last) return end;
            if (end < 0) furthest_error = std::max(furthest_error, ~end);
            if (end > best_end) {
                best_end = end;
                best.fields.assign(state_.fields.begin() + size, state_.fields.end());
                best.offset = state_.offset;
                best.zone = std::move(state_.zone);
            }
            state_.fields.resize(static_cast<std::size_t>(size));
            state_.offset = offset;
            state_.zone = zone;
        }
        if (best_end < 0) return ~furthest_error;
        if (best_end == at) return at;
        state_.fields.insert(state_.fields.end(), best.fields.begin(), best.fields.end());
        state_.offset = best.offset;
        state_.zone = std::move(best.zone);
        return best_end;
    }

    std::string_view text_;
    State state_;
    bool unsupported_ = false;
};

std::string invalid_format(std::string_view text, std::size_t at) {
    const std::size_t shown = at + 32;
    const std::string sample = text.size() <= shown + 3 ? std::string(text) : std::string(text.substr(0, shown)) + "...";
    if (at == 0) return fmt::format("Invalid format: \"{}\"", sample);
    if (at >= text.size()) return fmt::format("Invalid format: \"{}\" is too short", sample);
    return fmt::format("Invalid format: \"{}\" is malformed at \"{}\"", sample, std::string_view(sample).substr(at));
}

}  // namespace

ReadResult read_date(const DatePattern& pattern, std::string_view text) {
    constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
    Reader reader(text);
    const Position end = reader.read(pattern, 0);
    if (reader.unsupported()) return ReadError{"GENERIC_INTERNAL_ERROR", "Parsing not supported"};
    if (end != std::ssize(text))
        return ReadError{std::string(invalid), invalid_format(text, static_cast<std::size_t>(end < 0 ? ~end : end))};
    State state = reader.take();
    const auto time = time_of(std::move(state.fields));
    if (const auto* wrong = std::get_if<std::string>(&time)) {
        return ReadError{std::string(invalid), fmt::format("Cannot parse \"{}\": {}", text, *wrong)};
    }
    return ReadTime{std::get<std::int64_t>(time), state.offset, std::move(state.zone)};
}

}  // namespace dualstore::sql::athena
