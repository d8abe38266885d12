// What stores can do beyond what every one must: how to find out, and how docs/stores.md says it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "object/conformance.hpp"

namespace dualstore {

struct FeatureRow {
    std::string title;  // of its row in the table
    std::function<bool(const StoreKind&)> expected;
    std::function<bool(ObjectStore&, const StoreKind&)> measured;  // empty: only a race would show it
    bool wire = false;                                             // of servers only
};

const std::vector<FeatureRow>& feature_rows();

// The cell of a row for a kind of store: "yes", "no", or "–" where it has no meaning.
std::string cell(const FeatureRow& row, const StoreKind& kind);

}  // namespace dualstore
