// Text and its bytes.
#include <algorithm>
#include <cstdint>
#include <string>

#include "sql/athena/functions/string.hpp"
#include "sql/athena/functions/utf8.hpp"
#include "sql/athena/functions/utf8_repair.hpp"

namespace dualstore::sql::athena {

// What replaces wrong bytes may come as text or as a code point.
void from_utf8(const Arguments& arguments, Answer& answer) {
    constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";
    std::string replacement = "\xEF\xBF\xBD";
    if (arguments.size() > 1 && arguments.type(1).textual()) {
        replacement = arguments.text(1);
        if (count_code_points(replacement) > 1) {
            return answer.error(invalid, "Replacement character string must empty or a single character");
        }
    } else if (arguments.size() > 1) {
        const auto point = arguments.value<std::int64_t>(1);
        if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return answer.error(invalid, "Invalid replacement character");
        replacement.clear();
        append_code_point(replacement, static_cast<char32_t>(std::max<std::int64_t>(point, 0)));
    }
    answer.text(repaired_utf8(arguments.text(0), replacement));
}

}  // namespace dualstore::sql::athena
