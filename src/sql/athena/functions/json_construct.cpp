// JSON_OBJECT and JSON_ARRAY.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/functions/json_scalar.hpp"
#include "sql/athena/functions/json_value.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

bool is_absent(const Arguments& arguments, idx_t index) {
    return arguments.type(index).is(Kind::unknown) || !arguments.valid(index);
}

// The value as JSON text. False: it was to be JSON and is none, and the answer says so.
bool append_value(const Arguments& arguments, idx_t index, std::string& out, Answer& answer) {
    const SqlType& type = arguments.type(index);
    if (is_absent(arguments, index)) {
        out += "null";
        return true;
    }
    if (type.is(Kind::json)) {
        JsonReader reader(arguments.text(index));
        const bool nothing = reader.next() == JsonReader::Token::end;
        const auto value = nothing ? std::optional<JsonValue>(std::in_place) : read_json(reader);
        if (!value) {
            answer.error("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ");
            return false;
        }
        append_json(out, *value, JsonOrder::as_is);
        return true;
    }
    const JsonScalar scalar = scalar_of(arguments.vector(index), arguments.row(), type);
    if (const auto value = json_of(scalar)) {
        append_json(out, *value, JsonOrder::as_is);
    } else {
        append_json_text(out, scalar.text);
    }
    return true;
}

// Trino's objects have their members in the order of a HashMap of Java's: by the buckets of the names' hashes.
std::uint32_t spread_hash(std::string_view text) {
    const std::uint32_t hash = java_hash(text);
    return hash ^ (hash >> 16);
}

}  // namespace

void json_array(const Arguments& arguments, Answer& answer) {
    const bool absent = arguments.text(0) == "absent";
    std::string out = "[";
    for (idx_t i = 1; i < arguments.size(); ++i) {
        if (absent && is_absent(arguments, i)) continue;
        if (out.size() > 1) out += ',';
        if (!append_value(arguments, i, out, answer)) return;
    }
    answer.text(out + ']');
}

void json_object(const Arguments& arguments, Answer& answer) {
    const std::string_view behavior = arguments.text(0);
    const bool absent = behavior.starts_with("absent");
    std::vector<std::pair<std::string_view, std::string>> members;
    for (idx_t i = 1; i + 1 < arguments.size(); i += 2) {
        if (!arguments.valid(i)) {
            return answer.error("INVALID_FUNCTION_ARGUMENT", "null value passed for JSON object key to JSON_OBJECT function");
        }
        if (absent && is_absent(arguments, i + 1)) continue;
        std::string value;
        if (!append_value(arguments, i + 1, value, answer)) return;
        const std::string_view key = arguments.text(i);
        const bool known = std::ranges::find(members, key, &std::pair<std::string_view, std::string>::first) != members.end();
        if (known && behavior.ends_with("unique")) {
            return answer.error("INVALID_FUNCTION_ARGUMENT", "duplicate key passed to JSON_OBJECT function");
        }
        if (known) return answer.error("NOT_SUPPORTED", "cannot construct a JSON object with duplicate key");
        members.emplace_back(key, std::move(value));
    }
    std::size_t buckets = 16;
    while (members.size() * 4 > buckets * 3) buckets *= 2;
    std::ranges::stable_sort(members, {}, [&](const auto& member) { return spread_hash(member.first) & (buckets - 1); });
    std::string out;
    for (const auto& [key, value] : members) {
        out += out.empty() ? '{' : ',';
        append_json_text(out, key);
        out.append(":").append(value);
    }
    answer.text(members.empty() ? "{}" : out + '}');
}

}  // namespace dualstore::sql::athena
