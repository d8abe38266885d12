// Matching by PCRE2, whose patterns are Java's in what people use: look-around, back-references, possessive quantifiers.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore::sql::athena {

// A pattern or a match that fails: of kind INVALID_FUNCTION_ARGUMENT.
struct RegexpFailure {
    std::string message;
};

// One match: its groups as parts of the text, the whole one first. Empty: the group has no part in it.
using RegexpGroups = std::vector<std::optional<std::string_view>>;

class Regexp {
  public:
    // Compiled once a thread and pattern, as far as there are not too many of them. Throws RegexpFailure. Good until the next call.
    [[nodiscard]] static const Regexp& of(std::string_view pattern);

    ~Regexp();
    Regexp(const Regexp&) = delete;
    Regexp& operator=(const Regexp&) = delete;

    [[nodiscard]] std::size_t groups() const { return groups_; }  // without the whole one
    // The group of a name; 0: there is none.
    [[nodiscard]] std::size_t group_named(const std::string& name) const;
    // From `start` on, which is on a character's boundary. Throws RegexpFailure where the match takes too long.
    [[nodiscard]] std::optional<RegexpGroups> search(std::string_view text, std::size_t start) const;
    // All matches, from left to right; behind an empty one the search goes on with the next character.
    [[nodiscard]] std::vector<RegexpGroups> search_all(std::string_view text) const;

  private:
    explicit Regexp(std::string_view pattern);
    void* code_;   // pcre2_code
    void* match_;  // pcre2_match_data
    std::size_t groups_ = 0;
};

}  // namespace dualstore::sql::athena
