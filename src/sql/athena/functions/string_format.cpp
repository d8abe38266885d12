// format(): Java's Formatter. https://docs.oracle.com/en/java/javase/24/docs/api/java.base/java/util/Formatter.html
#include "sql/athena/functions/string_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "sql/athena/functions/number_text.hpp"
#include "sql/athena/functions/string.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/value_text.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = FormatValue::Kind;

constexpr int longest = 1'000'000;  // what one specifier may make

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
char lower_case(char c) {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

// ASCII, Latin-1, Greek and Cyrillic.
std::string upper_case(std::string_view text) {
    std::string out;
    for (char32_t point : code_points(text)) {
        if (point == U'ß') {
            out += "SS";
            continue;
        }
        const bool down_32 = (point >= 'a' && point <= 'z') || (point >= 0xE0 && point <= 0xFE && point != 0xF7) ||
                             (point >= 0x3B1 && point <= 0x3C9 && point != 0x3C2) || (point >= 0x430 && point <= 0x44F);
        if (down_32) point -= 32;
        if (point >= 0x450 && point <= 0x45F) point -= 80;
        append_code_point(out, point);
    }
    return out;
}

// What follows a '%', as Java's parser takes it apart.
class SpecifierReader {
  public:
    explicit SpecifierReader(std::string_view text) : text_(text) {}

    FormatSpecifier read() {
        FormatSpecifier specifier;
        if (peek() == '<') {
            specifier.index = -1;
            ++at_;
        }
        flags(specifier);
        if (specifier.index == 0 && specifier.flags.empty()) index(specifier);
        if (specifier.width < 0) specifier.width = number();
        if (specifier.width > longest) throw FormatFailure{"IllegalFormatWidth", std::to_string(specifier.width)};
        if (peek() == '.') {
            const char before = at_ > 1 ? text_[at_ - 1] : '%';
            ++at_;
            specifier.precision = number();
            if (specifier.precision < 0) unknown(std::string(1, before == '%' ? '.' : before));
            if (specifier.precision > longest) throw FormatFailure{"IllegalFormatPrecision", std::to_string(specifier.precision)};
        }
        if (peek() == 't' || peek() == 'T') {
            specifier.time = true;
            if (peek() == 'T') specifier.flags += '^';
            if (at_ + 1 >= text_.size()) unknown(std::string(1, peek()));
            ++at_;
        }
        if (at_ >= text_.size()) unknown("%");
        specifier.conversion = text_[at_++];
        specifier.text = text_.substr(0, at_);
        return specifier;
    }

    [[noreturn]] static void unknown(const std::string& conversion) {
        throw FormatFailure{"UnknownFormatConversion", fmt::format("Conversion = '{}'", conversion)};
    }

  private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    // -1: there is none.
    int number() {
        constexpr std::int64_t most = std::numeric_limits<int>::max();
        if (peek() < '0' || peek() > '9') return -1;
        std::int64_t value = 0;
        for (; peek() >= '0' && peek() <= '9'; ++at_) value = std::min(value * 10 + (peek() - '0'), most + 1);
        if (value > most) throw FormatFailure{"IllegalFormatWidth", std::to_string(std::numeric_limits<int>::min())};
        return static_cast<int>(value);
    }

    // A number before '$' is the argument's, another one the width.
    void index(FormatSpecifier& specifier) {
        const int value = number();
        if (peek() != '$') {
            specifier.width = value;
            return;
        }
        ++at_;
        if (value == 0) throw FormatFailure{"IllegalFormatArgumentIndex", "Illegal format argument index = 0"};
        specifier.index = std::max(value, 0);
        flags(specifier);
    }

    void flags(FormatSpecifier& specifier) {
        for (; std::string_view("-#+ 0,(").find(peek()) != std::string_view::npos && peek() != '\0'; ++at_) {
            if (specifier.has(peek())) throw FormatFailure{"DuplicateFormatFlags", fmt::format("Flags = '{}'", peek())};
            specifier.flags += peek();
        }
    }

    std::string_view text_;
    std::size_t at_ = 1;
};

// A timestamp with time zone comes as ROW(in UTC, local, zone).
FormatValue value_at(const Arguments& arguments, idx_t index) {
    using Type = SqlType::Kind;
    const SqlType& type = arguments.type(index);
    FormatValue value;
    if (type.is(Type::unknown) || !arguments.valid(index)) return value;
    const auto times = [&](Kind kind, std::int64_t count) {
        value.kind = kind;
        value.integer = count;
    };
    switch (type.kind) {
        case Type::boolean:
            value.kind = Kind::boolean;
            value.boolean = arguments.value<bool>(index);
            break;
        case Type::tinyint:
            times(Kind::integer, arguments.value<std::int8_t>(index));
            break;
        case Type::smallint:
            times(Kind::integer, arguments.value<std::int16_t>(index));
            break;
        case Type::integer:
            times(Kind::integer, arguments.value<std::int32_t>(index));
            break;
        case Type::bigint:
            times(Kind::integer, arguments.value<std::int64_t>(index));
            break;
        case Type::real:
            value.kind = Kind::real;
            value.floating = static_cast<double>(arguments.value<float>(index));
            break;
        case Type::double_:
            value.kind = Kind::floating;
            value.floating = arguments.value<double>(index);
            break;
        case Type::decimal:
            value.kind = Kind::decimal;
            value.decimal = arguments.decimal(index);
            value.scale = type.scale;
            break;
        case Type::date:
            times(Kind::date, arguments.value<std::int32_t>(index));
            break;
        case Type::time:
            times(Kind::time, arguments.value<std::int64_t>(index));
            break;
        case Type::timestamp:
            times(Kind::timestamp, arguments.value<std::int64_t>(index));
            break;
        case Type::row: {
            const auto field = [&](idx_t number) { return duckdb_struct_vector_get_child(arguments.vector(index), number); };
            times(Kind::zoned, value_of<std::int64_t>(field(1), arguments.row()));
            value.instant = value_of<std::int64_t>(field(0), arguments.row());
            value.text = text_of(field(2), arguments.row());
            break;
        }
        default:
            value.kind = Kind::text;
            value.text = value_text(arguments.vector(index), arguments.row(), type);
    }
    return value;
}

// BigDecimal's toString: with an exponent where there are more than five zeros behind the point.
std::string java_decimal_text(Int128 unscaled, unsigned scale) {
    const std::string digits = decimal_text(unscaled < 0 ? -unscaled : unscaled, 0);
    const int exponent = static_cast<int>(digits.size()) - 1 - static_cast<int>(scale);
    if (exponent >= -6) return decimal_text(unscaled, scale);
    return fmt::format("{}{}{}{}E{}", unscaled < 0 ? "-" : "", digits[0], digits.size() > 1 ? "." : "", digits.substr(1), exponent);
}

std::string text_of(const FormatValue& value) {
    switch (value.kind) {
        case Kind::null:
            return "null";
        case Kind::boolean:
            return value.boolean ? "true" : "false";
        case Kind::integer:
            return std::to_string(value.integer);
        case Kind::real:
            return java_text(static_cast<float>(value.floating));
        case Kind::floating:
            return java_text(value.floating);
        case Kind::decimal:
            return java_decimal_text(value.decimal, value.scale);
        case Kind::text:
            return value.text;
        default:
            return java_time_text(value);
    }
}

std::uint32_t hash_of_bits(std::uint64_t bits) {
    return static_cast<std::uint32_t>(bits ^ (bits >> 32));
}

// Java's hashCode
std::uint32_t hash_of(const FormatValue& value) {
    std::uint32_t hash = 0;
    switch (value.kind) {
        case Kind::boolean:
            return value.boolean ? 1231 : 1237;
        case Kind::integer:
            return hash_of_bits(static_cast<std::uint64_t>(value.integer));
        case Kind::real:
            return std::bit_cast<std::uint32_t>(static_cast<float>(value.floating));
        case Kind::floating:
            return hash_of_bits(std::bit_cast<std::uint64_t>(value.floating));
        case Kind::decimal: {
            const auto size = static_cast<UInt128>(value.decimal < 0 ? -value.decimal : value.decimal);
            for (int word = 3; word >= 0; --word) hash = hash * 31 + static_cast<std::uint32_t>(size >> (32 * word));
            return 31 * (value.decimal < 0 ? -hash : hash) + value.scale;
        }
        case Kind::text:
            return java_hash(value.text);
        default:
            return java_time_hash(value);
    }
}

std::string justified(const FormatSpecifier& specifier, std::string text) {
    const auto length = static_cast<int>(count_code_points(text));
    if (length >= specifier.width) return text;
    const auto missing = static_cast<std::size_t>(specifier.width - length);
    return specifier.has('-') ? text + std::string(missing, ' ') : std::string(missing, ' ') + text;
}

void require_width(const FormatSpecifier& specifier, std::string_view flags) {
    const bool needs = std::ranges::any_of(flags, [&](char flag) { return specifier.has(flag); });
    if (needs && specifier.width < 0) throw FormatFailure{"MissingFormatWidth", std::string(specifier.text)};
}

void refuse_precision(const FormatSpecifier& specifier) {
    if (specifier.precision >= 0) throw FormatFailure{"IllegalFormatPrecision", std::to_string(specifier.precision)};
}

void check_number(const FormatSpecifier& specifier) {
    require_width(specifier, "-0");
    const bool clash = (specifier.has('+') && specifier.has(' ')) || (specifier.has('-') && specifier.has('0'));
    if (clash) throw FormatFailure{"IllegalFormatFlags", fmt::format("Flags = '{}'", specifier.flags)};
}

std::string integer_text(const FormatSpecifier& specifier, const FormatValue& value) {
    if (value.kind == Kind::null) return "null";
    if (value.kind != Kind::integer) refuse_conversion(specifier, value);
    if (specifier.conversion == 'd') {
        const bool negative = value.integer < 0;
        std::string digits = decimal_text(negative ? -Int128{value.integer} : Int128{value.integer}, 0);
        if (specifier.has(',')) digits = grouped(digits);
        return signed_text(specifier, negative, digits);
    }
    refuse_flags(specifier, "( +");
    const bool octal = specifier.conversion == 'o';
    const auto bits = static_cast<std::uint64_t>(value.integer);
    const std::string digits = octal ? fmt::format("{:o}", bits) : fmt::format("{:x}", bits);
    const std::string prefix = !specifier.has('#') ? "" : octal ? "0" : "0x";
    const auto size = static_cast<int>(prefix.size() + digits.size());
    const int zeros = specifier.has('0') ? std::max(0, specifier.width - size) : 0;
    return prefix + std::string(static_cast<std::size_t>(zeros), '0') + digits;
}

std::string general_text(const FormatSpecifier& specifier, const FormatValue& value) {
    refuse_flags(specifier, "#+ 0,(");
    require_width(specifier, "-");
    std::string text;
    if (specifier.conversion == 's' || value.kind == Kind::null) {
        text = text_of(value);
        if (specifier.conversion == 'b') text = "false";
    } else if (specifier.conversion == 'b') {
        text = value.kind == Kind::boolean && !value.boolean ? "false" : "true";
    } else {
        text = fmt::format("{:x}", hash_of(value));
    }
    if (specifier.precision >= 0) text.resize(code_point_offset(text, static_cast<std::size_t>(specifier.precision)));
    return text;
}

std::string formatted(FormatSpecifier specifier, const FormatValue& value) {
    bool upper = specifier.has('^');
    std::erase(specifier.flags, '^');
    if (!specifier.time && is_upper(specifier.conversion)) {
        if (std::string_view("BHSCXEGA").find(specifier.conversion) == std::string_view::npos) {
            SpecifierReader::unknown(std::string(1, specifier.conversion));
        }
        upper = true;
        specifier.conversion = lower_case(specifier.conversion);
    }
    std::string text;
    if (specifier.time) {
        refuse_precision(specifier);
        refuse_flags(specifier, "#+ 0,(");
        require_width(specifier, "-");
        text = value.kind == Kind::null ? "null" : format_time(specifier, value);
    } else {
        switch (specifier.conversion) {
            case 'b':
            case 'h':
            case 's':
                text = general_text(specifier, value);
                break;
            case 'c':
                refuse_precision(specifier);
                refuse_flags(specifier, "#+ 0,(");
                require_width(specifier, "-");
                if (value.kind != Kind::null) refuse_conversion(specifier, value);
                text = "null";
                break;
            case 'd':
            case 'o':
            case 'x':
                check_number(specifier);
                refuse_precision(specifier);
                refuse_flags(specifier, specifier.conversion == 'd' ? "#" : ",");
                text = integer_text(specifier, value);
                break;
            case 'e':
            case 'f':
            case 'g':
            case 'a':
                check_number(specifier);
                text = value.kind == Kind::null ? std::string("null").substr(0, static_cast<std::size_t>(specifier.precision))
                                                : format_floating(specifier, value);
                break;
            default:
                SpecifierReader::unknown(std::string(1, specifier.conversion));
        }
    }
    return justified(specifier, upper ? upper_case(text) : std::move(text));
}

// %n and %%
std::string fixed_text(const FormatSpecifier& specifier) {
    refuse_precision(specifier);
    if (specifier.conversion == 'n') {
        if (specifier.width >= 0) throw FormatFailure{"IllegalFormatWidth", std::to_string(specifier.width)};
        if (!specifier.flags.empty()) throw FormatFailure{"IllegalFormatFlags", fmt::format("Flags = '{}'", specifier.flags)};
        return "\n";
    }
    require_width(specifier, "-");
    refuse_flags(specifier, "#+ 0,(");
    return justified(specifier, "%");
}

std::string format_all(const Arguments& arguments) {
    std::string_view rest = arguments.text(0);
    std::string out;
    idx_t next = 1;
    idx_t last = 0;
    while (true) {
        const auto percent = std::min(rest.find('%'), rest.size());
        out += rest.substr(0, percent);
        rest.remove_prefix(percent);
        if (rest.empty()) return out;
        const FormatSpecifier specifier = SpecifierReader(rest).read();
        rest.remove_prefix(specifier.text.size());
        if (!specifier.time && (specifier.conversion == 'n' || specifier.conversion == '%')) {
            out += fixed_text(specifier);
            continue;
        }
        if (specifier.index >= 0) last = specifier.index > 0 ? static_cast<idx_t>(specifier.index) : next++;
        if (last == 0 || last >= arguments.size()) {
            throw FormatFailure{"MissingFormatArgument", fmt::format("Format specifier '{}'", specifier.text)};
        }
        out += formatted(specifier, value_at(arguments, last));
    }
}

}  // namespace

std::string_view FormatValue::java_class() const {
    switch (kind) {
        case Kind::boolean:
            return "java.lang.Boolean";
        case Kind::integer:
            return "java.lang.Long";
        case Kind::real:
            return "java.lang.Float";
        case Kind::floating:
            return "java.lang.Double";
        case Kind::decimal:
            return "java.math.BigDecimal";
        case Kind::date:
            return "java.time.LocalDate";
        case Kind::time:
            return "java.time.LocalTime";
        case Kind::timestamp:
            return "java.time.LocalDateTime";
        case Kind::zoned:
            return "java.time.ZonedDateTime";
        default:
            return "java.lang.String";
    }
}

void refuse_flags(const FormatSpecifier& specifier, std::string_view flags) {
    for (const char flag : flags) {
        if (!specifier.has(flag)) continue;
        throw FormatFailure{"FormatFlagsConversionMismatch", fmt::format("Conversion = {}, Flags = {}", specifier.conversion, flag)};
    }
}

void refuse_conversion(const FormatSpecifier& specifier, const FormatValue& value) {
    throw FormatFailure{"IllegalFormatConversion", fmt::format("{} != {}", specifier.conversion, value.java_class())};
}

std::string signed_text(const FormatSpecifier& specifier, bool negative, const std::string& magnitude) {
    const bool brackets = negative && specifier.has('(');
    std::string text = brackets ? "(" : negative ? "-" : specifier.has('+') ? "+" : specifier.has(' ') ? " " : "";
    const auto size = static_cast<int>(text.size() + magnitude.size()) + (brackets ? 1 : 0);
    if (specifier.has('0')) text.append(static_cast<std::size_t>(std::max(0, specifier.width - size)), '0');
    text += magnitude;
    return brackets ? text + ")" : text;
}

std::string grouped(const std::string& magnitude) {
    std::string text = magnitude;
    const auto whole = std::min(text.find('.'), text.size());
    for (std::size_t at = whole; at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

void format(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(0)) return;
    try {
        answer.text(format_all(arguments));
    } catch (const FormatFailure& failure) {
        if (is_upper(failure.kind[1])) return answer.error(failure.kind, failure.detail);
        answer.error("INVALID_FUNCTION_ARGUMENT",
                     fmt::format("Invalid format string: {} ({}: {})", arguments.text(0), failure.kind, failure.detail));
    }
}

}  // namespace dualstore::sql::athena
