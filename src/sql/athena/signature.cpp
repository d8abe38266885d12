#include "sql/athena/signature.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace dualstore::sql::athena {
namespace {

using Kind = SqlType::Kind;

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    Signature signature() {
        Signature result;
        result.name = word();
        take("(");
        while (!take(")")) {
            result.arguments.push_back(pattern());
            if (take("...")) result.variadic = true;
            take(",");
        }
        take("->");
        result.result = pattern();
        return result;
    }

  private:
    void blanks() {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    }
    bool take(std::string_view text) {
        blanks();
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    std::string word() {
        blanks();
        std::size_t end = 0;
        while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 || rest_[end] == '_')) ++end;
        std::string text(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return text;
    }

    TypePattern pattern() {
        TypePattern result;
        result.name = word();
        if (result.name.size() == 1) {
            result.kind = TypePattern::Kind::variable;
            return result;
        }
        const bool nested = result.name == "array" || result.name == "map" || result.name == "row" || result.name == "function";
        if (result.name == "function") result.kind = TypePattern::Kind::function;
        if (take("(")) {
            while (!take(")")) {
                if (nested) {
                    result.children.push_back(pattern());
                } else {
                    result.numbers.push_back(formula());
                }
                take(",");
            }
        }
        for (const std::string_view rest : {"with time zone", "day to second", "year to month"}) {
            if (!take(rest)) continue;
            result.name += " ";
            result.name += rest;
        }
        return result;
    }

    // Up to the comma or bracket that ends it.
    std::string formula() {
        blanks();
        std::size_t end = 0;
        for (int depth = 0; end < rest_.size(); ++end) {
            if (rest_[end] == '(') ++depth;
            if (rest_[end] == ')' && depth-- == 0) break;
            if (rest_[end] == ',' && depth == 0) break;
        }
        std::string text(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return text;
    }

    std::string_view rest_;
};

// sum := product (+|- product)*; product := value (*|/ value)*; value := number | variable | min(...) | max(...) | ( sum )
class Formula {
  public:
    Formula(std::string_view text, const Bindings& bindings) : rest_(text), bindings_(bindings) {}

    std::int64_t sum() {
        std::int64_t value = product();
        for (;;) {
            if (take('+')) {
                value += product();
            } else if (take('-')) {
                value -= product();
            } else {
                return value;
            }
        }
    }

  private:
    bool take(char c) {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::int64_t product() {
        std::int64_t value = this->value();
        for (;;) {
            if (take('*')) {
                value *= this->value();
            } else if (take('/')) {
                value /= std::max<std::int64_t>(this->value(), 1);
            } else {
                return value;
            }
        }
    }
    std::int64_t value() {
        if (take('(')) {
            const std::int64_t inside = sum();
            take(')');
            return inside;
        }
        std::size_t end = 0;
        while (end < rest_.size() && std::isalnum(static_cast<unsigned char>(rest_[end])) != 0) ++end;
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (word == "min" || word == "max") {
            take('(');
            std::int64_t result = sum();
            while (take(',')) result = word == "min" ? std::min(result, sum()) : std::max(result, sum());
            take(')');
            return result;
        }
        std::int64_t number = 0;
        if (std::from_chars(word.data(), word.data() + word.size(), number).ec == std::errc()) return number;
        const auto bound = bindings_.numbers.find(word);
        return bound == bindings_.numbers.end() ? 0 : bound->second;
    }

    std::string_view rest_;
    const Bindings& bindings_;
};

constexpr std::array<std::pair<std::string_view, Kind>, 24> kinds = {{
    {"unknown", Kind::unknown},
    {"boolean", Kind::boolean},
    {"tinyint", Kind::tinyint},
    {"smallint", Kind::smallint},
    {"integer", Kind::integer},
    {"bigint", Kind::bigint},
    {"real", Kind::real},
    {"double", Kind::double_},
    {"decimal", Kind::decimal},
    {"varchar", Kind::varchar},
    {"char", Kind::char_},
    {"varbinary", Kind::varbinary},
    {"date", Kind::date},
    {"time", Kind::time},
    {"time with time zone", Kind::time_tz},
    {"timestamp", Kind::timestamp},
    {"timestamp with time zone", Kind::timestamp_tz},
    {"interval day to second", Kind::interval_day},
    {"interval year to month", Kind::interval_month},
    {"json", Kind::json},
    {"uuid", Kind::uuid},
    {"array", Kind::array},
    {"map", Kind::map},
    {"row", Kind::row},
}};

Kind kind_of(std::string_view name) {
    const auto* found = std::ranges::find(kinds, name, &std::pair<std::string_view, Kind>::first);
    return found == kinds.end() ? Kind::unknown : found->second;
}

// Types as numbers: the variables of varchar(x), decimal(p, s), timestamp(p) in the order they are written.
std::vector<std::int64_t> numbers_of(const SqlType& type) {
    switch (type.kind) {
        case Kind::varchar:
        case Kind::char_:
            return {type.length};
        case Kind::decimal:
            return {type.precision, type.scale};
        default:
            return {type.precision};
    }
}

// The pattern's type as near to `actual` as its kind allows; empty: it cannot be coerced to that kind.
std::optional<SqlType> coerced_to_kind(const SqlType& actual, Kind kind) {
    if (actual.kind == kind) return actual;
    SqlType target = SqlType::of(kind);
    if (kind == Kind::decimal) target = SqlType::decimal(1, 0);
    auto common = common_type(actual, target);
    if (!common || common->kind != kind) return std::nullopt;
    return common;
}

class Matcher {
  public:
    explicit Matcher(Bindings& bindings) : bindings_(bindings) {}

    bool match(const TypePattern& pattern, const SqlType& actual) {
        if (pattern.kind == TypePattern::Kind::variable) return match_variable(pattern.name, actual);
        if (actual.is(Kind::unknown)) return true;
        const Kind kind = kind_of(pattern.name);
        if (!pattern.children.empty()) {
            if (actual.kind != kind || actual.children.size() != pattern.children.size()) return false;
            for (std::size_t i = 0; i < actual.children.size(); ++i) {
                if (!match(pattern.children[i], actual.children[i])) return false;
            }
            return true;
        }
        const auto coerced = coerced_to_kind(actual, kind);
        if (!coerced) return false;
        const auto numbers = numbers_of(*coerced);
        for (std::size_t i = 0; i < pattern.numbers.size() && i < numbers.size(); ++i) {
            const std::string& name = pattern.numbers[i];
            if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) continue;
            auto [bound, first] = bindings_.numbers.try_emplace(name, numbers[i]);
            bound->second = std::max(bound->second, numbers[i]);
        }
        return true;
    }

  private:
    bool match_variable(const std::string& name, const SqlType& actual) {
        if (name == "O" && !orderable(actual)) return false;
        const auto [bound, first] = bindings_.types.try_emplace(name, actual);
        if (first) return true;
        auto common = common_type(bound->second, actual);
        if (!common) return false;
        bound->second = std::move(*common);
        return true;
    }

    Bindings& bindings_;
};

const TypePattern& argument_pattern(const Signature& signature, std::size_t index) {
    return signature.arguments[std::min(index, signature.arguments.size() - 1)];
}

bool fits_number(const Signature& signature, std::size_t count) {
    if (!signature.variadic) return count == signature.arguments.size();
    return count + 1 >= signature.arguments.size();
}

}  // namespace

Signature parse_signature(std::string_view text) {
    return Reader(text).signature();
}

SqlType substitute(const TypePattern& pattern, const Bindings& bindings) {
    if (pattern.kind == TypePattern::Kind::variable) {
        const auto bound = bindings.types.find(pattern.name);
        return bound == bindings.types.end() ? SqlType{} : bound->second;
    }
    SqlType type = SqlType::of(kind_of(pattern.name));
    for (const TypePattern& child : pattern.children) type.children.push_back(substitute(child, bindings));
    if (type.is(Kind::row)) type.names.resize(type.children.size());
    const auto number = [&](std::size_t i) { return Formula(pattern.numbers[i], bindings).sum(); };
    if (pattern.numbers.empty()) {
        if (type.is(Kind::decimal)) type.precision = 38;
        return type;
    }
    const bool unbound = pattern.numbers.size() == 1 && std::isalpha(static_cast<unsigned char>(pattern.numbers[0][0])) != 0 &&
                         !bindings.numbers.contains(pattern.numbers[0]);
    if (unbound && (type.is(Kind::timestamp) || type.is(Kind::timestamp_tz))) {
        type.precision = 3;  // of NULL
    } else if (type.textual()) {
        type.length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(number(0), 0, SqlType::unbounded));
    } else {
        type.precision = static_cast<std::uint8_t>(number(0));
        if (pattern.numbers.size() > 1) type.scale = static_cast<std::uint8_t>(number(1));
        if (type.is(Kind::decimal) && type.precision == 0) type.precision = 1;  // of NULL nothing is known
    }
    return type;
}

std::optional<Fit> fit(const Signature& signature, const std::vector<CallArgument>& call, const BodyType& body_type) {
    if (!fits_number(signature, call.size())) return std::nullopt;
    Fit result;
    Matcher matcher(result.bindings);
    for (std::size_t i = 0; i < call.size(); ++i) {
        const TypePattern& pattern = argument_pattern(signature, i);
        const bool is_function = pattern.kind == TypePattern::Kind::function;
        if (is_function != call[i].lambda.has_value()) return std::nullopt;
        if (is_function && pattern.children.size() - 1 != *call[i].lambda) return std::nullopt;
        if (!is_function && !matcher.match(pattern, call[i].type)) return std::nullopt;
    }
    result.parameters.resize(call.size());
    // A lambda's result may widen what another one takes: reduce(bigints, 0, (s, x) -> s + x, s -> s).
    constexpr int rounds = 3;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < call.size(); ++i) {
            if (!call[i].lambda) continue;
            const TypePattern& pattern = argument_pattern(signature, i);
            std::vector<SqlType> parameters;
            for (std::size_t p = 0; p + 1 < pattern.children.size(); ++p) {
                parameters.push_back(substitute(pattern.children[p], result.bindings));
            }
            if (result.parameters[i] == parameters && round > 0) continue;
            const SqlType body = body_type(i, parameters);
            if (pattern.children.back().kind == TypePattern::Kind::type && body.is(Kind::unknown)) return std::nullopt;
            if (!matcher.match(pattern.children.back(), body)) return std::nullopt;
            result.parameters[i] = std::move(parameters);
        }
    }
    for (std::size_t i = 0; i < call.size(); ++i) {
        const TypePattern& pattern = argument_pattern(signature, i);
        const TypePattern& formal = call[i].lambda ? pattern.children.back() : pattern;
        result.arguments.push_back(substitute(formal, result.bindings));
        if (call[i].lambda || result.arguments.back() == call[i].type) continue;
        // A row's names, and a text's length, are no conversion.
        const bool same_kind = result.arguments.back().kind == call[i].type.kind;
        result.coercions += same_kind ? 1 : 100;
        if (!can_coerce(call[i].type, result.arguments.back())) return std::nullopt;
    }
    result.result = substitute(signature.result, result.bindings);
    return result;
}

}  // namespace dualstore::sql::athena
