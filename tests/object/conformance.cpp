#include "object/conformance.hpp"

#include <algorithm>

namespace dualstore {

std::vector<std::string> ConformanceTest::keys(std::string_view prefix, std::size_t limit) {
    std::vector<std::string> found;
    std::string after;
    do {
        const auto page = store_->list(prefix, after, limit);
        EXPECT_TRUE(page) << page.error().message;
        if (!page) break;
        EXPECT_TRUE(limit == 0 || page->objects.size() <= limit);
        for (const auto& object : page->objects) found.push_back(object.key);
        after = page->next;
    } while (!after.empty());
    if (!has(Feature::byte_order)) std::sort(found.begin(), found.end());
    return found;
}

}  // namespace dualstore
