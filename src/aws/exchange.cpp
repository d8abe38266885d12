#include "aws/exchange.hpp"

#include <aws/http/connection.h>
#include <aws/io/stream.h>

#include <algorithm>
#include <utility>

namespace dualstore::aws {

// A stream of the request's body that says when some of it was taken.
struct Exchange::Body {
    aws_input_stream base{};
    std::string_view bytes;
    std::size_t at = 0;
    Exchange* owner = nullptr;

    static Body* of(aws_input_stream* stream) { return static_cast<Body*>(stream->impl); }

    static int seek(aws_input_stream* stream, std::int64_t offset, aws_stream_seek_basis basis) {
        Body& body = *of(stream);
        const auto size = static_cast<std::int64_t>(body.bytes.size());
        const std::int64_t target = basis == AWS_SSB_BEGIN ? offset : size + offset;
        if (target < 0 || target > size) {
            return aws_raise_error(AWS_IO_STREAM_INVALID_SEEK_POSITION);
        }
        body.at = static_cast<std::size_t>(target);
        return AWS_OP_SUCCESS;
    }

    static int read(aws_input_stream* stream, aws_byte_buf* destination) {
        Body& body = *of(stream);
        const std::size_t count = std::min(destination->capacity - destination->len, body.bytes.size() - body.at);
        aws_byte_buf_write(destination, reinterpret_cast<const std::uint8_t*>(body.bytes.data()) + body.at, count);
        body.at += count;
        body.owner->outcome_.bytes_sent = body.at;
        body.owner->moved();
        return AWS_OP_SUCCESS;
    }

    static int status(aws_input_stream* stream, aws_stream_status* status) {
        status->is_end_of_stream = of(stream)->at == of(stream)->bytes.size();
        status->is_valid = true;
        return AWS_OP_SUCCESS;
    }

    static int length(aws_input_stream* stream, std::int64_t* length) {
        *length = static_cast<std::int64_t>(of(stream)->bytes.size());
        return AWS_OP_SUCCESS;
    }

    static void destroy(void* body) { delete static_cast<Body*>(body); }

    static aws_input_stream* create(Exchange* owner) {
        static const aws_input_stream_vtable functions{seek, read, status, length, nullptr, nullptr};
        auto* body = new Body;
        body->bytes = owner->body_;
        body->owner = owner;
        body->base.impl = body;
        body->base.vtable = &functions;
        aws_ref_count_init(&body->base.ref_count, body, destroy);
        return &body->base;
    }
};

Exchange::Exchange(aws_http_connection_manager* connections, std::string_view body, Prepare prepare, std::function<void(Outcome)> ended)
    : connections_(connections),
      body_(body),
      prepare_(std::move(prepare)),
      ended_(std::move(ended)),
      started_(Clock::now()),
      progress_(Clock::time_point::max().time_since_epoch().count()) {}

void Exchange::begin() {
    self_ = shared_from_this();
    aws_http_connection_manager_acquire_connection(connections_, on_connection, this);
}

void Exchange::on_connection(aws_http_connection* connection, int error, void* self) {
    const std::shared_ptr<Exchange> exchange = std::move(static_cast<Exchange*>(self)->self_);
    bool cancelled = false;
    {
        const std::scoped_lock lock(exchange->mutex_);
        cancelled = exchange->over_;
        exchange->connection_ = connection;
    }
    if (cancelled) {
        exchange->release_connection();
    } else if (connection == nullptr) {
        exchange->finish(error);
    } else {
        exchange->started_ = Clock::now();
        exchange->moved();
        exchange->send(connection);
    }
}

void Exchange::send(aws_http_connection* connection) {
    aws_input_stream* body = body_.empty() ? nullptr : Body::create(this);
    int error = 0;
    const Message message = prepare_(body, &error);
    aws_input_stream_release(body);
    if (!message) {
        finish(error);
        return;
    }
    aws_http_make_request_options options{};
    options.self_size = sizeof options;
    options.request = message.get();
    options.user_data = this;
    options.on_response_headers = on_headers;
    options.on_response_body = on_body;
    options.on_metrics = on_metrics;
    options.on_complete = on_complete;
    aws_http_stream* stream = aws_http_connection_make_request(connection, &options);
    if (stream == nullptr) {
        finish(aws_last_error());
        return;
    }
    aws_http_stream_acquire(stream);  // activating it may last longer than it does
    {
        const std::scoped_lock lock(mutex_);
        stream_ = stream;
        self_ = shared_from_this();
    }
    if (aws_http_stream_activate(stream) != AWS_OP_SUCCESS) {
        error = aws_last_error();
        const std::shared_ptr<Exchange> exchange = std::move(self_);
        finish(error);
    }
    aws_http_stream_release(stream);
}

int Exchange::on_headers(aws_http_stream* /*stream*/, aws_http_header_block block, const aws_http_header* headers, std::size_t count,
                         void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.moved();
    if (block != AWS_HTTP_HEADER_BLOCK_MAIN) {
        return AWS_OP_SUCCESS;
    }
    Response& response = exchange.outcome_.response;
    for (std::size_t i = 0; i < count; ++i) {
        response.headers.emplace_back(view(headers[i].name), view(headers[i].value));
    }
    return AWS_OP_SUCCESS;
}

int Exchange::on_body(aws_http_stream* /*stream*/, const aws_byte_cursor* data, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.moved();
    exchange.outcome_.bytes_received += data->len;
    exchange.outcome_.response.body.append(view(*data));
    return AWS_OP_SUCCESS;
}

void Exchange::on_metrics(aws_http_stream* /*stream*/, const aws_http_stream_metrics* metrics, void* self) {
    static_cast<Exchange*>(self)->outcome_.sent = metrics->send_start_timestamp_ns != -1;
}

void Exchange::on_complete(aws_http_stream* stream, int error, void* self) {
    const std::shared_ptr<Exchange> exchange = std::move(static_cast<Exchange*>(self)->self_);
    if (error == 0) {
        aws_http_stream_get_incoming_response_status(stream, &exchange->outcome_.response.status);  // there need be no headers
    }
    exchange->finish(error);
}

void Exchange::cancel(int error) {
    aws_http_stream* stream = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        if (over_ || (stream_ == nullptr && connection_ != nullptr)) {
            return;  // in the second case it is being sent at this moment: the next look cancels it
        }
        if (stream_ != nullptr) {
            stream = aws_http_stream_acquire(stream_);
        } else {
            over_ = true;
        }
    }
    if (stream == nullptr) {
        deliver(error);
        return;
    }
    aws_http_stream_cancel(stream, error);
    aws_http_stream_release(stream);
}

void Exchange::release_connection() {
    aws_http_connection* connection = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        connection = std::exchange(connection_, nullptr);
    }
    if (connection != nullptr) {
        aws_http_connection_manager_release_connection(connections_, connection);
    }
}

void Exchange::finish(int error) {
    aws_http_stream* stream = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(over_, true)) {
            return;
        }
        stream = std::exchange(stream_, nullptr);
    }
    aws_http_stream_release(stream);
    release_connection();
    deliver(error);
}

void Exchange::deliver(int error) {
    outcome_.error = error;
    outcome_.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_);
    prepare_ = nullptr;
    std::exchange(ended_, nullptr)(std::move(outcome_));
}

}  // namespace dualstore::aws
