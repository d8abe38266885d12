#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "sql/athena/functions/calendar.hpp"
#include "sql/athena/functions/date_pattern.hpp"
#include "sql/athena/functions/zone_names.hpp"

namespace dualstore::sql::athena {
namespace {

using calendar::floor_div;
using calendar::floor_mod;

constexpr std::int64_t day = 86'400'000;  // milliseconds

constexpr std::array<std::string_view, 12> months = {"January", "February", "March",     "April",   "May",      "June",
                                                     "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

class Printer {
  public:
    explicit Printer(const PrintedTime& time) : time_(time), days_(floor_div(time.local, day)), date_(calendar::date_of(days_)) {}

    std::string print(const DatePattern& pattern) {
        for (const DateItem& item : pattern.items) {
            std::visit([&](const auto& part) { print(part); }, item);
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::int64_t value(DateField field) const {
        const std::int64_t millisecond = floor_mod(time_.local, day);
        const std::int64_t hour = millisecond / 3'600'000;
        const std::int64_t year_of_era = date_.year > 0 ? date_.year : 1 - date_.year;
        switch (field) {
            case DateField::era:
                return date_.year > 0 ? 1 : 0;
            case DateField::century_of_era:
                return std::abs(date_.year) / 100;
            case DateField::year:
                return date_.year;
            case DateField::year_of_era:
                return year_of_era;
            case DateField::week_year:
                return calendar::week_year(days_);
            case DateField::month:
                return date_.month;
            case DateField::day_of_year:
                return calendar::day_of_year(days_);
            case DateField::week:
                return calendar::week(days_);
            case DateField::day_of_month:
                return date_.day;
            case DateField::weekday:
                return calendar::weekday(days_);
            case DateField::half_day:
                return hour / 12;
            case DateField::hour:
                return hour;
            case DateField::clock_hour:
                return hour == 0 ? 24 : hour;
            case DateField::half_hour:
                return hour % 12;
            case DateField::clock_half_hour:
                return hour % 12 == 0 ? 12 : hour % 12;
            case DateField::minute:
                return millisecond / 60'000 % 60;
            case DateField::second:
                return millisecond / 1000 % 60;
            case DateField::fraction_of_hour:
                return millisecond % 3'600'000;
            case DateField::fraction_of_minute:
                return millisecond % 60'000;
            case DateField::fraction_of_second:
                break;
        }
        return millisecond % 1000;
    }

    // fmt takes several times as long.
    void number(std::int64_t value, int digits) {
        std::array<char, 20> reversed{};
        std::size_t size = 0;
        for (auto rest = static_cast<std::uint64_t>(std::abs(value)); rest != 0; rest /= 10) {
            reversed[size++] = static_cast<char>('0' + static_cast<int>(rest % 10));
        }
        if (value < 0) out_ += '-';
        if (static_cast<int>(size) < digits) out_.append(static_cast<std::size_t>(digits) - size, '0');
        out_.append(reversed.rend() - static_cast<std::ptrdiff_t>(size), reversed.rend());
    }

    void print(const LiteralItem& item) { out_ += item.text; }
    void print(const NumberItem& item) { number(value(item.field), item.least); }
    void print(const TwoDigitYearItem& item) { number(std::abs(value(item.field)) % 100, 2); }
    void print(const TextItem& item) {
        const auto number = static_cast<int>(value(item.field));
        if (item.field == DateField::era) {
            out_ += number == 1 ? "AD" : "BC";
        } else if (item.field == DateField::half_day) {
            out_ += number == 1 ? "PM" : "AM";
        } else {
            out_ += item.field == DateField::month ? month_name(number, item.full) : weekday_name(number, item.full);
        }
    }
    // Of a second, which has three digits to print; more are zeros.
    void print(const FractionItem& item) {
        std::string digits = fmt::format("{:03}", value(item.field));
        digits.resize(static_cast<std::size_t>(item.least), '0');
        out_ += digits;
    }
    void offset(std::string_view separator) {
        const int minutes = std::abs(time_.offset) / 60;
        fmt::format_to(std::back_inserter(out_), "{}{:02}{}{:02}", time_.offset < 0 ? '-' : '+', minutes / 60, separator, minutes % 60);
    }
    void print(const OffsetItem& item) { offset(item.with_colon ? ":" : ""); }
    void print(const ZoneIdItem& /*item*/) { out_ += time_.zone; }
    void print(const ZoneNameItem& item) {
        const ZoneTimes* times = zone_times(time_.zone);
        if (times == nullptr) {
            out_ += item.full && time_.zone == "UTC" ? "Coordinated Universal Time" : time_.zone;
            return;
        }
        const bool summer = time_.summer && !times->summer_long.empty();
        if (item.full) {
            out_ += summer ? times->summer_long : times->standard_long;
            return;
        }
        const std::string_view name = summer ? times->summer_short : times->standard_short;
        if (!name.empty()) {
            out_ += name;
            return;
        }
        out_ += "GMT";
        if (time_.offset != 0) offset(":");
    }
    void print(const ChoiceItem& /*item*/) {}

    const PrintedTime& time_;
    std::int64_t days_;
    calendar::Date date_;
    std::string out_;
};

}  // namespace

std::string_view month_name(int month, bool full) {
    const std::string_view name = months[static_cast<std::size_t>(month - 1)];
    return full ? name : name.substr(0, 3);
}

std::string_view weekday_name(int weekday, bool full) {
    const std::string_view name = weekdays[static_cast<std::size_t>(weekday - 1)];
    return full ? name : name.substr(0, 3);
}

std::string print_date(const DatePattern& pattern, const PrintedTime& time) {
    return Printer(time).print(pattern);
}

}  // namespace dualstore::sql::athena
