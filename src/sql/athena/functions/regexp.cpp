// Regular expression functions. https://trino.io/docs/current/functions/regexp.html
#include <fmt/format.h>

#include <algorithm>

#include "sql/athena/function_list.hpp"
#include "sql/athena/functions/regexp_match.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr std::string_view invalid = "INVALID_FUNCTION_ARGUMENT";

// Calls `work` with the pattern that is the second argument.
template <class Work>
void with_pattern(const Arguments& arguments, Answer& answer, Work work) {
    try {
        work(Regexp::of(arguments.text(1)));
    } catch (const RegexpFailure& failure) {
        answer.error(invalid, failure.message);
    }
}

std::size_t place_of(std::string_view text, std::string_view part) {
    return static_cast<std::size_t>(part.data() - text.data());
}

// The group that the third argument names; empty: there is none, and `answer` says so.
std::optional<std::size_t> wanted_group(const Arguments& arguments, const Regexp& regexp, Answer& answer) {
    const std::int64_t group = arguments.size() > 2 ? arguments.value<std::int64_t>(2) : 0;
    if (group < 0) {
        answer.error(invalid, "Group cannot be negative");
        return std::nullopt;
    }
    if (static_cast<std::size_t>(group) > regexp.groups()) {
        answer.error(invalid, fmt::format("Pattern has {} groups. Cannot access group {}", regexp.groups(), group));
        return std::nullopt;
    }
    return static_cast<std::size_t>(group);
}

// LIST(VARCHAR), with NULL where there is nothing.
void answer_list(Answer& answer, const std::vector<std::optional<std::string_view>>& texts) {
    const duckdb_vector list = answer.vector();
    const idx_t first = duckdb_list_vector_get_size(list);
    duckdb_list_vector_reserve(list, first + texts.size());
    duckdb_list_vector_set_size(list, first + texts.size());
    const duckdb_vector elements = duckdb_list_vector_get_child(list);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i]) {
            duckdb_vector_assign_string_element_len(elements, first + i, texts[i]->data(), texts[i]->size());
        } else {
            duckdb_vector_ensure_validity_writable(elements);
            duckdb_validity_set_row_invalid(duckdb_vector_get_validity(elements), first + i);
        }
    }
    answer.value(duckdb_list_entry{first, texts.size()});
}

void count(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer,
                 [&](const Regexp& regexp) { answer.value(static_cast<std::int64_t>(regexp.search_all(arguments.text(0)).size())); });
}

void like(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer, [&](const Regexp& regexp) { answer.value(regexp.search(arguments.text(0), 0).has_value()); });
}

void extract(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer, [&](const Regexp& regexp) {
        const auto group = wanted_group(arguments, regexp, answer);
        if (!group) return;
        const auto found = regexp.search(arguments.text(0), 0);
        if (found && (*found)[*group]) answer.text(*(*found)[*group]);
    });
}

void extract_all(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer, [&](const Regexp& regexp) {
        const auto group = wanted_group(arguments, regexp, answer);
        if (!group) return;
        std::vector<std::optional<std::string_view>> texts;
        for (const RegexpGroups& found : regexp.search_all(arguments.text(0))) texts.push_back(found[*group]);
        answer_list(answer, texts);
    });
}

// What is between the matches.
std::vector<std::optional<std::string_view>> pieces(std::string_view text, const std::vector<RegexpGroups>& matches) {
    std::vector<std::optional<std::string_view>> all;
    std::size_t from = 0;
    for (const RegexpGroups& match : matches) {
        const std::size_t at = place_of(text, *match[0]);
        all.emplace_back(text.substr(from, at - from));
        from = at + match[0]->size();
    }
    all.emplace_back(text.substr(from));
    return all;
}

void split(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer,
                 [&](const Regexp& regexp) { answer_list(answer, pieces(arguments.text(0), regexp.search_all(arguments.text(0)))); });
}

// (text, pattern, first character, which match): the place of a character from 1; -1: there is none.
void position(const Arguments& arguments, Answer& answer) {
    const std::int64_t start = arguments.size() > 2 ? arguments.value<std::int64_t>(2) : 1;
    const std::int64_t occurrence = arguments.size() > 3 ? arguments.value<std::int64_t>(3) : 1;
    if (start < 1) return answer.error(invalid, "start position cannot be smaller than 1");
    if (occurrence < 1) return answer.error(invalid, "occurrence cannot be smaller than 1");
    with_pattern(arguments, answer, [&](const Regexp& regexp) {
        const std::string_view text = arguments.text(0);
        const auto is_first = [](char c) { return (c & 0xC0) != 0x80; };
        std::size_t from = 0;
        for (std::int64_t character = 1; character < start && from < text.size(); ++character) {
            do {
                ++from;
            } while (from < text.size() && !is_first(text[from]));
        }
        const std::int64_t length = std::ranges::count_if(text, is_first);
        if (start > length) return answer.value(std::int64_t{-1});
        std::int64_t seen = 0;
        for (const RegexpGroups& match : regexp.search_all(text)) {
            const std::size_t at = place_of(text, *match[0]);
            if (at < from || ++seen < occurrence) continue;
            return answer.value(static_cast<std::int64_t>(std::ranges::count_if(text.substr(0, at), is_first)) + 1);
        }
        answer.value(std::int64_t{-1});
    });
}

// $1 is a group by its number, as many digits as make the number of one; ${name} one by its name; a backslash takes what follows as it is.
struct Replacement {
    std::string_view text;
    const Regexp& regexp;
    std::string out = {};

    void append(const RegexpGroups& match) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '$') {
                i = text.substr(i + 1).starts_with('{') ? named(i, match) : numbered(i, match);
            } else if (text[i] == '\\') {
                if (++i == text.size()) throw RegexpFailure{"Illegal replacement sequence: " + std::string(text)};
                out += text[i];
            } else {
                out += text[i];
            }
        }
    }

    void append_group(std::size_t group, const RegexpGroups& match) {
        if (match[group]) out += *match[group];
    }

    // Both give the place of the reference's last character.
    std::size_t numbered(std::size_t at, const RegexpGroups& match) {
        const auto is_digit = [&](std::size_t place) { return place < text.size() && text[place] >= '0' && text[place] <= '9'; };
        if (!is_digit(at + 1)) throw RegexpFailure{"Illegal replacement sequence: " + std::string(text)};
        std::size_t group = static_cast<std::size_t>(text[++at] - '0');
        if (group > regexp.groups()) throw RegexpFailure{fmt::format("Illegal replacement sequence: unknown group {}", group)};
        while (is_digit(at + 1)) {
            const std::size_t longer = group * 10 + static_cast<std::size_t>(text[at + 1] - '0');
            if (longer > regexp.groups()) break;
            group = longer;
            ++at;
        }
        append_group(group, match);
        return at;
    }
    std::size_t named(std::size_t at, const RegexpGroups& match) {
        const auto end = std::min(text.find('}', at), text.size());  // which may be missing
        const std::string name(text.substr(at + 2, end - at - 2));
        const std::size_t group = regexp.group_named(name);
        if (group == 0) throw RegexpFailure{"Illegal replacement sequence: unknown group { " + name + " }"};
        append_group(group, match);
        return end;
    }
};

void replace(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer, [&](const Regexp& regexp) {
        const std::string_view text = arguments.text(0);
        Replacement replacement{arguments.size() > 2 ? arguments.text(2) : std::string_view(), regexp};
        std::size_t from = 0;
        for (const RegexpGroups& match : regexp.search_all(text)) {
            const std::size_t at = place_of(text, *match[0]);
            replacement.out += text.substr(from, at - from);
            replacement.append(match);
            from = at + match[0]->size();
        }
        replacement.out += text.substr(from);
        answer.text(replacement.out);
    });
}

// The groups of each match, without the whole one: what the lambda of regexp_replace is given.
void all_groups(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer, [&](const Regexp& regexp) {
        const auto matches = regexp.search_all(arguments.text(0));
        const duckdb_vector outer = answer.vector();
        const duckdb_vector inner = duckdb_list_vector_get_child(outer);
        const idx_t first = duckdb_list_vector_get_size(outer);
        duckdb_list_vector_reserve(outer, first + matches.size());
        duckdb_list_vector_set_size(outer, first + matches.size());
        for (std::size_t i = 0; i < matches.size(); ++i) {
            Answer groups(inner, first + i);
            answer_list(groups, {matches[i].begin() + 1, matches[i].end()});
        }
        answer.value(duckdb_list_entry{first, matches.size()});
    });
}

// (text, pattern, what each match becomes)
void join(const Arguments& arguments, Answer& answer) {
    with_pattern(arguments, answer, [&](const Regexp& regexp) {
        const auto between = pieces(arguments.text(0), regexp.search_all(arguments.text(0)));
        const ListView values = arguments.list(2);
        std::string out;
        for (std::size_t i = 0; i < between.size(); ++i) {
            out += *between[i];
            if (i >= values.count) continue;
            if (!is_valid(values.elements, values.first + i)) return;
            out += text_of(values.elements, values.first + i);
        }
        answer.text(out);
    });
}

constexpr Function functions[] = {
    {"regexp_count(varchar(x), varchar(y)) -> bigint", "@athena_regexp_count"},
    {"regexp_extract(varchar(x), varchar(y)) -> varchar(x)", "@athena_regexp_extract"},
    {"regexp_extract(varchar(x), varchar(y), bigint) -> varchar(x)", "@athena_regexp_extract"},
    {"regexp_extract_all(varchar(x), varchar(y)) -> array(varchar(x))", "@athena_regexp_extract_all"},
    {"regexp_extract_all(varchar(x), varchar(y), bigint) -> array(varchar(x))", "@athena_regexp_extract_all"},
    {"regexp_like(varchar(x), varchar(y)) -> boolean", "@athena_regexp_like"},
    {"regexp_position(varchar(x), varchar(y)) -> integer",
     "CAST(athena_regexp_position($1, $2, CAST(1 AS BIGINT), CAST(1 AS BIGINT)) AS INTEGER)"},
    {"regexp_position(varchar(x), varchar(y), integer) -> integer",
     "CAST(athena_regexp_position($1, $2, $3, CAST(1 AS BIGINT)) AS INTEGER)"},
    {"regexp_position(varchar(x), varchar(y), integer, integer) -> integer", "CAST(athena_regexp_position($1, $2, $3, $4) AS INTEGER)"},
    {"regexp_replace(varchar(x), varchar(y)) -> varchar(x)", "@athena_regexp_replace"},
    {"regexp_replace(varchar(x), varchar(y), varchar(z)) -> varchar(min(2147483647, x + min(2147483647, max(x * z / 2, z)) * (x + 1)))",
     "@athena_regexp_replace"},
    {"regexp_replace(varchar, varchar(y), function(array(varchar), varchar)) -> varchar",
     "athena_regexp_join($1, $2, list_transform(athena_regexp_groups($1, $2), $3))"},
    {"regexp_split(varchar(x), varchar(y)) -> array(varchar(x))", "@athena_regexp_split"},
};

const NativeFunction natives[] = {
    {"athena_regexp_count", count},
    {"athena_regexp_extract", extract},
    {"athena_regexp_extract_all", extract_all},
    {"athena_regexp_groups", all_groups, false, "(varchar, varchar) -> array(array(varchar))"},
    {"athena_regexp_join", join, false, "(varchar, varchar, array(varchar)) -> varchar"},
    {"athena_regexp_like", like},
    {"athena_regexp_position", position, false, "(varchar, varchar, bigint, bigint) -> bigint"},
    {"athena_regexp_replace", replace},
    {"athena_regexp_split", split},
};

}  // namespace

Room regexp_functions() {
    return {{"Regular expression functions", functions}, {}, natives};
}

}  // namespace dualstore::sql::athena
