#include "sql/remote/trino_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "record/json.hpp"

namespace dualstore::sql::remote {
namespace {

constexpr std::size_t longest_message = 1000;

constexpr std::array<std::string_view, 5> names_of_overload = {"NO_NODES_AVAILABLE", "SERVER_STARTING_UP", "SERVER_SHUTTING_DOWN",
                                                               "QUERY_QUEUE_FULL", "CLUSTER_OUT_OF_MEMORY"};

std::string_view text_at(yyjson_val* object, const char* name) {
    return record::string_of(yyjson_obj_get(object, name));
}

std::string one_line(std::string_view text) {
    std::string line(text.substr(0, std::min(text.find("\n at "), text.size())));  // what follows is a place in Java's terms
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (line.size() <= longest_message) return line;
    std::size_t end = longest_message;
    while ((line[end] & 0xc0) == 0x80) --end;
    return line.substr(0, end) + "…";
}

std::size_t number_at(yyjson_val* object, const char* name) {
    const auto text = record::number_of(yyjson_obj_get(object, name));
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Reading failed because the file could not be fetched, and not because of what is in it: Trino gives both the same name.
bool failed_to_fetch(yyjson_val* failure) {
    for (; failure != nullptr; failure = yyjson_obj_get(failure, "cause")) {
        for (const std::string_view package : {"software.amazon.awssdk.", "java.net.", "java.io.FileNotFound", "io.trino.filesystem."}) {
            if (text_at(failure, "type").starts_with(package)) return true;
        }
    }
    return false;
}

std::string message_of(yyjson_val* error, std::size_t shift) {
    std::string_view text = text_at(error, "message");
    yyjson_val* place = yyjson_obj_get(error, "errorLocation");
    const std::size_t column = number_at(place, "columnNumber");
    const std::string begins = fmt::format("line 1:{}: ", column);
    if (number_at(place, "lineNumber") != 1 || column <= shift || !text.starts_with(begins)) return one_line(text);
    text.remove_prefix(begins.size());
    return fmt::format("line 1:{}: {}", column - shift, one_line(text));
}

}  // namespace

Error trino_error(yyjson_val* error, std::size_t shift) {
    const std::string_view name = text_at(error, "errorName");
    Error result{ErrorCode::unavailable, Retry::never, "query", {}, fmt::format("{}: {}", name, message_of(error, shift))};
    const std::string_view type = text_at(error, "errorType");
    yyjson_val* failure = yyjson_obj_get(error, "failureInfo");
    if (name == "PERMISSION_DENIED") {
        result.code = ErrorCode::permission_denied;
    } else if (name == "HIVE_BAD_DATA" || (name == "HIVE_CURSOR_ERROR" && !failed_to_fetch(failure))) {
        result.code = ErrorCode::corrupt;
        const std::string cause = one_line(text_at(yyjson_obj_get(failure, "cause"), "message"));
        if (!cause.empty()) result.message += ": " + cause;
    } else if (std::ranges::find(names_of_overload, name) != names_of_overload.end()) {
        result.retry = Retry::safe;
    } else if (type == "USER_ERROR" || type == "INSUFFICIENT_RESOURCES") {
        result.code = ErrorCode::query;
    }
    return result;
}

bool has_name(const Error& error, std::string_view name) {
    return error.message.starts_with(name) && std::string_view(error.message).substr(name.size()).starts_with(": ");
}

bool not_ready(const Error& error) {
    return has_name(error, "NO_NODES_AVAILABLE") || has_name(error, "SERVER_STARTING_UP");
}

}  // namespace dualstore::sql::remote
