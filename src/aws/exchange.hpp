// One request on the wire and its answer.
#pragma once

#include <aws/http/connection_manager.h>
#include <aws/http/request_response.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "aws/crt.hpp"
#include "aws/service.hpp"

namespace dualstore::aws {

using Message = Handle<aws_http_message, aws_http_message_release>;

using Clock = std::chrono::steady_clock;

struct Outcome {
    Response response;
    int error = 0;      // the C library's; 0: the response is whole
    bool sent = false;  // some of the request may have reached the server
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::chrono::microseconds duration{0};
};

// Takes a connection, sends, receives, gives the connection back. Keeps itself alive meanwhile. Safe to use from many threads.
class Exchange : public std::enable_shared_from_this<Exchange> {
  public:
    // Makes the message once there is a connection for it, so that a signature is young when it is sent. An error: nothing is sent.
    using Prepare = std::function<Message(aws_input_stream* body, int* error)>;

    // `body` stays until the end.
    Exchange(aws_http_connection_manager* connections, std::string_view body, Prepare prepare, std::function<void(Outcome)> ended);

    // `ended` is called once: by a thread of the runtime, or, where there is no connection to be had, perhaps by this one.
    void begin();

    // Ends it early, with `error`; does nothing where it has ended.
    void cancel(int error);

    // Since when nothing has moved. While it waits for a connection that counts as moving: connecting has its own limit.
    [[nodiscard]] Clock::time_point last_progress() const {
        return Clock::time_point{Clock::duration{progress_.load(std::memory_order_relaxed)}};
    }

  private:
    struct Body;

    static void on_connection(aws_http_connection* connection, int error, void* self);
    static int on_headers(aws_http_stream* stream, aws_http_header_block block, const aws_http_header* headers, std::size_t count,
                          void* self);
    static int on_body(aws_http_stream* stream, const aws_byte_cursor* data, void* self);
    static void on_metrics(aws_http_stream* stream, const aws_http_stream_metrics* metrics, void* self);
    static void on_complete(aws_http_stream* stream, int error, void* self);

    void send(aws_http_connection* connection);
    void release_connection();
    void finish(int error);
    void deliver(int error);
    void moved() { progress_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed); }

    aws_http_connection_manager* connections_;
    std::string_view body_;
    Prepare prepare_;
    std::function<void(Outcome)> ended_;
    Outcome outcome_;
    Clock::time_point started_;
    std::atomic<Clock::rep> progress_;
    std::shared_ptr<Exchange> self_;

    std::mutex mutex_;  // guards what follows
    aws_http_connection* connection_ = nullptr;
    aws_http_stream* stream_ = nullptr;
    bool over_ = false;
};

}  // namespace dualstore::aws
