#include "aws/runtime.hpp"

#include <aws/auth/auth.h>
#include <aws/common/task_scheduler.h>
#include <aws/io/host_resolver.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace dualstore::aws {
namespace {

constexpr std::uint16_t threads = 2;
constexpr std::size_t resolved_hosts = 64;

struct Scheduled {
    aws_task task{};
    std::function<void()> run;
};

void run_scheduled(aws_task* /*task*/, void* argument, aws_task_status status) {
    const std::unique_ptr<Scheduled> scheduled{static_cast<Scheduled*>(argument)};
    if (status == AWS_TASK_STATUS_RUN_READY) {
        scheduled->run();
    }
}

Result<TlsContext> make_tls_context(const std::string& ca_file) {
    aws_tls_ctx_options options;
    aws_tls_ctx_options_init_default_client(&options, aws_default_allocator());
    bool readable = true;
    if (!ca_file.empty()) {
        readable = aws_tls_ctx_options_override_default_trust_store_from_path(&options, nullptr, ca_file.c_str()) == AWS_OP_SUCCESS;
    }
    TlsContext context{readable ? aws_tls_client_ctx_new(aws_default_allocator(), &options) : nullptr};
    const int error = aws_last_error();
    aws_tls_ctx_options_clean_up(&options);
    if (context) {
        return context;
    }
    if (!ca_file.empty()) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{} cannot be used as the list of trusted certificates (PEM): {}", ca_file, aws_error_str(error)));
    }
    return fail(ErrorCode::unavailable,
                "this system has no list of trusted certificates: install ca-certificates, or name one by AWS_CA_BUNDLE");
}

}  // namespace

void initialise_libraries() {
    static std::once_flag once;
    std::call_once(once, [] {
        // OpenSSL must not tear itself down at exit, while the runtime's threads are still using it.
        OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
        aws_auth_library_init(aws_default_allocator());
    });
}

Result<Runtime*> Runtime::get() {
    static auto& mutex = *new std::mutex;
    static Runtime* runtime = nullptr;
    static pid_t owner = 0;
    initialise_libraries();
    const std::scoped_lock lock(mutex);
    if (runtime != nullptr && owner == getpid()) {
        return runtime;
    }
    aws_event_loop_group_options loop_options{};
    loop_options.loop_count = threads;
    aws_event_loop_group* loops = aws_event_loop_group_new(aws_default_allocator(), &loop_options);
    if (loops == nullptr) {
        return fail(ErrorCode::unavailable, fmt::format("the network threads cannot be started: {}", aws_error_str(aws_last_error())));
    }
    aws_host_resolver_default_options resolver_options{};
    resolver_options.max_entries = resolved_hosts;
    resolver_options.el_group = loops;
    aws_host_resolver* resolver = aws_host_resolver_new_default(aws_default_allocator(), &resolver_options);
    aws_client_bootstrap_options bootstrap_options{};
    bootstrap_options.event_loop_group = loops;
    bootstrap_options.host_resolver = resolver;
    aws_client_bootstrap* bootstrap = aws_client_bootstrap_new(aws_default_allocator(), &bootstrap_options);
    aws_host_resolver_release(resolver);
    runtime = new Runtime(loops, bootstrap);
    owner = getpid();
    return runtime;
}

void Runtime::run_after(std::chrono::nanoseconds delay, std::function<void()> task) {
    auto* scheduled = new Scheduled{{}, std::move(task)};
    aws_task_init(&scheduled->task, run_scheduled, scheduled, "dualstore");
    aws_event_loop* loop = aws_event_loop_group_get_next_loop(loops_);
    if (delay <= std::chrono::nanoseconds::zero()) {
        aws_event_loop_schedule_task_now(loop, &scheduled->task);
        return;
    }
    std::uint64_t now = 0;
    aws_event_loop_current_clock_time(loop, &now);
    aws_event_loop_schedule_task_future(loop, &scheduled->task, now + static_cast<std::uint64_t>(delay.count()));
}

Result<TlsContext> Runtime::tls_context(const std::string& ca_file) {
    // Reading the system's hundred and more certificates takes 40 ms, and a program often has two services and their credentials.
    static auto& mutex = *new std::mutex;
    static auto& known = *new std::map<std::pair<std::string, std::filesystem::file_time_type>, TlsContext>;
    std::error_code missing;
    const auto changed = std::filesystem::last_write_time(ca_file, missing);
    const std::scoped_lock lock(mutex);
    TlsContext& context = known[{ca_file, changed}];
    if (!context) {
        Result<TlsContext> made = make_tls_context(ca_file);
        if (!made) {
            return made;
        }
        context = *std::move(made);
    }
    return TlsContext{aws_tls_ctx_acquire(context.get())};
}

}  // namespace dualstore::aws
