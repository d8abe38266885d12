#include "dual/engine_url.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "dual/url.hpp"

namespace dualstore::dual {
namespace {

constexpr long half_an_hour = 1800;

Result<EnginePlace> athena(const Url& url) {
    if (auto known =
            url.check_settings("Athena", {"region", "workgroup", "output", "catalog", "endpoint", "profile", "ca", "timeout", "deadline"});
        !known) {
        return fail(known.error());
    }
    if (url.host.empty() || !url.path.empty() || !url.user.empty()) {
        return fail(ErrorCode::invalid_argument, "expected athena://DATABASE?region=…; credentials come from the environment");
    }
    auto timeout = url.seconds("timeout", half_an_hour);
    auto deadline = url.seconds("deadline", 60);
    if (!timeout) return fail(timeout.error());
    if (!deadline) return fail(deadline.error());
    AthenaOptions options{.database = url.host};
    options.catalog = url.setting("catalog", options.catalog);
    options.workgroup = url.setting("workgroup");
    options.output = url.setting("output");
    options.timeout = std::chrono::seconds(*timeout);
    options.aws.region = url.setting("region");
    options.aws.endpoint = url.setting("endpoint");
    options.aws.profile = url.setting("profile");
    options.aws.ca_file = url.setting("ca");
    options.aws.deadline = std::chrono::seconds(*deadline);
    return options;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Result<EnginePlace> trino(const Url& url) {
    if (auto known = url.check_settings("Trino", {"tls", "ca", "timeout", "deadline"}); !known) return fail(known.error());
    const std::size_t slash = url.path.find('/');
    const bool named =
        slash != std::string::npos && slash > 0 && slash + 1 < url.path.size() && url.path.find('/', slash + 1) == std::string::npos;
    if (url.host.empty() || url.user.empty() || !named) {
        return fail(ErrorCode::invalid_argument, "expected trino://USER@HOST:PORT/CATALOG/SCHEMA, with ?tls=on for https");
    }
    auto tls = url.flag("tls");
    auto timeout = url.seconds("timeout", half_an_hour);
    auto deadline = url.seconds("deadline", 60);
    if (!tls) return fail(tls.error());
    if (!timeout) return fail(timeout.error());
    if (!deadline) return fail(deadline.error());
    TrinoOptions options;
    options.user = url.user;
    options.catalog = url.path.substr(0, slash);
    options.schema = url.path.substr(slash + 1);
    const bool secure = tls->value_or(url.host.ends_with(":443") || url.host.ends_with(":8443"));
    options.endpoint = fmt::format("{}://{}", secure ? "https" : "http", url.host);
    options.password = url.password.empty() ? variable("DUALSTORE_TRINO_PASSWORD") : url.password;
    options.token = variable("DUALSTORE_TRINO_TOKEN");
    options.ca_file = url.setting("ca");
    options.timeout = std::chrono::seconds(*timeout);
    options.deadline = std::chrono::seconds(*deadline);
    return options;
}

}  // namespace

Result<EnginePlace> parse_engine_url(std::string_view text) {
    if (text == "embedded") return Embedded{};
    auto url = parse_url(text);
    if (url && url->scheme == "athena") return athena(*url);
    if (url && url->scheme == "trino") return trino(*url);
    if (!url && (text.starts_with("athena://") || text.starts_with("trino://"))) return fail(url.error());
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' names no query engine: expected embedded, athena://DATABASE or trino://USER@HOST:PORT/CATALOG/SCHEMA",
                            text.substr(0, text.find_first_of(":?@"))));
}

Result<std::shared_ptr<QueryEngine>> open_engine(EnginePlace place, const sql::EmbeddedOptions& embedded, const Tracer& trace) {
    if (auto* athena = std::get_if<AthenaOptions>(&place)) {
        athena->aws.trace = trace;
        return open_athena_engine(std::move(*athena));
    }
    if (auto* trino = std::get_if<TrinoOptions>(&place)) {
        trino->trace = trace;
        return open_trino_engine(std::move(*trino));
    }
    return sql::make_embedded_engine(embedded);
}

}  // namespace dualstore::dual
