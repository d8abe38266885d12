// String functions. https://trino.io/docs/current/functions/string.html
#include "sql/athena/functions/string.hpp"

#include "sql/athena/function_list.hpp"

namespace dualstore::sql::athena {
namespace {

constexpr Function functions[] = {
    {"chr(bigint) -> varchar(1)", "@athena_chr"},
    {"codepoint(varchar(1)) -> integer", "@athena_codepoint"},
    {"concat(char(x), char(y)) -> char(x + y)", "rtrim(rpad($1, ${x}, ' ') || $2, ' ')"},
    {"concat(varchar) -> varchar", "@athena_concat"},
    {"concat(varchar, varchar) -> varchar", "($1 || $2)"},
    {"concat(varchar, varchar, varchar) -> varchar", "($1 || $2 || $3)"},
    {"concat(varchar, varchar, varchar, varchar...) -> varchar", "@athena_concat"},
    {"concat_ws(varchar) -> varchar", "@athena_concat"},
    {"concat_ws(varchar, array(varchar)) -> varchar", "CASE WHEN $1 IS NOT NULL THEN array_to_string($2, $1) END"},
    {"concat_ws(varchar, varchar, varchar...) -> varchar", "concat_ws($*)"},
    {"format_number(bigint) -> varchar", "@athena_format_number"},
    {"format_number(double) -> varchar", "@athena_format_number"},
    {"from_utf8(varbinary) -> varchar", "@athena_from_utf8"},
    {"from_utf8(varbinary, bigint) -> varchar", "@athena_from_utf8"},
    {"from_utf8(varbinary, varchar(x)) -> varchar", "@athena_from_utf8"},
    {"hamming_distance(varchar(x), varchar(y)) -> bigint", "@athena_hamming_distance"},
    {"length(char(x)) -> bigint", "CASE WHEN $1 IS NOT NULL THEN CAST(${x} AS BIGINT) END"},
    {"length(varchar(x)) -> bigint", "length($1)"},
    {"levenshtein_distance(varchar(x), varchar(y)) -> bigint", "@athena_levenshtein_distance"},
    {"lower(char(x)) -> char(x)", "lower($1)"},
    {"lower(varchar(x)) -> varchar(x)", "lower($1)"},
    {"lpad(char(x), bigint, varchar(y)) -> varchar", "athena_lpad(rpad($1, ${x}, ' '), $2, $3)"},
    {"lpad(varchar(x), bigint, varchar(y)) -> varchar", "@athena_lpad"},
    {"ltrim(char(x)) -> varchar(x)", "athena_ltrim($1)"},
    {"ltrim(char(x), varchar(y)) -> varchar(x)", "athena_ltrim_of($1, $2)"},
    {"ltrim(varchar(x)) -> varchar(x)", "@athena_ltrim"},
    {"ltrim(varchar(x), varchar(y)) -> varchar(x)", "@athena_ltrim"},
    {"luhn_check(varchar) -> boolean", "@athena_luhn_check"},
    {"normalize(varchar(x)) -> varchar", "nfc_normalize($1)"},
    {"normalize(varchar(x), varchar(y)) -> varchar", "athena_normalize($1, $2)"},
    {"parse_data_size(varchar(x)) -> decimal(38, 0)", "@athena_parse_data_size"},
    {"parse_presto_data_size(varchar(x)) -> decimal(38, 0)", "@athena_parse_data_size"},
    {"replace(varchar(x), varchar(y)) -> varchar(x)", "@athena_replace"},
    {"replace(varchar(x), varchar(y), varchar(z)) -> varchar(min(2147483647, x + z * (x + 1)))", "@athena_replace"},
    {"reverse(char(x)) -> char(x)", "rtrim(athena_reverse(rpad($1, ${x}, ' ')), ' ')"},
    {"reverse(varchar(x)) -> varchar(x)", "@athena_reverse"},
    {"rpad(varchar(x), bigint, varchar(y)) -> varchar", "@athena_rpad"},
    {"rtrim(char(x)) -> varchar(x)", "athena_rtrim($1)"},
    {"rtrim(char(x), varchar(y)) -> varchar(x)", "athena_rtrim_of($1, $2)"},
    {"rtrim(varchar(x)) -> varchar(x)", "@athena_rtrim"},
    {"rtrim(varchar(x), varchar(y)) -> varchar(x)", "@athena_rtrim"},
    {"soundex(varchar) -> varchar(4)", "@athena_soundex"},
    {"split(varchar(x), varchar(y)) -> array(varchar(x))", "@athena_split"},
    {"split(varchar(x), varchar(y), bigint) -> array(varchar(x))", "@athena_split"},
    {"split_part(varchar(x), varchar(y), bigint) -> varchar(x)", "@athena_split_part"},
    {"split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)", "@athena_split_to_map"},
    {"split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar))", "@athena_split_to_multimap"},
    {"starts_with(varchar(x), varchar(y)) -> boolean", "starts_with($1, $2)"},
    {"strpos(varchar(x), varchar(y)) -> bigint", "strpos($1, $2)"},
    {"strpos(varchar(x), varchar(y), bigint) -> bigint", "@athena_strpos"},
    {"substr(char(x), bigint) -> varchar(x)", "athena_substr_from(rpad($1, ${x}, ' '), $2)"},
    {"substr(char(x), bigint, bigint) -> varchar(x)", "athena_substr(rpad($1, ${x}, ' '), $2, $3)"},
    {"substr(varchar(x), bigint) -> varchar(x)", "@athena_substr"},
    {"substr(varchar(x), bigint, bigint) -> varchar(x)", "@athena_substr"},
    {"substring(char(x), bigint) -> varchar(x)", "athena_substr_from(rpad($1, ${x}, ' '), $2)"},
    {"substring(char(x), bigint, bigint) -> varchar(x)", "athena_substr(rpad($1, ${x}, ' '), $2, $3)"},
    {"substring(varchar(x), bigint) -> varchar(x)", "@athena_substr"},
    {"substring(varchar(x), bigint, bigint) -> varchar(x)", "@athena_substr"},
    {"to_utf8(char(x)) -> varbinary", "encode(rpad($1, ${x}, ' '))"},
    {"to_utf8(varchar(x)) -> varbinary", "encode($1)"},
    {"translate(varchar(x), varchar(y), varchar(z)) -> varchar", "translate($1, $2, $3)"},
    {"trim(char(x)) -> varchar(x)", "athena_trim($1)"},
    {"trim(char(x), varchar(y)) -> varchar(x)", "athena_trim_of($1, $2)"},
    {"trim(varchar(x)) -> varchar(x)", "@athena_trim"},
    {"trim(varchar(x), varchar(y)) -> varchar(x)", "@athena_trim"},
    {"upper(char(x)) -> char(x)", "athena_upper($1)"},
    {"upper(varchar(x)) -> varchar(x)", "athena_upper($1)"},
    {"word_stem(varchar(x)) -> varchar(x)", "!it needs a library of stemmers"},
    {"word_stem(varchar(x), varchar(2)) -> varchar(x)", "!it needs a library of stemmers"},
};

constexpr Macro macros[] = {
    {"athena_normalize",
     "(x, form) AS CASE WHEN form = 'NFC' THEN nfc_normalize(x) "
     "ELSE error('NOT_SUPPORTED: normalize knows the form NFC only') END"},
    // DuckDB has a capital for the letter ß.
    {"athena_upper",
     "(x) AS CASE WHEN contains(x, 'ß') THEN array_to_string(list_transform(string_split(x, 'ß'), lambda athena_part: upper(athena_part)), "
     "'ß') ELSE upper(x) END"},
};

const NativeFunction natives[] = {
    {"athena_chr", chr},
    {"athena_codepoint", codepoint},
    {"athena_concat", concat},
    {"athena_format", format, true},
    {"athena_format_number", format_number},
    {"athena_from_utf8", from_utf8},
    {"athena_hamming_distance", hamming_distance},
    {"athena_levenshtein_distance", levenshtein_distance},
    {"athena_lpad", lpad, false, "(varchar, bigint, varchar) -> varchar"},
    {"athena_ltrim", ltrim, false, "(varchar) -> varchar"},
    {"athena_ltrim_of", ltrim, false, "(varchar, varchar) -> varchar"},
    {"athena_luhn_check", luhn_check},
    {"athena_parse_data_size", parse_data_size},
    {"athena_replace", replace},
    {"athena_reverse", reverse, false, "(varchar) -> varchar"},
    {"athena_rpad", rpad, false, "(varchar, bigint, varchar) -> varchar"},
    {"athena_rtrim", rtrim, false, "(varchar) -> varchar"},
    {"athena_rtrim_of", rtrim, false, "(varchar, varchar) -> varchar"},
    {"athena_soundex", soundex},
    {"athena_split", split},
    {"athena_split_part", split_part},
    {"athena_split_to_map", split_to_map},
    {"athena_split_to_multimap", split_to_multimap},
    {"athena_strpos", strpos},
    {"athena_substr", substr, false, "(varchar, bigint, bigint) -> varchar"},
    {"athena_substr_from", substr, false, "(varchar, bigint) -> varchar"},
    {"athena_trim", trim, false, "(varchar) -> varchar"},
    {"athena_trim_of", trim, false, "(varchar, varchar) -> varchar"},
};

}  // namespace

Room string_functions() {
    return {{"String functions", functions}, macros, natives};
}

}  // namespace dualstore::sql::athena
