#include "sql/athena/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "record/text.hpp"
#include "sql/athena/information.hpp"
#include "sql/athena/lexer.hpp"
#include "sql/athena/syntax.hpp"
#include "sql/athena/translator.hpp"

namespace dualstore::sql::athena {

Result<Translation> translate(std::string_view sql, const std::vector<TableDefinition>& tables, std::string_view database,
                              std::span<const SqlType> parameters) {
    if (!record::valid_utf8(sql)) return fail(ErrorCode::query, "SYNTAX_ERROR: the query's text is not UTF-8", "query");
    auto tokens = tokenize(sql);
    if (!tokens) return fail(std::move(tokens.error()));
    const auto expected = static_cast<std::size_t>(std::ranges::count(*tokens, Token::Kind::parameter, &Token::kind));
    const auto statement = parse(sql, std::move(*tokens));
    if (!statement) return fail(statement.error());
    if (expected != parameters.size()) {
        return fail(
            ErrorCode::query,
            fmt::format("INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected {} but found {}", expected, parameters.size()),
            "query");
    }
    try {
        Translator translator(tables, database, parameters);
        const auto* query = std::get_if<syntax::QueryPtr>(&*statement);
        const auto* explain = std::get_if<syntax::Explain>(&*statement);
        if (explain != nullptr) query = &explain->query;
        Translation translation = translator.take(query != nullptr ? translator.query(**query) : show(*statement, tables, database));
        if (explain != nullptr) {
            translation.sql = "EXPLAIN " + translation.sql;
            translation.columns = {{"Query Plan", SqlType::varchar()}};
        }
        return translation;
    } catch (Refusal& refusal) {
        return fail(std::move(refusal.error));
    }
}

}  // namespace dualstore::sql::athena
