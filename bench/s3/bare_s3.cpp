// A bare loop over aws-c-s3, with the libraries that dualstore is linked with: signed requests of one object each, a checksum with what is
// put, checksums looked at in what is got. A call that ends starts the next one from its callback, so no thread waits.
#include <aws/auth/credentials.h>
#include <aws/http/request_response.h>
#include <aws/io/channel_bootstrap.h>
#include <aws/io/event_loop.h>
#include <aws/io/host_resolver.h>
#include <aws/io/stream.h>
#include <aws/io/uri.h>
#include <aws/s3/s3_client.h>

#include <condition_variable>
#include <mutex>

#include "worker.hpp"

namespace {

using namespace dualstore::bench;

aws_byte_cursor cursor(std::string_view text) {
    return aws_byte_cursor_from_array(text.data(), text.size());
}

class Loop {
  public:
    Loop(std::string_view endpoint, std::string bucket) : bucket_(std::move(bucket)) {
        aws_allocator* const allocator = aws_default_allocator();
        aws_s3_library_init(allocator);
        const aws_byte_cursor url = cursor(endpoint);
        if (aws_uri_init_parse(&endpoint_, allocator, &url) != AWS_OP_SUCCESS) give_up("the endpoint is wrong");
        const aws_byte_cursor authority = *aws_uri_authority(&endpoint_);
        host_.assign(reinterpret_cast<const char*>(authority.ptr), authority.len);

        aws_event_loop_group_options loops{};
        loops.loop_count = 2;  // as dualstore has
        aws_event_loop_group* group = aws_event_loop_group_new(allocator, &loops);
        aws_host_resolver_default_options names{};
        names.max_entries = 8;
        names.el_group = group;
        aws_client_bootstrap_options start{};
        start.event_loop_group = group;
        start.host_resolver = aws_host_resolver_new_default(allocator, &names);
        aws_credentials_provider_environment_options environment{};
        aws_signing_config_aws signing{};
        aws_s3_init_default_signing_config(&signing, cursor("us-east-1"),
                                           aws_credentials_provider_new_environment(allocator, &environment));
        signing.signed_body_value = {};  // no TLS: the body's own hash is signed
        aws_s3_client_config config{};
        config.region = cursor("us-east-1");
        config.client_bootstrap = aws_client_bootstrap_new(allocator, &start);
        config.tls_mode = AWS_MR_TLS_DISABLED;
        config.signing_config = &signing;
        config.max_active_connections_override = 350;  // as dualstore has
        client_ = aws_s3_client_new(allocator, &config);
        if (client_ == nullptr) give_up(aws_error_str(aws_last_error()));
    }

    void run(Turn& turn, unsigned in_flight, bool put) {
        turn_ = &turn;
        put_ = put;
        in_flight_ = in_flight;
        for (unsigned i = 0; i < in_flight; ++i) begin();
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [&] { return in_flight_ == 0; });
    }

  private:
    struct Call {
        Loop* loop;
        std::string record;
        std::string got;
    };

    void begin() {
        const std::uint64_t id = put_ ? new_id() : readable_id();
        auto* call = new Call{this, put_ ? record(id, 0) + "\n" : std::string(), {}};
        const std::string path = fmt::format("/{}/{}/metadata/brand_{}.json", bucket_, put_ ? "bare" : "readable", id);
        const std::string length = std::to_string(call->record.size());
        aws_http_message* message = aws_http_message_new_request(aws_default_allocator());
        const auto add = [message](std::string_view name, std::string_view value) {
            aws_http_message_add_header(message, {cursor(name), cursor(value), AWS_HTTP_HEADER_COMPRESSION_USE_CACHE});
        };
        aws_http_message_set_request_method(message, cursor(put_ ? "PUT" : "GET"));
        aws_http_message_set_request_path(message, cursor(path));
        add("Host", host_);
        aws_s3_checksum_config checksum{};
        if (put_) {
            add("Content-Type", "application/json");
            add("Content-Length", length);
            const aws_byte_cursor body = cursor(call->record);
            aws_input_stream* stream = aws_input_stream_new_from_cursor(aws_default_allocator(), &body);
            aws_http_message_set_body_stream(message, stream);
            aws_input_stream_release(stream);
            checksum.location = AWS_SCL_HEADER;
            checksum.checksum_algorithm = AWS_SCA_CRC32;
        } else {
            checksum.validate_response_checksum = true;
        }
        aws_s3_meta_request_options options{};
        options.type = AWS_S3_META_REQUEST_TYPE_DEFAULT;  // one request, as it stands
        options.operation_name = cursor(put_ ? "PutObject" : "GetObject");
        options.message = message;
        options.endpoint = &endpoint_;
        options.checksum_config = &checksum;
        options.body_callback = on_body;
        options.finish_callback = on_finish;
        options.user_data = call;
        if (aws_s3_client_make_meta_request(client_, &options) == nullptr) give_up(aws_error_str(aws_last_error()));
        aws_http_message_release(message);
    }

    static int on_body(aws_s3_meta_request* /*request*/, const aws_byte_cursor* bytes, std::uint64_t /*offset*/, void* call) {
        static_cast<Call*>(call)->got.append(reinterpret_cast<const char*>(bytes->ptr), bytes->len);
        return AWS_OP_SUCCESS;
    }

    static void on_finish(aws_s3_meta_request* request, const aws_s3_meta_request_result* result, void* user_data) {
        auto* call = static_cast<Call*>(user_data);
        if (result->error_code != 0) give_up(aws_error_str(result->error_code));
        Loop& loop = *call->loop;
        if (!loop.put_ && call->got.empty()) give_up("an object came without its bytes");
        delete call;
        aws_s3_meta_request_release(request);
        loop.turn_->count();
        if (loop.turn_->goes_on()) {
            loop.begin();
            return;
        }
        const std::scoped_lock lock(loop.mutex_);
        if (--loop.in_flight_ == 0) loop.ended_.notify_one();
    }

    std::string bucket_;
    std::string host_;
    aws_uri endpoint_{};
    aws_s3_client* client_ = nullptr;
    Turn* turn_ = nullptr;
    bool put_ = false;
    std::mutex mutex_;  // guards what follows
    std::condition_variable ended_;
    unsigned in_flight_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) give_up("usage: bare_s3 ENDPOINT BUCKET");
    static Loop& loop = *new Loop(arguments[1], arguments[2]);  // the libraries' threads go with the process
    serve({{"put", [](Turn& turn, unsigned in_flight) { loop.run(turn, in_flight, true); }},
           {"get", [](Turn& turn, unsigned in_flight) { loop.run(turn, in_flight, false); }}});
}
