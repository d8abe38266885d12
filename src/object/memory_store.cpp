#include <fmt/format.h>

#include <algorithm>

#include "dualstore/testing.hpp"
#include "object/etag.hpp"
#include "object/key_rules.hpp"

namespace dualstore {
namespace {

constexpr std::size_t longest_page = 1000;

std::string stamp(std::uint64_t change) {
    return fmt::format("{}", change);
}

}  // namespace

std::vector<Result<Version>> MemoryStore::put(std::span<const PutRequest> requests) {
    const std::lock_guard guard(mutex_);
    std::vector<Result<Version>> results;
    for (const auto& request : requests) results.push_back(put_one(request));
    return results;
}

Result<Version> MemoryStore::put_one(const PutRequest& request) {
    ++requests_.put;
    const auto& [key, bytes, mode] = request;
    if (const auto fault = object::key_fault(key)) return fail(ErrorCode::invalid_argument, std::string(*fault), "put", key);
    if (bytes.size() > object::largest_object) return fail(ErrorCode::invalid_argument, "the object is larger than 5 GiB", "put", key);
    const auto found = objects_.find(key);
    if (mode.kind == PutMode::Kind::create && found != objects_.end()) {
        return fail(ErrorCode::conflict, "an object with this key is there already", "put", key);
    }
    if (mode.kind == PutMode::Kind::if_match && found == objects_.end()) {
        return fail(ErrorCode::conflict, "no object has this key, so not the expected version", "put", key);
    }
    if (mode.kind == PutMode::Kind::if_match && found->second.etag != mode.etag) {
        return fail(ErrorCode::conflict, "another version than the expected one is there: read it again", "put", key);
    }
    auto& stored = objects_[key];
    stored = {std::string(bytes), object::etag_of(bytes), ++changes_};
    return Version{stored.etag, {}};
}

std::vector<Result<std::optional<Object>>> MemoryStore::get(std::span<const std::string> keys) {
    const std::lock_guard guard(mutex_);
    std::vector<Result<std::optional<Object>>> results;
    for (const auto& key : keys) {
        ++requests_.get;
        if (const auto fault = object::key_fault(key)) {
            results.emplace_back(fail(ErrorCode::invalid_argument, std::string(*fault), "get", key));
        } else if (const auto found = objects_.find(key); found != objects_.end()) {
            results.emplace_back(Object{found->second.bytes, found->second.etag});
        } else {
            results.emplace_back(std::nullopt);
        }
    }
    return results;
}

Result<std::optional<ObjectInfo>> MemoryStore::head(const std::string& key) {
    const std::lock_guard guard(mutex_);
    ++requests_.head;
    if (const auto fault = object::key_fault(key)) return fail(ErrorCode::invalid_argument, std::string(*fault), "head", key);
    const auto found = objects_.find(key);
    if (found == objects_.end()) return std::nullopt;
    return ObjectInfo{key, found->second.bytes.size(), stamp(found->second.change)};
}

std::vector<Result<bool>> MemoryStore::remove(std::span<const RemoveRequest> requests) {
    const std::lock_guard guard(mutex_);
    std::vector<Result<bool>> results;
    for (const auto& request : requests) results.push_back(remove_one(request));
    return results;
}

Result<bool> MemoryStore::remove_one(const RemoveRequest& request) {
    ++requests_.remove;
    if (const auto fault = object::key_fault(request.key)) {
        return fail(ErrorCode::invalid_argument, std::string(*fault), "remove", request.key);
    }
    if (!request.version_id.empty()) return fail(ErrorCode::unsupported, std::string(object::no_versions), "remove", request.key);
    const auto found = objects_.find(request.key);
    if (found == objects_.end()) return false;
    if (request.if_match && *request.if_match != found->second.etag) {
        return fail(ErrorCode::conflict, "another version than the expected one is there: read it again", "remove", request.key);
    }
    objects_.erase(found);
    return true;
}

Result<ObjectPage> MemoryStore::list(std::string_view prefix, std::string_view after, std::size_t limit) {
    const std::lock_guard guard(mutex_);
    ++requests_.list;
    const auto most = limit == 0 ? longest_page : std::min(limit, longest_page);
    ObjectPage page;
    for (auto at = std::max(prefix, after) == prefix ? objects_.lower_bound(prefix) : objects_.upper_bound(after); at != objects_.end();
         ++at) {
        if (!at->first.starts_with(prefix)) break;
        if (at->first == after) continue;
        if (page.objects.size() == most) {
            page.next = page.objects.back().key;
            break;
        }
        page.objects.push_back({at->first, at->second.bytes.size(), stamp(at->second.change)});
    }
    return page;
}

MemoryStore::Requests MemoryStore::requests() const {
    const std::lock_guard guard(mutex_);
    return requests_;
}

}  // namespace dualstore
