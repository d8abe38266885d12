#include "servers/fault_proxy.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string_view>
#include <utility>

namespace dualstore::servers {
namespace {

constexpr std::string_view slow_down_body =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

std::string refusal(std::string_view status, std::string_view type, std::string_view body) {
    std::string answer = "HTTP/1.1 ";
    answer.append(status).append("\r\nContent-Type: ").append(type).append("\r\nContent-Length: ").append(std::to_string(body.size()));
    return answer.append("\r\n\r\n").append(body);
}

}  // namespace

FaultProxy::FaultProxy(std::uint16_t server_port, FaultRates rates, std::uint64_t seed)
    : server_port_(server_port), random_(seed), rates_(rates) {
    std::printf("fault proxy: seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    proxy_.start([this](Socket& socket, int) { serve(socket); });
}

int FaultProxy::count(Fault fault) const {
    const std::lock_guard lock(mutex_);
    return counts_.at(static_cast<std::size_t>(fault));
}

int FaultProxy::requests() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(counts_.begin(), counts_.end(), 0);
}

int FaultProxy::forwarded() const {
    const std::lock_guard lock(mutex_);
    return forwarded_;
}

void FaultProxy::set_rates(FaultRates rates) {
    const std::lock_guard lock(mutex_);
    rates_ = rates;
}

FaultProxy::Draw FaultProxy::draw() {
    const std::lock_guard lock(mutex_);
    double chance = std::uniform_real_distribution<double>()(random_);
    Draw draw{.silence = rates_.silence};
    for (const auto& [fault, rate] : {std::pair{Fault::reset_before, rates_.reset_before},
                                      {Fault::reset_after, rates_.reset_after},
                                      {Fault::reset_behind, rates_.reset_behind},
                                      {Fault::slow_down, rates_.slow_down},
                                      {Fault::too_many, rates_.too_many},
                                      {Fault::lost, rates_.lost},
                                      {Fault::slow_bytes, rates_.slow_bytes}}) {
        if (chance < rate) {
            draw.fault = fault;
            break;
        }
        chance -= rate;
    }
    draw.reaches_server = draw.fault != Fault::lost || std::bernoulli_distribution()(random_);
    ++counts_.at(static_cast<std::size_t>(draw.fault));
    return draw;
}

void FaultProxy::serve(Socket& client) {
    MessageReader reader(client);
    while (const auto request = reader.request()) {
        if (!pass(draw(), *request, reader.head(), client)) return;
    }
}

bool FaultProxy::pass(const Draw& draw, const Request& request, const std::string& head, Socket& client) {
    switch (draw.fault) {
        case Fault::reset_before:
            client.reset_on_close();
            return false;
        case Fault::slow_down:
            return client.send(refusal("503 Slow Down", "application/xml", slow_down_body));
        case Fault::too_many:
            return client.send(refusal("429 Too Many Requests", "text/plain", "too many requests"));
        default:
            break;
    }
    std::optional<RawAnswer> answer;
    if (draw.reaches_server) answer = forward(request, head);
    if (draw.fault == Fault::lost && !proxy_.pause(draw.silence)) return false;
    if (!answer || draw.fault == Fault::lost || draw.fault == Fault::reset_after) {
        client.reset_on_close();
        return false;
    }
    return deliver(*answer, draw.fault, client);
}

// Over a connection of its own, as one that is kept could break by itself, which nobody would have counted.
std::optional<RawAnswer> FaultProxy::forward(const Request& request, const std::string& head) {
    const auto server = Socket::connect(server_port_, std::chrono::seconds(30));
    if (!server || !server->send(head + request.body)) return std::nullopt;
    auto answer = MessageReader(*server).answer(request.method);
    server->reset_on_close();  // so that thousands of them leave no port waiting
    const std::lock_guard lock(mutex_);
    if (answer) ++forwarded_;
    return answer;
}

bool FaultProxy::deliver(const RawAnswer& answer, Fault fault, Socket& client) {
    const std::string bytes = answer.head + answer.body;
    const std::size_t piece = fault == Fault::slow_bytes ? bytes.size() / 16 + 1 : bytes.size();
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (at > 0 && !proxy_.pause(std::chrono::milliseconds(10))) return false;
        if (!client.send(std::string_view(bytes).substr(at, piece))) return false;
    }
    if (fault == Fault::reset_behind) {
        // A reset at the heels of the bytes would make the other side's system drop them unread.
        if (!proxy_.pause(std::chrono::milliseconds(20))) return false;
        client.reset_on_close();
        return false;
    }
    return !answer.closes;
}

}  // namespace dualstore::servers
