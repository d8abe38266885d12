// What can be read from a response without knowing the service.
#include <aws/http/request_response.h>
#include <fmt/format.h>

#include "aws/crt.hpp"
#include "aws/service.hpp"
#include "record/text.hpp"

namespace dualstore::aws {
namespace {

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t start = text.find(before);
    if (start == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(start + before.size());
    const std::size_t end = text.find(after);
    return end == std::string_view::npos ? std::string_view{} : text.substr(0, end);
}

std::string_view json_member(std::string_view body, std::string_view name) {
    const std::size_t at = body.find(fmt::format("\"{}\"", name));
    if (at == std::string_view::npos) {
        return {};
    }
    body.remove_prefix(at + name.size() + 2);
    const std::size_t value = body.find_first_not_of(" :");
    return value == std::string_view::npos || body[value] != '"' ? std::string_view{} : between(body.substr(value), "\"", "\"");
}

ErrorCode code_of(int status) {
    switch (status) {
        case 400:
            return ErrorCode::invalid_argument;
        case 401:
        case 403:
            return ErrorCode::permission_denied;
        case 404:
            return ErrorCode::not_found;
        case 409:
        case 412:
            return ErrorCode::conflict;
        case 501:
            return ErrorCode::unsupported;
        default:
            return ErrorCode::unavailable;
    }
}

}  // namespace

std::string_view Response::header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
        if (aws_http_header_name_eq(cursor(known), cursor(name))) {
            return value;
        }
    }
    return {};
}

std::string error_code(const Response& response) {
    std::string_view code = response.header("x-amzn-errortype");
    if (code.empty() && response.body.starts_with('<')) {
        code = between(response.body, "<Code>", "</Code>");
    } else if (code.empty() && response.body.starts_with('{')) {
        code = json_member(response.body, "__type");
        code = code.empty() ? json_member(response.body, "code") : code;
    }
    // "com.amazonaws.athena#TooManyRequestsException:http://…"
    code = code.substr(0, code.find(':'));
    if (const std::size_t hash = code.find('#'); hash != std::string_view::npos) {
        code.remove_prefix(hash + 1);
    }
    return code.size() > 100 ? std::string{} : std::string{code};
}

Error reply_error(const Reply& reply, std::string operation, std::string key) {
    const int status = reply.response.status;
    if (status == 0) {
        const Retry retry = reply.code == ErrorCode::unavailable && !reply.lost ? Retry::safe : Retry::never;
        return {reply.code, retry, std::move(operation), std::move(key), reply.error};
    }
    const std::string code = error_code(reply.response);
    std::string message = fmt::format("{}: the service answered {}{}{}", operation, status, code.empty() ? "" : " ", record::excerpt(code));
    if (reply.attempts > 1) {
        message += fmt::format(" (after {} attempts)", reply.attempts);
    }
    const ErrorCode kind = code_of(status);
    const Retry retry = (status == 429 || status == 503) && !reply.lost ? Retry::safe : Retry::never;
    return {kind, retry, std::move(operation), std::move(key), std::move(message)};
}

}  // namespace dualstore::aws
