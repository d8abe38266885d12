#include "sql/remote/trino_statement.hpp"

#include <fmt/format.h>
#include <yyjson.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "record/json.hpp"
#include "record/text.hpp"
#include "sql/remote/base64.hpp"
#include "sql/remote/trino_errors.hpp"
#include "sql/remote/trino_values.hpp"

namespace dualstore::sql::remote {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds patience_for_cancelling{5};
constexpr milliseconds first_pause{100};  // while the cluster starts
constexpr milliseconds longest_pause{2000};

aws::Verdict judge(const aws::Response& response) {
    switch (response.status) {
        case 429:
        case 503:
            return aws::Verdict::throttled;
        case 502:
        case 504:
            return aws::Verdict::broken;
        default:
            return aws::Verdict::final;
    }
}

std::uint64_t number_at(yyjson_val* object, const char* name) {
    const auto text = record::number_of(yyjson_obj_get(object, name));
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

milliseconds time_at(yyjson_val* object, const char* name) {
    return milliseconds(static_cast<milliseconds::rep>(number_at(object, name)));
}

// The path of an address. The rest is not looked at: requests, and so credentials, go to the endpoint that the caller named, also where
// Trino calls itself by a name of its own behind a proxy. Empty: it is no address.
std::string_view target_of(std::string_view uri) {
    if (const auto scheme = uri.find("://"); scheme != std::string_view::npos) {
        uri.remove_prefix(std::min(uri.find('/', scheme + 3), uri.size()));
    }
    const bool usable = uri.starts_with('/') && std::ranges::all_of(uri, [](char c) { return c > ' ' && c < 0x7f; });
    return usable ? uri : std::string_view();
}

// One statement, from handing it in to its last row.
class Run {
  public:
    Run(aws::Service& service, const aws::Headers& headers, const TrinoStatement& statement, const QueryOptions& options,
        std::chrono::seconds timeout, Clock::time_point end)
        : service_(service), headers_(headers), statement_(statement), options_(options), timeout_(timeout), end_(end) {}

    Result<QueryResult> result() {
        if (auto begun = ask("POST", "/v1/statement", statement_.sql); !begun) return fail(std::move(begun.error()));
        while (!next_.empty()) {
            if (auto page = ask("GET", next_, {}); !page) return fail(std::move(page.error()));
        }
        for (const TrinoColumn& column : columns_) result_.columns.push_back(column.column);
        return std::move(result_);
    }

  private:
    Result<void> ask(std::string method, std::string target, std::string body);
    std::optional<aws::Reply> reply_to(aws::Call call, const std::stop_token& stop, Clock::time_point until);
    aws::Call call(std::string method, std::string target, std::string body) const;
    Result<void> take(std::string_view page);
    bool take_columns(yyjson_val* columns);
    bool take_rows(yyjson_val* rows);
    void take_statistics(yyjson_val* statistics);
    tl::unexpected<Error> not_understood(std::string_view why);
    tl::unexpected<Error> interrupted();
    [[nodiscard]] tl::unexpected<Error> refused(const aws::Reply& reply) const;
    void cancel();

    [[nodiscard]] const std::string& id() const { return result_.statistics.query_id; }

    aws::Service& service_;
    const aws::Headers& headers_;
    const TrinoStatement& statement_;
    const QueryOptions& options_;
    std::chrono::seconds timeout_;
    Clock::time_point end_;
    std::string next_;  // where the next page is; empty at the end
    std::vector<TrinoColumn> columns_;
    QueryResult result_;
};

aws::Call Run::call(std::string method, std::string target, std::string body) const {
    aws::Call call;
    call.operation = method + " /v1/statement";
    call.key = id();
    call.method = std::move(method);
    call.target = std::move(target);
    call.headers = headers_;
    if (!body.empty()) call.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    call.body = std::move(body);
    return call;
}

// None: stopped, or too late. The call goes on then, and nobody looks at its reply.
std::optional<aws::Reply> Run::reply_to(aws::Call call, const std::stop_token& stop, Clock::time_point until) {
    struct Arrival {
        std::mutex mutex;
        std::condition_variable_any came;
        std::optional<aws::Reply> reply;
    };
    const auto arrival = std::make_shared<Arrival>();
    service_.start(std::move(call), [arrival](aws::Reply reply) {
        const std::lock_guard lock(arrival->mutex);
        arrival->reply = std::move(reply);
        arrival->came.notify_one();
    });
    std::unique_lock lock(arrival->mutex);
    arrival->came.wait_until(lock, stop, until, [&] { return arrival->reply.has_value(); });
    return std::move(arrival->reply);
}

Result<void> Run::ask(std::string method, std::string target, std::string body) {
    if (options_.stop.stop_requested() || Clock::now() >= end_) return interrupted();
    const auto reply = reply_to(call(std::move(method), std::move(target), std::move(body)), options_.stop, end_);
    if (!reply) return interrupted();
    if (reply->response.status != 200) return refused(*reply);
    return take(reply->response.body);
}

Result<void> Run::take(std::string_view page) {
    const auto document = record::parse_json(page);
    if (!document) return not_understood(document.error().message);
    yyjson_val* root = yyjson_doc_get_root(document->get());
    if (result_.statistics.query_id.empty()) result_.statistics.query_id = record::string_of(yyjson_obj_get(root, "id"));
    const std::string_view uri = record::string_of(yyjson_obj_get(root, "nextUri"));
    next_ = target_of(uri);
    if (!uri.empty() && next_.empty()) return not_understood("the next address has no path");
    if (yyjson_val* error = yyjson_obj_get(root, "error")) {
        Error failure = trino_error(error, statement_.shift);
        failure.key = id();
        return fail(std::move(failure));
    }
    if (!take_columns(yyjson_obj_get(root, "columns"))) return not_understood("a column has no type");
    if (!take_rows(yyjson_obj_get(root, "data"))) return not_understood("a row does not fit the columns' types");
    take_statistics(yyjson_obj_get(root, "stats"));
    return {};
}

bool Run::take_columns(yyjson_val* columns) {
    if (!columns_.empty()) return true;
    yyjson_arr_iter iter = yyjson_arr_iter_with(columns);
    while (yyjson_val* column = yyjson_arr_iter_next(&iter)) {
        auto one = trino_column(column);
        if (!one) return false;
        columns_.push_back(std::move(*one));
    }
    return true;
}

bool Run::take_rows(yyjson_val* rows) {
    yyjson_arr_iter row_iter = yyjson_arr_iter_with(rows);
    while (yyjson_val* row = yyjson_arr_iter_next(&row_iter)) {
        if (yyjson_arr_size(row) != columns_.size()) return false;
        std::vector<Value>& values = result_.rows.emplace_back();
        values.reserve(columns_.size());
        yyjson_arr_iter iter = yyjson_arr_iter_with(row);
        for (const TrinoColumn& column : columns_) {
            auto value = trino_value(column.type, yyjson_arr_iter_next(&iter));
            if (!value) return false;
            values.push_back(std::move(*value));
        }
    }
    return true;
}

void Run::take_statistics(yyjson_val* statistics) {
    QueryStatistics& taken = result_.statistics;
    taken.bytes_scanned = number_at(statistics, "physicalInputBytes");
    taken.queued = time_at(statistics, "queuedTimeMillis");
    taken.executed = std::max(time_at(statistics, "elapsedTimeMillis") - taken.queued, milliseconds(0));
    if (options_.progress) {
        options_.progress({std::string(record::string_of(yyjson_obj_get(statistics, "state"))), taken.bytes_scanned});
    }
}

tl::unexpected<Error> Run::not_understood(std::string_view why) {
    cancel();
    return fail(ErrorCode::unavailable, fmt::format("what answers at the endpoint does not speak Trino's protocol: {}", why), "query",
                id());
}

tl::unexpected<Error> Run::interrupted() {
    cancel();
    if (options_.stop.stop_requested()) return fail(ErrorCode::query, "USER_CANCELED: the query was stopped", "query", id());
    return fail(ErrorCode::query, fmt::format("EXCEEDED_TIME_LIMIT: the query did not end within {} s and was stopped", timeout_.count()),
                "query", id());
}

tl::unexpected<Error> Run::refused(const aws::Reply& reply) const {
    const int status = reply.response.status;
    Error error = aws::reply_error(reply, "query", id());
    const std::string said = fmt::format("HTTP {}: {}", status, record::excerpt(reply.response.body));
    if (status == 401 || status == 403) {
        error.message = fmt::format("Trino refuses the user ({})", said);
    } else if (status != 0) {
        const bool forgotten = !id().empty() && (status == 404 || status == 410);
        error.code = ErrorCode::unavailable;
        error.message = forgotten ? fmt::format("Trino does not know query {} any more; was it restarted?", id())
                                  : fmt::format("Trino does not run the query ({})", said);
    }
    if (!id().empty() && !statement_.repeatable) {
        error.code = ErrorCode::outcome_unknown;
        error.retry = Retry::never;
        error.message += fmt::format("; the statement may have run: look for its effect, or for {} in system.runtime.queries", id());
    }
    return fail(std::move(error));
}

// Waits, so that a program that ends now leaves no query behind; what the server says to it changes nothing.
void Run::cancel() {
    if (next_.empty()) return;
    aws::Call cancelling = call("DELETE", std::exchange(next_, {}), {});
    cancelling.deadline = patience_for_cancelling;
    (void)reply_to(std::move(cancelling), {}, Clock::now() + patience_for_cancelling);
}

// False: stopped.
bool pause(milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

bool in_header(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

}  // namespace

Result<aws::Headers> trino_headers(const TrinoOptions& options) {
    const auto wrong = [](std::string_view why) { return fail(ErrorCode::invalid_argument, std::string(why), "open trino"); };
    if (options.user.empty() && options.token.empty()) return wrong("Trino wants a user: trino://USER@HOST:PORT/CATALOG/SCHEMA");
    if (options.catalog.empty() || options.schema.empty())
        return wrong("name Trino's catalog and schema: trino://USER@HOST:PORT/CATALOG/SCHEMA");
    for (const std::string* text : {&options.user, &options.catalog, &options.schema, &options.token}) {
        if (!in_header(*text)) return wrong("the user, catalog, schema or token of Trino holds a control character");
    }
    const bool secret = !options.password.empty() || !options.token.empty();
    if (secret && !record::fold(options.endpoint).starts_with("https://"))
        return wrong("a password or token goes to Trino over https only");
    if (!options.password.empty() && !options.token.empty()) return wrong("give Trino a password or a token, not both");
    if (!options.password.empty() && options.user.find(':') != std::string::npos) return wrong("a user with a password cannot have a ':'");
    aws::Headers headers = {
        {"X-Trino-Catalog", options.catalog},
        {"X-Trino-Schema", options.schema},
        {"X-Trino-Source", "dualstore"},
        {"X-Trino-Time-Zone", "UTC"},
        {"X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME"},  // else all times come cut to milliseconds
    };
    if (!options.user.empty()) headers.emplace_back("X-Trino-User", options.user);
    if (!options.password.empty()) {
        headers.emplace_back("Authorization", "Basic " + to_base64(options.user + ':' + options.password));
    } else if (!options.token.empty()) {
        headers.emplace_back("Authorization", "Bearer " + options.token);
    }
    return headers;
}

Result<TrinoServer> TrinoServer::open(TrinoOptions options) {
    auto headers = trino_headers(options);
    if (!headers) return fail(std::move(headers.error()));
    aws::ServiceOptions service;
    service.service = "trino";
    service.endpoint = options.endpoint;
    service.sign = false;
    service.ca_file = options.ca_file;
    service.deadline = options.deadline;
    service.judge = judge;
    service.trace = options.trace;
    auto opened = aws::open_service(std::move(service));
    if (!opened) return fail(std::move(opened.error()));
    return TrinoServer(std::move(options), std::move(*headers), std::move(*opened));
}

Result<QueryResult> TrinoServer::run(const TrinoStatement& statement, const QueryOptions& options) const {
    const auto begun = Clock::now();
    const auto end = begun + options_.timeout;
    const auto last_start = std::min(end, begun + options_.deadline);
    for (milliseconds wait = first_pause;; wait = std::min(2 * wait, longest_pause)) {
        auto result = Run(*service_, headers_, statement, options, options_.timeout, end).result();
        if (result) result->statistics.total = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
        // A stop while it waits is answered by the next run, which does not begin.
        if (result || !not_ready(result.error()) || Clock::now() + wait >= last_start) return result;
        pause(wait, options.stop);
    }
}

}  // namespace dualstore::sql::remote
