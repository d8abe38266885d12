// The names of column types, in Hive's and Trino's words.
#include <fmt/format.h>

#include "dualstore/table.hpp"
#include "record/type_names.hpp"

namespace dualstore {
namespace record {

const std::vector<ScalarName>& scalar_names() {
    using Kind = Type::Kind;
    static const std::vector<ScalarName> names = {
        {"boolean", "boolean", Kind::boolean},
        {"tinyint", "tinyint", Kind::tinyint},
        {"smallint", "smallint", Kind::smallint},
        {"int", "integer", Kind::integer},
        {"integer", "integer", Kind::integer},
        {"bigint", "bigint", Kind::bigint},
        {"float", "real", Kind::real},
        {"double", "double", Kind::double_},
        {"string", "varchar", Kind::string},
        {"date", "date", Kind::date},
        {"timestamp", "timestamp(3)", Kind::timestamp},
    };
    return names;
}

}  // namespace record

namespace {

enum class Words { hive, trino };

// Quoted where it is no plain word.
std::string field_name(const std::string& name, Words words) {
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos) return name;
    const char quote = words == Words::hive ? '`' : '"';
    std::string quoted(1, quote);
    for (const char c : name) quoted.append(c == quote ? 2 : 1, c);
    return quoted + quote;
}

std::string type_name(const Type& type, Words words) {
    const bool hive = words == Words::hive;
    const char* open = hive ? "<" : "(";
    const char* close = hive ? ">" : ")";
    const char* comma = hive ? "," : ", ";
    switch (type.kind) {
        case Type::Kind::decimal:
            return fmt::format("decimal({}{}{})", type.precision, comma, type.scale);
        case Type::Kind::array:
            return fmt::format("array{}{}{}", open, type_name(type.children[0].type, words), close);
        case Type::Kind::map:
            return fmt::format("map{}{}{}{}{}", open, type_name(type.children[0].type, words), comma,
                               type_name(type.children[1].type, words), close);
        case Type::Kind::structure: {
            std::string fields;
            for (const Column& child : type.children) {
                if (!fields.empty()) fields += comma;
                fields += field_name(child.name, words) + (hive ? ":" : " ") + type_name(child.type, words);
            }
            return fmt::format("{}{}{}{}", hive ? "struct" : "row", open, fields, close);
        }
        default:
            for (const auto& scalar : record::scalar_names()) {
                if (scalar.kind == type.kind) return std::string(hive ? scalar.hive : scalar.trino);
            }
            return {};
    }
}

}  // namespace

std::string hive_name(const Type& type) {
    return type_name(type, Words::hive);
}
std::string trino_name(const Type& type) {
    return type_name(type, Words::trino);
}

}  // namespace dualstore
