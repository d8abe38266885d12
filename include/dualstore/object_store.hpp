// Where objects live: six calls that a directory, a bucket and a map in memory all answer alike.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/error.hpp"
#include "dualstore/file_system.hpp"

namespace dualstore {

struct Object {
    std::string bytes;
    std::string etag;  // a hash of the bytes: equal bytes, equal etag
};

// What a write stored.
struct Version {
    std::string etag;
    std::string id;  // a versioned bucket's name for it; empty elsewhere
};

struct ObjectInfo {
    std::string key;
    std::uint64_t size = 0;
    // Opaque; differs whenever the bytes do. Empty: too young to tell, the object must be read again.
    std::string stamp;
};

struct PutMode {
    enum class Kind { replace, create, if_match };
    Kind kind = Kind::replace;
    std::string etag;  // if_match only

    static PutMode replace() { return {}; }
    static PutMode create() { return {Kind::create, {}}; }
    static PutMode if_match(std::string etag) { return {Kind::if_match, std::move(etag)}; }
};

struct PutRequest {
    std::string key;
    std::string_view bytes;  // alive until the call returns
    PutMode mode;
};

struct RemoveRequest {
    std::string key;
    std::optional<std::string> if_match = {};  // an etag: remove only that version
    std::string version_id = {};               // Version::id: remove that one for good, whatever `if_match`; the one before it shows again
};

struct ObjectPage {
    std::vector<ObjectInfo> objects;  // in byte order of their keys; from page to page too, but for some servers (docs/stores.md)
    std::string next;                 // pass as `after` for the next page; empty at the end. Not always a key
};

struct Capabilities {
    bool create = false;    // PutMode::create is atomic
    bool if_match = false;  // PutMode::if_match is atomic
    bool remove_if_match = false;
};

// What has changed in a store since it was asked last. Not for two threads at once.
class ChangeWatch {
  public:
    virtual ~ChangeWatch() = default;

    // The keys whose objects may have been put, changed or removed since the last call, in byte order. Every change that was acknowledged
    // before the call is among them. None, the first time too: it cannot tell, and what a list shows from now on is what later calls add
    // to.
    virtual std::optional<std::vector<std::string>> changed() = 0;
};

// A key is 1 to 1,024 bytes of UTF-8. An object is at most 5 GiB. All calls may be made from many threads at once.
// A batch gives one result for each request, in order; requests for one key are carried out in order.
class ObjectStore {
  public:
    virtual ~ObjectStore() = default;

    // Stores each object; what is acknowledged is durable. Each object appears whole or not at all.
    // conflict: the mode's condition does not hold (if_match on a missing object too). Replacing is idempotent.
    // outcome_unknown: it may be stored; the message says how to find out.
    virtual std::vector<Result<Version>> put(std::span<const PutRequest> requests) = 0;
    // The object, or none where there is none.
    virtual std::vector<Result<std::optional<Object>>> get(std::span<const std::string> keys) = 0;
    // Size and stamp without the bytes, or none.
    virtual Result<std::optional<ObjectInfo>> head(const std::string& key) = 0;
    // True: removed, durably; where several remove one object at once, a bucket may tell each of them so. False: there was none.
    // conflict: another version is there. outcome_unknown: it may be removed; doing it again does no harm.
    virtual std::vector<Result<bool>> remove(std::span<const RemoveRequest> requests) = 0;
    // Objects whose key begins with `prefix` and comes after `after`, a key or a page's `next`; at most `limit` (0: as many as the store
    // likes to give).
    virtual Result<ObjectPage> list(std::string_view prefix, std::string_view after, std::size_t limit) = 0;
    // Watches the objects whose keys begin with `prefix`, also for changes by other programs; null where nobody tells of those.
    [[nodiscard]] virtual std::unique_ptr<ChangeWatch> watch(std::string_view /*prefix*/) { return nullptr; }
    // What the store can do; a server that is not known to is asked at the first call.
    [[nodiscard]] virtual Result<Capabilities> capabilities() = 0;
};

// One object of a batch call.
[[nodiscard]] Result<Version> put_object(ObjectStore& store, std::string key, std::string_view bytes, PutMode mode = {});
[[nodiscard]] Result<std::optional<Object>> get_object(ObjectStore& store, std::string key);
[[nodiscard]] Result<bool> remove_object(ObjectStore& store, std::string key, std::optional<std::string> if_match = {});

// Every object whose key begins with `prefix`, page by page, in byte order of their keys.
[[nodiscard]] Result<std::vector<ObjectInfo>> list_all(ObjectStore& store, std::string_view prefix);

struct DirectoryStoreOptions {
    bool sync = true;                     // false: an acknowledged write survives the process, not the machine
    bool create = true;                   // make the folder where it is missing
    FileSystem* files = &system_files();  // must outlive the store
};

// Objects as files below `root`, the tree a bucket would be; own files lie in root/.dualstore. Several processes may use one root.
[[nodiscard]] Result<std::shared_ptr<ObjectStore>> open_directory_store(const std::string& root, DirectoryStoreOptions options = {});

}  // namespace dualstore
