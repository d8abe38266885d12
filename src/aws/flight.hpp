// One call: its attempts, one after the other, until there is an answer or no time.
#pragma once

#include <memory>
#include <mutex>

#include "aws/core.hpp"

namespace dualstore::aws {

class Flight : public std::enable_shared_from_this<Flight> {
  public:
    Flight(std::shared_ptr<Core> core, Call call, std::function<void(Reply)> done);

    void begin();

    // Ends what has taken too long.
    void look(Clock::time_point now);

  private:
    enum class Stage { identity, exchange, pause, over };

    void attempt();
    void send(const Identity& identity);
    [[nodiscard]] Message message(aws_input_stream* body, const aws_credentials* identity, int* error);
    void ended(Outcome outcome);
    void answered(Verdict verdict);
    void failed(const Outcome& outcome);
    void retry(Failure failure);
    void finish();
    void trace(const Outcome& outcome) const;

    std::shared_ptr<Core> core_;
    Call call_;
    std::function<void(Reply)> done_;
    Clock::time_point deadline_;
    std::string payload_;  // the body's hash, once it is known
    Reply reply_;
    Identity identity_;  // of the attempt under way
    Identity refused_;
    int unreached_ = 0;
    int taken_ = 0;
    bool unsendable_ = false;
    Flights::iterator place_;

    std::mutex mutex_;  // guards what follows
    Stage stage_ = Stage::pause;
    std::shared_ptr<Exchange> exchange_;
};

}  // namespace dualstore::aws
