// What must be known of a statement's text to send it to a Trino: its kind, and where its parameters stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dualstore::sql::remote {

// The offsets of the `?` that stand for parameters: those outside of strings, quoted names, comments and row patterns.
// Goes by quotes alone and so takes any statement, also one that the service will refuse.
[[nodiscard]] std::vector<std::size_t> placeholders(std::string_view sql);

struct NamedPlaceholder {
    std::size_t offset;     // of the colon
    std::string_view name;  // of letters, digits and '_'; part of the statement
};
// The `:name`s that stand for parameters, in the same places.
[[nodiscard]] std::vector<NamedPlaceholder> named_placeholders(std::string_view sql);

// Whether there are parameters and all of them stand in a WHERE clause of a query, an INSERT or an UNLOAD.
[[nodiscard]] bool parameters_in_where(std::string_view sql);

// The first words in upper case, at most `count`, without comments and opening parentheses: {"SELECT", "BRANDID"}.
[[nodiscard]] std::vector<std::string> first_words(std::string_view sql, std::size_t count);

// A query: running it twice does no harm.
[[nodiscard]] bool reads_only(std::string_view sql);

}  // namespace dualstore::sql::remote
