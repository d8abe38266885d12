// What a JSON path finds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sql/athena/functions/json_path.hpp"
#include "sql/athena/functions/text_value.hpp"

namespace dualstore::sql::athena {
namespace {

using NodeKind = PathNode::Kind;
using PredicateKind = PathPredicate::Kind;
using Json = JsonValue::Kind;

const JsonValue& json_null() {
    static const JsonValue null;
    return null;
}

// nullptr: it is a value of SQL's.
const JsonValue* json_in(const PathItem& item) {
    const auto* json = std::get_if<const JsonValue*>(&item);
    return json != nullptr ? *json : nullptr;
}

const JsonValue* array_in(const PathItem& item) {
    const JsonValue* json = json_in(item);
    return json != nullptr && json->is(Json::array) ? json : nullptr;
}

bool is_null(const PathItem& item) {
    const JsonValue* json = json_in(item);
    return json != nullptr && json->is(Json::null);
}

std::optional<JsonScalar> scalar_in(const PathItem& item) {
    const JsonValue* json = json_in(item);
    return json != nullptr ? scalar_of(*json) : std::get<JsonScalar>(item);
}

std::string kind_of(const PathItem& item) {
    const JsonValue* json = json_in(item);
    if (json == nullptr) return name(std::get<JsonScalar>(item).type);
    switch (json->kind) {
        case Json::null:
            return "NULL";
        case Json::yes:
        case Json::no:
            return "BOOLEAN";
        case Json::integer:
        case Json::floating:
            return "NUMBER";
        case Json::string:
            return "STRING";
        case Json::array:
            return "ARRAY";
        default:
            return "OBJECT";
    }
}

[[noreturn]] void wrong_type(std::string_view expected, const PathItem& item) {
    throw PathFailure{fmt::format("invalid item type. Expected: {}, actual: {}", expected, kind_of(item))};
}

JsonScalar number_in(const PathItem& item) {
    const auto scalar = scalar_in(item);
    if (!scalar || !scalar->numeric()) wrong_type("NUMBER", item);
    return *scalar;
}

// What the method type() says.
std::string type_of(const PathItem& item) {
    using Kind = SqlType::Kind;
    if (const JsonValue* json = json_in(item)) {
        std::string text = kind_of(item);
        std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
        return json->is(Json::null) ? "null" : text;
    }
    const SqlType& type = std::get<JsonScalar>(item).type;
    switch (type.kind) {
        case Kind::boolean:
            return "boolean";
        case Kind::date:
            return "date";
        case Kind::time:
            return "time without time zone";
        case Kind::time_tz:
            return "time with time zone";
        case Kind::timestamp:
            return "timestamp without time zone";
        case Kind::timestamp_tz:
            return "timestamp with time zone";
        default:
            return type.numeric() ? "number" : "string";
    }
}

void add_descendants(const std::string& name, const JsonValue& json, std::vector<PathItem>& out) {
    if (json.is(Json::object)) {
        if (const JsonValue* member = json.member(name)) out.emplace_back(member);
    }
    for (const JsonValue& item : json.items) add_descendants(name, item, out);
}

JsonScalar as_double(const PathItem& item) {
    const auto scalar = scalar_in(item);
    if (!scalar || !(scalar->numeric() || scalar->textual())) wrong_type("NUMBER or TEXT", item);
    if (scalar->numeric()) return JsonScalar::of_double(double_of(*scalar));
    const auto number = athena::double_of(scalar->text);
    if (!number) throw PathFailure{""};
    return JsonScalar::of_double(*number);
}

bool holds(std::string_view op, int order) {
    if (op == "==") return order == 0;
    if (op == "<>" || op == "!=") return order != 0;
    if (op == "<") return order < 0;
    if (op == ">") return order > 0;
    return op == "<=" ? order <= 0 : order >= 0;
}

bool is_nan(const JsonScalar& scalar) {
    return scalar.type.is(SqlType::Kind::double_) && std::isnan(scalar.floating);
}

// Empty: unknown.
std::optional<bool> holds(std::string_view op, const PathItem& left, const PathItem& right) {
    const bool differs = op == "<>" || op == "!=";
    if (is_null(left) || is_null(right)) return is_null(left) == is_null(right) ? op == "==" : differs;
    const auto a = scalar_in(left);
    const auto b = scalar_in(right);
    if (!a || !b) return std::nullopt;
    if (a->numeric() && b->numeric() && (is_nan(*a) || is_nan(*b))) return differs;
    const auto order = compared(*a, *b);
    if (!order) return std::nullopt;
    return holds(op, *order);
}

}  // namespace

PathEvaluator::Items PathEvaluator::unwrapped(Items items) const {
    if (!path_.lax || std::ranges::none_of(items, [](const PathItem& item) { return array_in(item) != nullptr; })) return items;
    Items out;
    for (PathItem& item : items) {
        if (const JsonValue* array = array_in(item)) {
            for (const JsonValue& element : array->items) out.emplace_back(&element);
        } else {
            out.push_back(std::move(item));
        }
    }
    return out;
}

PathEvaluator::Items PathEvaluator::evaluate(const PathNode& node, const Place& place) {
    switch (node.kind) {
        case NodeKind::context:
            return {&input_};
        case NodeKind::current:
            if (place.current == nullptr) throw PathFailure{"@ stands outside a filter"};
            return {*place.current};
        case NodeKind::last:
            if (!place.last) throw PathFailure{"last stands outside an array's subscript"};
            return {JsonScalar::of_integer(*place.last, SqlType::Kind::integer)};
        case NodeKind::variable:
            return {variable(node)};
        case NodeKind::literal:
            return {node.literal ? PathItem(*node.literal) : PathItem(&json_null())};
        case NodeKind::binary:
            return {binary(node, place)};
        case NodeKind::filter:
            return filtered(node, place);
        default:
            break;
    }
    Items out;
    const bool whole = node.kind == NodeKind::items || node.kind == NodeKind::all_items || node.kind == NodeKind::descendant ||
                       (node.kind == NodeKind::method && (node.text == "type" || node.text == "size"));
    Items base = evaluate(*node.base, place);
    for (const PathItem& item : whole ? base : unwrapped(std::move(base))) {
        switch (node.kind) {
            case NodeKind::member:
            case NodeKind::all_members:
                add_members(node, item, out);
                break;
            case NodeKind::descendant:
                if (const JsonValue* json = json_in(item)) add_descendants(node.text, *json, out);
                break;
            case NodeKind::items:
            case NodeKind::all_items:
                add_items(node, item, place, out);
                break;
            case NodeKind::method:
                add_method(node, item, out);
                break;
            default:
                out.push_back(sign(node, item));
        }
    }
    return out;
}

void PathEvaluator::add_members(const PathNode& node, const PathItem& item, Items& out) {
    const JsonValue* object = json_in(item);
    if (object == nullptr || !object->is(Json::object)) {
        if (!path_.lax) wrong_type("OBJECT", item);
        return;
    }
    if (node.kind == NodeKind::all_members) {
        for (const JsonValue& member : object->items) out.emplace_back(&member);
        return;
    }
    const JsonValue* member = object->member(node.text);
    if (member != nullptr) {
        out.emplace_back(member);
    } else if (!path_.lax) {
        throw PathFailure{fmt::format("structural error: missing member '{}' in JSON object", node.text)};
    }
}

void PathEvaluator::add_items(const PathNode& node, const PathItem& item, const Place& place, Items& out) {
    const JsonValue* array = array_in(item);
    if (array == nullptr && !path_.lax) wrong_type("ARRAY", item);
    const auto size = array != nullptr ? static_cast<std::int64_t>(array->items.size()) : 1;
    // What is no array counts as an array of one.
    const auto add = [&](std::int64_t index) { out.push_back(array != nullptr ? &array->items[static_cast<std::size_t>(index)] : item); };
    if (node.kind == NodeKind::all_items) {
        for (std::int64_t i = 0; i < size; ++i) add(i);
        return;
    }
    Place inside = place;
    inside.last = size - 1;
    for (const auto& [from_node, to_node] : node.subscripts) {
        const std::int64_t from = subscript(*from_node, inside);
        const std::int64_t to = to_node ? subscript(*to_node, inside) : from;
        if (!path_.lax && (from < 0 || from >= size || to < from || to >= size)) {
            throw PathFailure{fmt::format("structural error: invalid array subscript: [{}, {}] for array of size {}", from, to, size)};
        }
        for (std::int64_t i = std::max<std::int64_t>(from, 0); i <= to && i < size; ++i) add(i);
    }
}

std::int64_t PathEvaluator::subscript(const PathNode& node, const Place& place) {
    const Items items = unwrapped(evaluate(node, place));
    if (items.size() != 1) throw PathFailure{"array subscript requires a singleton"};
    const auto index = bigint_of(number_in(items.front()));
    if (!index) throw PathFailure{"array subscript out of range"};
    return *index;
}

void PathEvaluator::add_method(const PathNode& node, const PathItem& item, Items& out) {
    const std::string& method = node.text;
    if (method == "type") {
        out.emplace_back(JsonScalar::of_text(type_of(item)));
    } else if (method == "size") {
        const JsonValue* array = array_in(item);
        if (array == nullptr && !path_.lax) wrong_type("ARRAY", item);
        out.emplace_back(
            JsonScalar::of_integer(array != nullptr ? static_cast<std::int64_t>(array->items.size()) : 1, SqlType::Kind::integer));
    } else if (method == "double") {
        out.emplace_back(as_double(item));
    } else if (method == "keyvalue") {
        const JsonValue* object = json_in(item);
        if (object == nullptr || !object->is(Json::object)) wrong_type("OBJECT", item);
        add_key_values(*object, out);
    } else {
        const JsonScalar number = number_in(item);
        out.emplace_back(method == "abs" ? absolute(number) : rounded(number, method == "ceiling"));
    }
}

void PathEvaluator::add_key_values(const JsonValue& object, Items& out) {
    const std::string id = std::to_string(objects_++);
    for (std::size_t i = 0; i < object.items.size(); ++i) {
        auto made = std::make_unique<JsonValue>();
        made->kind = Json::object;
        made->names = {"name", "value", "id"};
        made->items.resize(3);
        made->items[0].kind = Json::string;
        made->items[0].text = object.names[i];
        made->items[1] = object.items[i];
        made->items[2].kind = Json::integer;
        made->items[2].text = id;
        out.emplace_back(made.get());
        made_.push_back(std::move(made));
    }
}

PathEvaluator::Items PathEvaluator::filtered(const PathNode& node, const Place& place) {
    Items items = unwrapped(evaluate(*node.base, place));
    std::erase_if(items, [&](const PathItem& item) {
        Place inside = place;
        inside.current = &item;
        return decide(*node.predicate, inside) != Truth::yes;
    });
    return items;
}

PathItem PathEvaluator::sign(const PathNode& node, const PathItem& item) {
    JsonScalar number = number_in(item);
    if (node.kind == NodeKind::plus) return number;
    const auto result = negated(number);
    if (!result) throw PathFailure{""};
    return *result;
}

PathItem PathEvaluator::binary(const PathNode& node, const Place& place) {
    const Items left = unwrapped(evaluate(*node.base, place));
    const Items right = unwrapped(evaluate(*node.right, place));
    if (left.size() != 1 || right.size() != 1) throw PathFailure{"arithmetic binary expression requires singleton operands"};
    const auto result = calculated(node.text[0], number_in(left.front()), number_in(right.front()));
    if (!result) throw PathFailure{""};
    return *result;
}

PathItem PathEvaluator::variable(const PathNode& node) const {
    const auto found = std::ranges::find(variables_, std::string_view(node.text), &PathVariable::name);
    if (found == variables_.end()) throw PathFailure{"no value passed for parameter " + node.text};
    return found->value;
}

std::optional<PathEvaluator::Items> PathEvaluator::tried(const PathNode& node, const Place& place, bool unwrap) {
    try {
        Items items = evaluate(node, place);
        return unwrap ? unwrapped(std::move(items)) : std::move(items);
    } catch (const PathFailure&) {
        return std::nullopt;
    }
}

PathEvaluator::Truth PathEvaluator::decide(const PathPredicate& predicate, const Place& place) {
    switch (predicate.kind) {
        case PredicateKind::comparison:
            return compare(predicate, place);
        case PredicateKind::starts_with:
            return starts_with(predicate, place);
        case PredicateKind::exists: {
            const auto items = tried(*predicate.left, place, false);
            return !items ? Truth::unknown : items->empty() ? Truth::no : Truth::yes;
        }
        case PredicateKind::is_unknown:
            return decide(*predicate.first, place) == Truth::unknown ? Truth::yes : Truth::no;
        case PredicateKind::negation: {
            const Truth truth = decide(*predicate.first, place);
            return truth == Truth::unknown ? truth : truth == Truth::yes ? Truth::no : Truth::yes;
        }
        default:
            break;
    }
    const Truth decisive = predicate.kind == PredicateKind::conjunction ? Truth::no : Truth::yes;
    const Truth first = decide(*predicate.first, place);
    if (first == decisive) return decisive;
    const Truth second = decide(*predicate.second, place);
    return second == decisive ? decisive : first == Truth::unknown ? first : second;
}

// In lax mode the first pair that decides counts; in strict mode none may be unknown.
PathEvaluator::Truth PathEvaluator::compare(const PathPredicate& predicate, const Place& place) {
    const auto left = tried(*predicate.left, place, true);
    const auto right = tried(*predicate.right, place, true);
    if (!left || !right) return Truth::unknown;
    bool found = false;
    for (const PathItem& a : *left) {
        for (const PathItem& b : *right) {
            const auto truth = holds(predicate.op, a, b);
            if (!truth) return Truth::unknown;
            found = found || *truth;
            if (found && path_.lax) return Truth::yes;
        }
    }
    return found ? Truth::yes : Truth::no;
}

PathEvaluator::Truth PathEvaluator::starts_with(const PathPredicate& predicate, const Place& place) {
    const auto texts = tried(*predicate.left, place, true);
    const auto starts = tried(*predicate.right, place, false);
    if (!texts || !starts || starts->size() != 1) return Truth::unknown;
    const auto start = scalar_in(starts->front());
    if (!start || !start->textual()) return Truth::unknown;
    bool found = false;
    for (const PathItem& item : *texts) {
        const auto text = scalar_in(item);
        if (!text || !text->textual()) return Truth::unknown;
        found = found || text->text.starts_with(start->text);
        if (found && path_.lax) return Truth::yes;
    }
    return found ? Truth::yes : Truth::no;
}

}  // namespace dualstore::sql::athena
