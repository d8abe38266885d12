#include "record/json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "record/text.hpp"

namespace dualstore::record {
namespace {

std::string reason(const yyjson_read_err& error, std::string_view text) {
    const std::string_view before = text.substr(0, std::min(error.pos, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto column = before.size() - line_start + 1;
    if (text.starts_with("\xef\xbb\xbf")) return "it begins with a byte order mark: save it as UTF-8 without one";
    if (!valid_utf8(text)) return "it is not valid UTF-8";
    const std::string where = line == 1 ? fmt::format("byte {}", column) : fmt::format("line {} of it, byte {}", line, column);
    if (error.code == YYJSON_READ_ERROR_UNEXPECTED_END) return fmt::format("it is cut off: the JSON does not end ({})", where);
    return fmt::format("it is not valid JSON: {} at {}", error.msg, where);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
    yyjson_read_err error{};
    // Without YYJSON_READ_INSITU the text is only read.
    Json document(yyjson_read_opts(const_cast<char*>(text.data()), text.size(), YYJSON_READ_NUMBER_AS_RAW, nullptr, &error),
                  &yyjson_doc_free);
    if (!document && error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION) return fail(ErrorCode::unavailable, "out of memory");
    if (!document) return fail(ErrorCode::invalid_record, text.empty() ? "it is empty: expected a JSON object" : reason(error, text));
    return document;
}

Result<Json> parse_record(std::string_view text) {
    if (text.size() > largest_record) {
        return fail(ErrorCode::invalid_record, fmt::format("it has {} bytes, more than the limit of 16 MiB", text.size()));
    }
    auto document = parse_json(text);
    if (!document) return document;
    yyjson_val* root = yyjson_doc_get_root(document->get());
    if (!yyjson_is_obj(root)) return fail(ErrorCode::invalid_record, fmt::format("it is {}: expected a JSON object", kind_of(root)));
    return document;
}

yyjson_val* member(yyjson_val* object, std::string_view wanted) {
    for (const auto [name, value] : Members(object)) {
        if (folds_to(name, wanted)) return value;
    }
    return nullptr;
}

std::string_view kind_of(yyjson_val* value) {
    switch (yyjson_get_type(value)) {
        case YYJSON_TYPE_NULL:
            return "null";
        case YYJSON_TYPE_BOOL:
            return "a boolean";
        case YYJSON_TYPE_RAW:
        case YYJSON_TYPE_NUM:
            return "a number";
        case YYJSON_TYPE_STR:
            return "a string";
        case YYJSON_TYPE_ARR:
            return "an array";
        case YYJSON_TYPE_OBJ:
            return "an object";
        default:
            return "nothing";
    }
}

std::string shown(yyjson_val* value) {
    if (yyjson_is_str(value)) return '"' + excerpt(string_of(value)) + '"';
    if (yyjson_is_raw(value)) return excerpt(number_of(value));
    std::size_t length = 0;
    const std::unique_ptr<char, decltype(&free)> text(yyjson_val_write(value, YYJSON_WRITE_NOFLAG, &length), &free);
    return text ? excerpt({text.get(), length}) : std::string(kind_of(value));
}

}  // namespace dualstore::record
