// SCHEME://AUTHORITY/PATH?NAME=VALUE&… as stores and engines are named.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/error.hpp"

namespace dualstore::dual {

struct Url {
    std::string scheme;
    std::string user;                                           // percent-decoded; a password is never part of an error
    std::string password;                                       // the same
    std::string host;                                           // with its port
    std::string path;                                           // percent-decoded, without the slash in front
    std::vector<std::pair<std::string, std::string>> settings;  // percent-decoded

    [[nodiscard]] std::string setting(std::string_view name, std::string_view otherwise = {}) const;
    // invalid_argument: a setting's name is not among these, or stands twice.
    [[nodiscard]] Result<void> check_settings(std::string_view owner, std::initializer_list<std::string_view> names) const;
    // A setting of whole seconds above 0. invalid_argument: it is none.
    [[nodiscard]] Result<long> seconds(std::string_view name, long otherwise) const;
    // A setting that is on or off; none where it is not there. invalid_argument: it is neither.
    [[nodiscard]] Result<std::optional<bool>> flag(std::string_view name) const;
};

// RFC 3986's generic syntax. invalid_argument: no scheme, or a '%' without two hexadecimal digits.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace dualstore::dual
