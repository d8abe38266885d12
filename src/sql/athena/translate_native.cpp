// What a text needs of its connection, types by name, and literals of types.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sql/athena/function_index.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

unsigned number(const syntax::TypeName& type, std::size_t index, unsigned otherwise, unsigned most) {
    if (index >= type.numbers.size()) return otherwise;
    unsigned value = 0;
    for (const char digit : type.numbers[index]) {
        value = value * 10 + static_cast<unsigned>(digit - '0');
        if (value > most) refuse("TYPE_MISMATCH", type.at, fmt::format("Unknown type: {}({})", type.name, type.numbers[index]));
    }
    return value;
}

}  // namespace

std::string quoted_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

std::string quoted_string(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
    return quoted + '\'';
}

// Notes the macros and native functions that the program's own text names, and gives the text with their names in DuckDB. Never given what
// a query wrote.
std::string Translator::use(std::string_view text, const Bindings& bindings) {
    constexpr std::string_view prefix = "athena_";
    std::string out;
    std::size_t written = 0;
    for (auto at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
        if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '"')) continue;
        auto end = at;
        while (end < text.size() && is_word(text[end])) ++end;
        if (end == text.size() || text[end] != '(') continue;
        const std::string_view name = text.substr(at, end - at);
        out += text.substr(written, at - written);
        out += used_name(name, bindings);
        written = end;
    }
    out += text.substr(written);
    return out;
}

std::string Translator::used_name(std::string_view name, const Bindings& bindings) {
    if (const Macro* macro = find_macro(name)) {
        if (used_.emplace(name).second) {
            std::string body = use(macro->parameters_and_body);
            prelude_.push_back(fmt::format("CREATE OR REPLACE TEMP MACRO {}{}", macro->name, body));
        }
        return std::string(name);
    }
    const NativeFunction* function = find_native(name);
    if (function == nullptr || function->types.empty()) return std::string(name);  // a lambda's parameter, or a name that DuckDB refuses
    const Signature signature = parse_signature(function->types);
    NativeTypes types;
    for (const TypePattern& argument : signature.arguments) types.arguments.push_back(substitute(argument, bindings));
    types.result = substitute(signature.result, bindings);
    return quoted_name(registered(name, function, std::move(types)));
}

// The name in DuckDB of a native function for these types.
std::string Translator::registered(std::string_view name, const NativeFunction* function, NativeTypes types) {
    std::vector<std::string> arguments;
    for (const SqlType& argument : types.arguments) arguments.push_back(athena::name(argument));
    std::string full = fmt::format("{}({}) {}", name, fmt::join(arguments, ", "), athena::name(types.result));
    std::ranges::replace(full, '$', '%');  // fill() reads a field's name too
    if (used_.insert(full).second) natives_.push_back({full, function, std::move(types)});
    return full;
}

std::string Translator::native(std::string_view name, const std::vector<Term>& arguments, const SqlType& result) {
    const NativeFunction* function = find_native(name);
    NativeTypes types{{}, result};
    std::vector<std::string> texts;
    for (const Term& argument : arguments) {
        types.arguments.push_back(argument.type);
        texts.push_back(argument.sql);
    }
    return fmt::format("{}({})", quoted_name(registered(name, function, std::move(types))), fmt::join(texts, ", "));
}

SqlType Translator::type_of(const syntax::TypeName& type) {
    const std::string& name = type.name;
    const auto precision = [&] { return number(type, 0, 3, 12); };
    if ((name == "varchar" || name == "char") && !type.types.empty()) {
        refuse("TYPE_MISMATCH", type.at, fmt::format("Unknown type: {}({})", name, type.types[0].type.name));
    }
    if (name == "varchar") return SqlType::varchar(number(type, 0, SqlType::unbounded, SqlType::unbounded));
    if (name == "char") {
        SqlType result = SqlType::of(Kind::char_);
        result.length = number(type, 0, 1, SqlType::longest_char);
        return result;
    }
    if (name == "decimal") {
        const unsigned digits = number(type, 0, 38, 1'000'000);
        const unsigned scale = number(type, 1, 0, 1'000'000);
        if (digits == 0 || digits > 38) {
            refuse("INVALID_FUNCTION_ARGUMENT", type.at, fmt::format("DECIMAL precision must be in range [1, 38]: {}", digits));
        }
        if (scale > digits) {
            refuse("INVALID_FUNCTION_ARGUMENT", type.at,
                   fmt::format("DECIMAL scale must be in range [0, precision ({})]: {}", digits, scale));
        }
        return SqlType::decimal(digits, scale);
    }
    if (name == "timestamp" || name == "timestamp without time zone") return SqlType::timestamp(precision());
    if (name == "timestamp with time zone") return SqlType::timestamp(precision(), true);
    if (name == "time" || name == "time without time zone" || name == "time with time zone") {
        SqlType result = SqlType::of(name == "time with time zone" ? Kind::time_tz : Kind::time);
        result.precision = static_cast<std::uint8_t>(precision());
        return result;
    }
    std::vector<SqlType> children;
    std::vector<std::string> names;
    for (const auto& [field, child] : type.types) {
        children.push_back(type_of(child));
        names.push_back(field ? field->quoted ? field->text : lower(field->text) : std::string());
    }
    if (name == "array" && children.size() == 1) return SqlType::array(std::move(children[0]));
    if (name == "map" && children.size() == 2) return SqlType::map(std::move(children[0]), std::move(children[1]));
    if (name == "row" && !children.empty()) return SqlType::row(std::move(children), std::move(names));
    constexpr std::pair<std::string_view, Kind> scalars[] = {
        {"boolean", Kind::boolean},
        {"tinyint", Kind::tinyint},
        {"smallint", Kind::smallint},
        {"integer", Kind::integer},
        {"int", Kind::integer},
        {"bigint", Kind::bigint},
        {"real", Kind::real},
        {"double", Kind::double_},
        {"double precision", Kind::double_},
        {"varbinary", Kind::varbinary},
        {"date", Kind::date},
        {"json", Kind::json},
        {"uuid", Kind::uuid},
        {"unknown", Kind::unknown},
        {"interval day to second", Kind::interval_day},
        {"interval year to month", Kind::interval_month},
    };
    const auto* found = std::ranges::find(scalars, std::string_view(name), &std::pair<std::string_view, Kind>::first);
    if (found == std::end(scalars) || !type.numbers.empty()) refuse("TYPE_MISMATCH", type.at, "Unknown type: " + name);
    return SqlType::of(found->second);
}

Translation Translator::take(QueryText text) {
    Translation result;
    result.sql = std::move(text.sql);
    for (std::size_t i = 0; i < text.columns.size(); ++i) {
        Field& column = text.columns[i];
        result.columns.push_back({column.name.empty() ? fmt::format("_col{}", i) : std::move(column.name), std::move(column.term.type)});
    }
    result.prelude = std::move(prelude_);
    result.natives = std::move(natives_);
    result.reads.assign(read_.begin(), read_.end());
    result.with_path = with_path_;
    return result;
}

}  // namespace dualstore::sql::athena
