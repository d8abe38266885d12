// Values as tests write them, in JSON.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "dualstore/query_engine.hpp"

namespace dualstore {

// Plain JSON where JSON has it; {"decimal": "1.50"}, {"hex": "00ff"}, {"map": {…}} (a key that is no text is its JSON), {"row": [in
// order]}.
inline nlohmann::json shown(const Value& value) {
    using nlohmann::json;
    struct Writer {
        json operator()(std::monostate) const { return nullptr; }
        json operator()(bool flag) const { return flag; }
        json operator()(std::int64_t number) const { return number; }
        json operator()(double number) const { return number; }
        json operator()(const std::string& text) const { return text; }
        json operator()(const Decimal& decimal) const { return {{"decimal", decimal.digits}}; }
        json operator()(const Binary& binary) const {
            std::string digits;
            for (const char c : binary.bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
            return {{"hex", digits}};
        }
        json operator()(const Array& array) const {
            json items = json::array();
            for (const auto& item : array.items) items.push_back(shown(item));
            return items;
        }
        json operator()(const Map& map) const {
            json entries = json::object();
            for (const auto& [key, item] : map.entries) {
                const auto* text = std::get_if<std::string>(&key);
                entries[text != nullptr ? *text : shown(key).dump()] = shown(item);
            }
            return {{"map", entries}};
        }
        json operator()(const Row& row) const {
            json fields = json::array();
            for (const auto& [name, item] : row.fields) fields.push_back(shown(item));
            return {{"row", fields}};
        }
    };
    return std::visit(Writer(), static_cast<const Value::variant&>(value));
}

}  // namespace dualstore
