// Patterns of Trino's engine (Joni, in Java's syntax) in PCRE2's.
#pragma once

#include <string>
#include <string_view>

namespace dualstore::sql::athena {

// What PCRE2 knows by another meaning, or not at all, is written otherwise: classes inside classes and their intersections, POSIX names for
// all scripts, \uFFFF, quantifiers of quantifiers. What only PCRE2 has is refused. Throws RegexpFailure.
[[nodiscard]] std::string pcre_pattern(std::string_view pattern);

}  // namespace dualstore::sql::athena
