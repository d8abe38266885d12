#include "aws/flight.hpp"

#include <aws/auth/auth.h>
#include <aws/http/http.h>
#include <aws/io/io.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dualstore::aws {
namespace {

using namespace std::chrono_literals;

// A server that was there before may be starting again; one that never was is likely a wrong address, and the user waits.
constexpr int unreached_limit = 3;
constexpr int unreached_again_limit = 10;

bool is_tls_failure(int error) {
    return error == AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE ||
           (error >= AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE && error <= AWS_IO_TLS_HOST_NAME_MISMATCH);
}

std::string_view lost_by(int error) {
    switch (error) {
        case AWS_ERROR_HTTP_STREAM_CANCELLED:
            return "nothing came for too long";
        case AWS_ERROR_HTTP_CONNECTION_CLOSED:
        case AWS_ERROR_HTTP_SERVER_CLOSED:
        case AWS_IO_SOCKET_CLOSED:
            return "the connection was closed";
        default:
            return aws_error_str(error);
    }
}

std::string reason(const Outcome& outcome, const Endpoint& endpoint) {
    const std::string where = fmt::format("{}:{}", endpoint.host, endpoint.port);
    if (outcome.sent) {
        return fmt::format("no answer from {}: {}", where, lost_by(outcome.error));
    }
    switch (outcome.error) {
        case AWS_IO_SOCKET_CONNECTION_REFUSED:
            return fmt::format("cannot connect to {}: connection refused", where);
        case AWS_IO_SOCKET_TIMEOUT:
            return fmt::format("cannot connect to {}: no answer", where);
        case AWS_IO_DNS_QUERY_FAILED:
        case AWS_IO_DNS_QUERY_AGAIN:
        case AWS_IO_DNS_INVALID_NAME:
        case AWS_IO_DNS_NO_ADDRESS_FOR_HOST:
            return fmt::format("cannot connect to {}: the name {} is not known", where, endpoint.host);
        case AWS_ERROR_HTTP_STREAM_CANCELLED:
            return fmt::format("no connection to {} was free in time", where);
        default:
            break;
    }
    if (is_tls_failure(outcome.error)) {
        return fmt::format(
            "no TLS with {}: its certificate is not trusted, or not for this name. "
            "The system's list of authorities is in the package ca-certificates; AWS_CA_BUNDLE names another",
            where);
    }
    return fmt::format("cannot connect to {}: {}", where, aws_error_str(outcome.error));
}

bool same(const Identity& a, const Identity& b) {
    return view(aws_credentials_get_access_key_id(a.get())) == view(aws_credentials_get_access_key_id(b.get())) &&
           view(aws_credentials_get_session_token(a.get())) == view(aws_credentials_get_session_token(b.get()));
}

bool has_checksum(const Headers& headers) {
    return std::any_of(headers.begin(), headers.end(), [](const auto& header) { return header.first.starts_with("x-amz-checksum-"); });
}

}  // namespace

Flight::Flight(std::shared_ptr<Core> core, Call call, std::function<void(Reply)> done)
    : core_(std::move(core)),
      call_(std::move(call)),
      done_(std::move(done)),
      deadline_(Clock::now() + (call_.deadline > 0ms ? std::min(call_.deadline, core_->options.deadline) : core_->options.deadline)) {}

void Flight::begin() {
    place_ = core_->add(shared_from_this());
    attempt();
}

void Flight::attempt() {
    if (!core_->credentials) {
        send(nullptr);
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        stage_ = Stage::identity;
    }
    core_->credentials->get([self = shared_from_this()](Identity identity, const std::string& error) {
        {
            const std::scoped_lock lock(self->mutex_);
            if (self->stage_ == Stage::over) {
                return;
            }
            self->stage_ = Stage::pause;
        }
        if (!identity) {
            self->reply_.response = {};
            self->reply_.code = ErrorCode::permission_denied;
            self->reply_.error = error;
            self->finish();
        } else if (self->refused_ && same(identity, self->refused_)) {
            self->finish();  // there are no others: the refusal is the answer
        } else {
            self->send(identity);
        }
    });
}

void Flight::send(const Identity& identity) {
    identity_ = identity;
    ++reply_.attempts;
    const auto self = shared_from_this();
    auto exchange = std::make_shared<Exchange>(
        core_->connections.get(), call_.body,
        [self](aws_input_stream* body, int* error) { return self->message(body, self->identity_.get(), error); },
        [self](Outcome outcome) { self->ended(std::move(outcome)); });
    {
        const std::scoped_lock lock(mutex_);
        stage_ = Stage::exchange;
        exchange_ = exchange;
    }
    exchange->begin();
}

Message Flight::message(aws_input_stream* body, const aws_credentials* identity, int* error) {
    core_->reached = true;
    Message message{aws_http_message_new_request(aws_default_allocator())};
    aws_http_message_set_request_method(message.get(), cursor(call_.method));
    aws_http_message_set_request_path(message.get(), cursor(call_.target));
    const auto add = [&message](std::string_view name, std::string_view value) {
        aws_http_message_add_header(message.get(), {cursor(name), cursor(value), AWS_HTTP_HEADER_COMPRESSION_USE_CACHE});
    };
    add("Host", core_->endpoint.authority);
    add("User-Agent", "dualstore");
    if (body != nullptr || call_.method == "PUT" || call_.method == "POST") {
        add("Content-Length", std::to_string(call_.body.size()));
    }
    for (const auto& [name, value] : call_.headers) {
        add(name, value);
    }
    aws_http_message_set_body_stream(message.get(), body);
    if (identity != nullptr) {
        if (payload_.empty()) {
            // TLS keeps the body whole on its way, and its checksum until it is stored.
            const bool unsigned_payload = core_->options.service == "s3" && core_->endpoint.tls && has_checksum(call_.headers);
            payload_ = unsigned_payload ? "UNSIGNED-PAYLOAD" : sha256_hex(call_.body);
        }
        *error = sign(message.get(), {core_->options.service, core_->options.region, payload_}, identity);
        if (*error != 0) {
            unsendable_ = true;
            return nullptr;
        }
    }
    return message;
}

void Flight::ended(Outcome outcome) {
    {
        const std::scoped_lock lock(mutex_);
        stage_ = Stage::pause;
        exchange_ = nullptr;
    }
    if (outcome.error != 0) {
        reply_.error =
            unsendable_ ? fmt::format("the request cannot be signed: {}", aws_error_str(outcome.error)) : reason(outcome, core_->endpoint);
    }
    trace(outcome);
    if (outcome.error != 0) {
        reply_.response = {};
        failed(outcome);
    } else {
        reply_.response = std::move(outcome.response);
        reply_.error.clear();
        answered(core_->options.judge ? core_->options.judge(reply_.response) : Verdict::final);
    }
}

void Flight::answered(Verdict verdict) {
    switch (verdict) {
        case Verdict::final:
            core_->quota.put_back(taken_);
            finish();
            return;
        case Verdict::again: {
            const int status = reply_.response.status;
            if (identity_ && (status == 400 || status == 401 || status == 403)) {
                core_->credentials->refused(identity_);
                refused_ = identity_;
            }
            retry(Failure::again);
            return;
        }
        case Verdict::throttled:
            retry(Failure::throttled);
            return;
        case Verdict::broken:
            reply_.lost = true;
            if (call_.repeatable) {
                retry(Failure::broken);
            } else {
                finish();
            }
            return;
    }
}

void Flight::failed(const Outcome& outcome) {
    reply_.lost = reply_.lost || outcome.sent;
    if (outcome.sent) {
        if (call_.repeatable) {
            retry(Failure::lost);
        } else {
            finish();
        }
        return;
    }
    if (unsendable_) {
        // Perhaps on the thread that started the call, where it must not end.
        core_->runtime->run_after(0ns, [self = shared_from_this()] { self->finish(); });
        return;
    }
    ++unreached_;
    if (is_tls_failure(outcome.error) || unreached_ >= (core_->reached ? unreached_again_limit : unreached_limit)) {
        finish();
        return;
    }
    retry(Failure::unreached);
}

void Flight::retry(Failure failure) {
    if (core_->options.max_retries && reply_.attempts > *core_->options.max_retries) {
        finish();
        return;
    }
    std::chrono::milliseconds wait = std::max(back_off(failure, reply_.attempts), retry_after(reply_.response.header("Retry-After")));
    taken_ = core_->quota.take(failure);
    if (taken_ == 0) {
        wait = std::max(wait, slow_pace());
    }
    if (Clock::now() + wait >= deadline_) {
        finish();
        return;
    }
    core_->runtime->run_after(wait, [self = shared_from_this()] { self->attempt(); });
}

void Flight::look(Clock::time_point now) {
    std::shared_ptr<Exchange> exchange;
    {
        const std::scoped_lock lock(mutex_);
        if (stage_ == Stage::identity && now >= deadline_) {
            stage_ = Stage::over;
        } else if (stage_ != Stage::exchange) {
            return;
        }
        exchange = exchange_;
    }
    if (!exchange) {
        reply_.response = {};
        reply_.error = fmt::format("AWS credentials were not found within {} s",
                                   std::chrono::duration_cast<std::chrono::seconds>(core_->options.deadline).count());
        finish();
    } else if (core_->is_distrusted(now)) {
        exchange->cancel(AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE);
    } else if (now >= deadline_ || (call_.repeatable && exchange->last_progress() < now - core_->options.silence)) {
        exchange->cancel(AWS_ERROR_HTTP_STREAM_CANCELLED);
    }
}

void Flight::trace(const Outcome& outcome) const {
    if (!core_->options.trace) {
        return;
    }
    RequestTrace trace;
    const std::string code = outcome.error == 0 && outcome.response.status >= 400 ? error_code(outcome.response) : std::string{};
    trace.service = core_->options.service;
    trace.operation = call_.operation;
    trace.key = call_.key;
    trace.attempt = reply_.attempts;
    trace.status = outcome.error == 0 ? outcome.response.status : 0;
    trace.bytes_sent = outcome.bytes_sent;
    trace.bytes_received = outcome.bytes_received;
    trace.duration = outcome.duration;
    trace.error = outcome.error == 0 ? std::string_view{code} : std::string_view{reply_.error};
    core_->options.trace(trace);
}

void Flight::finish() {
    {
        const std::scoped_lock lock(mutex_);
        stage_ = Stage::over;
    }
    core_->remove(place_);
    std::exchange(done_, nullptr)(std::move(reply_));
}

}  // namespace dualstore::aws
