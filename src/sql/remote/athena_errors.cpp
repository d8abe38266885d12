#include "sql/remote/athena_errors.hpp"

#include <fmt/format.h>
#include <yyjson.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "record/json.hpp"

namespace dualstore::sql::remote {
namespace {

constexpr std::size_t longest_message = 1000;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

bool is_throttling(std::string_view type) {
    return is_one_of(type, {"ThrottlingException", "TooManyRequestsException", "Throttling", "RequestLimitExceeded", "RequestThrottled"});
}

bool is_expired(std::string_view type) {
    return is_one_of(type, {"ExpiredTokenException", "ExpiredToken", "RequestExpired"});
}

bool is_denied(std::string_view type) {
    return is_expired(type) ||
           is_one_of(type, {"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidClientTokenId",
                            "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken",
                            "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired"});
}

// An action that a server in Athena's place was not made for (moto): Athena's own failures are JSON.
bool is_unknown_action(const aws::Response& response) {
    return response.status == 501 || (response.status == 500 && response.body.starts_with('<'));
}

// One line, without what only the console's user can do.
std::string tidy(std::string_view text) {
    text = text.substr(0, std::min(text.find("This query ran against the"), longest_message));
    std::string line;
    for (const char c : text) line += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

// "TYPE_MISMATCH" of "TYPE_MISMATCH: line 1:8: ..."; empty where the text begins with no such name.
std::string_view leading_name(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon < 4) return {};
    const std::string_view name = text.substr(0, colon);
    const bool fits = std::ranges::all_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
    return fits ? name : std::string_view();
}

struct Rule {
    std::string_view contains;
    std::string_view name;  // Trino's
};

// For texts without a name of their own; the first that fits counts.
constexpr std::array<Rule, 14> rules = {{
    {"mismatched input", "SYNTAX_ERROR"},
    {"ParseException", "SYNTAX_ERROR"},
    {"Only one sql statement is allowed", "SYNTAX_ERROR"},
    {"Incorrect number of parameters", "INVALID_PARAMETER_USAGE"},
    {"Queries of this type are not supported", "NOT_SUPPORTED"},
    {"Table not found", "TABLE_NOT_FOUND"},
    {"Database does not exist", "SCHEMA_NOT_FOUND"},
    {"Table already exists", "TABLE_ALREADY_EXISTS"},
    {"AlreadyExistsException", "ALREADY_EXISTS"},
    {"Query timeout", "EXCEEDED_TIME_LIMIT"},
    {"Bytes scanned limit", "EXCEEDED_SCAN_LIMIT"},
    {"Query exhausted resources", "EXCEEDED_GLOBAL_MEMORY_LIMIT"},
    {"SemanticException", "GENERIC_USER_ERROR"},
    {"extraneous input", "SYNTAX_ERROR"},
}};

std::string named(std::string_view text, std::string_view otherwise) {
    if (text.starts_with("FAILED: ")) text.remove_prefix(8);  // Hive's word for any error
    std::string line = tidy(text);
    if (!leading_name(line).empty()) return line;
    if (line.starts_with("line ")) return "SYNTAX_ERROR: " + line;
    const auto rule = std::ranges::find_if(rules, [&](const Rule& one) { return contains(line, one.contains); });
    return fmt::format("{}: {}", rule == rules.end() ? otherwise : rule->name, line);
}

bool says_denied(std::string_view text) {
    return std::ranges::any_of(
        std::array<std::string_view, 7>{"AccessDenied", "Access denied", "Access Denied", "PERMISSION_DENIED", "Insufficient permissions",
                                        "Insufficient Lake Formation permission", "is not authorized to perform"},
        [&](std::string_view part) { return contains(text, part); });
}

// An InvalidRequestException: about the SQL, or about how the engine is set up.
Error request_error(const std::string& operation, const std::string& key, const std::string& message) {
    const auto wrong_set_up = [&](std::string_view advice) {
        return Error{ErrorCode::invalid_argument, Retry::never, operation, key, fmt::format("Athena: {} ({})", tidy(message), advice)};
    };
    if (contains(message, "output location") || contains(message, "Output location") || contains(message, "OutputLocation")) {
        const bool refused = contains(message, "anaged") || contains(message, "cannot be") || contains(message, "must not");
        return wrong_set_up(refused ? "this workgroup keeps results itself: give no output location"
                                    : "give an output location: output=s3://bucket/prefix/, or set one for the workgroup");
    }
    if (contains(message, "output bucket"))
        return wrong_set_up("check the output location: output=s3://bucket/prefix/ names a bucket you may write");
    if (contains(message, "orkGroup") || contains(message, "orkgroup")) return wrong_set_up("check the workgroup");
    return {ErrorCode::query, Retry::never, "query", {}, named(message, "GENERIC_USER_ERROR")};
}

}  // namespace

ServiceError service_error(const aws::Response& response) {
    ServiceError error{aws::error_code(response), {}};
    const std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document(
        yyjson_read(response.body.data(), response.body.size(), YYJSON_READ_NOFLAG), &yyjson_doc_free);
    yyjson_val* root = document ? yyjson_doc_get_root(document.get()) : nullptr;
    for (const char* name : {"message", "Message"}) {
        if (yyjson_val* text = yyjson_obj_get(root, name); yyjson_is_str(text)) error.message = record::string_of(text);
    }
    return error;
}

aws::Verdict athena_verdict(const aws::Response& response) {
    if (response.status < 400 || is_unknown_action(response)) return aws::Verdict::final;
    if (response.status == 429 || response.status == 503) return aws::Verdict::throttled;
    if (response.status == 500 || response.status == 502 || response.status == 504) return aws::Verdict::broken;
    const std::string type = aws::error_code(response);
    if (is_throttling(type)) return aws::Verdict::throttled;
    if (is_expired(type)) return aws::Verdict::again;
    return aws::Verdict::final;
}

Error call_error(const aws::Reply& reply, const std::string& operation, const std::string& key) {
    const auto made = [&](ErrorCode code, Retry retry, std::string message) {
        return Error{code, retry, operation, key, std::move(message)};
    };
    if (is_unknown_action(reply.response)) {
        return made(ErrorCode::unsupported, Retry::never, "the endpoint does not know athena:" + operation);
    }
    const ServiceError error = service_error(reply.response);
    if (reply.response.status == 0 || error.type.empty()) return aws::reply_error(reply, operation, key);
    const std::string told = fmt::format("athena:{}: {}", operation, error.message.empty() ? error.type : tidy(error.message));
    if (is_denied(error.type)) return made(ErrorCode::permission_denied, Retry::never, "Athena refuses " + told);
    if (is_throttling(error.type)) return made(ErrorCode::unavailable, Retry::safe, "Athena asks for fewer requests: " + told);
    if (error.type == "UnknownOperationException") {
        return made(ErrorCode::unsupported, Retry::never, "the endpoint does not know athena:" + operation);
    }
    if (error.type == "InvalidRequestException") return request_error(operation, key, error.message);
    return made(ErrorCode::unavailable, Retry::never, fmt::format("Athena failed with {}: {}", error.type, told));
}

bool failed_for_now(const Execution& execution) {
    if (execution.state != "FAILED") return false;
    const std::string& text = execution.reason;
    return execution.retryable || contains(text, "SlowDown") || contains(text, "Slow Down") || contains(text, "reduce your request rate");
}

Error execution_error(const Execution& execution) {
    const auto made = [&](ErrorCode code, std::string message) { return Error{code, Retry::never, "query", {}, std::move(message)}; };
    const std::string& reason = execution.reason;
    if (execution.state == "CANCELLED") {
        return made(ErrorCode::query, named(reason.empty() ? "the query was stopped from outside" : reason, "USER_CANCELED"));
    }
    if (reason.empty()) return made(ErrorCode::unavailable, "GENERIC_INTERNAL_ERROR: Athena does not say why the query failed");
    std::string message = named(reason, execution.system_failure ? "GENERIC_INTERNAL_ERROR" : "GENERIC_USER_ERROR");
    if (says_denied(reason)) return made(ErrorCode::permission_denied, std::move(message));
    // Those of the readers of objects.
    if (is_one_of(leading_name(message), {"HIVE_BAD_DATA", "HIVE_CURSOR_ERROR"}) && !failed_for_now(execution)) {
        return made(ErrorCode::corrupt, std::move(message));
    }
    Error error =
        made(execution.system_failure || failed_for_now(execution) ? ErrorCode::unavailable : ErrorCode::query, std::move(message));
    if (failed_for_now(execution)) error.retry = Retry::safe;
    return error;
}

}  // namespace dualstore::sql::remote
