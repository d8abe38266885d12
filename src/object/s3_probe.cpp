#include "object/s3_probe.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "dualstore/environment.hpp"
#include "object/s3_answer.hpp"
#include "object/s3_checksum.hpp"
#include "object/s3_error.hpp"

namespace dualstore::object {
namespace {

constexpr std::string_view bytes = "dualstore asks what this server can do\n";
constexpr std::string_view no_such_etag = "00000000000000000000000000000000";

class Probe {
  public:
    explicit Probe(S3Bucket& bucket) : bucket_(bucket), key_(fmt::format(".dualstore/probe-{}", new_uuid(Environment::system()))) {}

    Result<Capabilities> run() {
        auto can = ask();
        const auto removed = clean_up();
        if (can && !removed) return fail(removed.error());
        return can;
    }

  private:
    Result<Capabilities> ask() {
        const auto placed = send(put({}));
        if (!placed) return fail(placed.error());
        if (!succeeded(placed->response)) return fail(s3_error(bucket_.requests().address(), *placed, "put", key_));

        Capabilities can;
        auto refused = refuses(put(PutMode::create()));
        if (!refused) return fail(refused.error());
        can.create = *refused;
        refused = refuses(put(PutMode::if_match(std::string(no_such_etag))));
        if (!refused) return fail(refused.error());
        can.if_match = *refused;
        refused = refuses(bucket_.requests().remove({key_, std::string(no_such_etag), {}}));
        if (!refused) return fail(refused.error());
        const auto there = send(bucket_.requests().head(key_));
        if (!there) return fail(there.error());
        can.remove_if_match = *refused && there->response.status == 200;
        return can;
    }

    [[nodiscard]] aws::Call put(PutMode mode) const {
        return bucket_.requests().put({key_, bytes, std::move(mode)}, "probe", checksum_of(bytes));
    }

    // The answer, whatever it is, but for one that a server gives which cannot answer now.
    Result<aws::Reply> send(aws::Call call) {
        const std::string operation = call.method == "PUT" ? "put" : call.method == "HEAD" ? "head" : "remove";
        auto reply = aws::call(bucket_.service(), std::move(call));
        const auto& response = reply.response;
        if (operation == "put" && (reply.lost || succeeded(response))) placed_ = true;
        if (auto id = version_id_in(response); !id.empty() && operation != "head") versions_.push_back(std::move(id));
        if (response.status == 0 || response.status == 403 || judge(response) != aws::Verdict::final) {
            return fail(s3_error(bucket_.requests().address(), reply, operation, key_));
        }
        return reply;
    }

    Result<bool> refuses(aws::Call call) {
        const auto reply = send(std::move(call));
        if (!reply) return fail(reply.error());
        return reply->response.status == 412;
    }

    Result<void> clean_up() {
        if (!placed_) return {};
        std::vector<RemoveRequest> removes;
        for (const auto& id : versions_) removes.push_back({key_, {}, id});
        if (removes.empty()) removes.push_back({key_, {}, {}});
        for (const auto& remove : removes) {
            const auto reply = aws::call(bucket_.service(), bucket_.requests().remove(remove));
            if (succeeded(reply.response) || reply.response.status == 404) continue;
            auto error = s3_error(bucket_.requests().address(), reply, "remove", key_);
            error.message.insert(0, fmt::format("{} was put to see what the server can do, and could not be removed: remove it; ", key_));
            return fail(std::move(error));
        }
        return {};
    }

    S3Bucket& bucket_;
    std::string key_;
    std::vector<std::string> versions_;  // in a versioned bucket, all that was made
    bool placed_ = false;
};

}  // namespace

Result<Capabilities> probe(S3Bucket& bucket) {
    return Probe(bucket).run();
}

}  // namespace dualstore::object
