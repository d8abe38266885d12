// Any text through the parser: no crash, no sanitizer's report, linear time; an error is one line and points into the text; a tree's text
// parses into the same tree.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "sql/syntax_text.hpp"

namespace {

using namespace dualstore;

constexpr std::clock_t longest = CLOCKS_PER_SEC / 10;  // of the processor's time, for some thousand characters, under a sanitizer

void check(bool holds, const char* what, std::string_view sql) {
    if (holds) return;
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(sql.size()), sql.data());
    std::abort();
}

bool points_into(const std::string& message, std::string_view sql) {
    std::size_t line = 0;
    std::size_t column = 0;
    const bool known = std::sscanf(message.c_str(), "SYNTAX_ERROR: line %zu:%zu: ", &line, &column) == 2 ||
                       std::sscanf(message.c_str(), "NOT_SUPPORTED: line %zu:%zu: ", &line, &column) == 2;
    const auto lines = static_cast<std::size_t>(std::ranges::count(sql, '\n')) + 1;
    return known && line >= 1 && line <= lines && column >= 1 && column <= sql.size() + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sql::athena::parse;
    using sql::athena::SyntaxText;
    const std::string_view sql(reinterpret_cast<const char*>(data), size);
    const std::clock_t begun = std::clock();
    const auto statement = parse(sql);
    check(size > 4096 || std::clock() - begun < longest, "it took too long", sql);
    if (!statement) {
        const std::string& message = statement.error().message;
        check(points_into(message, sql), "an error without a place", message);
        check(message.find('\n') == std::string::npos, "more than a line", message);
        return 0;
    }
    const std::string text = SyntaxText::of(*statement);
    const auto again = parse(text);
    if (again) {
        check(SyntaxText::of(*again) == text, "another tree", text);
    } else {  // all of its parentheses may be too many
        check(again.error().message.ends_with("levels"), again.error().message.c_str(), text);
    }
    return 0;
}
