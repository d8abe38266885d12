#include "record/table_properties.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dualstore/check.hpp"
#include "record/key_template.hpp"
#include "record/text.hpp"

namespace dualstore::record {
namespace {

struct SerDeClass {
    std::string_view name;
    SerDe serde;
};

constexpr SerDeClass serde_classes[] = {
    {"org.openx.data.jsonserde.JsonSerDe", SerDe::openx},
    {"org.apache.hive.hcatalog.data.JsonSerDe", SerDe::hive},
    {"org.apache.hadoop.hive.serde2.JsonSerDe", SerDe::hive},
};

struct SourceName {
    std::string_view text;
    AutomaticField::Source source;
};

constexpr SourceName source_names[] = {
    {"uuid", AutomaticField::Source::uuid},
    {"now", AutomaticField::Source::now},
    {"argument", AutomaticField::Source::argument},
    {"argument always", AutomaticField::Source::argument_always},
};

constexpr std::string_view own_prefix = "dualstore.";
constexpr std::string_view auto_prefix = "dualstore.auto.";

const Column* column_of(const TableDefinition& table, std::string_view name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& column) { return column.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

bool integer(Type::Kind kind) {
    return kind == Type::Kind::tinyint || kind == Type::Kind::smallint || kind == Type::Kind::integer || kind == Type::Kind::bigint;
}

tl::expected<void, std::string> check_automatic(const TableDefinition& table, const AutomaticField& field) {
    using Source = AutomaticField::Source;
    const Column* column = column_of(table, field.name);
    if (!column) return {};
    const auto kind = column->type.kind;
    const bool fits = field.source == Source::uuid      ? kind == Type::Kind::string
                      : field.source == Source::now     ? kind == Type::Kind::string || kind == Type::Kind::timestamp
                      : field.source == Source::literal ? kind == Type::Kind::string
                                                        : true;
    if (fits) return {};
    return tl::unexpected(fmt::format("the automatic field '{}{}' = '{}' does not fit the column's type {}", auto_prefix, field.name,
                                      automatic_text(field), hive_name(column->type)));
}

// Properties that change what the reader makes of a record; this version's validator does not know them.
tl::expected<void, std::string> check_serde_properties(const TableDefinition& table) {
    for (const auto& [name, value] : table.serde_properties) {
        const std::string key = fold(name);
        const std::string text = fold(value);
        if (key.starts_with("mapping.") || (key == "case.insensitive" && text != "true") || (key == "dots.in.keys" && text != "false")) {
            return tl::unexpected(fmt::format("the SerDe property '{}' = '{}' is not supported", name, excerpt(value)));
        }
    }
    return {};
}

tl::expected<void, std::string> check_template(const TableDefinition& table) {
    const auto parsed = KeyTemplate::parse(table.key_template);
    if (!parsed) return tl::unexpected(fmt::format("'dualstore.key' = '{}': {}", excerpt(table.key_template), parsed.error()));
    for (const auto& field : parsed->fields()) {
        const Column* column = column_of(table, field.name);
        if (!column || column->type.kind == Type::Kind::string || (integer(column->type.kind) && !field.last)) continue;
        return tl::unexpected(fmt::format("'dualstore.key': the field {} is of type {}; only integers and strings can be part of a key",
                                          field.name, hive_name(column->type)));
    }
    return {};
}

}  // namespace

std::optional<SerDe> serde_of(std::string_view class_name) {
    for (const auto& known : serde_classes) {
        if (known.name == class_name) return known.serde;
    }
    return std::nullopt;
}

std::string_view serde_class(SerDe serde) {
    return std::find_if(std::begin(serde_classes), std::end(serde_classes), [&](const SerDeClass& known) { return known.serde == serde; })
        ->name;
}

tl::expected<std::string, std::string> location_prefix(std::string_view location) {
    if (const auto scheme = location.find("://"); scheme != location.npos) {
        const std::string name = fold(location.substr(0, scheme));
        if (name != "s3" && name != "s3a" && name != "s3n") {
            return tl::unexpected(fmt::format("expected LOCATION 's3://bucket/prefix/' or 'prefix/', found '{}'", excerpt(location)));
        }
        location.remove_prefix(scheme + 3);
        location.remove_prefix(std::min(location.find('/'), location.size()));
        if (location.starts_with('/')) location.remove_prefix(1);
    }
    std::string prefix(location);
    if (!prefix.ends_with('/')) prefix += '/';
    const std::string in_path = '/' + prefix;
    const bool parts_wrong = in_path.find("//") != in_path.npos || in_path.find("/.") != in_path.npos;
    const bool control = std::any_of(prefix.begin(), prefix.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (prefix.starts_with(set_aside_prefix))
        return tl::unexpected(fmt::format("the location '{}' is kept for repairs: choose another", prefix));
    if (parts_wrong || control) {
        return tl::unexpected(
            fmt::format("expected a LOCATION below the bucket's root, without empty parts and parts that begin with '.', found '{}'",
                        excerpt(location)));
    }
    return prefix;
}

tl::expected<void, std::string> take_own_properties(TableDefinition& table) {
    auto properties = std::move(table.properties);
    table.properties.clear();
    for (auto& [name, value] : properties) {
        if (!name.starts_with(own_prefix)) {
            table.properties.emplace_back(std::move(name), std::move(value));
        } else if (name == "dualstore.key") {
            table.key_template = std::move(value);
        } else if (name.starts_with(auto_prefix) && name.size() > auto_prefix.size()) {
            AutomaticField field{fold(std::string_view(name).substr(auto_prefix.size())), AutomaticField::Source::literal, value};
            for (const auto& known : source_names) {
                if (known.text != value) continue;
                field.source = known.source;
                field.literal.clear();
            }
            if (auto fits = check_automatic(table, field); !fits) return fits;
            table.automatic.push_back(std::move(field));
        } else {
            return tl::unexpected(fmt::format("unknown property '{}': expected 'dualstore.key' or 'dualstore.auto.FIELD'", name));
        }
    }
    if (table.key_template.empty()) {
        return tl::unexpected(fmt::format(
            "table {} has no key: expected TBLPROPERTIES ('dualstore.key' = '{{id}}.json'), where id is the field that names a record",
            table.name));
    }
    if (auto fits = check_template(table); !fits) return fits;
    return check_serde_properties(table);
}

std::string automatic_text(const AutomaticField& field) {
    for (const auto& known : source_names) {
        if (known.source == field.source) return std::string(known.text);
    }
    return field.literal;
}

}  // namespace dualstore::record
