// How alike words are, and check digits.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "sql/athena/functions/string.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// Whether a character beyond ASCII is no letter, as far as text has such: signs of Latin-1, marks, punctuation, symbols, emoji.
bool is_sign(char32_t point) {
    constexpr std::array<std::pair<char32_t, char32_t>, 12> signs = {{{0x80, 0xA9},
                                                                      {0xAB, 0xB4},
                                                                      {0xB6, 0xB9},
                                                                      {0xBB, 0xBF},
                                                                      {0xD7, 0xD7},
                                                                      {0xF7, 0xF7},
                                                                      {0x300, 0x36F},
                                                                      {0x2000, 0x2070},
                                                                      {0x20A0, 0x20FF},
                                                                      {0x2190, 0x2BFF},
                                                                      {0x3000, 0x3004},
                                                                      {0x10000, 0x10FFFF}}};
    return std::ranges::any_of(signs, [&](const auto& range) { return point >= range.first && point <= range.second; });
}

// The letters in upper case; those that ASCII does not have, but by their upper case, as '?'.
std::string letters_of(std::string_view text) {
    std::string letters;
    for (const char32_t point : code_points(text)) {
        if (point < 0x80) {
            const char c = static_cast<char>(point);
            if (c >= 'a' && c <= 'z') letters += static_cast<char>(c - 'a' + 'A');
            if (c >= 'A' && c <= 'Z') letters += c;
        } else if (point == U'ß') {
            letters += "SS";
        } else if (point == U'ı') {
            letters += 'I';
        } else if (point == U'ſ') {
            letters += 'S';
        } else if (!is_sign(point)) {
            letters += '?';
        }
    }
    return letters;
}

}  // namespace

void hamming_distance(const Arguments& arguments, Answer& answer) {
    const std::u32string a = code_points(arguments.text(0));
    const std::u32string b = code_points(arguments.text(1));
    if (a.size() != b.size()) {
        return answer.error(invalid, "The input strings to hamming_distance function must have the same length");
    }
    answer.value(std::inner_product(a.begin(), a.end(), b.begin(), std::int64_t{0}, std::plus<>(), std::not_equal_to<>()));
}

void levenshtein_distance(const Arguments& arguments, Answer& answer) {
    constexpr std::size_t most = 1'000'000;
    const std::u32string a = code_points(arguments.text(0));
    const std::u32string b = code_points(arguments.text(1));
    if (!a.empty() && b.size() > most / a.size()) {
        return answer.error(invalid, "The combined inputs for Levenshtein distance are too large");
    }
    std::vector<std::int64_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (const char32_t point : a) {
        std::int64_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::int64_t replaced = diagonal + (point == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    answer.value(row.back());
}

void luhn_check(const Arguments& arguments, Answer& answer) {
    const std::string_view text = arguments.text(0);
    if (text.empty()) return answer.value(false);
    int sum = 0;
    bool twice = false;
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, twice = !twice) {
        if (*digit < '0' || *digit > '9') return answer.error(invalid, "Input contains non-digit character");
        const int value = (*digit - '0') * (twice ? 2 : 1);
        sum += value / 10 + value % 10;
    }
    answer.value(sum % 10 == 0);
}

// The American one: letters of one code count once, even with an H or W between them.
void soundex(const Arguments& arguments, Answer& answer) {
    constexpr std::string_view codes = "01230120022455012623010202";
    const std::string letters = letters_of(arguments.text(0));
    std::string code;
    char last = '0';
    for (const char letter : letters) {
        if (code.size() == 4) break;
        if (!code.empty() && (letter == 'H' || letter == 'W')) continue;
        if (letter == '?') return answer.error(invalid, "The character is not mapped");
        const char digit = codes[static_cast<std::size_t>(letter - 'A')];
        if (code.empty()) {
            code += letter;
        } else if (digit != '0' && digit != last) {
            code += digit;
        }
        last = digit;
    }
    if (!code.empty()) code.resize(4, '0');
    answer.text(code);
}

}  // namespace dualstore::sql::athena
