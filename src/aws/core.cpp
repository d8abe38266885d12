#include "aws/core.hpp"

#include <aws/io/socket.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "aws/flight.hpp"

namespace dualstore::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds connect_limit = 4s;
constexpr std::chrono::milliseconds tls_limit = 5s;
// Shorter than what servers and load balancers allow, so that it is rarely they who close one just as it is used again.
constexpr std::chrono::milliseconds idle_limit = 8s;
// The C library holds back the report of a failed handshake for 10 to 30 s, so that nobody can learn from its timing.
constexpr auto handshake_held_back = 30s;

}  // namespace

// Hears of a failed handshake at once. It goes when the last connection has, which may be after the service.
struct Core::TlsWatch {
    std::weak_ptr<Core> core;

    static void on_result(aws_channel_handler* /*handler*/, aws_channel_slot* /*slot*/, int error, void* watch) {
        const std::shared_ptr<Core> core = error == 0 ? nullptr : static_cast<TlsWatch*>(watch)->core.lock();
        if (core) {
            core->distrusted_until_ = (Clock::now() + handshake_held_back).time_since_epoch().count();
            core->look();
        }
    }

    static void on_shutdown(void* watch) { delete static_cast<TlsWatch*>(watch); }
};

Core::~Core() {
    if (owner != getpid()) {
        // The threads that would close the connections are the parent's.
        [[maybe_unused]] const auto* left_to_it = connections.release();
    }
}

Result<void> Core::open() {
    Result<Endpoint> parsed = parse_endpoint(options.endpoint);
    if (!parsed) {
        return fail(parsed.error());
    }
    endpoint = *std::move(parsed);
    if (options.connections == 0) {
        return fail(ErrorCode::invalid_argument, "a service needs at least one connection");
    }
    if (options.sign && options.region.empty()) {
        return fail(ErrorCode::invalid_argument, "signing needs a region");
    }
    const Result<Runtime*> started = Runtime::get();
    if (!started) {
        return fail(started.error());
    }
    runtime = *started;
    if (options.sign) {
        credentials = std::make_shared<Credentials>(*runtime, options.profile);
    }
    return open_pool();
}

Result<void> Core::open_pool() {
    aws_socket_options socket{};
    socket.type = AWS_SOCKET_STREAM;
    socket.connect_timeout_ms = static_cast<std::uint32_t>(connect_limit.count());
    socket.tcp_nodelay = AWS_SOCKET_TCP_NODELAY_ON;
    aws_http_connection_manager_options pool{};
    pool.bootstrap = runtime->bootstrap();
    pool.initial_window_size = SIZE_MAX;
    pool.socket_options = &socket;
    pool.host = cursor(endpoint.host);
    pool.port = endpoint.port;
    pool.max_connections = options.connections;
    pool.max_connection_idle_in_milliseconds = static_cast<std::uint64_t>(idle_limit.count());
    aws_tls_connection_options tls{};
    std::unique_ptr<TlsWatch> watch;
    if (endpoint.tls) {
        const Result<TlsContext> context = Runtime::tls_context(options.ca_file);
        if (!context) {
            return fail(context.error());
        }
        aws_tls_connection_options_init_from_ctx(&tls, context->get());
        const aws_byte_cursor name = cursor(endpoint.host);
        aws_tls_connection_options_set_server_name(&tls, aws_default_allocator(), &name);
        tls.timeout_ms = static_cast<std::uint32_t>(tls_limit.count());
        watch.reset(new TlsWatch{weak_from_this()});
        aws_tls_connection_options_set_callbacks(&tls, TlsWatch::on_result, nullptr, nullptr, watch.get());
        pool.tls_connection_options = &tls;
        pool.shutdown_complete_callback = TlsWatch::on_shutdown;
        pool.shutdown_complete_user_data = watch.get();
    }
    connections.reset(aws_http_connection_manager_new(aws_default_allocator(), &pool));
    aws_tls_connection_options_clean_up(&tls);
    if (!connections) {
        return fail(ErrorCode::unavailable, fmt::format("the connections cannot be set up: {}", aws_error_str(aws_last_error())));
    }
    [[maybe_unused]] const auto* kept_by_the_pool = watch.release();
    return {};
}

Flights::iterator Core::add(const std::shared_ptr<Flight>& flight) {
    Flights::iterator place;
    bool watched = true;
    {
        const std::scoped_lock lock(mutex_);
        place = flights_.insert(flights_.end(), flight);
        watched = std::exchange(watching_, true);
    }
    if (!watched) {
        watch();
    }
    return place;
}

void Core::remove(Flights::iterator flight) {
    std::shared_ptr<Flight> gone;  // outlives the lock
    const std::scoped_lock lock(mutex_);
    gone = std::move(*flight);
    flights_.erase(flight);
}

void Core::watch() {
    const auto interval = std::clamp<std::chrono::milliseconds>(std::min(options.deadline, options.silence) / 20, 5ms, 200ms);
    runtime->run_after(interval, [weak = weak_from_this()] {
        const auto core = weak.lock();
        if (!core) {
            return;
        }
        core->look();
        {
            const std::scoped_lock lock(core->mutex_);
            core->watching_ = !core->flights_.empty();
            if (!core->watching_) {
                return;
            }
        }
        core->watch();
    });
}

void Core::look() {
    std::vector<std::shared_ptr<Flight>> flights;
    {
        const std::scoped_lock lock(mutex_);
        flights.assign(flights_.begin(), flights_.end());
    }
    const auto now = Clock::now();
    for (const auto& flight : flights) {
        flight->look(now);
    }
}

}  // namespace dualstore::aws
