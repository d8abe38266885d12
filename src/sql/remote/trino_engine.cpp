#include <fmt/format.h>

#include <utility>
#include <variant>

#include "dualstore/engines.hpp"
#include "record/text.hpp"
#include "sql/remote/literals.hpp"
#include "sql/remote/statement.hpp"
#include "sql/remote/trino_errors.hpp"
#include "sql/remote/trino_statement.hpp"
#include "sql/remote/trino_table.hpp"

namespace dualstore::sql::remote {
namespace {

constexpr std::string_view immediate = "EXECUTE IMMEDIATE ";

// Trino refuses the semicolon that ends a statement in other places.
std::string_view without_end(std::string_view sql) {
    constexpr std::string_view blank = " \t\r\n";
    const auto trim = [&] { sql = sql.substr(0, sql.find_last_not_of(blank) + 1); };
    trim();
    if (sql.ends_with(';')) sql.remove_suffix(1);
    trim();
    return sql;
}

// The parameters' values go along as literals, and Trino itself puts them in the place of the `?`.
Result<TrinoStatement> bound(std::string_view sql, std::span<const Value> parameters) {
    const auto words = first_words(sql, 1);
    if (words.empty()) return fail(ErrorCode::query, "SYNTAX_ERROR: line 1:1: the statement is empty", "query");
    const bool repeatable = reads_only(sql) || words[0] == "SHOW" || words[0] == "DESCRIBE" || words[0] == "DESC";
    if (parameters.empty()) return TrinoStatement{std::string(sql), 0, repeatable};
    auto text = sql_literal(std::string(sql));
    if (!text) return fail(std::move(text.error()));
    std::string statement = std::string(immediate) + *text;
    std::string_view before = " USING ";
    for (const Value& parameter : parameters) {
        auto literal = sql_literal(parameter);
        if (!literal) return fail(std::move(literal.error()));
        statement.append(before).append(*literal);
        before = ", ";
    }
    return TrinoStatement{std::move(statement), immediate.size() + 1, repeatable};
}

class TrinoEngine : public QueryEngine {
  public:
    explicit TrinoEngine(TrinoServer server) : server_(std::move(server)) {}

    Result<QueryResult> execute(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options) override {
        auto statement = bound(without_end(sql), parameters);
        if (!statement) return fail(std::move(statement.error()));
        return server_.run(*statement, options);
    }

    Result<void> create(const TableDefinition& table, std::string_view bucket) override;
    Result<std::optional<TableDefinition>> describe(std::string_view table) override;
    [[nodiscard]] std::string name() const override { return "trino"; }

  private:
    // For statements that do no harm when they run twice.
    [[nodiscard]] Result<QueryResult> run(std::string sql) const { return server_.run({std::move(sql), 0, true}, {}); }

    [[nodiscard]] std::string schema() const {
        return trino_identifier(server_.options().catalog) + "." + trino_identifier(server_.options().schema);
    }

    TrinoServer server_;
};

Result<void> TrinoEngine::create(const TableDefinition& table, std::string_view bucket) {
    if (bucket.empty()) {
        return fail(ErrorCode::invalid_argument, "a table of Trino lies in a bucket: use a store s3://BUCKET", "create", table.name);
    }
    const std::string statement = trino_create_table(table, schema() + "." + trino_identifier(table.name), bucket);
    auto created = run(statement);
    if (!created && (has_name(created.error(), "NOT_FOUND") || has_name(created.error(), "SCHEMA_NOT_FOUND"))) {
        // Only now: who may not make schemas may still make tables in one that is there.
        auto made = run("CREATE SCHEMA IF NOT EXISTS " + schema());
        created = made ? run(statement) : std::move(made);
    }
    if (created) return {};
    Error error = std::move(created.error());
    error.operation = "create";
    error.key = table.name;
    // What Trino says of any bucket that it cannot look into.
    if (error.message.find("External location is not") != std::string::npos)
        error.message += fmt::format("; is there a bucket {} that Trino may read?", bucket);
    return fail(std::move(error));
}

Result<std::optional<TableDefinition>> TrinoEngine::describe(std::string_view table) {
    const std::string name = record::fold(table);
    const auto shown = run(fmt::format("SHOW CREATE TABLE {}.{}", schema(), trino_identifier(name)));
    if (!shown) {
        if (has_name(shown.error(), "TABLE_NOT_FOUND") || has_name(shown.error(), "SCHEMA_NOT_FOUND")) return std::nullopt;
        return fail(shown.error());
    }
    const auto* text = shown->rows.empty() ? nullptr : std::get_if<std::string>(&shown->rows[0][0]);
    auto definition = read_trino_table(text != nullptr ? *text : std::string(), name);
    if (!definition) return fail(std::move(definition.error()));
    definition->database = server_.options().schema;
    const auto properties = run(fmt::format("SELECT * FROM {}.{}", schema(), trino_identifier(name + "$properties")));
    if (!properties) return fail(properties.error());
    if (auto taken = read_trino_properties(*properties, *definition); !taken) return fail(std::move(taken.error()));
    return std::optional(std::move(*definition));
}

}  // namespace
}  // namespace dualstore::sql::remote

namespace dualstore {

Result<std::unique_ptr<QueryEngine>> open_trino_engine(TrinoOptions options) {
    auto server = sql::remote::TrinoServer::open(std::move(options));
    if (!server) return fail(std::move(server.error()));
    return std::make_unique<sql::remote::TrinoEngine>(std::move(*server));
}

}  // namespace dualstore
