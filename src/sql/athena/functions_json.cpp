// JSON functions. Numbers keep the digits they are written with.
#include <fmt/format.h>
#include <yyjson.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {
namespace {

using Document = std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)>;
using MutableDocument = std::unique_ptr<yyjson_mut_doc, decltype(&yyjson_mut_doc_free)>;

Document parse(std::string_view text) {
    yyjson_read_err error;
    return {yyjson_read_opts(const_cast<char*>(text.data()), text.size(), YYJSON_READ_NUMBER_AS_RAW, nullptr, &error), yyjson_doc_free};
}

std::string written(const yyjson_val* value) {
    std::size_t size = 0;
    const std::unique_ptr<char, decltype(&free)> text(yyjson_val_write(value, YYJSON_WRITE_NOFLAG, &size), free);
    return text ? std::string(text.get(), size) : std::string();
}

using Step = std::variant<std::string, std::size_t>;

// $.name["a name"][0]
std::optional<std::vector<Step>> parse_path(std::string_view path) {
    std::vector<Step> steps;
    if (!path.starts_with('$')) return std::nullopt;
    path.remove_prefix(1);
    while (!path.empty()) {
        const char first = path[0];
        path.remove_prefix(1);
        if (first == '.') {
            const auto end = std::min(path.find_first_of(".["), path.size());
            if (end == 0) return std::nullopt;
            steps.emplace_back(std::string(path.substr(0, end)));
            path.remove_prefix(end);
            continue;
        }
        const bool name = first == '[' && (path.starts_with('"') || path.starts_with('\''));
        const auto end = name ? path.find(path[0], 1) : path.find(']');
        if (first != '[' || end == std::string_view::npos) return std::nullopt;
        if (name) {
            if (path.substr(end + 1, 1) != "]") return std::nullopt;
            steps.emplace_back(std::string(path.substr(1, end - 1)));
            path.remove_prefix(end + 2);
            continue;
        }
        std::size_t index = 0;
        const auto parsed = std::from_chars(path.data(), path.data() + end, index);
        if (end == 0 || parsed.ec != std::errc() || parsed.ptr != path.data() + end) return std::nullopt;
        steps.emplace_back(index);
        path.remove_prefix(end + 1);
    }
    return steps;
}

yyjson_val* follow(yyjson_val* value, const std::vector<Step>& steps) {
    for (const Step& step : steps) {
        if (const auto* name = std::get_if<std::string>(&step)) {
            value = yyjson_obj_getn(value, name->data(), name->size());
        } else {
            value = yyjson_arr_get(value, std::get<std::size_t>(step));
        }
    }
    return value;
}

// The value at the path that is the second argument; nullptr where there is none or the text is not JSON.
yyjson_val* value_at(const Document& document, const Arguments& arguments, Answer& answer) {
    const auto steps = parse_path(arguments.text(1));
    if (!steps) {
        answer.error(fmt::format("INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '{}'", arguments.text(1)));
        return nullptr;
    }
    return document ? follow(yyjson_doc_get_root(document.get()), *steps) : nullptr;
}

bool is_scalar(yyjson_val* value) {
    return value != nullptr && !yyjson_is_ctn(value);
}

void answer_scalar(yyjson_val* value, Answer& answer) {
    if (!is_scalar(value) || yyjson_is_null(value)) return;
    if (yyjson_is_str(value)) return answer.text({yyjson_get_str(value), yyjson_get_len(value)});
    answer.text(written(value));
}

void extract_scalar(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    answer_scalar(value_at(document, arguments, answer), answer);
}

void extract(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    if (yyjson_val* value = value_at(document, arguments, answer)) answer.text(written(value));
}

void size(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    yyjson_val* value = value_at(document, arguments, answer);
    if (value == nullptr) return;
    answer.value(static_cast<std::int64_t>(yyjson_is_obj(value) ? yyjson_obj_size(value) : yyjson_arr_size(value)));
}

constexpr int depth_limit = 1000;

// nullptr: nested too deeply.
yyjson_mut_val* sorted_copy(yyjson_mut_doc* out, yyjson_val* value, int depth = 0) {
    if (depth > depth_limit) return nullptr;
    if (yyjson_is_arr(value)) {
        yyjson_mut_val* array = yyjson_mut_arr(out);
        yyjson_arr_iter iter = yyjson_arr_iter_with(value);
        while (yyjson_val* element = yyjson_arr_iter_next(&iter)) {
            if (!yyjson_mut_arr_append(array, sorted_copy(out, element, depth + 1))) return nullptr;
        }
        return array;
    }
    if (!yyjson_is_obj(value)) return yyjson_val_mut_copy(out, value);
    std::vector<yyjson_val*> keys;
    yyjson_obj_iter iter = yyjson_obj_iter_with(value);
    while (yyjson_val* key = yyjson_obj_iter_next(&iter)) keys.push_back(key);
    std::ranges::stable_sort(keys, {}, [](yyjson_val* key) { return std::string_view(yyjson_get_str(key), yyjson_get_len(key)); });
    yyjson_mut_val* object = yyjson_mut_obj(out);
    for (yyjson_val* key : keys) {
        yyjson_mut_val* copy = sorted_copy(out, yyjson_obj_iter_get_val(key), depth + 1);
        if (!yyjson_mut_obj_add(object, yyjson_val_mut_copy(out, key), copy)) return nullptr;
    }
    return object;
}

// Trino's JSON type keeps the fields of objects in order of their names.
void json_parse(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    if (!document) return answer.error(fmt::format("INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '{}'", arguments.text(0)));
    const MutableDocument out(yyjson_mut_doc_new(nullptr), yyjson_mut_doc_free);
    yyjson_mut_doc_set_root(out.get(), sorted_copy(out.get(), yyjson_doc_get_root(document.get())));
    std::size_t length = 0;
    const std::unique_ptr<char, decltype(&free)> text(yyjson_mut_write(out.get(), YYJSON_WRITE_NOFLAG, &length), free);
    if (!text) return answer.error("INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON");
    answer.text({text.get(), length});
}

// CAST(json AS varchar)
void json_text(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    yyjson_val* value = document ? yyjson_doc_get_root(document.get()) : nullptr;
    if (!is_scalar(value)) return answer.error("INVALID_CAST_ARGUMENT: Cannot cast JSON objects and arrays to varchar");
    answer_scalar(value, answer);
}

void json_is_scalar(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    if (!document) return answer.error(fmt::format("INVALID_FUNCTION_ARGUMENT: Invalid JSON value: {}", arguments.text(0)));
    answer.value(is_scalar(yyjson_doc_get_root(document.get())));
}

void array_length(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    yyjson_val* value = document ? yyjson_doc_get_root(document.get()) : nullptr;
    if (yyjson_is_arr(value)) answer.value(static_cast<std::int64_t>(yyjson_arr_size(value)));
}

void array_get(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    yyjson_val* value = document ? yyjson_doc_get_root(document.get()) : nullptr;
    if (!yyjson_is_arr(value)) return;
    const auto length = static_cast<std::int64_t>(yyjson_arr_size(value));
    const auto index = arguments.value<std::int64_t>(1);
    const std::int64_t place = index < 0 ? length + index : index;
    if (place >= 0 && place < length) answer.text(written(yyjson_arr_get(value, static_cast<std::size_t>(place))));
}

// The wanted value comes as JSON text.
void array_contains(const Arguments& arguments, Answer& answer) {
    const Document document = parse(arguments.text(0));
    yyjson_val* value = document ? yyjson_doc_get_root(document.get()) : nullptr;
    if (!yyjson_is_arr(value)) return;
    yyjson_arr_iter iter = yyjson_arr_iter_with(value);
    while (yyjson_val* element = yyjson_arr_iter_next(&iter)) {
        if (is_scalar(element) && written(element) == arguments.text(1)) return answer.value(true);
    }
    answer.value(false);
}

constexpr duckdb_type varchar = DUCKDB_TYPE_VARCHAR;
constexpr duckdb_type bigint = DUCKDB_TYPE_BIGINT;

const NativeFunction functions[] = {
    {"athena_is_json_scalar", {varchar}, DUCKDB_TYPE_BOOLEAN, json_is_scalar},
    {"athena_json_array_contains", {varchar, varchar}, DUCKDB_TYPE_BOOLEAN, array_contains},
    {"athena_json_array_get", {varchar, bigint}, varchar, array_get, true},
    {"athena_json_array_length", {varchar}, bigint, array_length},
    {"athena_json_extract", {varchar, varchar}, varchar, extract, true},
    {"athena_json_extract_scalar", {varchar, varchar}, varchar, extract_scalar},
    {"athena_json_parse", {varchar}, varchar, json_parse, true},
    {"athena_json_size", {varchar, varchar}, bigint, size},
    {"athena_json_text", {varchar}, varchar, json_text},
};

}  // namespace

std::span<const NativeFunction> json_functions() {
    return functions;
}

}  // namespace dualstore::sql::athena
