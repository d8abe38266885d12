#include "record/validator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "record/json.hpp"
#include "record/number.hpp"
#include "record/text.hpp"
#include "record/timestamp.hpp"

namespace dualstore::record {
namespace {

using Kind = Type::Kind;

tl::unexpected<Error> refuse(const Path& path, yyjson_val* value, const Type& type, std::string_view why) {
    return fail(ErrorCode::invalid_record, fmt::format("field '{}': {} does not fit the column type {}: {}", excerpt(path.text()),
                                                       shown(value), hive_name(type), why));
}

struct Range {
    std::int64_t low;
    std::int64_t high;
};

template <class Integer>
constexpr Range range_of = {std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()};

Range integer_range(Kind kind) {
    switch (kind) {
        case Kind::tinyint:
            return range_of<std::int8_t>;
        case Kind::smallint:
            return range_of<std::int16_t>;
        case Kind::integer:
            return range_of<std::int32_t>;
        default:
            return range_of<std::int64_t>;
    }
}

// What is wrong with a number for this type; empty if nothing.
std::string_view wrong_integer(std::string_view text, Kind kind) {
    const Scaled number = scaled(text, 0, 19);
    if (number.fit == NumberFit::inexact) return "it is not a whole number";
    const auto [low, high] = integer_range(kind);
    if (number.fit == NumberFit::out_of_range || number.value < low || number.value > high) return "it is out of range";
    // Readers take 1.0 and 1e3 through a double.
    constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;
    const bool in_double = number.value >= -exact_in_double && number.value <= exact_in_double;
    return number.plain || in_double ? "" : "write it without fraction and exponent";
}

std::string_view wrong_number(std::string_view text, const Type& type) {
    switch (type.kind) {
        case Kind::real:
            return fits_float(text) ? "" : "it is out of range";
        case Kind::double_:
            return fits_double(text) ? "" : "it is out of range";
        case Kind::decimal: {
            const NumberFit fit = scaled(text, type.scale, type.precision).fit;
            if (fit == NumberFit::exact) return "";
            return fit == NumberFit::inexact ? "it has too many digits after the point" : "it is out of range";
        }
        default:
            return wrong_integer(text, type.kind);
    }
}

Result<void> append_string(Walk& walk, yyjson_val* value, const Type& type, const Path& path) {
    const std::string_view text = string_of(value);
    if (type.kind == Kind::string) {
        append_json_string(walk.bytes, text);
    } else if (type.kind == Kind::timestamp) {
        const auto timestamp = parse_timestamp(text);
        if (!timestamp)
            return refuse(path, value, type, "expected YYYY-MM-DD HH:MM:SS[.ffffff], with T for the space or not, and an offset or none");
        const bool read =
            timestamp->form == TimestampForm::plain || (timestamp->form == TimestampForm::offset && walk.reader == SerDe::openx);
        if (walk.reader && !read)
            return refuse(path, value, type, "the table's reader does not take this form; write it as YYYY-MM-DD HH:MM:SS in UTC");
        append_json_string(walk.bytes, to_text(*timestamp));
    } else {
        if (!parse_date(text)) return refuse(path, value, type, "expected YYYY-MM-DD");
        append_json_string(walk.bytes, text);
    }
    return {};
}

std::string_view expected_for(Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return "expected true or false";
        case Kind::string:
            return "expected a string";
        case Kind::date:
            return "expected a string YYYY-MM-DD";
        case Kind::timestamp:
            return "expected a string YYYY-MM-DD HH:MM:SS[.ffffff]";
        case Kind::array:
            return "expected an array";
        case Kind::map:
        case Kind::structure:
            return "expected an object";
        default:
            return "expected a number";
    }
}

bool kind_fits(yyjson_val* value, Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return yyjson_is_bool(value);
        case Kind::string:
        case Kind::date:
        case Kind::timestamp:
            return yyjson_is_str(value);
        case Kind::array:
            return yyjson_is_arr(value);
        case Kind::map:
        case Kind::structure:
            return yyjson_is_obj(value);
        default:
            return yyjson_is_raw(value);
    }
}

Result<void> append_array(Walk& walk, yyjson_val* array, const Type* type, const Path& path, int depth) {
    const Type* element = type ? &type->children[0].type : nullptr;
    walk.bytes += '[';
    std::size_t index = 0;
    std::size_t count = 0;
    yyjson_val* value = nullptr;
    yyjson_arr_foreach(array, index, count, value) {
        if (index > 0) walk.bytes += ',';
        if (auto done = append_checked(walk, value, element, element ? Path{&path, {}, index} : path, depth + 1); !done) return done;
    }
    walk.bytes += ']';
    return {};
}

// The type of an object's member: a map's value type, a struct's field; none for a field the struct does not have.
const Type* member_type(const Type* type, std::string_view name) {
    if (!type) return nullptr;
    if (type->kind == Kind::map) return &type->children[1].type;
    for (const Column& child : type->children) {
        if (folds_to(name, child.name)) return &child.type;
    }
    return nullptr;
}

Result<void> append_object(Walk& walk, yyjson_val* object, const Type* type, const Path& path, int depth) {
    if (auto distinct = check_names(object, path); !distinct) return distinct;
    walk.bytes += '{';
    for (const auto [name, value] : Members(object)) {
        if (!walk.bytes.ends_with('{')) walk.bytes += ',';  // a value before ends in another character
        append_json_string(walk.bytes, name);
        walk.bytes += ':';
        const Path inner = type ? Path{&path, name} : path;
        if (auto done = append_checked(walk, value, member_type(type, name), inner, depth + 1); !done) return done;
    }
    walk.bytes += '}';
    return {};
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

tl::unexpected<Error> same_names(const Path& path, std::string_view name) {
    const std::string text = path.text();
    const std::string inside = text.empty() ? "" : fmt::format("field '{}': ", excerpt(text));
    return fail(ErrorCode::invalid_record,
                fmt::format("{}the name '{}' stands twice (names that differ in case only count as equal)", inside, excerpt(name)));
}

}  // namespace

ColumnIndex::ColumnIndex(const TableDefinition& table) : columns_(table.columns) {
    for (const Column& column : table.columns) by_name_.emplace(column.name, &column);
}

const Column* ColumnIndex::find(std::string_view name) const {
    const auto found = by_name_.find(fold(name));
    return found == by_name_.end() ? nullptr : found->second;
}

const Column* ColumnIndex::find(std::string_view name, std::size_t& expected) const {
    const bool there = expected < columns_.size() && folds_to(name, columns_[expected].name);
    const Column* found = there ? &columns_[expected] : find(name);
    if (found) expected = static_cast<std::size_t>(found - columns_.data()) + 1;
    return found;
}

std::string Path::text() const {
    std::string text = around ? around->text() : std::string();
    if (element) return text + fmt::format("[{}]", *element);
    if (around) text += '.';
    return text.append(name);
}

Result<void> check_names(yyjson_val* object, const Path& path) {
    // Few names, all ASCII: compare each with each. Otherwise sort their folded forms.
    constexpr std::size_t few = 32;
    std::array<std::string_view, few> names;
    std::size_t count = 0;
    bool simple = yyjson_obj_size(object) <= few;
    for (auto member = Members(object).begin(); simple && member != nullptr; ++member) {
        const std::string_view name = (*member).name;
        simple = ascii(name);
        for (std::size_t i = 0; simple && i < count; ++i) {
            if (equal_but_for_case(names[i], name)) return same_names(path, name);
        }
        if (simple) names[count++] = name;
    }
    if (simple) return {};
    std::set<std::string> seen;
    for (const auto [name, value] : Members(object)) {
        if (!seen.insert(fold(name)).second) return same_names(path, name);
    }
    return {};
}

Result<void> append_checked(Walk& walk, yyjson_val* value, const Type* type, const Path& path, int depth) {
    if (yyjson_is_null(value)) {
        walk.bytes += "null";
        return {};
    }
    if (type && !kind_fits(value, type->kind)) return refuse(path, value, *type, expected_for(type->kind));
    if (yyjson_is_ctn(value) && depth >= deepest_record) {
        return fail(ErrorCode::invalid_record,
                    fmt::format("field '{}': it is nested deeper than {} levels", excerpt(path.text()), deepest_record));
    }
    if (yyjson_is_arr(value)) return append_array(walk, value, type, path, depth);
    if (yyjson_is_obj(value)) return append_object(walk, value, type, path, depth);
    if (yyjson_is_bool(value)) {
        walk.bytes += yyjson_get_bool(value) ? "true" : "false";
    } else if (yyjson_is_raw(value)) {
        if (const auto wrong = type ? wrong_number(number_of(value), *type) : ""; !wrong.empty()) return refuse(path, value, *type, wrong);
        walk.bytes += number_of(value);
    } else if (type) {
        return append_string(walk, value, *type, path);
    } else {
        append_json_string(walk.bytes, string_of(value));
    }
    return {};
}

}  // namespace dualstore::record
