// What stands behind FROM.
#include "sql/athena/parser.hpp"

namespace dualstore::sql::athena {

using namespace syntax;

RelationPtr Parser::relations() {
    const Chain chain(*this);
    RelationPtr left = relation();
    while (at(",")) {
        count_operator();
        ++next_;
        Join both;
        both.kind = Join::Kind::cross;
        const Position start = left->at;
        both.left = std::move(left);
        both.right = relation();
        left = std::make_unique<Relation>(Relation{start, std::move(both)});
    }
    return left;
}

RelationPtr Parser::relation() {
    const Chain chain(*this);
    RelationPtr left = aliased_relation();
    for (;;) {
        for (const std::string_view word : {"CROSS", "FULL", "INNER", "JOIN", "LEFT", "NATURAL", "RIGHT"}) note(word);
        if (!is_any({"CROSS", "FULL", "INNER", "JOIN", "LEFT", "NATURAL", "RIGHT"})) return left;
        count_operator();
        Join both = join();
        const Position start = left->at;
        both.left = std::move(left);
        left = std::make_unique<Relation>(Relation{start, std::move(both)});
    }
}

// From the first word behind the left side on.
Join Parser::join() {
    Join result;
    if (take("CROSS")) {
        result.kind = Join::Kind::cross;
        expect("JOIN");
        result.right = aliased_relation();
        return result;
    }
    result.natural = take("NATURAL");
    if (take("LEFT")) {
        result.kind = Join::Kind::left;
    } else if (take("RIGHT")) {
        result.kind = Join::Kind::right;
    } else if (take("FULL")) {
        result.kind = Join::Kind::full;
    } else {
        take("INNER");
    }
    if (result.kind != Join::Kind::inner) take("OUTER");
    expect("JOIN");
    if (result.natural) {
        result.right = aliased_relation();
        return result;
    }
    const Level level(*this);
    result.right = relation();  // a JOIN b JOIN c ON ... ON ...
    if (expect_any({"ON", "USING"}) == "ON") {
        result.on = expression();
    } else {
        result.columns = names();
    }
    return result;
}

RelationPtr Parser::aliased_relation() {
    const auto refuse_clauses = [&](bool aliased) {
        if (at("MATCH_RECOGNIZE") && is("(", 1)) not_supported(here(), "MATCH_RECOGNIZE");
        if (at("TABLESAMPLE") && is_any({"BERNOULLI", "SYSTEM"}, 1)) not_supported(here(), "TABLESAMPLE");
        if (!aliased) return;
        if (take("MATCH_RECOGNIZE")) expect("(");
        if (take("TABLESAMPLE")) expect_any({"BERNOULLI", "SYSTEM"});
    };
    RelationPtr inner = relation_primary();
    refuse_clauses(false);
    if (!take("AS") && !starts_alias()) return inner;
    Aliased aliased;
    aliased.name = name();
    if (at("(")) aliased.columns = names();
    refuse_clauses(true);
    const Position start = inner->at;
    aliased.relation = std::move(inner);
    return std::make_unique<Relation>(Relation{start, std::move(aliased)});
}

RelationPtr Parser::relation_primary() {
    const Level level(*this);
    const Position start = here();
    const auto made = [&](auto node) { return std::make_unique<Relation>(Relation{start, std::move(node)}); };
    for (const std::string_view word : {"(", "JSON_TABLE", "LATERAL", "TABLE", "UNNEST"}) note(word);
    if (is("JSON_TABLE")) not_supported(start, "JSON_TABLE");
    if (is("TABLE")) {
        if (is("(", 1)) not_supported(start, "TABLE(...)");
        ++next_;
        expect("(");
    }
    if (is("(")) {
        const Undecided undecided(*this, is("(", 1));
        if (inside(next_) != Inside::other) return made(DerivedTable{enclosed_query(), false});
        ++next_;
        RelationPtr inner = relation();
        expect(")");
        return inner;
    }
    if (is("LATERAL") && is("(", 1)) {
        ++next_;
        return made(DerivedTable{enclosed_query(), true});
    }
    if (is("UNNEST")) {
        ++next_;
        expect("(");
        Unnest unnest{expressions(), false};
        expect(")");
        unnest.ordinality = at("WITH") && (undecided_ > 0 || is("ORDINALITY", 1));
        if (unnest.ordinality) {
            ++next_;
            expect("ORDINALITY");
        }
        return made(std::move(unnest));
    }
    TableName table{qualified_name()};
    if (at("FOR")) {
        if (is_any({"TIMESTAMP", "VERSION"}, 1)) not_supported(here(), "FOR " + token(1).word + " AS OF");
        ++next_;
        expect_any({"TIMESTAMP", "VERSION"});
    }
    return made(std::move(table));
}

}  // namespace dualstore::sql::athena
