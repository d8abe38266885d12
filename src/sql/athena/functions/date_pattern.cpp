#include "sql/athena/functions/date_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dualstore::sql::athena {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Builder {
  public:
    void number(DateField field, int least, int most) {
        pattern_.items.emplace_back(NumberItem{field, least, std::max(least, most), false});
    }
    void signed_number(DateField field, int least, int most) {
        pattern_.items.emplace_back(NumberItem{field, least, std::max(least, most), true});
    }
    void text(DateField field, bool full) { pattern_.items.emplace_back(TextItem{field, full}); }
    void literal(std::string_view text) {
        auto* before = pattern_.items.empty() ? nullptr : std::get_if<LiteralItem>(&pattern_.items.back());
        if (before == nullptr) {
            pattern_.items.emplace_back(LiteralItem{std::string(text)});
        } else {
            before->text += text;
        }
    }
    void item(DateItem item) { pattern_.items.push_back(std::move(item)); }
    void clock(DateField hour) {
        number(hour, 2, 2);
        literal(":");
        number(DateField::minute, 2, 2);
        literal(":");
        number(DateField::second, 2, 2);
    }
    void choice(std::vector<DatePattern> choices, bool optional) { item(ChoiceItem{std::move(choices), optional}); }
    DatePattern take() { return std::move(pattern_); }

  private:
    DatePattern pattern_;
};

// Empty: done; else what is wrong with it.
std::string add_mysql(Builder& builder, char c) {
    constexpr int pivot = 2020;
    using enum DateField;
    switch (c) {
        case 'a':
            builder.text(weekday, false);
            break;
        case 'b':
            builder.text(month, false);
            break;
        case 'c':
            builder.number(month, 1, 2);
            break;
        case 'd':
            builder.number(day_of_month, 2, 2);
            break;
        case 'e':
            builder.number(day_of_month, 1, 2);
            break;
        case 'f':
            builder.item(FractionItem{fraction_of_second, 6, 9});
            break;
        case 'H':
            builder.number(hour, 2, 2);
            break;
        case 'h':
        case 'I':
            builder.number(clock_half_hour, 2, 2);
            break;
        case 'i':
            builder.number(minute, 2, 2);
            break;
        case 'j':
            builder.number(day_of_year, 3, 3);
            break;
        case 'k':
            builder.number(hour, 1, 2);
            break;
        case 'l':
            builder.number(clock_half_hour, 1, 2);
            break;
        case 'M':
            builder.text(month, true);
            break;
        case 'm':
            builder.number(month, 2, 2);
            break;
        case 'p':
            builder.text(half_day, true);
            break;
        case 'r':
            builder.clock(clock_half_hour);
            builder.literal(" ");
            builder.text(half_day, true);
            break;
        case 'S':
        case 's':
            builder.number(second, 2, 2);
            break;
        case 'T':
            builder.clock(hour);
            break;
        case 'v':
            builder.number(week, 2, 2);
            break;
        case 'x':
            builder.signed_number(week_year, 4, 4);
            break;
        case 'W':
            builder.text(weekday, true);
            break;
        case 'Y':
            builder.signed_number(year, 4, 4);
            break;
        case 'y':
            builder.item(TwoDigitYearItem{year, false, pivot});
            break;
        case 'w':
        case 'U':
        case 'u':
        case 'V':
        case 'X':
        case 'D':
            return fmt::format("%{} not supported in date format string", c);
        default:
            builder.literal({&c, 1});
    }
    return {};
}

// A run of one letter, or text with its quotes taken off.
struct Token {
    std::string_view letters;
    std::string literal;
};

Token next_token(std::string_view& rest) {
    Token token;
    std::size_t end = 0;
    if (is_letter(rest[0])) {
        while (end < rest.size() && rest[end] == rest[0]) ++end;
        token.letters = rest.substr(0, end);
        rest.remove_prefix(end);
        return token;
    }
    bool quoted = false;
    for (; end < rest.size(); ++end) {
        const char c = rest[end];
        if (c == '\'' && rest.substr(end + 1).starts_with('\'')) {
            token.literal += c;
            ++end;
        } else if (c == '\'') {
            quoted = !quoted;
        } else if (!quoted && is_letter(c)) {
            break;
        } else {
            token.literal += c;
        }
    }
    rest.remove_prefix(end);
    return token;
}

bool starts_with_number(std::string_view rest) {
    constexpr std::string_view numbers = "cCxyYdhHmsSeDFwWkK";
    if (rest.empty() || !is_letter(rest[0])) return false;
    if (rest[0] == 'M') return !rest.starts_with("MMM");
    return numbers.find(rest[0]) != numbers.npos;
}

void add_year(Builder& builder, DateField field, int size, bool before_number) {
    if (size == 2) return builder.item(TwoDigitYearItem{field == DateField::year_of_era ? DateField::year : field, !before_number, {}});
    const int most = before_number ? size : 9;
    if (field == DateField::year_of_era) return builder.number(field, size, most);
    builder.signed_number(field, size, most);
}

bool add_joda(Builder& builder, char letter, int size, bool before_number) {
    using enum DateField;
    switch (letter) {
        case 'G':
            builder.text(era, true);
            break;
        case 'C':
            builder.signed_number(century_of_era, size, size);
            break;
        case 'y':
            add_year(builder, year, size, before_number);
            break;
        case 'Y':
            add_year(builder, year_of_era, size, before_number);
            break;
        case 'x':
            add_year(builder, week_year, size, before_number);
            break;
        case 'M':
            size >= 3 ? builder.text(month, size >= 4) : builder.number(month, size, 2);
            break;
        case 'd':
            builder.number(day_of_month, size, 2);
            break;
        case 'a':
            builder.text(half_day, true);
            break;
        case 'h':
            builder.number(clock_half_hour, size, 2);
            break;
        case 'H':
            builder.number(hour, size, 2);
            break;
        case 'k':
            builder.number(clock_hour, size, 2);
            break;
        case 'K':
            builder.number(half_hour, size, 2);
            break;
        case 'm':
            builder.number(minute, size, 2);
            break;
        case 's':
            builder.number(second, size, 2);
            break;
        case 'S':
            builder.item(FractionItem{fraction_of_second, size, size});
            break;
        case 'E':
            builder.text(weekday, size >= 4);
            break;
        case 'D':
            builder.number(day_of_year, size, 3);
            break;
        case 'w':
            builder.number(week, size, 2);
            break;
        case 'e':
            builder.number(weekday, size, 1);
            break;
        case 'z':
            builder.item(ZoneNameItem{size >= 4});
            break;
        case 'Z':
            builder.item(size >= 3 ? DateItem(ZoneIdItem{}) : DateItem(OffsetItem{size == 2}));
            break;
        default:
            return false;
    }
    return true;
}

DatePattern sequence(std::vector<DateItem> items) {
    return {std::move(items)};
}

ChoiceItem optionally(DatePattern pattern) {
    return {{std::move(pattern)}, true};
}

DatePattern iso_date() {
    using enum DateField;
    const NumberItem calendar_year{year, 4, 9, true};
    const DatePattern day_part = sequence({LiteralItem{"-"}, NumberItem{day_of_month, 2, 2}});
    const DatePattern month_part = sequence({LiteralItem{"-"}, NumberItem{month, 2, 2}, optionally(day_part)});
    const DatePattern weekday_part = sequence({LiteralItem{"-"}, NumberItem{weekday, 1, 1}});
    return sequence(
        {ChoiceItem{{sequence({calendar_year, optionally(month_part)}),
                     sequence({NumberItem{week_year, 4, 9, true}, LiteralItem{"-W"}, NumberItem{week, 2, 2}, optionally(weekday_part)}),
                     sequence({calendar_year, LiteralItem{"-"}, NumberItem{day_of_year, 3, 3}})},
                    false}});
}

DatePattern iso_timestamp() {
    using enum DateField;
    const ChoiceItem point{{sequence({LiteralItem{"."}}), sequence({LiteralItem{","}})}, false};
    const auto fraction = [&](DateField field) { return sequence({point, FractionItem{field, 1, 9}}); };
    const DatePattern second_part = sequence({LiteralItem{":"}, NumberItem{second, 2, 2}, optionally(fraction(fraction_of_second))});
    const DatePattern minute_part =
        sequence({LiteralItem{":"}, NumberItem{minute, 2, 2}, ChoiceItem{{second_part, fraction(fraction_of_minute)}, true}});
    const DatePattern time = sequence({NumberItem{hour, 2, 2}, ChoiceItem{{minute_part, fraction(fraction_of_hour)}, true}});
    const ChoiceItem offset = optionally(sequence({OffsetItem{true}}));
    return sequence({ChoiceItem{{sequence({LiteralItem{"T"}, ChoiceItem{{time}, false}, offset}),
                                 sequence({iso_date().items[0], optionally(sequence({LiteralItem{"T"}, optionally(time), offset}))})},
                                false}});
}

}  // namespace

PatternResult mysql_pattern(std::string_view text) {
    if (text.empty()) return PatternError{"Both printing and parsing not supported"};
    Builder builder;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            builder.literal(text.substr(i, 1));
        } else if (++i < text.size()) {
            std::string wrong = add_mysql(builder, text[i]);
            if (!wrong.empty()) return PatternError{std::move(wrong)};
        }
    }
    return builder.take();
}

PatternResult joda_pattern(std::string_view text) {
    if (text.empty()) return PatternError{"Invalid pattern specification: Pattern is null or empty"};
    Builder builder;
    for (std::string_view rest = text; !rest.empty();) {
        const Token token = next_token(rest);
        if (token.letters.empty()) {
            builder.literal(token.literal);
        } else if (!add_joda(builder, token.letters[0], static_cast<int>(token.letters.size()), starts_with_number(rest))) {
            return PatternError{fmt::format("Illegal pattern component: {}", token.letters)};
        }
    }
    return builder.take();
}

const DatePattern& iso_date_pattern() {
    static const DatePattern pattern = iso_date();
    return pattern;
}

const DatePattern& iso_timestamp_pattern() {
    static const DatePattern pattern = iso_timestamp();
    return pattern;
}

bool has_zone(const DatePattern& pattern) {
    return std::ranges::any_of(pattern.items, [](const DateItem& item) {
        return std::holds_alternative<OffsetItem>(item) || std::holds_alternative<ZoneIdItem>(item) ||
               std::holds_alternative<ZoneNameItem>(item);
    });
}

}  // namespace dualstore::sql::athena
