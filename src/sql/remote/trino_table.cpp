#include "sql/remote/trino_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "record/table_properties.hpp"
#include "record/text.hpp"
#include "record/type_names.hpp"

namespace dualstore::sql::remote {
namespace {

std::string in_quotes(std::string_view text, char quote) {
    std::string result(1, quote);
    for (const char c : text) result.append(c == quote ? 2 : 1, c);
    return result + quote;
}

std::string text_literal(std::string_view text) {
    return in_quotes(text, '\'');
}

// Every name in quotes: a field may be called "order".
std::string type_text(const Type& type) {
    std::vector<std::string> children;
    for (const Column& child : type.children) {
        const bool named = type.kind == Type::Kind::structure;
        children.push_back((named ? trino_identifier(child.name) + " " : "") + type_text(child.type));
    }
    switch (type.kind) {
        case Type::Kind::array:
            return fmt::format("array({})", children[0]);
        case Type::Kind::map:
            return fmt::format("map({}, {})", children[0], children[1]);
        case Type::Kind::structure:
            return fmt::format("row({})", fmt::join(children, ", "));
        default:
            return trino_name(type);
    }
}

std::string_view format_of(SerDe serde) {
    return serde == SerDe::openx ? "OPENX_JSON" : "JSON";
}

struct Token {
    enum class Kind { word, name, text, symbol, end };
    Kind kind = Kind::end;
    std::string text;
};

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (c & 0x80) != 0;
}

// The text in quotes that begins at `at`, which moves behind it.
std::string take_quoted(std::string_view sql, std::size_t& at) {
    const char quote = sql[at++];
    std::string text;
    while (at < sql.size()) {
        const char c = sql[at++];
        if (c == quote) {
            if (at >= sql.size() || sql[at] != quote) break;
            ++at;
        }
        text += c;
    }
    return text;
}

// What Trino prints has no comments.
std::vector<Token> tokens_of(std::string_view sql) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < sql.size();) {
        if (sql[at] == '\'') {
            tokens.push_back({Token::Kind::text, take_quoted(sql, at)});
        } else if (sql[at] == '"') {
            tokens.push_back({Token::Kind::name, take_quoted(sql, at)});
        } else if (in_word(sql[at])) {
            const std::size_t begin = at;
            while (at < sql.size() && in_word(sql[at])) ++at;
            tokens.push_back({Token::Kind::word, record::fold(sql.substr(begin, at - begin))});
        } else {
            if (sql[at] != ' ' && sql[at] != '\n') tokens.push_back({Token::Kind::symbol, std::string(1, sql[at])});
            ++at;
        }
    }
    tokens.push_back({});
    return tokens;
}

// Errors are the text of what is not as it should be.
template <class T>
using Parsed = tl::expected<T, std::string>;

class Parser {
  public:
    explicit Parser(std::string_view sql) : tokens_(tokens_of(sql)) {}

    Parsed<TableDefinition> table() {
        TableDefinition table;
        if (!take("create") || !take("table")) return tl::unexpected(not_expected("CREATE TABLE"));
        while (here().kind == Token::Kind::word || here().kind == Token::Kind::name || here().text == ".") table.name = next().text;
        auto columns = column_list();
        if (!columns) return tl::unexpected(std::move(columns.error()));
        table.columns = std::move(*columns);
        if (take("comment")) table.comment = next().text;
        if (take("with")) {
            if (auto done = properties(table); !done) return tl::unexpected(std::move(done.error()));
        }
        if (here().kind != Token::Kind::end) return tl::unexpected(not_expected("the end"));
        return table;
    }

  private:
    [[nodiscard]] const Token& here() const { return tokens_[at_]; }
    const Token& next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

    // A keyword or symbol.
    bool take(std::string_view text) {
        const bool found = here().text == text && (here().kind == Token::Kind::word || here().kind == Token::Kind::symbol);
        if (found) next();
        return found;
    }

    [[nodiscard]] std::string not_expected(std::string_view wanted) const {
        return fmt::format("expected {}, found '{}'", wanted, record::excerpt(here().text));
    }

    Parsed<std::vector<Column>> column_list() {
        if (!take("(")) return tl::unexpected(not_expected("'('"));
        std::vector<Column> columns;
        do {
            Column column;
            column.name = next().text;
            auto parsed = type();
            if (!parsed) return tl::unexpected(fmt::format("column {}: {}", column.name, parsed.error()));
            column.type = std::move(*parsed);
            if (take("comment")) column.comment = next().text;
            columns.push_back(std::move(column));
        } while (take(","));
        if (!take(")")) return tl::unexpected(not_expected("',' or ')'"));
        return columns;
    }

    Parsed<Type> type() {
        const std::string name = next().text;
        if (name == "array") return nested(Type::Kind::array, {"element"});
        if (name == "map") return nested(Type::Kind::map, {"key", "value"});
        if (name == "row") {
            auto fields = column_list();
            if (!fields) return tl::unexpected(std::move(fields.error()));
            return Type{.kind = Type::Kind::structure, .children = std::move(*fields)};
        }
        const std::vector<int> numbers = parameters();
        if (name == "decimal" && numbers.size() == 2) {
            return Type{Type::Kind::decimal, static_cast<std::uint8_t>(numbers[0]), static_cast<std::uint8_t>(numbers[1]), {}};
        }
        if (name == "timestamp") return Type{.kind = Type::Kind::timestamp, .children = {}};
        for (const auto& scalar : record::scalar_names()) {
            if (numbers.empty() && scalar.trino == name) return Type{.kind = scalar.kind, .children = {}};
        }
        return tl::unexpected(fmt::format("the type {}{} is not one of dualstore's", name, numbers.empty() ? "" : "(…)"));
    }

    Parsed<Type> nested(Type::Kind kind, std::initializer_list<std::string_view> names) {
        Type result{.kind = kind, .children = {}};
        for (const auto name : names) {
            if (!take(result.children.empty() ? "(" : ",")) return tl::unexpected(not_expected("'(' or ','"));
            auto child = type();
            if (!child) return child;
            result.children.push_back({std::string(name), std::move(*child), {}});
        }
        if (!take(")")) return tl::unexpected(not_expected("')'"));
        return result;
    }

    // The numbers of decimal(10, 2) and varchar(20).
    std::vector<int> parameters() {
        std::vector<int> numbers;
        if (!take("(")) return numbers;
        do {
            const std::string& text = next().text;
            std::from_chars(text.data(), text.data() + text.size(), numbers.emplace_back());
        } while (take(","));
        take(")");
        return numbers;
    }

    // name = value, …
    Parsed<void> properties(TableDefinition& table) {
        std::map<std::string, std::string, std::less<>> values;
        if (!take("(")) return tl::unexpected(not_expected("'('"));
        do {
            const std::string name = next().text;
            if (!take("=")) return tl::unexpected(not_expected("'='"));
            values[name] = here().text;
            if (!skip_value()) return tl::unexpected(not_expected("',' or ')'"));
        } while (take(","));
        if (!take(")")) return tl::unexpected(not_expected("',' or ')'"));
        return apply(values, table);
    }

    // 'text', true, ARRAY['a', 'b']. False: it does not end.
    bool skip_value() {
        for (int depth = 0; here().kind != Token::Kind::end; next()) {
            const std::string_view symbol = here().kind == Token::Kind::symbol ? std::string_view(here().text) : std::string_view();
            if (depth == 0 && (symbol == "," || symbol == ")")) return true;
            if (symbol == "[" || symbol == "(") ++depth;
            if (symbol == "]" || symbol == ")") --depth;
        }
        return false;
    }

    static Parsed<void> apply(const std::map<std::string, std::string, std::less<>>& values, TableDefinition& table) {
        const auto value = [&](std::string_view name) {
            const auto found = values.find(name);
            return found == values.end() ? std::string() : found->second;
        };
        const std::string format = value("format");
        if (format != format_of(SerDe::openx) && format != format_of(SerDe::hive)) {
            return tl::unexpected(fmt::format("its format is {} and not OPENX_JSON or JSON", format));
        }
        if (values.contains("partitioned_by")) return tl::unexpected(std::string("it is partitioned"));
        table.serde = format == format_of(SerDe::openx) ? SerDe::openx : SerDe::hive;
        table.location = value("external_location");
        if (!table.location.ends_with('/')) table.location += '/';
        return {};
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace

std::string trino_identifier(std::string_view name) {
    return in_quotes(name, '"');
}

std::string trino_create_table(const TableDefinition& table, std::string_view name, std::string_view bucket) {
    std::vector<std::string> columns;
    for (const Column& column : table.columns) {
        const std::string comment = column.comment.empty() ? "" : " COMMENT " + text_literal(column.comment);
        columns.push_back(fmt::format("{} {}{}", trino_identifier(column.name), type_text(column.type), comment));
    }
    std::vector<std::string> keys = {text_literal("dualstore.key")};
    std::vector<std::string> values = {text_literal(table.key_template)};
    for (const AutomaticField& field : table.automatic) {
        keys.push_back(text_literal("dualstore.auto." + field.name));
        values.push_back(text_literal(record::automatic_text(field)));
    }
    const std::string location = fmt::format("s3://{}/{}", bucket, table.location);
    return fmt::format(
        "CREATE TABLE IF NOT EXISTS {} (\n   {}\n){}\nWITH (\n   external_location = {},\n   format = {},\n"
        "   extra_properties = MAP(ARRAY[{}], ARRAY[{}])\n)",
        name, fmt::join(columns, ",\n   "), table.comment.empty() ? "" : "\nCOMMENT " + text_literal(table.comment), text_literal(location),
        text_literal(format_of(table.serde)), fmt::join(keys, ", "), fmt::join(values, ", "));
}

Result<TableDefinition> read_trino_table(std::string_view statement, std::string_view name) {
    auto table = Parser(statement).table();
    if (table) return std::move(*table);
    return fail(ErrorCode::conflict,
                fmt::format("Trino knows {} as a table that dualstore cannot use: {}; choose another name or schema, or drop it", name,
                            table.error()),
                "describe", std::string(name));
}

Result<void> read_trino_properties(const QueryResult& properties, TableDefinition& table) {
    if (properties.rows.size() != 1) return {};
    for (std::size_t i = 0; i < properties.columns.size(); ++i) {
        const auto* value = std::get_if<std::string>(&properties.rows[0][i]);
        if (value != nullptr && properties.columns[i].name.starts_with("dualstore.")) {
            table.properties.emplace_back(properties.columns[i].name, *value);
        }
    }
    if (table.properties.empty()) return {};  // made by another program
    if (auto taken = record::take_own_properties(table); !taken) {
        return fail(ErrorCode::corrupt, fmt::format("the properties of table {} in Trino: {}", table.name, taken.error()), "describe",
                    table.name);
    }
    return {};
}

}  // namespace dualstore::sql::remote
