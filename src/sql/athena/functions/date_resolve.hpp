// From the fields that were read to a time.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sql/athena/functions/date_pattern.hpp"

namespace dualstore::sql::athena {

struct ReadField {
    DateField field;
    int value;
};

// Milliseconds since 1970-01-01 00:00, or what is wrong. As Joda-Time does it: the fields are set one after another, the longest first;
// those that are not there stay as in 1970, or in 2000 where there is a day or a month and no year.
[[nodiscard]] std::variant<std::int64_t, std::string> time_of(std::vector<ReadField> fields);

}  // namespace dualstore::sql::athena
