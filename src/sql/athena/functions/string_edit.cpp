// Parts of text, and text put together.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "sql/athena/functions/string.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
constexpr std::string_view too_large = "inputs to \"replace\" function are too large";
constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();

struct Padding {
    std::string_view text;  // cut where it is longer than wanted
    std::string filling;
};

// False: the arguments are wrong, and the answer says so.
bool pad(const Arguments& arguments, Answer& answer, Padding& padding) {
    const auto length = arguments.value<std::int64_t>(1);
    const std::string_view pattern = arguments.text(2);
    if (length < 0 || length > longest) {
        answer.error(invalid, fmt::format("Target length must be in the range [0..{}]", longest));
        return false;
    }
    if (pattern.empty()) {
        answer.error(invalid, "Padding string must not be empty");
        return false;
    }
    padding.text = arguments.text(0);
    const auto target = static_cast<std::size_t>(length);
    const std::size_t has = count_code_points(padding.text);
    if (has >= target) {
        padding.text = padding.text.substr(0, code_point_offset(padding.text, target));
        return true;
    }
    const std::size_t missing = target - has;
    const std::size_t step = count_code_points(pattern);
    if ((missing / step + 1) * pattern.size() + padding.text.size() > static_cast<std::size_t>(longest)) {
        answer.error(invalid, "The padded text is too long");
        return false;
    }
    padding.filling.reserve((missing / step + 1) * pattern.size());
    for (std::size_t i = 0; i < missing / step; ++i) padding.filling += pattern;
    padding.filling += pattern.substr(0, code_point_offset(pattern, missing % step));
    return true;
}

// What is white space in Java: no-break spaces are not.
bool is_blank(char32_t point) {
    if (point < 0x1680) return point == ' ' || (point >= '\t' && point <= '\r') || (point >= 0x1C && point <= 0x1F);
    return point == 0x1680 || (point >= 0x2000 && point <= 0x200A && point != 0x2007) || point == 0x2028 || point == 0x2029 ||
           point == 0x205F || point == 0x3000;
}

// Without what `strip` takes at its ends.
template <class Strip>
std::string_view trimmed(std::string_view text, bool left, bool right, Strip strip) {
    while (left && !text.empty()) {
        std::size_t at = 0;
        if (!strip(next_code_point(text, at))) break;
        text.remove_prefix(std::min(at, text.size()));
    }
    while (right && !text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && (text[start] & 0xC0) == 0x80) --start;
        std::size_t at = start;
        if (!strip(next_code_point(text, at))) break;
        text = text.substr(0, start);
    }
    return text;
}

void trim(const Arguments& arguments, Answer& answer, bool left, bool right) {
    const std::string_view text = arguments.text(0);
    if (arguments.size() == 1) return answer.text(trimmed(text, left, right, is_blank));
    const std::u32string stripped = code_points(arguments.text(1));
    answer.text(trimmed(text, left, right, [&](char32_t point) { return stripped.find(point) != std::u32string::npos; }));
}

}  // namespace

void chr(const Arguments& arguments, Answer& answer) {
    const auto point = arguments.value<std::int64_t>(0);
    if (point < 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
        return answer.error(invalid, fmt::format("Not a valid Unicode code point: {}", point));
    }
    std::string text;
    append_code_point(text, static_cast<char32_t>(point));
    answer.text(text);
}

void codepoint(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    if (text.empty()) return answer.error(invalid, "Input string must be a single character string");
    std::size_t at = 0;
    answer.value(static_cast<std::int32_t>(next_code_point(text, at)));
}

void concat(const Arguments& arguments, Answer& answer) {
    if (arguments.size() < 2) return answer.error(invalid, "There must be two or more concatenation arguments");
    std::string all;
    for (idx_t i = 0; i < arguments.size(); ++i) all += arguments.text(i);
    answer.text(all);
}

void lpad(const Arguments& arguments, Answer& answer) {
    Padding padding;
    if (pad(arguments, answer, padding)) answer.text(padding.filling.append(padding.text));
}

void ltrim(const Arguments& arguments, Answer& answer) {
    trim(arguments, answer, true, false);
}
void rtrim(const Arguments& arguments, Answer& answer) {
    trim(arguments, answer, false, true);
}
void trim(const Arguments& arguments, Answer& answer) {
    trim(arguments, answer, true, true);
}

void rpad(const Arguments& arguments, Answer& answer) {
    Padding padding;
    if (pad(arguments, answer, padding)) answer.text(padding.filling.insert(0, padding.text));
}

void replace(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const std::string_view search = arguments.text(1);
    const std::string_view by = arguments.size() > 2 ? arguments.text(2) : std::string_view();
    std::string out;
    const auto fits = [&](std::size_t size) { return size <= static_cast<std::size_t>(longest); };
    if (search.empty()) {  // before each character, and at the end
        if (!fits(text.size() + (count_code_points(text) + 1) * by.size())) return answer.error(invalid, too_large);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length = utf8_length(text[at]);
            out.append(by).append(text.substr(at, length));
            at += length;
        }
        return answer.text(out.append(by));
    }
    std::size_t done = 0;
    for (auto at = text.find(search); at != std::string_view::npos; at = text.find(search, done)) {
        out.append(text, done, at - done).append(by);
        if (!fits(out.size() + text.size())) return answer.error(invalid, too_large);
        done = at + search.size();
    }
    if (done == 0) return answer.text(text);
    answer.text(out.append(text.substr(done)));
}

void reverse(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    std::string out(text.size(), '\0');
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = std::min(utf8_length(text[at]), text.size() - at);
        std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), length, out.end() - static_cast<std::ptrdiff_t>(at + length));
        at += length;
    }
    answer.text(out);
}

// The third argument counts occurrences, which may overlap: from the end where it is negative.
void strpos(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const std::string_view part = arguments.text(1);
    auto instance = arguments.value<std::int64_t>(2);
    if (instance == 0) return answer.error(invalid, "'instance' must be a positive or negative number.");
    if (part.empty()) return answer.value(std::int64_t{1});
    const bool from_end = instance < 0;
    std::size_t at = std::string_view::npos;
    if (!from_end) {
        at = text.find(part);
        while (--instance > 0 && at != std::string_view::npos) at = text.find(part, at + 1);
    } else {
        at = text.rfind(part);
        while (++instance < 0 && at != std::string_view::npos) at = at == 0 ? std::string_view::npos : text.rfind(part, at - 1);
    }
    if (at == std::string_view::npos) return answer.value(std::int64_t{0});
    const std::string_view before = text.substr(0, at);
    auto position = static_cast<std::int64_t>(count_code_points(before)) + 1;
    // From the end Trino counts Java's characters, of which those beyond U+FFFF take two.
    if (from_end) position += std::ranges::count_if(before, [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
    answer.value(position);
}

// Counted from 1, or from the end where negative; what begins outside is empty.
void substr(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    const auto start = arguments.value<std::int64_t>(1);
    const auto length = arguments.size() > 2 ? arguments.value<std::int64_t>(2) : longest;
    const auto most = static_cast<std::int64_t>(text.size());
    if (start == 0 || length <= 0 || start > most || start < -most) return answer.text({});
    std::size_t skip = static_cast<std::size_t>(start - 1);
    if (start < 0) {
        const auto points = static_cast<std::int64_t>(count_code_points(text));
        if (start < -points) return answer.text({});
        skip = static_cast<std::size_t>(points + start);
    }
    const std::string_view rest = text.substr(code_point_offset(text, skip));
    answer.text(rest.substr(0, code_point_offset(rest, static_cast<std::size_t>(std::min(length, most)))));
}

}  // namespace dualstore::sql::athena
