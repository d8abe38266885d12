#include "sql/athena/functions/date_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/date_pattern.hpp"
#include "sql/athena/functions/time_value.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_div;
using Kind = SqlType::Kind;

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

using MakePattern = PatternResult (*)(std::string_view text);

// Queries use one pattern for all rows. nullptr: it is none, and the query fails.
const DatePattern* pattern_or_error(MakePattern make, std::string_view text, Answer& answer) {
    thread_local MakePattern last_make = nullptr;
    thread_local std::string last_text;
    thread_local PatternResult last;
    if (last_make != make || last_text != text) {
        last = make(text);
        last_text = text;
        last_make = make;
    }
    if (const auto* error = std::get_if<PatternError>(&last)) {
        answer.error(invalid, error->message);
        return nullptr;
    }
    return &std::get<DatePattern>(last);
}

// Rounded to milliseconds. Empty: the query fails.
std::optional<PrintedTime> printed_time(const Arguments& arguments, Answer& answer) {
    const auto milliseconds = [](std::int64_t time) { return floor_div(time + calendar::millisecond / 2, calendar::millisecond); };
    if (!arguments.type(0).is(Kind::timestamp_tz)) return PrintedTime{milliseconds(arguments.value<std::int64_t>(0)), 0, "UTC"};
    const ZonedTime value = zoned_time_of(arguments, 0);
    const Zone* zone = zone_or_error(answer, value.zone);
    if (zone == nullptr) return std::nullopt;
    const std::int32_t offset = zone->offset_at(value.instant);
    // The rules do not say which time is the summer's: it is the one that is ahead of another within half a year.
    constexpr std::int64_t quarter = 91 * calendar::day;
    const bool summer = std::ranges::any_of(std::array{-2, -1, 1, 2},
                                            [&](int quarters) { return zone->offset_at(value.instant + quarters * quarter) < offset; });
    return PrintedTime{milliseconds(value.instant) + std::int64_t{offset} * 1000, offset, value.zone, summer};
}

void answer_read(const ReadTime& time, std::string_view text, Answer& answer) {
    constexpr std::int64_t most = std::int64_t{1} << 51;
    if (time.local >= most || time.local < -most) return answer.error(invalid, fmt::format("Millis overflow: {}", time.local));
    const std::int64_t local = time.local * calendar::millisecond;
    if (time.offset) {
        constexpr std::int32_t minute = 60'000;
        const auto zone = *time.offset % minute == 0 ? offset_zone(*time.offset / minute) : std::nullopt;
        if (!zone) {
            const int seconds = std::abs(*time.offset) / 1000;
            return answer.error("NOT_SUPPORTED",
                                fmt::format("Time zone not supported: {}{:02}:{:02}{}", *time.offset < 0 ? '-' : '+', seconds / 3600,
                                            seconds / 60 % 60, seconds % 60 == 0 ? "" : fmt::format(":{:02}", seconds % 60)));
        }
        return answer_zoned(answer, local - *time.offset * calendar::millisecond, *zone);
    }
    const std::string_view name = time.zone.empty() ? "UTC" : std::string_view(time.zone);
    const Zone* zone = zone_or_error(answer, name);
    if (zone == nullptr) return;
    const auto [before, after] = zone->offsets_of(local);
    if (before < after) {
        return answer.error(invalid, fmt::format("Cannot parse \"{}\": Illegal instant due "
                                                 "to time zone offset transition ({})",
                                                 text, name));
    }
    answer_zoned(answer, zone->earlier(local), name);
}

void read_zoned(const DatePattern& pattern, std::string_view text, Answer& answer) {
    const ReadResult result = read_date(pattern, text);
    if (const auto* error = std::get_if<ReadError>(&result)) return answer.error(error->kind, error->message);
    answer_read(std::get<ReadTime>(result), text, answer);
}

// java.time's ISO_DATE_TIME: strict about the numbers of digits.
class StrictReader {
  public:
    explicit StrictReader(std::string_view text) : rest_(text) {}

    bool take(char c) {
        if (rest_.empty() || (rest_[0] != c && rest_[0] != c + ('a' - 'A'))) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool sign() const { return rest_.starts_with('+') || rest_.starts_with('-'); }
    bool number(std::size_t least, std::size_t most, std::int64_t& value) {
        std::size_t size = 0;
        while (size < rest_.size() && size < most && rest_[size] >= '0' && rest_[size] <= '9') ++size;
        if (size < least) return false;
        value = 0;
        std::from_chars(rest_.data(), rest_.data() + size, value);
        rest_.remove_prefix(size);
        return true;
    }
    bool year(std::int64_t& value) {
        const bool plus = take('+');
        const bool minus = !plus && take('-');
        const std::size_t before = rest_.size();
        if (!number(4, 6, value)) return false;
        const bool is_long = before - rest_.size() > 4;
        if (minus) value = -value;
        return minus ? value != 0 : plus == is_long;
    }
    bool local(std::int64_t& time) {
        calendar::Date date;
        std::int64_t month = 0;
        std::int64_t day = 0;
        if (!year(date.year) || !take('-') || !number(2, 2, month) || !take('-') || !number(2, 2, day) || !take('T')) return false;
        date.month = static_cast<int>(month);
        date.day = static_cast<int>(day);
        if (month < 1 || month > 12 || day < 1 || day > calendar::month_length(date.year, date.month)) return false;
        std::int64_t hour = 0;
        std::int64_t minute = 0;
        std::int64_t second = 0;
        std::int64_t nanoseconds = 0;
        if (!number(2, 2, hour) || !take(':') || !number(2, 2, minute)) return false;
        if (take(':')) {
            if (!number(2, 2, second)) return false;
            if (take('.')) {
                const std::size_t before = rest_.size();
                number(0, 9, nanoseconds);
                for (std::size_t i = before - rest_.size(); i < 9; ++i) nanoseconds *= 10;
            }
        }
        if (hour > 23 || minute > 59 || second > 59) return false;
        time = calendar::days_of(date) * calendar::day + hour * calendar::hour + minute * calendar::minute + second * calendar::second +
               nanoseconds / 1000;
        return true;
    }
    // Up to the bracket.
    std::string_view offset() {
        const std::string_view text = rest_.substr(0, std::min(rest_.find('['), rest_.size()));
        rest_.remove_prefix(text.size());
        return text;
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

std::string plural(std::int64_t count, std::string_view unit) {
    return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

}  // namespace

void date_format(const Arguments& arguments, Answer& answer) {
    const DatePattern* pattern = pattern_or_error(mysql_pattern, arguments.text(1), answer);
    if (pattern == nullptr) return;
    if (const auto time = printed_time(arguments, answer)) answer.text(print_date(*pattern, *time));
}

void date_parse(const Arguments& arguments, Answer& answer) {
    const DatePattern* pattern = pattern_or_error(mysql_pattern, arguments.text(1), answer);
    if (pattern == nullptr) return;
    const ReadResult result = read_date(*pattern, arguments.text(0));
    if (const auto* error = std::get_if<ReadError>(&result)) return answer.error(error->kind, error->message);
    answer.value(std::get<ReadTime>(result).local * calendar::millisecond);
}

void format_datetime(const Arguments& arguments, Answer& answer) {
    const DatePattern* pattern = pattern_or_error(joda_pattern, arguments.text(1), answer);
    if (pattern == nullptr) return;
    if (arguments.type(0).is(Kind::timestamp) && has_zone(*pattern)) {
        return answer.error(invalid,
                            "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' "
                            "in format, as this type does not contain TZ information");
    }
    if (const auto time = printed_time(arguments, answer)) answer.text(print_date(*pattern, *time));
}

void parse_datetime(const Arguments& arguments, Answer& answer) {
    const DatePattern* pattern = pattern_or_error(joda_pattern, arguments.text(1), answer);
    if (pattern != nullptr) read_zoned(*pattern, arguments.text(0), answer);
}

void from_iso8601_date(const Arguments& arguments, Answer& answer) {
    const ReadResult result = read_date(iso_date_pattern(), arguments.text(0));
    if (const auto* error = std::get_if<ReadError>(&result)) return answer.error(error->kind, error->message);
    constexpr std::int64_t day = calendar::day / calendar::millisecond;
    const std::int64_t days = floor_div(std::get<ReadTime>(result).local, day);
    if (days >= INT32_MAX || days <= -INT32_MAX) {
        return answer.error("GENERIC_INTERNAL_ERROR", fmt::format("Value {} exceeds MAX_INT for type date", days));
    }
    answer.value(static_cast<std::int32_t>(days));
}

void from_iso8601_timestamp(const Arguments& arguments, Answer& answer) {
    read_zoned(iso_timestamp_pattern(), arguments.text(0), answer);
}

void from_iso8601_timestamp_nanos(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const auto refused = [&] { answer.error(invalid, fmt::format("Text '{}' could not be parsed", text)); };
    StrictReader reader(text);
    std::int64_t local = 0;
    if (!reader.local(local)) return refused();
    std::string_view offset = reader.offset();
    const std::string_view bracket = reader.rest();
    if (offset.empty() && !bracket.empty()) return refused();
    if (offset.empty() || offset == "z") offset = "Z";
    const auto seconds = offset == "Z" ? 0 : offset.size() >= 6 ? offset_seconds(offset) : std::nullopt;
    if (!seconds) return refused();
    const std::int64_t instant = local - *seconds * calendar::second;
    if (bracket.empty()) {
        const auto zone = canonical_zone(offset);
        if (!zone) return answer.error("NOT_SUPPORTED", fmt::format("Time zone not supported: {}", offset));
        return answer_zoned(answer, instant, *zone);
    }
    if (!bracket.ends_with(']')) return refused();
    const auto zone = canonical_zone(bracket.substr(1, bracket.size() - 2));
    if (!zone) return refused();
    answer_zoned(answer, instant, *zone);
}

void to_iso8601(const Arguments& arguments, Answer& answer) {
    const SqlType& type = arguments.type(0);
    if (type.is(Kind::date)) return answer.text(date_text(arguments.value<std::int32_t>(0)));
    const bool zoned = type.is(Kind::timestamp_tz);
    const ZonedTime value = zoned ? zoned_time_of(arguments, 0) : ZonedTime{arguments.value<std::int64_t>(0), "UTC"};
    const Zone* zone = zone_or_error(answer, value.zone);
    if (zone == nullptr) return;
    const std::int32_t offset = zone->offset_at(value.instant);
    std::string text = timestamp_text(value.instant + offset * calendar::second, type.precision);
    text[text.find(' ')] = 'T';
    const int size = std::abs(offset);
    const char sign = offset < 0 ? '-' : '+';
    if (size % 60 != 0) {
        return answer.error("INVALID_ARGUMENTS", fmt::format("Timezone with non-zero seconds offset cannot be rendered "
                                                             "as ISO8601: {}{:02}:{:02}:{:02}",
                                                             sign, size / 3600, size / 60 % 60, size % 60));
    }
    if (zoned) text += offset == 0 ? "Z" : fmt::format("{}{:02}:{:02}", sign, size / 3600, size / 60 % 60);
    answer.text(text);
}

void parse_duration(const Arguments& arguments, Answer& answer) {
    struct Unit {
        std::string_view name;
        double milliseconds;
    };
    static constexpr std::array<Unit, 7> units = {
        {{"ns", 1e-6}, {"us", 1e-3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86'400e3}}};
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const std::string_view text = arguments.text(0);
    if (text.empty()) return answer.error(invalid, "duration is empty");
    std::string_view rest = text;
    const auto take = [&](std::string_view characters) {
        const std::string_view taken = rest.substr(0, std::min(rest.find_first_not_of(characters), rest.size()));
        rest.remove_prefix(taken.size());
        return taken;
    };
    take(blanks);
    const std::string_view begin = rest;
    bool is_number = !take(digits).empty();
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        is_number = is_number && !take(digits).empty();
    }
    const std::string_view number = begin.substr(0, begin.size() - rest.size());
    take(blanks);
    const std::string_view name = take(letters);
    take(blanks);
    if (!is_number || name.empty() || !rest.empty()) {
        return answer.error(invalid, fmt::format("duration is not a valid data duration string: {}", text));
    }
    const auto* unit = std::ranges::find(units, name, &Unit::name);
    if (unit == units.end()) return answer.error(invalid, fmt::format("Unknown time unit: {}", name));
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    const double milliseconds = std::floor(value * unit->milliseconds + 0.5);
    if (!(milliseconds < 0x1p63)) {
        return answer.error(invalid, fmt::format("value {} {} is too large to be represented in "
                                                 "requested unit MILLISECONDS as a long",
                                                 number, name));
    }
    answer.value(static_cast<std::int64_t>(milliseconds));
}

void human_readable_seconds(const Arguments& arguments, Answer& answer) {
    const auto value = arguments.value<double>(0);
    if (!std::isfinite(value)) {
        return answer.error(invalid, fmt::format("Invalid argument found: {}", std::isnan(value) ? "NaN"
                                                                               : value < 0       ? "-Infinity"
                                                                                                 : "Infinity"));
    }
    const double rounded = std::round(std::abs(value));
    std::int64_t seconds = rounded < 0x1p63 ? static_cast<std::int64_t>(rounded) : INT64_MAX;
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units = {
        {{"week", 604'800}, {"day", 86'400}, {"hour", 3600}, {"minute", 60}, {"second", 1}}};
    std::string text;
    for (const auto& [name, length] : units) {
        const std::int64_t count = seconds / length;
        seconds %= length;
        if (count == 0) continue;
        if (!text.empty()) text += ", ";
        text += plural(count, name);
    }
    answer.text(text.empty() ? "0 seconds" : text);
}

}  // namespace dualstore::sql::athena
