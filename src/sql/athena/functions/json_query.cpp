// JSON_EXISTS, JSON_VALUE and JSON_QUERY.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/functions/json_path.hpp"
#include "sql/athena/functions/nested.hpp"
#include "sql/athena/functions/utf8_repair.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

// Thrown and caught in here: what ON ERROR is for.
struct Failure {
    std::string_view kind;
    std::string message;
};

[[noreturn]] void fail_input() {
    throw Failure{"JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: "};
}

// The first value of a text; nothing is taken as JSON's null.
JsonValue read_input(std::string_view text) {
    JsonReader reader(text);
    if (reader.next() == JsonReader::Token::end) return {};
    auto value = read_json(reader);
    if (!value) fail_input();
    return std::move(*value);
}

const JsonPath& path_of(std::string_view text) {
    // Most queries have one path for all rows.
    thread_local std::string known;
    thread_local std::optional<JsonPath> path;
    if (path && known == text) return *path;
    JsonPathFault fault;
    path = parse_json_path(text, fault);
    known = text;
    if (!path) throw Failure{"SYNTAX_ERROR", fault.message};
    return *path;
}

// The text, the path's variables, and what it finds.
class Found {
  public:
    // The names of the variables are at `names`, and their values behind them.
    Found(const Arguments& arguments, idx_t names) : blank_(is_blank(arguments.text(0))), input_(read_input(text_in(arguments))) {
        std::string_view rest = arguments.text(names);
        for (idx_t i = names + 1; i < arguments.size(); ++i) {
            const auto end = std::min(rest.find(','), rest.size());
            variables_.push_back({rest.substr(0, end), value_at(arguments, i)});
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        evaluator_.emplace(path_of(arguments.text(1)), input_, variables_);
        try {
            items_ = evaluator_->evaluate();
        } catch (const PathFailure& failure) {
            throw Failure{"PATH_EVALUATION_ERROR", "path evaluation failed: " + failure.message};
        }
    }
    Found(const Found&) = delete;
    Found& operator=(const Found&) = delete;

    [[nodiscard]] const std::vector<PathItem>& items() const { return items_; }
    // Of a text without a value: the item is what is not there.
    [[nodiscard]] bool is_missing(const PathItem& item) const {
        const auto* json = std::get_if<const JsonValue*>(&item);
        return blank_ && json != nullptr && *json == &input_;
    }

  private:
    static bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }
    static std::string text_in(const Arguments& arguments) {
        return arguments.type(0).is(Kind::varbinary) ? decoded_utf8(arguments.text(0)) : std::string(arguments.text(0));
    }

    PathItem value_at(const Arguments& arguments, idx_t index) {
        const SqlType& type = arguments.type(index);
        if (type.is(Kind::unknown) || !arguments.valid(index)) return made_.emplace_back(std::make_unique<JsonValue>()).get();
        if (!type.is(Kind::json)) return scalar_of(arguments.vector(index), arguments.row(), type);
        return made_.emplace_back(std::make_unique<JsonValue>(read_input(arguments.text(index)))).get();
    }

    bool blank_;
    JsonValue input_;
    std::vector<std::unique_ptr<JsonValue>> made_;
    std::vector<PathVariable> variables_;
    std::optional<PathEvaluator> evaluator_;
    std::vector<PathItem> items_;
};

const JsonValue* json_in(const PathItem& item) {
    const auto* json = std::get_if<const JsonValue*>(&item);
    return json != nullptr ? *json : nullptr;
}

// Whatever a query makes of what could not be read.
void answer_failure(Answer& answer, const Failure& failure) {
    answer.error(failure.kind, failure.message);
}

// The value of one item; NULL is JSON's.
void answer_item(Answer& answer, const SqlType& type, const PathItem& item, bool missing) {
    constexpr std::string_view result_error = "JSON_VALUE_RESULT_ERROR";
    const JsonValue* json = json_in(item);
    if (json != nullptr && json->is(JsonValue::Kind::null) && !missing) return;
    const auto scalar = json != nullptr ? scalar_of(*json) : std::get<JsonScalar>(item);
    if (!scalar) {
        throw Failure{result_error,
                      "cannot extract SQL scalar from JSON: JSON path found an item that cannot be converted to an SQL value"};
    }
    if (!write_cast(*scalar, type, answer.vector(), answer.row())) {
        throw Failure{result_error,
                      fmt::format("cannot extract SQL scalar from JSON: Cannot cast value of type {} to declared return type of "
                                  "function JSON_VALUE: {}",
                                  name(scalar->type), name(type))};
    }
    answer.given();
}

// "default": the argument's value.
void answer_default(const Arguments& arguments, Answer& answer, std::string_view behaviour, idx_t index) {
    if (behaviour == "default" && arguments.valid(index)) answer_value(answer, {arguments.vector(index), arguments.row()});
}

JsonValue json_of_item(const PathItem& item) {
    if (const JsonValue* json = json_in(item)) return *json;
    const JsonScalar& scalar = std::get<JsonScalar>(item);
    auto json = json_of(scalar);
    if (!json) {
        throw Failure{
            "JSON_OUTPUT_CONVERSION_ERROR",
            fmt::format("conversion from JSON failed: JSON path returned a scalar SQL value of type {} that cannot be represented as JSON",
                        name(scalar.type))};
    }
    return std::move(*json);
}

// What JSON_QUERY gives for what was found, which is something.
JsonValue wrapped(const std::vector<PathItem>& items, std::string_view wrapper) {
    if (items.size() == 1) {
        JsonValue value = json_of_item(items.front());
        if (wrapper == "without" || (wrapper == "conditional" && !value.scalar())) return value;
    } else if (wrapper == "without") {
        throw Failure{"JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found multiple items"};
    }
    JsonValue array;
    array.kind = JsonValue::Kind::array;
    for (const PathItem& item : items) array.items.push_back(json_of_item(item));
    return array;
}

void answer_empty(Answer& answer, std::string_view behaviour) {
    if (behaviour == "empty array") answer.text("[]");
    if (behaviour == "empty object") answer.text("{}");
}

}  // namespace

void json_exists(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(0)) return;
    try {
        answer.value(!Found(arguments, 3).items().empty());
    } catch (const Failure& failure) {
        const std::string_view on_error = arguments.text(2);
        if (on_error == "error") return answer_failure(answer, failure);
        if (on_error != "unknown") answer.value(on_error == "true");
    }
}

void json_items(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(0)) return;
    std::vector<std::string> texts;
    try {
        const Found found(arguments, 3);
        for (const PathItem& item : found.items()) append_json(texts.emplace_back(), json_of_item(item), JsonOrder::as_is);
    } catch (const Failure& failure) {
        if (arguments.text(2) == "error") return answer_failure(answer, failure);
        texts.clear();
    }
    answer.texts(texts);
}

void json_value(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(0)) return;
    const std::string_view on_empty = arguments.text(2);
    const std::string_view on_error = arguments.text(3);
    try {
        const Found found(arguments, 6);
        if (found.items().size() > 1) {
            throw Failure{"JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found multiple items"};
        }
        if (found.items().size() == 1) {
            const PathItem& item = found.items().front();
            return answer_item(answer, arguments.result_type(), item, found.is_missing(item));
        }
    } catch (const Failure& failure) {
        if (on_error == "error") return answer_failure(answer, failure);
        return answer_default(arguments, answer, on_error, 5);
    }
    if (on_empty == "error") {
        return answer.error("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found no items");
    }
    answer_default(arguments, answer, on_empty, 4);
}

void json_query(const Arguments& arguments, Answer& answer) {
    if (!arguments.valid(0)) return;
    const std::string_view on_empty = arguments.text(4);
    const std::string_view on_error = arguments.text(5);
    try {
        const Found found(arguments, 6);
        if (!found.items().empty()) {
            const JsonValue value = wrapped(found.items(), arguments.text(2));
            if (arguments.text(3) == "omit" && value.is(JsonValue::Kind::string)) return answer.text(sql_text(value.text));
            std::string text;
            append_json(text, value, JsonOrder::as_is);
            return answer.text(text);
        }
    } catch (const Failure& failure) {
        if (on_error == "error") return answer_failure(answer, failure);
        return answer_empty(answer, on_error);
    }
    if (on_empty == "error") {
        return answer.error("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found no items");
    }
    answer_empty(answer, on_empty);
}

}  // namespace dualstore::sql::athena
