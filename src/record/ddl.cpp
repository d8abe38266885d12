// Reads CREATE EXTERNAL TABLE as Athena (Hive) writes it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "dualstore/table.hpp"
#include "record/ddl_tokens.hpp"
#include "record/table_properties.hpp"
#include "record/text.hpp"
#include "record/type_names.hpp"

namespace dualstore {
namespace {

using record::ddl_error;
using record::DdlToken;
using Properties = std::vector<std::pair<std::string, std::string>>;

constexpr int deepest_type = 32;

std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return result;
}

class Parser {
  public:
    Parser(std::vector<DdlToken> tokens, std::string_view file) : tokens_(std::move(tokens)), file_(file) {}

    Result<std::vector<TableDefinition>> run() {
        std::vector<TableDefinition> tables;
        while (true) {
            while (take_symbol(';')) {
            }
            if (here().kind == DdlToken::Kind::end) break;
            auto table = statement();
            if (!table) return fail(table.error());
            tables.push_back(std::move(*table));
            if (here().kind != DdlToken::Kind::end && here().text != ";") return expected("';' or the end of the file");
        }
        return tables;
    }

  private:
    [[nodiscard]] const DdlToken& here() const { return tokens_[at_]; }

    [[nodiscard]] bool at_word(std::string_view word) const { return here().kind == DdlToken::Kind::word && upper(here().text) == word; }
    [[nodiscard]] bool at_symbol(char symbol) const { return here().kind == DdlToken::Kind::symbol && here().text[0] == symbol; }

    bool take_word(std::string_view word) {
        const bool found = at_word(word);
        if (found) ++at_;
        return found;
    }

    bool take_symbol(char symbol) {
        const bool found = at_symbol(symbol);
        if (found) ++at_;
        return found;
    }

    [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const {
        const std::string found = here().kind == DdlToken::Kind::end ? here().text : fmt::format("'{}'", record::excerpt(here().text));
        return ddl_error(file_, here().line, fmt::format("expected {}, found {}", what, found));
    }

    [[nodiscard]] tl::unexpected<Error> unsupported(std::string_view what) const {
        return fail(ErrorCode::unsupported, fmt::format("{}:{}: {} is not supported yet", file_, here().line, what),
                    "read table definition");
    }

    Result<void> words(std::initializer_list<std::string_view> all) {
        for (const auto word : all) {
            if (!take_word(word)) return expected(word);
        }
        return {};
    }

    Result<void> symbol(char wanted) {
        if (!take_symbol(wanted)) return expected(fmt::format("'{}'", wanted));
        return {};
    }

    Result<std::string> identifier(std::string_view what) {
        if (here().kind != DdlToken::Kind::word && here().kind != DdlToken::Kind::quoted_name) return expected(what);
        if (here().text.empty()) return expected(what);
        return record::fold(tokens_[at_++].text);
    }

    Result<std::string> text(std::string_view what) {
        if (here().kind != DdlToken::Kind::text) return expected(what);
        return tokens_[at_++].text;
    }

    Result<TableDefinition> statement() {
        if (!take_word("CREATE")) return expected("CREATE EXTERNAL TABLE");
        take_word("EXTERNAL");
        if (!take_word("TABLE")) return expected("EXTERNAL TABLE");
        if (take_word("IF")) {
            if (auto rest = words({"NOT", "EXISTS"}); !rest) return fail(rest.error());
        }
        TableDefinition table;
        const std::size_t line = here().line;
        auto name = identifier("a table name");
        if (!name) return fail(name.error());
        if (take_symbol('.')) {
            table.database = std::move(*name);
            name = identifier("a table name");
            if (!name) return fail(name.error());
        }
        table.name = std::move(*name);
        if (table.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != table.name.npos) {
            return ddl_error(file_, line,
                             fmt::format("expected a table name of letters, digits and '_', found '{}'", record::excerpt(table.name)));
        }
        auto columns = column_list('(', ')', "a column name", 0);
        if (!columns) return fail(columns.error());
        table.columns = std::move(*columns);
        if (auto done = clauses(table); !done) return fail(done.error());
        if (!has_serde_) return expected("ROW FORMAT SERDE (of the JSON SerDes)");
        if (table.location.empty()) return expected("LOCATION 'prefix/'");
        if (auto done = record::take_own_properties(table); !done) return ddl_error(file_, line, done.error());
        return table;
    }

    // `open name type [COMMENT text], … close`; STRUCT's fields have a colon after the name.
    Result<std::vector<Column>> column_list(char open, char close, std::string_view what, int depth) {
        if (auto opened = symbol(open); !opened) return fail(opened.error());
        std::vector<Column> columns;
        std::set<std::string> names;
        do {
            Column column;
            const std::size_t line = here().line;
            auto name = identifier(what);
            if (!name) return fail(name.error());
            column.name = std::move(*name);
            if (!names.insert(column.name).second) return ddl_error(file_, line, fmt::format("the name {} stands twice", column.name));
            if (open == '<') {
                if (auto colon = symbol(':'); !colon) return fail(colon.error());
            }
            auto parsed = type(depth);
            if (!parsed) return fail(parsed.error());
            column.type = std::move(*parsed);
            if (take_word("COMMENT")) {
                auto comment = text("the comment's text in quotes");
                if (!comment) return fail(comment.error());
                column.comment = std::move(*comment);
            }
            columns.push_back(std::move(column));
        } while (take_symbol(','));
        if (!take_symbol(close)) return expected(fmt::format("',' or '{}'", close));
        return columns;
    }

    Result<Type> type(int depth) {
        if (depth > deepest_type) return ddl_error(file_, here().line, "types are nested too deep (over 32)");
        if (here().kind != DdlToken::Kind::word) return expected("a column type");
        const std::string name = record::fold(here().text);
        for (const auto& scalar : record::scalar_names()) {
            if (scalar.hive == name) {
                ++at_;
                return Type{.kind = scalar.kind, .children = {}};
            }
        }
        if (name == "decimal") return decimal();
        if (name == "array") return nested(Type::Kind::array, {"element"}, depth);
        if (name == "map") return nested(Type::Kind::map, {"key", "value"}, depth);
        if (name == "struct") {
            ++at_;
            auto fields = column_list('<', '>', "a field name", depth + 1);
            if (!fields) return fail(fields.error());
            return Type{.kind = Type::Kind::structure, .children = std::move(*fields)};
        }
        return expected(
            "a column type (boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s), string, date, timestamp, "
            "array<…>, map<…>, struct<…>)");
    }

    Result<Type> nested(Type::Kind kind, std::initializer_list<std::string_view> children, int depth) {
        ++at_;
        if (auto opened = symbol('<'); !opened) return fail(opened.error());
        Type result{.kind = kind, .children = {}};
        for (const auto child : children) {
            if (!result.children.empty()) {
                if (auto comma = symbol(','); !comma) return fail(comma.error());
            }
            const std::size_t line = here().line;
            auto parsed = type(depth + 1);
            if (!parsed) return parsed;
            if (child == "key" && parsed->kind != Type::Kind::string) return ddl_error(file_, line, "expected string as a map's key type");
            result.children.push_back({std::string(child), std::move(*parsed), {}});
        }
        if (auto closed = symbol('>'); !closed) return fail(closed.error());
        return result;
    }

    Result<std::uint8_t> small_number(int low, int high, std::string_view what) {
        int value = -1;
        const std::string& digits = here().text;
        if (here().kind == DdlToken::Kind::number) std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (value < low || value > high) return expected(fmt::format("a {} from {} to {}", what, low, high));
        ++at_;
        return static_cast<std::uint8_t>(value);
    }

    Result<Type> decimal() {
        ++at_;
        Type result{.kind = Type::Kind::decimal, .precision = 10, .children = {}};  // Hive's default is (10,0)
        if (!take_symbol('(')) return result;
        auto precision = small_number(1, 38, "precision");
        if (!precision) return fail(precision.error());
        result.precision = *precision;
        if (take_symbol(',')) {
            auto scale = small_number(0, result.precision, "scale");
            if (!scale) return fail(scale.error());
            result.scale = *scale;
        }
        if (auto closed = symbol(')'); !closed) return fail(closed.error());
        return result;
    }

    Result<void> clauses(TableDefinition& table) {
        while (here().kind != DdlToken::Kind::end && !at_symbol(';')) {
            if (at_word("PARTITIONED")) return unsupported("PARTITIONED BY");
            if (at_word("CLUSTERED")) return unsupported("CLUSTERED BY");
            if (auto done = clause(table); !done) return done;
        }
        return {};
    }

    Result<void> clause(TableDefinition& table) {
        if (take_word("COMMENT")) return store(text("the comment's text in quotes"), table.comment);
        if (take_word("ROW")) return row_format(table);
        if (take_word("WITH")) {
            if (!take_word("SERDEPROPERTIES")) return expected("SERDEPROPERTIES");
            return store(properties(), table.serde_properties);
        }
        if (take_word("STORED")) return stored_as();
        if (take_word("LOCATION")) return location(table);
        if (take_word("TBLPROPERTIES")) return store(properties(), table.properties);
        return expected("ROW FORMAT SERDE, WITH SERDEPROPERTIES, STORED AS, LOCATION, TBLPROPERTIES, COMMENT or ';'");
    }

    template <class T>
    static Result<void> store(Result<T> from, T& to) {
        if (!from) return fail(from.error());
        to = std::move(*from);
        return {};
    }

    Result<void> row_format(TableDefinition& table) {
        if (auto rest = words({"FORMAT", "SERDE"}); !rest) return rest;
        const std::size_t line = here().line;
        auto name = text("the SerDe's class in quotes");
        if (!name) return fail(name.error());
        const auto serde = record::serde_of(*name);
        if (!serde) {
            return ddl_error(file_, line,
                             fmt::format("expected the SerDe {} or {}, found '{}'", record::serde_class(SerDe::openx),
                                         record::serde_class(SerDe::hive), record::excerpt(*name)));
        }
        table.serde = *serde;
        has_serde_ = true;
        return {};
    }

    // The formats say nothing that the SerDe does not; only text files hold JSON.
    Result<void> stored_as() {
        if (!take_word("AS")) return expected("AS");
        if (take_word("TEXTFILE")) return {};
        if (!take_word("INPUTFORMAT")) return expected("TEXTFILE or INPUTFORMAT");
        if (auto input = text("a class in quotes"); !input) return fail(input.error());
        if (!take_word("OUTPUTFORMAT")) return expected("OUTPUTFORMAT");
        if (auto output = text("a class in quotes"); !output) return fail(output.error());
        return {};
    }

    Result<void> location(TableDefinition& table) {
        const std::size_t line = here().line;
        auto written = text("the location in quotes");
        if (!written) return fail(written.error());
        auto prefix = record::location_prefix(*written);
        if (!prefix) return ddl_error(file_, line, prefix.error());
        table.location = std::move(*prefix);
        return {};
    }

    Result<Properties> properties() {
        if (auto opened = symbol('('); !opened) return fail(opened.error());
        Properties result;
        do {
            auto name = text("a property's name in quotes");
            if (!name) return fail(name.error());
            if (auto equals = symbol('='); !equals) return fail(equals.error());
            auto value = text("a property's value in quotes");
            if (!value) return fail(value.error());
            result.emplace_back(std::move(*name), std::move(*value));
        } while (take_symbol(','));
        if (!take_symbol(')')) return expected("',' or ')'");
        return result;
    }

    std::vector<DdlToken> tokens_;
    std::string_view file_;
    std::size_t at_ = 0;
    bool has_serde_ = false;
};

}  // namespace

Result<std::vector<TableDefinition>> parse_ddl(std::string_view text, std::string_view file) {
    if (!record::valid_utf8(text)) return ddl_error(file, 1, "expected UTF-8 text");
    auto tokens = record::ddl_tokens(text, file);
    if (!tokens) return fail(tokens.error());
    return Parser(std::move(*tokens), file).run();
}

}  // namespace dualstore
