// UTF-8, letter case and quoting: what names, ids and messages need of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dualstore::record {

[[nodiscard]] bool valid_utf8(std::string_view text);

// The bytes of the UTF-8 character at `at`, 1 to 4; `text` is valid UTF-8.
[[nodiscard]] std::size_t character_length(std::string_view text, std::size_t at);

// Lower case by Unicode's simple mapping, as readers compare names.
[[nodiscard]] std::string fold(std::string_view name);

// fold(name) == folded, mostly without making it.
[[nodiscard]] bool folds_to(std::string_view name, std::string_view folded);

[[nodiscard]] bool ascii(std::string_view text);
[[nodiscard]] inline char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Appends a JSON string, quotes and escapes included.
void append_json_string(std::string& out, std::string_view text);

// A value for an error message: control characters escaped, cut after 60 characters.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace dualstore::record
