#include "aws/credentials.hpp"

#include <fmt/format.h>

#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "aws/settings.hpp"
#include "record/text.hpp"

namespace dualstore::aws {
namespace {

using namespace std::chrono_literals;
using Provider = Handle<aws_credentials_provider, aws_credentials_provider_release>;

// A search that failed is not repeated at once: on a machine without an instance's metadata each takes seconds.
constexpr auto failure_kept = 3s;
// New ones are fetched this long before the old ones end.
constexpr auto renewed_before_end = 60s;

bool is_good(const Identity& identity) {
    const std::uint64_t end = aws_credentials_get_expiration_timepoint_seconds(identity.get());
    if (end == UINT64_MAX) {
        return true;
    }
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch() + renewed_before_end);
    return end > static_cast<std::uint64_t>(now.count());
}

Identity from_environment() {
    const std::string key = variable("AWS_ACCESS_KEY_ID");
    const std::string secret = variable("AWS_SECRET_ACCESS_KEY");
    if (key.empty() || secret.empty()) {
        return nullptr;
    }
    const std::string token = variable("AWS_SESSION_TOKEN");
    return Identity{aws_credentials_new(aws_default_allocator(), cursor(key), cursor(secret), cursor(token), UINT64_MAX),
                    aws_credentials_release};
}

struct Place {
    std::string name;
    Provider provider;
};

// The places where credentials may be, in order. Those that nothing is configured for are left out.
std::vector<Place> places(Runtime& runtime, const std::string& profile, aws_tls_ctx* tls) {
    aws_allocator* allocator = aws_default_allocator();
    std::vector<Place> places;
    const auto add = [&places](std::string name, aws_credentials_provider* provider) {
        if (provider != nullptr) {
            places.push_back({std::move(name), Provider{provider}});
        }
    };
    const aws_byte_cursor name = profile.empty() ? aws_byte_cursor{} : cursor(profile);  // no text at all: AWS_PROFILE, "default"
    aws_credentials_provider_profile_options named{};
    named.profile_name_override = name;
    named.bootstrap = runtime.bootstrap();
    named.tls_ctx = tls;
    add("profile", aws_credentials_provider_new_profile(allocator, &named));
    if (tls != nullptr) {
        aws_credentials_provider_sso_options sso{};
        sso.profile_name_override = name;
        sso.bootstrap = runtime.bootstrap();
        sso.tls_ctx = tls;
        add("single sign-on", aws_credentials_provider_new_sso(allocator, &sso));
        aws_credentials_provider_sts_web_identity_options web{};
        web.profile_name_override = name;
        web.bootstrap = runtime.bootstrap();
        web.tls_ctx = tls;
        add("web identity", aws_credentials_provider_new_sts_web_identity(allocator, &web));
    }
    aws_credentials_provider_ecs_environment_options container{};
    container.bootstrap = runtime.bootstrap();
    container.tls_ctx = tls;
    aws_credentials_provider* in_container = aws_credentials_provider_new_ecs_from_environment(allocator, &container);
    add("container", in_container);
    if (in_container == nullptr && record::fold(variable("AWS_EC2_METADATA_DISABLED")) != "true") {
        aws_credentials_provider_imds_options instance{};
        instance.bootstrap = runtime.bootstrap();
        add("instance", aws_credentials_provider_new_imds(allocator, &instance));
    }
    return places;
}

// Asks one place after the other.
struct Search {
    std::vector<Place> places;
    std::size_t at = 0;
    std::string problems;
    std::function<void(Identity, std::string)> ended;

    static void on_credentials(aws_credentials* credentials, int error, void* argument) {
        std::unique_ptr<Search> search{static_cast<Search*>(argument)};
        if (credentials != nullptr) {
            aws_credentials_acquire(credentials);
            search->ended(Identity{credentials, aws_credentials_release}, {});
            return;
        }
        search->failed(error);
        next(std::move(search));
    }

    void failed(int error) {
        if (places[at].name != "instance") {  // that this is no instance is no news
            problems += fmt::format("; {}: {}", places[at].name, aws_error_str(error));
        }
        ++at;
    }

    static void next(std::unique_ptr<Search> search) {
        while (search->at < search->places.size()) {
            aws_credentials_provider* provider = search->places[search->at].provider.get();
            Search* waiting = search.release();
            if (aws_credentials_provider_get_credentials(provider, on_credentials, waiting) == AWS_OP_SUCCESS) {
                return;  // it may be gone already
            }
            search.reset(waiting);
            search->failed(aws_last_error());
        }
        search->ended(nullptr,
                      fmt::format("no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE{}",
                                  search->problems));
    }
};

}  // namespace

void Credentials::get(Found found) {
    std::unique_lock lock(mutex_);
    if (identity_ && is_good(identity_)) {
        const Identity identity = identity_;
        lock.unlock();
        found(identity, {});
    } else if (std::chrono::steady_clock::now() < error_until_) {
        runtime_.run_after(0ns, [found = std::move(found), error = error_] { found(nullptr, error); });
    } else {
        waiting_.push_back(std::move(found));
        const bool first = waiting_.size() == 1;
        lock.unlock();
        if (first) {
            search();
        }
    }
}

void Credentials::search() {
    if (profile_.empty()) {
        if (Identity identity = from_environment()) {
            found(std::move(identity), {});
            return;
        }
    }
    // On a thread of its own: it reads files, and a profile's credential_process runs and is waited for.
    const auto look = [self = shared_from_this()] {
        const Result<TlsContext> tls = Runtime::tls_context(variable("AWS_CA_BUNDLE"));
        auto search = std::make_unique<Search>();
        search->places = places(self->runtime_, self->profile_, tls ? tls->get() : nullptr);
        search->ended = [self](Identity identity, const std::string& error) { self->found(std::move(identity), error); };
        Search::next(std::move(search));
    };
    try {
        std::thread(look).detach();
    } catch (const std::system_error& error) {
        runtime_.run_after(0ns, [self = shared_from_this(), problem = fmt::format("no AWS credentials were looked for: {}", error.what())] {
            self->found(nullptr, problem);
        });
    }
}

void Credentials::refused(const Identity& identity) {
    const std::scoped_lock lock(mutex_);
    if (identity_ == identity) {
        identity_ = nullptr;
    }
}

void Credentials::found(Identity identity, const std::string& error) {
    std::vector<Found> waiting;
    {
        const std::scoped_lock lock(mutex_);
        identity_ = identity;
        error_ = error;
        error_until_ = identity ? std::chrono::steady_clock::time_point{} : std::chrono::steady_clock::now() + failure_kept;
        waiting.swap(waiting_);
    }
    for (const Found& call : waiting) {
        call(identity, error);
    }
}

}  // namespace dualstore::aws
