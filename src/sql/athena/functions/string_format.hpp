// What format() knows of Java's Formatter.
#pragma once

#include <string>
#include <string_view>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// One "%-10.2f".
struct FormatSpecifier {
    std::string_view text;  // as written
    int index = 0;          // of the argument, from 1; 0: the next one; -1: the last one again
    std::string flags;
    int width = -1;
    int precision = -1;
    bool time = false;  // %t
    char conversion = ' ';

    [[nodiscard]] bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

// An argument as Java sees it.
struct FormatValue {
    enum class Kind { null, boolean, integer, real, floating, decimal, text, date, time, timestamp, zoned };
    Kind kind = Kind::null;
    bool boolean = false;
    std::int64_t integer = 0;  // of times: days, or microseconds
    double floating = 0;
    Int128 decimal = 0;
    unsigned scale = 0;
    std::string text;          // of a zoned timestamp: the zone
    std::int64_t instant = 0;  // of a zoned timestamp: in UTC, where `integer` is local

    [[nodiscard]] std::string_view java_class() const;
};

// Thrown and caught inside format().
struct FormatFailure {
    std::string kind;  // Java's exception, or Trino's error where that is written in capitals
    std::string detail;
};

// Of a specifier of these flags: fails.
void refuse_flags(const FormatSpecifier& specifier, std::string_view flags);
[[noreturn]] void refuse_conversion(const FormatSpecifier& specifier, const FormatValue& value);

// The magnitude with its sign, zeros up to the width after it where the flag 0 says so.
[[nodiscard]] std::string signed_text(const FormatSpecifier& specifier, bool negative, const std::string& magnitude);
// "1,234,567.5"
[[nodiscard]] std::string grouped(const std::string& magnitude);

// string_format_number.cpp: %e %f %g %a
[[nodiscard]] std::string format_floating(const FormatSpecifier& specifier, const FormatValue& value);
// string_format_time.cpp: %t
[[nodiscard]] std::string format_time(const FormatSpecifier& specifier, const FormatValue& value);
// toString of dates and times
[[nodiscard]] std::string java_time_text(const FormatValue& value);
// hashCode of them
[[nodiscard]] std::uint32_t java_time_hash(const FormatValue& value);

}  // namespace dualstore::sql::athena
