#include "aws/service.hpp"

#include <unistd.h>

#include <future>
#include <utility>

#include "aws/flight.hpp"

namespace dualstore::aws {
namespace {

class HttpService final : public Service {
  public:
    explicit HttpService(std::shared_ptr<Core> core) : core_(std::move(core)) {}

    void start(Call call, std::function<void(Reply)> done) override {
        if (core_->owner != getpid()) {
            Reply reply;
            reply.error = "this process was made by fork after the client was opened: open one in it";
            reply.code = ErrorCode::unsupported;
            done(std::move(reply));
            return;
        }
        std::make_shared<Flight>(core_, std::move(call), std::move(done))->begin();
    }

  private:
    std::shared_ptr<Core> core_;
};

}  // namespace

Result<std::shared_ptr<Service>> open_service(ServiceOptions options) {
    const auto core = std::make_shared<Core>(std::move(options));
    const Result<void> opened = core->open();
    if (!opened) {
        return fail(opened.error());
    }
    return std::make_shared<HttpService>(core);
}

Reply call(Service& service, Call call) {
    // Shared: the waiting thread may be gone before the other has left set_value.
    const auto promise = std::make_shared<std::promise<Reply>>();
    service.start(std::move(call), [promise](Reply reply) { promise->set_value(std::move(reply)); });
    return promise->get_future().get();
}

}  // namespace dualstore::aws
