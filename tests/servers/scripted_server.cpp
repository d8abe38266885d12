#include "servers/scripted_server.hpp"

#include <algorithm>
#include <utility>

namespace dualstore::servers {
namespace {

std::string head_of(const Answer& answer) {
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
    for (const auto& [name, value] : answer.headers) head.append(name).append(": ").append(value).append("\r\n");
    const bool has_body = answer.status != 204 && answer.status != 304;
    if (has_body && header_of(answer.headers, "Content-Length").empty()) {
        head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    }
    if (answer.then_close) head += "Connection: close\r\n";
    return head + "\r\n";
}

}  // namespace

ScriptedServer::ScriptedServer(Handler handler) : handler_(std::move(handler)) {
    server_.start([this](Socket& socket, int number) { serve(socket, number); });
}

void ScriptedServer::answer(Answer answer) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(answer));
}

void ScriptedServer::reset_connections(int count) {
    const std::lock_guard lock(mutex_);
    resets_ = count;
}

std::vector<Request> ScriptedServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

bool ScriptedServer::wait_for_requests(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(10), [&] { return requests_.size() >= count; });
}

std::size_t ScriptedServer::answers_left() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

int ScriptedServer::most_in_flight() const {
    const std::lock_guard lock(mutex_);
    return most_in_flight_;
}

void ScriptedServer::serve(Socket& socket, int number) {
    {
        const std::lock_guard lock(mutex_);
        if (resets_ > 0) {
            --resets_;
            socket.reset_on_close();
            return;
        }
    }
    MessageReader reader(socket);
    bool open = true;
    while (open) {
        auto request = reader.request();
        if (!request) return;
        request->connection = number;
        const Answer answer = next(*request);
        open = server_.pause(answer.after);
        {
            const std::lock_guard lock(mutex_);
            --in_flight_;  // before the answer, on which the next request may follow at once
        }
        open = open && deliver(answer, *request, socket);
    }
}

Answer ScriptedServer::next(const Request& request) {
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
        came_.notify_all();
        if (!queue_.empty()) {
            Answer answer = std::move(queue_.front());
            queue_.pop_front();
            return answer;
        }
    }
    if (!handler_) return {.status = 500, .body = "no answer was scripted for " + request.method + " " + request.target};
    const std::lock_guard lock(handling_);
    return handler_(request);
}

bool ScriptedServer::deliver(const Answer& answer, const Request& request, Socket& socket) {
    using enum Answer::Delivery;
    if (answer.delivery == reset) socket.reset_on_close();
    if (answer.delivery == reset || answer.delivery == close) return false;
    if (!socket.send(head_of(answer))) return false;
    std::string_view body = request.method == "HEAD" ? std::string_view{} : std::string_view(answer.body);
    if (answer.delivery == reset_half) body = body.substr(0, body.size() / 2);
    if (answer.between_bytes.count() == 0) {
        if (!socket.send(body)) return false;
    } else {
        for (const char& byte : body) {
            if (!socket.send({&byte, 1}) || !server_.pause(answer.between_bytes)) return false;
        }
    }
    if (answer.delivery == reset_half) {
        // A reset right behind the bytes would make the other side's system drop them unread.
        [[maybe_unused]] const bool running = server_.pause(std::chrono::milliseconds(50));
        socket.reset_on_close();
        return false;
    }
    return !answer.then_close;
}

}  // namespace dualstore::servers
