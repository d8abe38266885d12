// An HTTP server that answers what a test tells it to, and misbehaves where the test says so.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "servers/http_message.hpp"
#include "servers/socket.hpp"

namespace dualstore::servers {

// Content-Length is added unless the headers state one.
struct Answer {
    enum class Delivery {
        whole,
        close,       // the request is read, then the connection closed without a byte
        reset,       // the same, but reset
        reset_half,  // head and half of the body, then a reset
    };
    int status = 200;
    Headers headers = {};
    std::string body = {};
    Delivery delivery = Delivery::whole;
    std::chrono::milliseconds after{0};          // waits before it answers
    std::chrono::milliseconds between_bytes{0};  // sends the body byte by byte, waiting so long after each
    bool then_close = false;                     // closes the connection behind the answer, and says so
};

// Listens on 127.0.0.1 from its construction to its destruction, with a thread for each connection, which stays open between requests.
//
//     ScriptedServer server;
//     server.answer({.status = 503, .headers = {{"Retry-After", "0"}}});   // the first request
//     server.answer({.delivery = Answer::Delivery::reset});                // the second
//     server.answer({.body = R"({"QueryExecutionId": "q1"})"});            // the third
//     … call what is tested with server.endpoint() …
//     EXPECT_EQ(server.requests().at(2).header("X-Amz-Target"), "AmazonAthena.StartQueryExecution");
//
//     ScriptedServer server([](const Request& request) -> Answer { return {.body = answer_for(request.target)}; });
//
// A request takes the first answer that is queued; where none is, the handler is asked (for one request at a time, so it may keep state);
// where there is no handler, it is answered 500. All methods may be called at any time, by any thread.
class ScriptedServer {
  public:
    using Handler = std::function<Answer(const Request&)>;

    explicit ScriptedServer(Handler handler = {});

    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

    void answer(Answer answer);
    // The next so many connections are reset as soon as they are accepted.
    void reset_connections(int count);

    // Those read so far, in the order they came.
    [[nodiscard]] std::vector<Request> requests() const;
    // Waits up to ten seconds until so many were read.
    [[nodiscard]] bool wait_for_requests(std::size_t count) const;
    [[nodiscard]] std::size_t answers_left() const;
    [[nodiscard]] int connections() const { return server_.connections(); }
    // How many requests there were at most that had been read and not yet answered.
    [[nodiscard]] int most_in_flight() const;

  private:
    void serve(Socket& socket, int number);
    Answer next(const Request& request);
    bool deliver(const Answer& answer, const Request& request, Socket& socket);

    Handler handler_;
    std::mutex handling_;
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    std::deque<Answer> queue_;
    std::vector<Request> requests_;
    int resets_ = 0;
    int in_flight_ = 0;
    int most_in_flight_ = 0;
    TcpServer server_;  // last, so that its threads end first
};

}  // namespace dualstore::servers
