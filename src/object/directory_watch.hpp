// Which objects of a directory have changed, by the kernel's word (Linux: inotify(7)), so that not each of them must be looked at.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dualstore/object_store.hpp"
#include "object/directory_root.hpp"

namespace dualstore::object {

// One for a store, whatever is watched in it: of inotify's instances a user has few. Safe to use from many threads.
class DirectoryEvents : public std::enable_shared_from_this<DirectoryEvents> {
  public:
    explicit DirectoryEvents(std::shared_ptr<Root> root);
    DirectoryEvents(const DirectoryEvents&) = delete;
    DirectoryEvents& operator=(const DirectoryEvents&) = delete;
    ~DirectoryEvents();

    // Null where the kernel cannot tell. `prefix` ends in '/'.
    [[nodiscard]] std::unique_ptr<ChangeWatch> watch(std::string_view prefix);

  private:
    class Watch;

    std::optional<std::vector<std::string>> changed_in(Watch& watch);
    void remove(Watch& watch);
    void take_events();
    bool take_event(int descriptor, std::uint32_t what, std::string_view name);
    bool add_folder(const Descriptor& root, const std::string& path, bool all_changed);
    void add_key(const std::string& path);
    void start_again();

    std::shared_ptr<Root> root_;
    pid_t process_;
    std::mutex mutex_;  // guards all below
    int events_ = -1;
    bool possible_ = true;
    std::map<int, std::string> folders_;  // by watch descriptor: paths relative to the root
    std::vector<Watch*> watches_;
};

}  // namespace dualstore::object
