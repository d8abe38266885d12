// The texts of TIMESTAMP and DATE columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dualstore/environment.hpp"

namespace dualstore::record {

// How it was written, as far as readers care: without a zone all take it; OpenX also `T` with `Z` or `±HH:MM`; the rest none.
enum class TimestampForm { plain, offset, other };

struct Timestamp {
    std::int64_t seconds = 0;  // since 1970-01-01, UTC
    std::string fraction;      // 0 to 9 digits
    TimestampForm form = TimestampForm::plain;
};

// `YYYY-MM-DD HH:MM:SS[.f]`, with `T` or `t` for the space, and optionally an offset: `Z`, `z`, `±HH:MM`, `±HHMM`, `±HH`, ` UTC`.
// Up to nine digits of fraction. Years 1 to 9999 in UTC. None where it is anything else.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

// In UTC, `YYYY-MM-DD HH:MM:SS[.f]`, which every reader takes.
[[nodiscard]] std::string to_text(const Timestamp& timestamp);
[[nodiscard]] std::string to_text(Environment::Time time);

// Microseconds since 1970, rounded half up to milliseconds as Trino shows a timestamp(3).
[[nodiscard]] std::int64_t rounded_micros(const Timestamp& timestamp);

// Days since 1970-01-01 of `YYYY-MM-DD`, years 1 to 9999.
[[nodiscard]] std::optional<std::int32_t> parse_date(std::string_view text);

}  // namespace dualstore::record
