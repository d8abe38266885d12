// SQL's JSON path language: ISO/IEC 9075-2, 9.46; https://trino.io/docs/current/functions/json.html#json-path-language
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sql/athena/functions/json.hpp"
#include "sql/athena/functions/json_scalar.hpp"
#include "sql/athena/functions/json_value.hpp"

namespace dualstore::sql::athena {

struct PathNode;
struct PathPredicate;
using PathNodePtr = std::unique_ptr<PathNode>;
using PathPredicatePtr = std::unique_ptr<PathPredicate>;

struct PathNode {
    enum class Kind {
        context,      // $
        current,      // @
        last,         // last
        variable,     // $name
        literal,      // 1, "a", true, null
        member,       // base.name
        all_members,  // base.*
        descendant,   // base..name
        items,        // base[1, 2 to 3]
        all_items,    // base[*]
        filter,       // base ? (...)
        method,       // base.size()
        minus,        // -base
        plus,         // +base
        binary,       // base op right
    };
    Kind kind = Kind::context;
    std::string text;                   // a name; a method's; an operator
    std::optional<JsonScalar> literal;  // empty: null
    PathNodePtr base, right;
    std::vector<std::pair<PathNodePtr, PathNodePtr>> subscripts;  // the second: nullptr where there is no "to"
    PathPredicatePtr predicate;
};

struct PathPredicate {
    enum class Kind { comparison, starts_with, exists, is_unknown, negation, conjunction, disjunction };
    Kind kind = Kind::comparison;
    std::string op;
    PathNodePtr left, right;
    PathPredicatePtr first, second;
};

struct JsonPath {
    bool lax = true;
    PathNodePtr root;
    std::vector<std::string> variables;  // that it names
};

// Empty: there is a fault in it.
[[nodiscard]] std::optional<JsonPath> parse_json_path(std::string_view text, JsonPathFault& fault);

// What a path finds: a part of a JSON text, or a value of SQL's.
using PathItem = std::variant<const JsonValue*, JsonScalar>;

struct PathVariable {
    std::string_view name;
    PathItem value;
};

// Thrown by evaluate().
struct PathFailure {
    std::string message;
};

class PathEvaluator {
  public:
    // All must outlive the items.
    PathEvaluator(const JsonPath& path, const JsonValue& input, const std::vector<PathVariable>& variables)
        : path_(path), input_(input), variables_(variables) {}
    std::vector<PathItem> evaluate() { return evaluate(*path_.root, {}); }

  private:
    enum class Truth { no, yes, unknown };
    struct Place {
        const PathItem* current = nullptr;  // @
        std::optional<std::int64_t> last = {};
    };
    using Items = std::vector<PathItem>;

    Items evaluate(const PathNode& node, const Place& place);
    void add_members(const PathNode& node, const PathItem& item, Items& out);
    void add_items(const PathNode& node, const PathItem& item, const Place& place, Items& out);
    void add_method(const PathNode& node, const PathItem& item, Items& out);
    void add_key_values(const JsonValue& object, Items& out);
    Items filtered(const PathNode& node, const Place& place);
    PathItem sign(const PathNode& node, const PathItem& item);
    PathItem binary(const PathNode& node, const Place& place);
    std::int64_t subscript(const PathNode& node, const Place& place);
    PathItem variable(const PathNode& node) const;
    [[nodiscard]] Items unwrapped(Items items) const;

    Truth decide(const PathPredicate& predicate, const Place& place);
    Truth compare(const PathPredicate& predicate, const Place& place);
    Truth starts_with(const PathPredicate& predicate, const Place& place);
    // Empty: the path fails.
    std::optional<Items> tried(const PathNode& node, const Place& place, bool unwrap);

    const JsonPath& path_;
    const JsonValue& input_;
    const std::vector<PathVariable>& variables_;
    std::vector<std::unique_ptr<JsonValue>> made_;  // by keyvalue()
    std::int64_t objects_ = 0;                      // that keyvalue() has numbered
};

}  // namespace dualstore::sql::athena
