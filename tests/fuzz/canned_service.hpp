// A service that answers with the parts of a fuzz target's input, one after the other.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "aws/service.hpp"

namespace dualstore::fuzz {

// Parts end at the byte 0x1E, which JSON never has. One that begins with '!' is an answer of status 400. Behind the last comes "{}".
class CannedService : public aws::Service {
  public:
    explicit CannedService(std::string_view input) : rest_(input) {}

    void start(aws::Call, std::function<void(aws::Reply)> done) override {
        std::string_view part = "{}";
        if (!rest_.empty()) {
            const auto end = std::min(rest_.find('\x1e'), rest_.size());
            part = rest_.substr(0, end);
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
        }
        const bool refused = part.starts_with('!');
        if (refused) part.remove_prefix(1);
        aws::Reply reply;
        reply.response = {refused ? 400 : 200, {}, std::string(part)};
        reply.attempts = 1;
        done(std::move(reply));
    }

  private:
    std::string_view rest_;
};

}  // namespace dualstore::fuzz
