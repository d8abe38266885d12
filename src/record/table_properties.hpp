// What SerDe classes, locations and dualstore's own table properties mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dualstore/table.hpp"

namespace dualstore::record {

[[nodiscard]] std::optional<SerDe> serde_of(std::string_view class_name);
[[nodiscard]] std::string_view serde_class(SerDe serde);

// The key prefix, with one '/' at its end, of LOCATION's text: "s3://bucket/metadata/" or "metadata/". The error says what is wrong.
[[nodiscard]] tl::expected<std::string, std::string> location_prefix(std::string_view location);

// Moves 'dualstore.key' and 'dualstore.auto.*' from table.properties to their members, and checks them and the SerDe's properties.
[[nodiscard]] tl::expected<void, std::string> take_own_properties(TableDefinition& table);

// The value of a 'dualstore.auto.*' property.
[[nodiscard]] std::string automatic_text(const AutomaticField& field);

}  // namespace dualstore::record
