#include "sql/athena/functions/regexp_match.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <unordered_map>

#include "sql/athena/functions/regexp_pattern.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::size_t most_patterns = 64;

std::string message_of(int code) {
    std::array<PCRE2_UCHAR, 200> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

PCRE2_SPTR bytes(std::string_view text) {
    return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

Regexp::Regexp(std::string_view pattern) {
    const std::string text = pcre_pattern(pattern);
    int code = 0;
    PCRE2_SIZE place = 0;
    // Not PCRE2_MATCH_INVALID_UTF: with it, 10.42's compiled code finds no \D in "é".
    pcre2_code* compiled = pcre2_compile(bytes(text), text.size(), PCRE2_UTF, &code, &place, nullptr);
    if (compiled == nullptr) throw RegexpFailure{message_of(code)};
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);  // where it cannot, matching is slower
    std::uint32_t count = 0;
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &count);
    groups_ = count;
    code_ = compiled;
    match_ = pcre2_match_data_create_from_pattern(compiled, nullptr);
}

Regexp::~Regexp() {
    pcre2_match_data_free(static_cast<pcre2_match_data*>(match_));
    pcre2_code_free(static_cast<pcre2_code*>(code_));
}

const Regexp& Regexp::of(std::string_view pattern) {
    thread_local std::unordered_map<std::string, std::unique_ptr<Regexp>> known;
    std::string key(pattern);
    const auto found = known.find(key);
    if (found != known.end()) return *found->second;
    if (known.size() >= most_patterns) known.clear();
    std::unique_ptr<Regexp> compiled(new Regexp(pattern));
    return *known.emplace(std::move(key), std::move(compiled)).first->second;
}

std::size_t Regexp::group_named(const std::string& name) const {
    const int number = pcre2_substring_number_from_name(static_cast<pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    return number > 0 ? static_cast<std::size_t>(number) : 0;
}

std::optional<RegexpGroups> Regexp::search(std::string_view text, std::size_t start) const {
    auto* match = static_cast<pcre2_match_data*>(match_);
    // The first search of a text sees that it is UTF-8, for all.
    const std::uint32_t options = start > 0 ? PCRE2_NO_UTF_CHECK : 0;
    const int found = pcre2_match(static_cast<pcre2_code*>(code_), bytes(text), text.size(), start, options, match, nullptr);
    if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (found < 0) throw RegexpFailure{message_of(found)};
    const PCRE2_SIZE* places = pcre2_get_ovector_pointer(match);
    RegexpGroups groups(groups_ + 1);
    for (std::size_t i = 0; i <= groups_; ++i) {
        if (places[2 * i] != PCRE2_UNSET) groups[i] = text.substr(places[2 * i], places[2 * i + 1] - places[2 * i]);
    }
    return groups;
}

std::vector<RegexpGroups> Regexp::search_all(std::string_view text) const {
    std::vector<RegexpGroups> all;
    for (std::size_t start = 0; start <= text.size();) {
        auto groups = search(text, start);
        if (!groups) break;
        const std::string_view whole = *(*groups)[0];
        start = static_cast<std::size_t>(whole.data() - text.data()) + whole.size();
        if (whole.empty()) {
            ++start;
            while (start < text.size() && (text[start] & 0xC0) == 0x80) ++start;
        }
        all.push_back(std::move(*groups));
    }
    return all;
}

}  // namespace dualstore::sql::athena
