#include "sql/embedded/hidden_path.hpp"

#include <algorithm>
#include <cctype>

namespace dualstore::sql {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || (c & 0x80) != 0;
}

// The end of the token at `at`: a quoted text or name, a comment, white space, a word or number, or one other character.
std::size_t token_end(std::string_view sql, std::size_t at) {
    const char first = sql[at];
    const auto after = [&](std::string_view closing) {
        const std::size_t found = sql.find(closing, at + closing.size());
        return found == std::string_view::npos ? sql.size() : found + closing.size();
    };
    if (first == '\'' || first == '"') return after(std::string_view(&first, 1));
    if (sql.substr(at).starts_with("--")) return after("\n");
    if (sql.substr(at).starts_with("/*")) return after("*/");
    const auto run = [&](auto belongs) {
        std::size_t end = at + 1;
        while (end < sql.size() && belongs(sql[end])) ++end;
        return end;
    };
    if (std::isspace(static_cast<unsigned char>(first)) != 0)
        return run([](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
    return is_word(first) ? run(is_word) : at + 1;
}

bool starts_list_item(std::string_view token) {
    std::string word(token);
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return word == "SELECT" || word == "DISTINCT" || word == "ALL" || word == "," || word == ".";
}

}  // namespace

bool names_path(std::string_view sql) {
    constexpr std::string_view name = "\"$path\"";
    return std::search(sql.begin(), sql.end(), name.begin(), name.end(),
                       [](unsigned char a, unsigned char b) { return std::tolower(a) == b; }) != sql.end();
}

std::string hide_path_from_stars(std::string_view sql) {
    std::string result;
    std::string_view previous;
    for (std::size_t at = 0; at < sql.size();) {
        const std::size_t end = token_end(sql, at);
        const std::string_view token = sql.substr(at, end - at);
        result += token;
        if (token == "*" && starts_list_item(previous)) result += " NOT LIKE '$path'";
        const bool blank =
            std::isspace(static_cast<unsigned char>(token.front())) != 0 || token.starts_with("--") || token.starts_with("/*");
        if (!blank) previous = token;
        at = end;
    }
    return result;
}

}  // namespace dualstore::sql
