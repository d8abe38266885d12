// The list of functions is sound, and docs/functions.md is what it says. DUALSTORE_WRITE_DOCS=1 writes the page.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "sql/athena/function_index.hpp"
#include "sql/athena/signature.hpp"

namespace dualstore::sql::athena {
namespace {

const std::string page_file = SOURCE_ROOT "/docs/functions.md";

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string name_of(const Function& function) {
    return std::string(function.signature.substr(0, function.signature.find('(')));
}

// Trino 476's SHOW FUNCTIONS.
std::set<std::string> names_of_trino() {
    std::ifstream file(SOURCE_ROOT "/tests/data/trino_functions.txt");
    std::set<std::string> names{std::istream_iterator<std::string>(file), {}};
    EXPECT_GT(names.size(), 300U);
    return names;
}

// Every athena_… that stands before an opening bracket.
std::vector<std::string> calls_in(std::string_view text) {
    std::vector<std::string> names;
    for (auto at = text.find("athena_"); at != std::string_view::npos; at = text.find("athena_", at + 1)) {
        const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", at);
        if (end != std::string_view::npos && text[end] == '(') names.emplace_back(text.substr(at, end - at));
    }
    return names;
}

void expect_known(std::string_view text, std::string_view where) {
    for (const std::string& name : calls_in(text)) {
        const NativeFunction* native = find_native(name);
        EXPECT_TRUE(find_macro(name) != nullptr || (native != nullptr && !native->types.empty())) << where << " calls " << name;
        if (const Macro* macro = find_macro(name)) {
            EXPECT_NE(macro->parameters_and_body.find(") AS "), std::string_view::npos) << name;
        }
    }
}

TEST(FunctionList, EveryTextNamesWhatThereIs) {
    for (const Family& family : families()) {
        for (const Function& function : family.functions) {
            const Signature signature = parse_signature(function.signature);
            EXPECT_EQ(signature.name, name_of(function));
            EXPECT_FALSE(signature.result.name.empty()) << function.signature;
            EXPECT_FALSE(functions_named(signature.name).empty());
            if (function.text.starts_with('@')) {
                EXPECT_NE(find_native(function.text.substr(1)), nullptr) << function.signature;
            } else if (!function.text.starts_with('!')) {
                expect_known(function.text, function.signature);
            }
            if (function.use != Use::scalar && !function.text.empty() && !function.text.starts_with('!')) {
                EXPECT_NE(function.text.find("$w"), std::string_view::npos) << function.signature;
            }
        }
    }
}

TEST(FunctionList, ANameThatIsNearIsFound) {
    EXPECT_EQ(nearest_function("list_sort"), "array_sort");
    EXPECT_EQ(nearest_function("string_split"), "split");
    EXPECT_EQ(nearest_function("json_extract_string"), "json_extract_scalar");
    EXPECT_EQ(nearest_function("lenght"), "length");
    EXPECT_EQ(nearest_function("quite_another_thing"), "");
}

struct Entry {
    std::size_t overloads = 0;
    std::size_t refused = 0;
    std::set<std::string> notes;
};

std::string page() {
    std::string text;
    std::set<std::string> all;
    std::size_t differing = 0;
    std::size_t refused = 0;
    for (const Family& family : families()) {
        std::map<std::string, Entry> entries;
        for (const Function& function : family.functions) {
            Entry& entry = entries[name_of(function)];
            ++entry.overloads;
            if (function.text.starts_with('!')) ++entry.refused;
            if (function.text.starts_with('!')) entry.notes.emplace(function.text.substr(1));
            if (!function.differs.empty()) entry.notes.emplace(function.differs);
        }
        std::vector<std::string> plain;
        std::string rows;
        for (const auto& [name, entry] : entries) {
            const bool missing = entry.refused == entry.overloads;
            if (missing) {
                ++refused;
            } else {
                all.insert(name);
            }
            if (entry.notes.empty()) {
                plain.push_back("`" + name + "`");
                continue;
            }
            if (!missing) ++differing;
            rows += fmt::format("| `{}` | {} | {} |\n", name, missing ? "missing" : "differs", fmt::join(entry.notes, "; "));
        }
        text += fmt::format("\n## {}\n\n{}\n", family.title, fmt::join(plain, ", "));
        if (!rows.empty()) text += "\n| function | state | how |\n|---|---|---|\n" + rows;
    }
    std::vector<std::string> missing;
    for (const std::string& name : names_of_trino()) {
        if (functions_named(name).empty()) missing.push_back("`" + name + "`");
    }
    return fmt::format(
        "# Trino's functions on the embedded engine\n\n"
        "Made from the lists in `src/sql/athena/functions/` by `DUALSTORE_WRITE_DOCS=1 build/release/sql_dialect_tests`; the test\n"
        "`FunctionList.ThePageSaysWhatIsSo` holds it to them. **{} functions are supported**, {} of which differ in what their line says; "
        "{} of\n"
        "Trino's are missing. Signatures: `dualstore sql 'SHOW FUNCTIONS'`.\n{}\n## Missing\n\n{}\n",
        all.size(), differing, missing.size() + refused, text, fmt::join(missing, ", "));
}

TEST(FunctionList, ThePageSaysWhatIsSo) {
    const std::string now = page();
    if (std::getenv("DUALSTORE_WRITE_DOCS") != nullptr) std::ofstream(page_file, std::ios::binary) << now;
    EXPECT_EQ(read(page_file), now) << "DUALSTORE_WRITE_DOCS=1 " << SOURCE_ROOT << "/build/release/sql_dialect_tests writes it";
}

}  // namespace
}  // namespace dualstore::sql::athena
