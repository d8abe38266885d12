// The AWS Common Runtime's threads and what they share.
#pragma once

#include <aws/io/channel_bootstrap.h>
#include <aws/io/event_loop.h>
#include <aws/io/tls_channel_handler.h>

#include <chrono>
#include <functional>
#include <string>

#include "aws/crt.hpp"
#include "dualstore/error.hpp"

namespace dualstore::aws {

using TlsContext = Handle<aws_tls_ctx, aws_tls_ctx_release>;

// Registers the C libraries' errors and starts OpenSSL; no thread. Needed before any of their calls.
void initialise_libraries();

// Two threads that serve every service of the process, started by the first. It lives as long as the process: a client in a static variable
// may be used and destroyed at any moment of the exit, on any thread. A child made by fork gets its own.
class Runtime {
  public:
    // unavailable: no threads or file descriptors are left.
    [[nodiscard]] static Result<Runtime*> get();

    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    [[nodiscard]] aws_client_bootstrap* bootstrap() const { return bootstrap_; }

    // Runs on a thread of the runtime.
    void run_after(std::chrono::nanoseconds delay, std::function<void()> task);

    // `ca_file` empty: the system's trust store. invalid_argument: it cannot be read; unavailable: the system has none.
    [[nodiscard]] static Result<TlsContext> tls_context(const std::string& ca_file);

  private:
    Runtime(aws_event_loop_group* loops, aws_client_bootstrap* bootstrap) : loops_(loops), bootstrap_(bootstrap) {}
    ~Runtime() = default;

    aws_event_loop_group* loops_;
    aws_client_bootstrap* bootstrap_;
};

}  // namespace dualstore::aws
