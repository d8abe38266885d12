// Who signs: the credentials of the usual places, remembered while they are good.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "aws/runtime.hpp"
#include "aws/signer.hpp"

namespace dualstore::aws {

// The order of the AWS SDKs: environment (unless a profile is named), profile with its roles, processes and single sign-on, web identity,
// container, instance. Safe to use from many threads.
class Credentials : public std::enable_shared_from_this<Credentials> {
  public:
    // An identity, or why there is none.
    using Found = std::function<void(Identity, std::string)>;

    Credentials(Runtime& runtime, std::string profile) : runtime_(runtime), profile_(std::move(profile)) {}

    // Calls back at once where they are known, else from a thread of the runtime. All who wait share one search.
    void get(Found found);

    // The service no longer takes this one: the next get searches again.
    void refused(const Identity& identity);

  private:
    void search();
    void found(Identity identity, const std::string& error);

    Runtime& runtime_;
    std::string profile_;
    std::mutex mutex_;
    Identity identity_;
    std::string error_;
    std::chrono::steady_clock::time_point error_until_{};
    std::vector<Found> waiting_;
};

}  // namespace dualstore::aws
