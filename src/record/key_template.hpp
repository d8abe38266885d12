// From ids to keys and back: `brand_{brandid=unknown}_{escalation_id}.json`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"

namespace dualstore::record {

class KeyTemplate {
  public:
    struct Field {
        std::string name;                         // in lower case
        std::optional<std::string> default_text;  // `{f=text}`
        bool last = false;                        // `{f:last}`: what follows the value's last colon
    };

    // The error is what is wrong, in words; the caller adds where.
    [[nodiscard]] static tl::expected<KeyTemplate, std::string> parse(std::string_view text);

    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

    // The key for one id a field. Different ids give different keys; the key has no empty, `.` or `..` part, no part that begins
    // with `.` or `_`, and no control character. Ids are not empty and valid UTF-8.
    [[nodiscard]] std::string key(std::span<const std::string> ids) const;

    // The template with the ids as they are, nothing encoded: different ids may give one name.
    [[nodiscard]] std::string plain(std::span<const std::string> ids) const;

    // The ids that give this key; none where no ids do.
    [[nodiscard]] std::optional<std::vector<std::string>> ids(std::string_view key) const;

  private:
    std::vector<Field> fields_;
    std::vector<std::string> literals_;  // one more than fields: before, between and behind them
};

}  // namespace dualstore::record
