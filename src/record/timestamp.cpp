#include "record/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace dualstore::record {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t day_seconds = 86'400;
const std::int64_t first_second = sys_days(std::chrono::year(1) / 1 / 1).time_since_epoch().count() * day_seconds;
const std::int64_t end_second = sys_days(std::chrono::year(10'000) / 1 / 1).time_since_epoch().count() * day_seconds;

// Takes `count` digits off the front of `text`.
std::optional<int> digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
    const auto year = digits(text, 4);
    if (!year || *year < 1 || !take(text, "-")) return std::nullopt;
    const auto month = digits(text, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = digits(text, 2);
    if (!day) return std::nullopt;
    const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                              std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date).time_since_epoch().count();
}

// Seconds of the day.
std::optional<std::int64_t> take_time(std::string_view& text) {
    const auto hour = digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = digits(text, 2);
    if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
    const auto second = digits(text, 2);
    if (!second || *second > 59) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

// Seconds east of UTC; 18 hours is java.time's limit.
std::optional<std::int64_t> take_offset(std::string_view text) {
    if (text.empty() || text == "Z" || text == "z" || text == " UTC") return 0;
    const std::int64_t sign = text.front() == '-' ? -1 : 1;
    if (!take(text, "+-")) return std::nullopt;
    const auto hours = digits(text, 2);
    if (!hours) return std::nullopt;
    std::optional<int> minutes = 0;
    if (!text.empty()) {
        take(text, ":");
        minutes = digits(text, 2);
    }
    if (!minutes || *minutes > 59 || !text.empty() || *hours * 60 + *minutes > 18 * 60) return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    const auto date = take_date(text);
    const char separator = text.empty() ? '\0' : text.front();
    if (!date || !take(text, " Tt")) return std::nullopt;
    const auto time = take_time(text);
    if (!time) return std::nullopt;
    Timestamp result;
    if (take(text, ".")) {
        const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
        if (end == 0 || end > 9) return std::nullopt;
        result.fraction = text.substr(0, end);
        text.remove_prefix(end);
    }
    const auto offset = take_offset(text);
    if (!offset) return std::nullopt;
    result.seconds = *date * day_seconds + *time - *offset;
    const bool iso_offset = text == "Z" || (text.size() == 6 && text[3] == ':');
    result.form = separator == 't'                 ? TimestampForm::other
                  : text.empty()                   ? TimestampForm::plain
                  : separator == 'T' && iso_offset ? TimestampForm::offset
                                                   : TimestampForm::other;
    if (result.seconds < first_second || rounded_micros(result) >= end_second * 1'000'000) return std::nullopt;
    return result;
}

std::string to_text(const Timestamp& timestamp) {
    const std::int64_t day = timestamp.seconds >= 0 ? timestamp.seconds / day_seconds : (timestamp.seconds - day_seconds + 1) / day_seconds;
    const std::int64_t second = timestamp.seconds - day * day_seconds;
    const year_month_day date{sys_days(days(day))};
    std::string text = "0000-00-00 00:00:00";
    const auto put = [&](std::size_t at, unsigned two_digits) {
        text[at] = static_cast<char>('0' + two_digits / 10);
        text[at + 1] = static_cast<char>('0' + two_digits % 10);
    };
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    put(0, year / 100);
    put(2, year % 100);
    put(5, static_cast<unsigned>(date.month()));
    put(8, static_cast<unsigned>(date.day()));
    put(11, static_cast<unsigned>(second / 3600));
    put(14, static_cast<unsigned>(second / 60 % 60));
    put(17, static_cast<unsigned>(second % 60));
    if (!timestamp.fraction.empty()) text.append(1, '.').append(timestamp.fraction);
    return text;
}

std::string to_text(Environment::Time time) {
    const auto whole = std::chrono::floor<seconds>(time);
    return to_text(Timestamp{whole.time_since_epoch().count(), fmt::format("{:06}", (time - whole).count()), TimestampForm::plain});
}

std::int64_t rounded_micros(const Timestamp& timestamp) {
    std::int64_t nanos = 0;
    for (std::size_t i = 0; i < 9; ++i) nanos = nanos * 10 + (i < timestamp.fraction.size() ? timestamp.fraction[i] - '0' : 0);
    const std::int64_t millis = (nanos + 500'000) / 1'000'000;
    return timestamp.seconds * 1'000'000 + millis * 1'000;
}

std::optional<std::int32_t> parse_date(std::string_view text) {
    const auto date = take_date(text);
    if (!date || !text.empty()) return std::nullopt;
    return static_cast<std::int32_t>(*date);
}

}  // namespace dualstore::record
