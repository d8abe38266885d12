#include "object/etag.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dualstore::object {

std::string etag_of(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
    std::string text;
    text.reserve(2 * sizeof canonical.digest);
    for (const unsigned char byte : canonical.digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace dualstore::object
