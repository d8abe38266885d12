#include "dualstore/object_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dualstore {

Result<Version> put_object(ObjectStore& store, std::string key, std::string_view bytes, PutMode mode) {
    const PutRequest request{std::move(key), bytes, std::move(mode)};
    return std::move(store.put({&request, 1}).front());
}

Result<std::optional<Object>> get_object(ObjectStore& store, std::string key) {
    return std::move(store.get({&key, 1}).front());
}

Result<bool> remove_object(ObjectStore& store, std::string key, std::optional<std::string> if_match) {
    const RemoveRequest request{std::move(key), std::move(if_match), {}};
    return std::move(store.remove({&request, 1}).front());
}

Result<std::vector<ObjectInfo>> list_all(ObjectStore& store, std::string_view prefix) {
    std::vector<ObjectInfo> objects;
    std::string after;
    do {
        auto page = store.list(prefix, after, 0);
        if (!page) return fail(std::move(page.error()));
        objects.insert(objects.end(), std::make_move_iterator(page->objects.begin()), std::make_move_iterator(page->objects.end()));
        after = std::move(page->next);
    } while (!after.empty());
    const auto before = [](const auto& a, const auto& b) { return a.key < b.key; };
    if (!std::is_sorted(objects.begin(), objects.end(), before)) std::sort(objects.begin(), objects.end(), before);
    return objects;
}

}  // namespace dualstore
