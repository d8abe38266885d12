#include "arrow_type.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <tuple>
#include <utility>
#include <variant>

namespace dualstore::python {
namespace {

using Kind = ColumnType::Kind;

struct Known {
    std::string_view name;
    Kind kind;
    ArrowType arrow;
};
constexpr std::array<Known, 10> plain_types = {{{"boolean", Kind::boolean, NANOARROW_TYPE_BOOL},
                                                {"tinyint", Kind::integer, NANOARROW_TYPE_INT8},
                                                {"smallint", Kind::integer, NANOARROW_TYPE_INT16},
                                                {"integer", Kind::integer, NANOARROW_TYPE_INT32},
                                                {"bigint", Kind::integer, NANOARROW_TYPE_INT64},
                                                {"real", Kind::floating, NANOARROW_TYPE_FLOAT},
                                                {"double", Kind::floating, NANOARROW_TYPE_DOUBLE},
                                                {"varbinary", Kind::binary, NANOARROW_TYPE_BINARY},
                                                {"date", Kind::date, NANOARROW_TYPE_DATE32},
                                                {"unknown", Kind::null, NANOARROW_TYPE_NA}}};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// The parts of "a, b(c, d), e" between its outer commas.
std::vector<std::string_view> parts_of(std::string_view list) {
    std::vector<std::string_view> parts;
    int depth = 0;
    bool quoted = false;
    std::size_t from = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] == '"') quoted = !quoted;
        if (quoted) continue;
        if (list[i] == '(') ++depth;
        if (list[i] == ')') --depth;
        if (list[i] == ',' && depth == 0) {
            parts.push_back(trimmed(list.substr(from, i - from)));
            from = i + 1;
        }
    }
    parts.push_back(trimmed(list.substr(from)));
    return parts;
}

// A row's field: `"a ""b""" integer`, `a integer`, `integer`, `timestamp(3) with time zone`.
std::pair<std::string, std::string_view> field_of(std::string_view text) {
    if (text.starts_with('"')) {
        std::string name;
        std::size_t at = 1;
        for (; at < text.size(); ++at) {
            if (text[at] == '"' && text.substr(at, 2) != "\"\"") break;
            if (text[at] == '"') ++at;
            name += text[at];
        }
        return {name, trimmed(text.substr(std::min(at + 1, text.size())))};
    }
    const auto space = text.find(' ');
    const bool interval = text == "interval day to second" || text == "interval year to month";
    const bool named = space != text.npos && text.find('(') > space && !interval;
    if (!named) return {std::string(), text};
    return {std::string(text.substr(0, space)), trimmed(text.substr(space + 1))};
}

constexpr int deepest = 128;  // of arrays, maps and rows inside each other; no record has more

ColumnType type_at(std::string_view name, int depth);

ColumnType nested(Kind kind, ArrowType arrow, const std::vector<std::string_view>& arguments, int depth) {
    if (depth == deepest) return {};
    ColumnType type{.kind = kind, .arrow = arrow};
    for (const auto argument : arguments) {
        if (kind == Kind::row) {
            auto [name, inner] = field_of(argument);
            type.names.push_back(name.empty() ? "field" + std::to_string(type.names.size()) : std::move(name));
            type.children.push_back(type_at(inner, depth + 1));
        } else {
            type.children.push_back(type_at(argument, depth + 1));
        }
    }
    return type;
}

std::optional<int> small_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

ColumnType time_type(Kind kind, std::optional<int> digits, bool zoned) {
    if (!digits || *digits > 9) return {};
    ColumnType type{.kind = kind, .precision = *digits, .zoned = zoned};
    constexpr std::array units = {NANOARROW_TIME_UNIT_SECOND, NANOARROW_TIME_UNIT_MILLI, NANOARROW_TIME_UNIT_MICRO,
                                  NANOARROW_TIME_UNIT_NANO};
    type.unit = units.at(static_cast<std::size_t>((*digits + 2) / 3));
    const bool narrow = type.unit == NANOARROW_TIME_UNIT_SECOND || type.unit == NANOARROW_TIME_UNIT_MILLI;
    type.arrow = kind == Kind::timestamp ? NANOARROW_TYPE_TIMESTAMP : narrow ? NANOARROW_TYPE_TIME32 : NANOARROW_TYPE_TIME64;
    return type;
}

ColumnType decimal_type(const std::vector<std::string_view>& arguments) {
    const auto precision = small_number(arguments.front());
    const auto scale = arguments.size() == 2 ? small_number(arguments[1]) : std::optional(0);
    if (!precision || !scale || *precision < 1 || *precision > 38 || *scale > *precision) return {};
    return {.kind = Kind::decimal, .arrow = NANOARROW_TYPE_DECIMAL128, .precision = *precision, .scale = *scale};
}

// Reads what a text begins with, and takes it off.
class TimeReader {
  public:
    explicit TimeReader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool literal(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
        std::size_t size = 0;
        std::int64_t value = 0;
        while (size < rest_.size() && size < most && rest_[size] >= '0' && rest_[size] <= '9') value = value * 10 + (rest_[size++] - '0');
        if (size < least) return std::nullopt;
        rest_.remove_prefix(size);
        return value;
    }
    // 1970 is day 0.
    [[nodiscard]] std::optional<std::int64_t> day() {
        const bool negative = literal('-');
        if (!negative) std::ignore = literal('+');
        const auto year = number(4, 6);
        if (!year || *year > 32'000 || !literal('-')) return std::nullopt;
        const auto month = number(2, 2);
        if (!month || !literal('-')) return std::nullopt;
        const auto day_of_month = number(2, 2);
        if (!day_of_month) return std::nullopt;
        const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(negative ? -*year : *year)),
                                               std::chrono::month(static_cast<unsigned>(*month)),
                                               std::chrono::day(static_cast<unsigned>(*day_of_month))};
        if (!date.ok()) return std::nullopt;
        return std::chrono::sys_days(date).time_since_epoch().count();
    }
    [[nodiscard]] std::optional<std::int64_t> seconds_of_day() {
        const auto hours = number(2, 2);
        if (!hours || !literal(':')) return std::nullopt;
        const auto minutes = number(2, 2);
        if (!minutes || !literal(':')) return std::nullopt;
        const auto seconds = number(2, 2);
        if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
        return *hours * 3600 + *minutes * 60 + *seconds;
    }
    // ".25" with three digits: 250. None: it has more of them.
    [[nodiscard]] std::optional<std::int64_t> fraction(int digits) {
        std::int64_t value = 0;
        if (literal('.')) {
            for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), --digits) {
                if (digits <= 0 && rest_.front() != '0') return std::nullopt;
                if (digits > 0) value = value * 10 + (rest_.front() - '0');
            }
        }
        for (; digits > 0; --digits) value *= 10;
        return value;
    }
    // Seconds east of Greenwich. None: a place's zone, whose rules are not known here.
    [[nodiscard]] std::optional<std::int64_t> offset() {
        if (!literal(' ')) return std::nullopt;
        if (rest_ == "UTC" || rest_ == "Z") {
            rest_ = {};
            return 0;
        }
        const bool west = literal('-');
        if (!west && !literal('+')) return std::nullopt;
        const auto hours = number(2, 2);
        if (!hours || !literal(':')) return std::nullopt;
        const auto minutes = number(2, 2);
        if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
        const std::int64_t seconds = *hours * 3600 + *minutes * 60;
        return west ? -seconds : seconds;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

void fit_children(ColumnType& type, const Value& value) {
    if (const auto* array = std::get_if<Array>(&value); array != nullptr && type.kind == Kind::list) {
        for (const Value& item : array->items) fit(type.children[0], item);
    } else if (const auto* map = std::get_if<Map>(&value); map != nullptr && type.kind == Kind::map) {
        for (const auto& [key, item] : map->entries) {
            fit(type.children[0], key);
            fit(type.children[1], item);
        }
    } else if (const auto* row = std::get_if<Row>(&value);
               row != nullptr && type.kind == Kind::row && type.children.size() == row->fields.size()) {
        for (std::size_t i = 0; i < row->fields.size(); ++i) fit(type.children[i], row->fields[i].second);
    }
}

ColumnType type_at(std::string_view name, int depth) {
    name = trimmed(name);
    for (const auto& known : plain_types) {
        if (known.name == name) return {.kind = known.kind, .arrow = known.arrow};
    }
    const auto open = name.find('(');
    const auto close = name.rfind(')');
    if (open == name.npos || close == name.npos || close < open) return {};
    const std::string_view base = name.substr(0, open);
    const std::string_view behind = name.substr(close + 1);
    const auto arguments = parts_of(name.substr(open + 1, close - open - 1));
    if (base == "timestamp" && behind == " with time zone") return time_type(Kind::timestamp, small_number(arguments.front()), true);
    if (!behind.empty()) return {};
    if (base == "timestamp") return time_type(Kind::timestamp, small_number(arguments.front()), false);
    if (base == "time") return time_type(Kind::time, small_number(arguments.front()), false);
    if (base == "decimal") return decimal_type(arguments);
    if (base == "array" && arguments.size() == 1) return nested(Kind::list, NANOARROW_TYPE_LIST, arguments, depth);
    if (base == "map" && arguments.size() == 2) return nested(Kind::map, NANOARROW_TYPE_MAP, arguments, depth);
    if (base == "row") return nested(Kind::row, NANOARROW_TYPE_STRUCT, arguments, depth);
    return {};
}

}  // namespace

ColumnType column_type(std::string_view name) {
    return type_at(name, 0);
}

std::optional<std::int64_t> time_number(const ColumnType& type, std::string_view text) {
    TimeReader reader(text);
    std::int64_t seconds = 0;
    if (type.kind != Kind::time) {
        const auto day = reader.day();
        if (!day) return std::nullopt;
        if (type.kind == Kind::date) return reader.at_end() ? day : std::nullopt;
        if (!reader.literal(' ')) return std::nullopt;
        seconds = *day * 86'400;
    }
    const auto clock = reader.seconds_of_day();
    if (!clock) return std::nullopt;
    const int digits = 3 * static_cast<int>(type.unit);
    const auto fraction = reader.fraction(digits);
    const auto offset = type.zoned ? reader.offset() : std::optional<std::int64_t>(0);
    if (!fraction || !offset || !reader.at_end()) return std::nullopt;
    seconds += *clock - *offset;
    std::int64_t number = seconds;
    for (int i = 0; i < digits; ++i) {
        if (__builtin_mul_overflow(number, std::int64_t{10}, &number)) return std::nullopt;
    }
    if (__builtin_add_overflow(number, *fraction, &number)) return std::nullopt;
    return number;
}

std::optional<std::string> unscaled(const ColumnType& type, std::string_view digits) {
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    const auto point = std::min(digits.find('.'), digits.size());
    const std::string_view fraction = digits.substr(std::min(point + 1, digits.size()));
    if (fraction.size() > static_cast<std::size_t>(type.scale)) return std::nullopt;
    std::string number(digits.substr(0, point));
    number.append(fraction).append(static_cast<std::size_t>(type.scale) - fraction.size(), '0');
    number.erase(0, std::min(number.find_first_not_of('0'), number.size() - std::min<std::size_t>(number.size(), 1)));
    if (number.empty() || number.size() > static_cast<std::size_t>(type.precision)) return std::nullopt;
    return negative ? "-" + number : number;
}

void fit(ColumnType& type, const Value& value) {
    fit_children(type, value);
    const auto* text = std::get_if<std::string>(&value);
    const auto* decimal = std::get_if<Decimal>(&value);
    bool fits = true;
    if (decimal != nullptr) {
        fits = type.kind != Kind::decimal || unscaled(type, decimal->digits);
    } else if (text != nullptr) {
        type.text_bytes += static_cast<std::int64_t>(text->size());
        const bool is_time = type.kind == Kind::date || type.kind == Kind::time || type.kind == Kind::timestamp;
        fits = is_time ? time_number(type, *text).has_value() : type.children.empty();
    }
    if (!fits) type = {.text_bytes = type.text_bytes};
    if (type.kind == Kind::text && type.text_bytes > std::numeric_limits<std::int32_t>::max()) type.arrow = NANOARROW_TYPE_LARGE_STRING;
}

ArrowErrorCode set_type(ArrowSchema* schema, const ColumnType& type) {
    const char* zone = type.zoned ? "UTC" : nullptr;
    switch (type.kind) {
        case Kind::decimal:
            return ArrowSchemaSetTypeDecimal(schema, type.arrow, type.precision, type.scale);
        case Kind::time:
        case Kind::timestamp:
            return ArrowSchemaSetTypeDateTime(schema, type.arrow, type.unit, zone);
        case Kind::row:
            NANOARROW_RETURN_NOT_OK(ArrowSchemaSetTypeStruct(schema, static_cast<std::int64_t>(type.children.size())));
            for (std::size_t i = 0; i < type.children.size(); ++i) {
                NANOARROW_RETURN_NOT_OK(set_type(schema->children[i], type.children[i]));
                NANOARROW_RETURN_NOT_OK(ArrowSchemaSetName(schema->children[i], type.names[i].c_str()));
            }
            return NANOARROW_OK;
        case Kind::list:
            NANOARROW_RETURN_NOT_OK(ArrowSchemaSetType(schema, type.arrow));
            return set_type(schema->children[0], type.children[0]);
        case Kind::map:
            NANOARROW_RETURN_NOT_OK(ArrowSchemaSetType(schema, type.arrow));
            NANOARROW_RETURN_NOT_OK(set_type(schema->children[0]->children[0], type.children[0]));
            return set_type(schema->children[0]->children[1], type.children[1]);
        default:
            return ArrowSchemaSetType(schema, type.arrow);
    }
}

}  // namespace dualstore::python
