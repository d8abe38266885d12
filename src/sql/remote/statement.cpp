#include "sql/remote/statement.hpp"

#include <algorithm>
#include <array>

namespace dualstore::sql::remote {
namespace {

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    }
    return result;
}

// Words and single characters of a statement; white space, comments, strings and quoted names are passed over.
class Scanner {
  public:
    explicit Scanner(std::string_view sql) : sql_(sql) {}

    // False at the end.
    bool next() {
        pass_over();
        if (at_ >= sql_.size()) return false;
        begin_ = at_++;
        if (in_word(sql_[begin_])) {
            while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
        }
        return true;
    }
    [[nodiscard]] std::string_view text() const { return sql_.substr(begin_, at_ - begin_); }
    [[nodiscard]] std::size_t begin() const { return begin_; }

  private:
    void skip_past(std::string_view end, std::size_t from) {
        const auto found = sql_.find(end, from);
        at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
    }

    void pass_over() {
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (c == '\'' || c == '"' || c == '`') {
                skip_past(sql_.substr(at_, 1), at_ + 1);  // a doubled quote begins the next one
            } else if (sql_.substr(at_, 2) == "--") {
                skip_past("\n", at_);
            } else if (sql_.substr(at_, 2) == "/*") {
                skip_past("*/", at_ + 2);
            } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
                ++at_;
            } else {
                return;
            }
        }
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
};

struct Placeholder {
    std::size_t offset;
    bool in_where;  // the last clause that began before it is a WHERE
};

std::vector<Placeholder> find_placeholders(std::string_view sql) {
    constexpr std::array<std::string_view, 13> clauses = {"SELECT", "FROM",  "WHERE",  "ON",    "GROUP",  "HAVING", "WINDOW",
                                                          "ORDER",  "LIMIT", "OFFSET", "FETCH", "VALUES", "SET"};
    std::vector<Placeholder> found;
    Scanner scanner(sql);
    std::string clause;
    bool after_pattern = false;
    int pattern_depth = 0;  // inside MATCH_RECOGNIZE's PATTERN (A B?), where ? is a quantifier
    while (scanner.next()) {
        const std::string text = upper(scanner.text());
        if (text == "(" && (after_pattern || pattern_depth > 0)) {
            ++pattern_depth;
        } else if (text == ")" && pattern_depth > 0) {
            --pattern_depth;
        } else if (text == "?" && pattern_depth == 0) {
            found.push_back({scanner.begin(), clause == "WHERE"});
        } else if (std::ranges::find(clauses, text) != clauses.end()) {
            clause = text;
        }
        after_pattern = text == "PATTERN";
    }
    return found;
}

}  // namespace

std::vector<std::size_t> placeholders(std::string_view sql) {
    std::vector<std::size_t> offsets;
    for (const Placeholder& one : find_placeholders(sql)) offsets.push_back(one.offset);
    return offsets;
}

std::vector<NamedPlaceholder> named_placeholders(std::string_view sql) {
    std::vector<NamedPlaceholder> found;
    Scanner scanner(sql);
    std::size_t behind_colon = 0;
    while (scanner.next()) {
        const std::string_view text = scanner.text();
        const bool word = in_word(text.front()) && (text.front() < '0' || text.front() > '9');
        if (word && behind_colon != 0 && scanner.begin() == behind_colon) found.push_back({behind_colon - 1, text});
        // A second colon is no parameter's: `::` is another dialect's cast.
        const bool colon = text == ":" && (behind_colon == 0 || scanner.begin() != behind_colon);
        behind_colon = colon ? scanner.begin() + 1 : 0;
    }
    return found;
}

bool parameters_in_where(std::string_view sql) {
    constexpr std::array<std::string_view, 4> statements = {"SELECT", "WITH", "INSERT", "UNLOAD"};
    const auto words = first_words(sql, 1);
    if (words.empty() || std::ranges::find(statements, words[0]) == statements.end()) return false;
    const auto found = find_placeholders(sql);
    return !found.empty() && std::ranges::all_of(found, [](const Placeholder& one) { return one.in_where; });
}

std::vector<std::string> first_words(std::string_view sql, std::size_t count) {
    std::vector<std::string> words;
    Scanner scanner(sql);
    while (words.size() < count && scanner.next()) {
        if (scanner.text() == "(" && words.empty()) continue;
        words.push_back(upper(scanner.text()));
    }
    return words;
}

bool reads_only(std::string_view sql) {
    constexpr std::array<std::string_view, 4> queries = {"SELECT", "WITH", "VALUES", "TABLE"};
    const auto words = first_words(sql, 1);
    return !words.empty() && std::ranges::find(queries, words[0]) != queries.end();
}

}  // namespace dualstore::sql::remote
