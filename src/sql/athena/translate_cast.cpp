// Conversions: those that are made by themselves, and CAST.
#include <fmt/format.h>

#include <algorithm>

#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

bool is_floating(const SqlType& type) {
    return type.is(Kind::real) || type.is(Kind::double_);
}

bool is_temporal(const SqlType& type) {
    return type.kind >= Kind::date && type.kind <= Kind::timestamp_tz;
}

bool is_nested(const SqlType& type) {
    return type.is(Kind::array) || type.is(Kind::map) || type.is(Kind::row);
}

[[noreturn]] void cannot_cast(const SqlType& from, const SqlType& to, Position at) {
    refuse("TYPE_MISMATCH", at, fmt::format("Cannot cast {} to {}", name(from), name(to)));
}

// The types that JSON is made of and into; as a map's key, only those that are a text.
bool is_json_scalar(const SqlType& type) {
    return type.is(Kind::unknown) || type.is(Kind::boolean) || type.numeric() || type.is(Kind::varchar);
}

// Of maps whose keys are none of these Trino says so in another way.
void check_json_keys(const SqlType& type, std::string_view from, std::string_view to, Position at) {
    if (type.is(Kind::map) && !is_json_scalar(type.children[0])) {
        refuse("INVALID_CAST_ARGUMENT", at, fmt::format("Cannot cast {} to {}", from, to));
    }
}

bool casts_to_json(const SqlType& type, Position at) {
    check_json_keys(type, name(type), "JSON", at);
    if (is_json_scalar(type) || type.is(Kind::json) || type.is(Kind::date) || type.is(Kind::timestamp)) return true;
    if (type.is(Kind::map)) return casts_to_json(type.children[1], at);
    return is_nested(type) && std::ranges::all_of(type.children, [at](const SqlType& child) { return casts_to_json(child, at); });
}

bool casts_from_json(const SqlType& type, Position at) {
    check_json_keys(type, "JSON", name(type), at);
    if (is_json_scalar(type) || type.is(Kind::json)) return true;
    if (type.is(Kind::map)) return casts_from_json(type.children[1], at);
    return is_nested(type) && std::ranges::all_of(type.children, [at](const SqlType& child) { return casts_from_json(child, at); });
}

std::string cast_as(const std::string& sql, const SqlType& to) {
    return fmt::format("CAST({} AS {})", sql, duckdb_name(to));
}

}  // namespace

std::string Translator::coerce(const Term& term, const SqlType& to) {
    return convert(term.sql, term.type, to, {});
}

std::string Translator::coerce_or_refuse(const Term& term, const SqlType& to, Position at, std::string_view what) {
    if (!can_coerce(term.type, to)) refuse("TYPE_MISMATCH", at, fmt::format("{} must be {}, not {}", what, name(to), name(term.type)));
    return coerce(term, to);
}

Term Translator::cast(const Term& term, const SqlType& to, Position at) {
    return {convert(term.sql, term.type, to, at), to};
}

std::string Translator::convert(const std::string& sql, const SqlType& from, const SqlType& to, Position at) {
    if (from == to) return sql;
    if (from.is(Kind::unknown)) return fmt::format("CAST(NULL AS {})", duckdb_name(to));
    if (to.is(Kind::json)) {
        if (!casts_to_json(from, at)) cannot_cast(from, to, at);
        return native("athena_to_json", {{sql, from}}, to);
    }
    if (from.is(Kind::json)) {
        if (!casts_from_json(to, at)) cannot_cast(from, to, at);
        return native("athena_from_json", {{sql, from}}, to);
    }
    if (to.textual()) return to_text(sql, from, to, at);
    if (from.textual()) return from_text(sql, from, to, at);
    if (from.numeric() && to.numeric()) return number_to_number(sql, from, to);
    if (from.is(Kind::boolean) && to.numeric()) return cast_as(fmt::format("CAST({} AS INTEGER)", sql), to);
    if (from.numeric() && to.is(Kind::boolean)) return fmt::format("({} <> 0)", sql);
    if (is_temporal(from) && is_temporal(to)) return time_to_time(sql, from, to, at);
    if (is_nested(from) && from.kind == to.kind) return convert_nested(sql, from, to, at);
    if ((from.is(Kind::uuid) && to.is(Kind::varbinary)) || (from.is(Kind::varbinary) && to.is(Kind::uuid))) {
        return native("athena_uuid_bytes", {{sql, from}}, to);
    }
    cannot_cast(from, to, at);
}

std::string Translator::number_to_number(const std::string& sql, const SqlType& from, const SqlType& to) {
    if (from.is(Kind::double_) && to.is(Kind::real)) return use(fmt::format("athena_real({})", sql));
    if (is_floating(from) && to.integral()) return cast_as(fmt::format("round({})", sql), to);  // CAST alone rounds halves to even
    // By way of the shortest digits, as Trino: 1.005 is 1.01 and not 1.00.
    if (is_floating(from) && to.is(Kind::decimal)) return cast_as(fmt::format("CAST({} AS VARCHAR)", sql), to);
    return cast_as(sql, to);
}

std::string Translator::to_text(const std::string& sql, const SqlType& from, const SqlType& to, Position at) {
    const auto cut = [&](const std::string& text) {
        return to.length == SqlType::unbounded ? text : fmt::format("substr({}, 1, {})", text, to.length);
    };
    if (from.is(Kind::varchar)) {
        const std::string text = to.length < from.length ? cut(sql) : sql;
        return to.is(Kind::char_) ? fmt::format("rtrim({}, ' ')", text) : text;
    }
    if (from.is(Kind::char_)) {
        if (to.is(Kind::char_)) return to.length < from.length ? fmt::format("rtrim({}, ' ')", cut(sql)) : sql;
        const std::string padded = fmt::format("rpad({}, {}, ' ')", sql, from.length);
        return to.length < from.length ? cut(padded) : padded;
    }
    const bool short_uuid = from.is(Kind::uuid) && to.length != SqlType::unbounded;
    if (is_nested(from) || from.is(Kind::varbinary) || to.is(Kind::char_) || short_uuid) cannot_cast(from, to, at);
    const bool plain = from.integral() || from.is(Kind::boolean) || from.is(Kind::uuid);
    std::string text = plain ? fmt::format("CAST({} AS VARCHAR)", sql) : native("athena_to_text", {{sql, from}}, SqlType::varchar());
    if (to.length == SqlType::unbounded) return text;
    return use(fmt::format("athena_fitting({}, {})", text, to.length));
}

std::string Translator::from_text(const std::string& sql, const SqlType& from, const SqlType& to, Position at) {
    if (from.is(Kind::char_)) cannot_cast(from, to, at);
    const Term text{sql, SqlType::varchar()};
    if (to.numeric() || to.is(Kind::boolean)) return native("athena_text_to_scalar", {text}, to);
    if (to.is(Kind::varbinary)) return fmt::format("encode({})", text.sql);
    if (to.is(Kind::uuid)) return cast_as(text.sql, to);
    if (is_temporal(to)) return text_to_time(text.sql, to);
    cannot_cast(from, to, at);
}

std::string Translator::time_to_time(const std::string& sql, const SqlType& from, const SqlType& to, Position at) {
    const auto of_day = [](const SqlType& type) { return type.is(Kind::time) || type.is(Kind::time_tz); };
    if ((from.is(Kind::date) && of_day(to)) || (of_day(from) && to.is(Kind::date))) cannot_cast(from, to, at);
    if (from.kind == to.kind && to.precision >= std::min<unsigned>(from.precision, 6)) return sql;
    const bool simple = (from.is(Kind::date) && to.is(Kind::timestamp)) || (from.is(Kind::timestamp) && to.is(Kind::date));
    if (simple) return cast_as(sql, to);
    std::vector<Term> arguments = {{sql, from}};
    // A time of day becomes one of today's.
    if (of_day(from) && !of_day(to)) arguments.push_back({use("CAST(athena_instant() AS DATE)"), SqlType::of(Kind::date)});
    return native("athena_time_to_time", arguments, to);
}

std::string Translator::convert_nested(const std::string& sql, const SqlType& from, const SqlType& to, Position at) {
    if (from.children.size() != to.children.size()) cannot_cast(from, to, at);
    // Named by its depth, so that equal conversions are equal texts: GROUP BY compares them.
    const std::string item = fmt::format("athena_x{}", conversion_depth_++);
    const std::string text = convert_children(sql, item, from, to, at);
    --conversion_depth_;
    return text;
}

std::string Translator::convert_children(const std::string& sql, const std::string& item, const SqlType& from, const SqlType& to,
                                         Position at) {
    if (from.is(Kind::array)) {
        const std::string converted = convert(item, from.children[0], to.children[0], at);
        return converted == item ? sql : fmt::format("list_transform({}, lambda {}: {})", sql, item, converted);
    }
    if (from.is(Kind::map)) {
        const std::string key = convert(item + ".key", from.children[0], to.children[0], at);
        const std::string value = convert(item + ".value", from.children[1], to.children[1], at);
        if (key == item + ".key" && value == item + ".value") return sql;
        return fmt::format("map_from_entries(list_transform(map_entries({}), lambda {}: struct_pack(k := {}, v := {})))", sql, item, key,
                           value);
    }
    std::string fields;
    bool same = true;
    for (std::size_t i = 0; i < from.children.size(); ++i) {
        const std::string field = row_field({sql, from}, i).sql;
        const std::string converted = convert(field, from.children[i], to.children[i], at);
        same = same && converted == field;
        fields += fmt::format("{}f{} := {}", i == 0 ? "" : ", ", i + 1, converted);
    }
    return same ? sql : fmt::format("CASE WHEN {} IS NOT NULL THEN struct_pack({}) END", sql, fields);
}

}  // namespace dualstore::sql::athena
