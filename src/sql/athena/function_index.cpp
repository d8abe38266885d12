#include "sql/athena/function_index.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace dualstore::sql::athena {
namespace {

const std::array<Room, 15>& rooms() {
    static const std::array<Room, 15> all = {aggregate_functions(), array_functions(), binary_functions(), casts(),
                                             condition_functions(), date_functions(),  json_functions(),   map_functions(),
                                             math_functions(),      operators(),       regexp_functions(), special_forms(),
                                             string_functions(),    url_functions(),   window_functions()};
    return all;
}

template <class T>
using ByName = std::unordered_map<std::string_view, T>;

const ByName<std::vector<const Function*>>& functions() {
    static const auto by_name = [] {
        ByName<std::vector<const Function*>> map;
        for (const Room& room : rooms()) {
            for (const Function& function : room.family.functions) {
                map[function.signature.substr(0, function.signature.find('('))].push_back(&function);
            }
        }
        return map;
    }();
    return by_name;
}

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::span<const Family> families() {
    static const auto all = [] {
        std::vector<Family> list;
        for (const Room& room : rooms()) {
            if (!room.family.functions.empty()) list.push_back(room.family);
        }
        return list;
    }();
    return all;
}

const std::vector<const Function*>& functions_named(std::string_view name) {
    static const std::vector<const Function*> none;
    const auto found = functions().find(name);
    return found == functions().end() ? none : found->second;
}

std::string nearest_function(std::string_view name) {
    constexpr std::size_t longest = 40;
    if (name.size() > longest) return {};
    // DuckDB's names begin with what Trino's leave out or call otherwise.
    for (const std::string_view prefix : {"list_", "string_", "str_", "array_"}) {
        if (!name.starts_with(prefix)) continue;
        const std::string bare(name.substr(prefix.size()));
        for (const std::string& other : {"array_" + bare, bare}) {
            if (functions().contains(other)) return other;
        }
    }
    std::string best;
    std::size_t least = std::max<std::size_t>(name.size() / 3, 1) + 1;
    for (const auto& [known, overloads] : functions()) {
        const std::size_t apart = distance(name, known);
        if (apart < least || (apart == least && !best.empty() && known < best)) {
            least = apart;
            best = known;
        }
    }
    return best;
}

const Macro* find_macro(std::string_view name) {
    static const auto by_name = [] {
        ByName<const Macro*> map;
        for (const Room& room : rooms()) {
            for (const Macro& macro : room.macros) map[macro.name] = &macro;
        }
        return map;
    }();
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
}

const NativeFunction* find_native(std::string_view name) {
    static const auto by_name = [] {
        ByName<const NativeFunction*> map;
        for (const Room& room : rooms()) {
            for (const NativeFunction& native : room.natives) map[native.name] = &native;
        }
        return map;
    }();
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
}

}  // namespace dualstore::sql::athena
