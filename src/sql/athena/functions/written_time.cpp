#include "sql/athena/functions/written_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "sql/athena/functions/calendar.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::string_view digits(std::size_t most) {
        std::size_t size = 0;
        while (size < std::min(most, rest_.size()) && rest_[size] >= '0' && rest_[size] <= '9') ++size;
        const std::string_view text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return text;
    }
    bool number(std::size_t least, std::size_t most, int& value) {
        const std::string_view text = digits(most);
        return text.size() >= least && std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

    bool date(std::size_t least_digits, std::int64_t& days) {
        constexpr std::size_t most_digits = 7;
        const bool negative = take('-');
        if (!negative) take('+');
        int year = 0;
        calendar::Date date;
        if (!number(least_digits, most_digits, year) || !take('-') || !number(1, 2, date.month) || !take('-') || !number(1, 2, date.day)) {
            return false;
        }
        date.year = negative ? -year : year;
        if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > calendar::month_length(date.year, date.month)) return false;
        days = calendar::days_of(date);
        return true;
    }

    // What does not belong to a time is left: a zone may follow. False: it does not begin with one, or it is no time of a day.
    bool time(WrittenTime& time) {
        int hour = 0;
        int minute = 0;
        int second = 0;
        if (!number(1, 2, hour) || !take(':') || !number(1, 2, minute)) return false;
        Reader after = *this;
        if (after.take(':') && after.number(1, 2, second)) {
            *this = after;
            if (after.take('.')) {
                time.fraction = after.digits(after.rest().size());
                if (!time.fraction.empty()) *this = after;
            }
        }
        time.seconds = (hour * 60 + minute) * 60 + second;
        return hour < 24 && minute < 60 && second < 60;
    }

  private:
    std::string_view rest_;
};

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

struct Unit {
    std::string_view name;
    std::int64_t size;  // milliseconds, or months
    char before;        // what separates it from the unit before it
};
constexpr std::array<Unit, 4> day_units = {
    {{"day", 86'400'000, '\0'}, {"hour", 3'600'000, ' '}, {"minute", 60'000, ':'}, {"second", 1000, ':'}}};
constexpr std::array<Unit, 2> month_units = {{{"year", 12, '\0'}, {"month", 1, '-'}}};

// One number of an interval, with a sign that must be +; of seconds in milliseconds. At most ten digits, as Joda-Time reads them.
std::optional<std::int64_t> interval_number(Reader& reader, bool seconds) {
    constexpr std::size_t most_digits = 10;
    reader.take('+');
    const std::string_view whole = reader.digits(most_digits);
    std::string fraction;
    const bool point = seconds && (reader.take('.') || reader.take(','));
    if (point) fraction = reader.digits(most_digits - whole.size());
    if (whole.empty() && fraction.empty()) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), value);
    if (value > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    if (!seconds) return value;
    fraction.resize(3, '0');
    return value * 1000 + std::stoi(fraction);
}

std::optional<std::int64_t> parse_units(std::string_view text, std::string_view from, std::string_view to, std::span<const Unit> units) {
    const auto first = std::ranges::find(units, from, &Unit::name);
    const auto last = to.empty() ? first : std::ranges::find(units, to, &Unit::name);
    if (first == units.end() || last == units.end() || last < first || (!to.empty() && last == first)) return std::nullopt;
    Reader reader(text);
    const bool negative = reader.take('-');
    std::int64_t total = 0;
    // '3' DAY TO SECOND: what the text ends before is left out.
    for (auto unit = first; unit <= last && !reader.rest().empty(); ++unit) {
        if (unit != first && !reader.take(unit->before)) return std::nullopt;
        if (reader.rest().empty()) break;
        const bool seconds = unit->name == "second";
        const auto value = interval_number(reader, seconds);
        if (!value) return std::nullopt;
        total += seconds ? *value : *value * unit->size;
    }
    if (!reader.rest().empty()) return std::nullopt;
    return negative ? -total : total;
}

}  // namespace

std::int64_t WrittenTime::microseconds(unsigned precision) const {
    constexpr std::size_t digits = 6;
    std::string text = fraction.substr(0, std::min<std::size_t>(precision, digits));
    const bool up = fraction.size() > text.size() && fraction[text.size()] >= '5';
    std::int64_t unit = 1;
    for (std::size_t i = text.size(); i < digits; ++i) unit *= 10;
    text.resize(digits, '0');
    return seconds * calendar::second + std::stoll(text) + (up ? unit : 0);
}

std::optional<std::int32_t> written_date(std::string_view text) {
    Reader reader(trimmed(text));
    std::int64_t days = 0;
    if (!reader.date(1, days) || !reader.rest().empty()) return std::nullopt;
    // DuckDB keeps the ends of the range for infinity.
    if (days >= std::numeric_limits<std::int32_t>::max() || days <= -std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    return static_cast<std::int32_t>(days);
}

std::optional<WrittenTime> written_timestamp(std::string_view text) {
    // What 64 bits of microseconds hold, but for its ends.
    constexpr std::int64_t most_days = std::numeric_limits<std::int64_t>::max() / calendar::day - 1;
    constexpr std::size_t most_digits = 18;
    Reader reader(text);
    std::int64_t days = 0;
    WrittenTime result;
    if (!reader.date(4, days) || days > most_days || days < -most_days) return std::nullopt;
    if (!reader.rest().empty()) {
        if (!reader.take(' ')) return std::nullopt;
        Reader after = reader;
        if (after.time(result)) {
            reader = after;
        } else {
            result = {};
        }
        reader.skip_blanks();
    }
    if (result.fraction.size() > most_digits) return std::nullopt;
    result.seconds += days * (calendar::day / calendar::second);
    if (!reader.rest().empty()) result.zone = std::string(reader.rest());
    return result;
}

std::optional<std::int32_t> written_offset(std::string_view text) {
    constexpr int most = 14 * 60;
    Reader reader(text);
    const bool negative = reader.take('-');
    int hours = 0;
    int minutes = 0;
    if (!negative && !reader.take('+')) return std::nullopt;
    if (!reader.number(2, 2, hours) || !reader.take(':') || !reader.number(2, 2, minutes) || !reader.rest().empty()) return std::nullopt;
    const int offset = hours * 60 + minutes;
    if (minutes > 59 || offset > most) return std::nullopt;
    return negative ? -offset : offset;
}

std::optional<WrittenTime> written_time(std::string_view text) {
    Reader reader(text);
    WrittenTime result;
    if (!reader.time(result)) return std::nullopt;
    reader.skip_blanks();
    if (!reader.rest().empty()) {
        if (!written_offset(reader.rest())) return std::nullopt;
        result.zone = std::string(reader.rest());
    }
    return result;
}

std::optional<std::int64_t> written_interval(std::string_view text, std::string_view from, std::string_view to) {
    const bool months = from == "year" || from == "month";
    const auto value = months ? parse_units(text, from, to, month_units) : parse_units(text, from, to, day_units);
    using Months = std::numeric_limits<std::int32_t>;
    if (months && value && (*value > Months::max() || *value < Months::min())) return std::nullopt;
    return value;
}

}  // namespace dualstore::sql::athena
